//! Many images through the seeing path, on all threads, with progress.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};

/// What `look` says of each item, in order, and the time that all calls took together.
pub fn each<T: Sync, R: Send>(
    what: &str,
    items: &[T],
    threads: usize,
    look: impl Fn(&T) -> anyhow::Result<R> + Sync,
) -> anyhow::Result<(Vec<R>, Duration)> {
    let bar = bar(what, items.len())?;
    let next = AtomicUsize::new(0);
    let work = || -> anyhow::Result<(Vec<(usize, R)>, Duration)> {
        let mut seen = Vec::new();
        let mut busy = Duration::ZERO;
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else {
                return Ok((seen, busy));
            };
            let start = Instant::now();
            seen.push((index, look(item)?));
            busy += start.elapsed();
            bar.inc(1);
        }
    };
    let parts = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join()).collect::<Vec<_>>()
    });
    bar.finish_and_clear();
    let mut all: Vec<(usize, R)> = Vec::with_capacity(items.len());
    let mut total = Duration::ZERO;
    for part in parts {
        let (seen, busy) = part.map_err(|_| anyhow::anyhow!("a worker panicked"))??;
        all.extend(seen);
        total += busy;
    }
    all.sort_by_key(|(index, _)| *index);
    Ok((all.into_iter().map(|(_, result)| result).collect(), total))
}

fn bar(what: &str, length: usize) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} {eta}").context("progress bar")?;
    let bar = ProgressBar::new(length as u64)
        .with_style(style)
        .with_message(what.to_owned());
    Ok(bar)
}
