use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use crate::disk;
use crate::gallery::{Gallery, Work};
use crate::index::Shared;
use crate::run::{Run, View};
use crate::snapshot::Snapshot;

/// One thread that turns loose rows into runs, merges runs, and makes checkpoints, beside readers and the writer.
#[derive(Debug)]
pub(crate) struct Background {
    orders: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

enum Order {
    Tidy(u64),
    Checkpoint,
    /// Answer when everything before is done.
    Answer(Sender<()>),
}

impl Background {
    pub(crate) fn start(shared: Arc<Shared>) -> Self {
        let (orders, inbox) = channel();
        let thread = std::thread::Builder::new()
            .name("mien-index".to_owned())
            .spawn(move || run(&shared, &inbox));
        // Without a thread the writer's own limit on loose rows keeps searches fast.
        Self {
            orders: Some(orders),
            thread: thread.ok(),
        }
    }

    pub(crate) fn tidy(&self, gallery: u64) {
        self.order(Order::Tidy(gallery));
    }

    pub(crate) fn checkpoint(&self) {
        self.order(Order::Checkpoint);
    }

    pub(crate) fn settle(&self) {
        let (answer, done) = channel();
        self.order(Order::Answer(answer));
        // An error means that the thread is gone: nothing is left to wait for.
        let _ = done.recv();
    }

    fn order(&self, order: Order) {
        if let Some(orders) = &self.orders {
            let _ = orders.send(order);
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(shared: &Shared, inbox: &Receiver<Order>) {
    while let Ok(order) = inbox.recv() {
        match order {
            Order::Tidy(gallery) => tidy(shared, gallery),
            // A refusal leaves the last checkpoint in force; the owner's own call reports it.
            Order::Checkpoint => drop(disk::checkpoint(shared)),
            Order::Answer(answer) => drop(answer.send(())),
        }
    }
}

fn tidy(shared: &Shared, gallery: u64) {
    shared.writer().queued.remove(&gallery);
    loop {
        let snapshot = shared.snapshot.load_full();
        let Some(rows) = snapshot.galleries.get(&gallery) else {
            return;
        };
        match rows.work() {
            None => return,
            Some(Work::Encode) => encode(shared, &snapshot, gallery, rows),
            Some(Work::MergeFrom(from)) => merge(shared, gallery, &rows.runs[from..]),
            Some(Work::Rewrite(at)) => merge(shared, gallery, &rows.runs[at..=at]),
            Some(Work::Loosen) => loosen(shared, gallery),
        }
    }
}

/// Rows that came loose since stay loose; rows that left meanwhile are deleted in the new run.
fn encode(shared: &Shared, snapshot: &Snapshot, gallery: u64, rows: &Gallery) {
    let run = Run::encode(&shared.space, &snapshot.vectors, rows.loose.to_vec(), 1);
    let mut view = View::new(run);
    let mut writer = shared.writer();
    let Some(current) = writer.galleries.get(&gallery) else {
        return;
    };
    let mut loose = current.loose.to_vec();
    loose.sort_unstable();
    for slot in rows.loose.iter() {
        match loose.binary_search(slot) {
            Ok(_) => {}
            Err(_) => view.delete(*slot),
        }
    }
    loose.retain(|slot| view.run.row_of(*slot).is_none());
    let mut runs = current.runs.to_vec();
    runs.push(view);
    runs.retain(|view| view.live() > 0);
    writer.galleries.insert_mut(
        gallery,
        Gallery {
            runs: runs.into(),
            loose: loose.into(),
        },
    );
    shared.publish(&mut writer);
}

/// Rows that were deleted meanwhile are deleted in the merged run.
fn merge(shared: &Shared, gallery: u64, views: &[View]) {
    let mut merged = View::new(Run::merge(&shared.space.layout, views));
    let mut writer = shared.writer();
    let Some(current) = writer.galleries.get(&gallery) else {
        return;
    };
    let mut runs = current.runs.to_vec();
    for view in views {
        let Some(at) = runs.iter().position(|other| Arc::ptr_eq(&other.run, &view.run)) else {
            // Dropped and filled again meanwhile: nothing of the merged run is in it.
            return;
        };
        let now = runs.remove(at);
        for row in now.dead.since(&view.dead) {
            merged.delete(now.run.slots()[row as usize]);
        }
    }
    runs.push(merged);
    runs.retain(|view| view.live() > 0);
    runs.sort_by_key(|view| std::cmp::Reverse(view.live()));
    let loose = Arc::clone(&current.loose);
    writer.galleries.insert_mut(
        gallery,
        Gallery {
            runs: runs.into(),
            loose,
        },
    );
    shared.publish(&mut writer);
}

fn loosen(shared: &Shared, gallery: u64) {
    let mut writer = shared.writer();
    let Some(current) = writer.galleries.get(&gallery) else {
        return;
    };
    let loose: Vec<u32> = current.slots().collect();
    writer.galleries.insert_mut(
        gallery,
        Gallery {
            runs: Arc::new([]),
            loose: loose.into(),
        },
    );
    shared.publish(&mut writer);
}
