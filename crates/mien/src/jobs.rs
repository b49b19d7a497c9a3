//! The thread that does the work of background jobs: moves of groups to another face model version.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mien_api::Api;

/// Wait for a job when there is none; the start of one wakes the thread at once.
const IDLE: Duration = Duration::from_secs(60);
/// Wait after a failure of the store before the next try.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// The thread. Jobs that it leaves unfinished go on with the next start.
pub struct JobThread {
    api: Arc<Api>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl JobThread {
    /// Starts it. It works `load_percent` of the time, 1 to 100, so that requests keep the rest of its core.
    pub fn start(api: Arc<Api>, load_percent: u32) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (worker, stopped) = (Arc::clone(&api), Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("mien-jobs".to_owned())
            .spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    let rest = step(&worker, load_percent.clamp(1, 100));
                    worker.core().await_work(rest);
                }
            })
            .context("the thread of the jobs cannot be started")?;
        Ok(Self { api, stop, thread })
    }

    /// Stops it after the piece of work in hand.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.api.core().wake_workers();
        if self.thread.join().is_err() {
            tracing::error!("the thread of the jobs has ended early");
        }
    }
}

/// One piece of work; how long to rest after it.
fn step(api: &Api, load_percent: u32) -> Duration {
    let started = Instant::now();
    match catch_unwind(AssertUnwindSafe(|| api.work())) {
        Ok(Ok(true)) => started.elapsed() * (100 - load_percent) / load_percent,
        Ok(Ok(false)) => IDLE,
        Ok(Err(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a background job is held up");
            AFTER_FAILURE
        }
        Err(_) => {
            tracing::error!("a background job has panicked");
            AFTER_FAILURE
        }
    }
}
