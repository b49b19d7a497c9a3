//! Makes indexes durable now and then and trims the change log behind them, off the writer's way.

use super::Spaces;
use crate::error::CoreError;
use mien_store::{Store, Stream};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{JoinHandle, spawn};

/// Changes between two runs: bounds the replay at the next start to a fraction of a second.
const CHANGES: u64 = 16_384;

/// The thread that does it.
pub(crate) struct Upkeep {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Counts changes and wakes the thread.
pub(crate) struct Counter {
    wake: SyncSender<()>,
    since: u64,
}

impl Upkeep {
    pub(crate) fn start(store: Store, spaces: Arc<Spaces>) -> (Self, Counter) {
        let (wake, woken) = sync_channel(1);
        let thread = spawn(move || {
            // Ends with a last run when all senders are gone.
            while woken.recv().is_ok() {
                run(&store, &spaces);
            }
            run(&store, &spaces);
        });
        (
            Self {
                wake: Some(wake.clone()),
                thread: Some(thread),
            },
            Counter { wake, since: 0 },
        )
    }
}

impl Drop for Upkeep {
    /// Waits for the last run. The counter must be gone already.
    fn drop(&mut self) {
        self.wake.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Counter {
    pub(crate) fn count(&mut self, changes: usize) {
        self.since += changes as u64;
        if self.since >= CHANGES {
            match self.wake.try_send(()) {
                Ok(()) | Err(TrySendError::Disconnected(())) => self.since = 0,
                Err(TrySendError::Full(())) => {}
            }
        }
    }
}

fn run(store: &Store, spaces: &Spaces) {
    for loaded in &spaces.loaded {
        for stream in Stream::ALL {
            let kept = loaded.index(stream).and_then(|index| {
                let durable = index.checkpoint()?;
                let space = loaded.key;
                store.write(move |tx| tx.trim(space, stream, durable).map_err(CoreError::from))
            });
            if let Err(error) = kept {
                tracing::warn!(%error, "a search index could not be made durable, its change log is kept");
            }
        }
    }
}
