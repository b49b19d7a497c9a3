//! The order of work: fair between accounts by the time their work takes, not by how much they send.
//!
//! Start-time fair queueing (Goyal, Vin, Cheng 1996): each account has a virtual clock that runs
//! forward by the processor time it used; the account that used least goes next. An account that
//! was away starts at the clock of the one served last, so it cannot save up.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// Assumed length of a kind of work that has not been seen yet.
const UNKNOWN_KIND: Duration = Duration::from_millis(10);

/// Weight of a new measurement in the running mean.
const MEAN_WEIGHT: f64 = 0.1;

/// Work taken out of the queue.
pub(crate) struct Work<J> {
    pub(crate) account: u64,
    pub(crate) kind: &'static str,
    pub(crate) expected: Duration,
    pub(crate) job: J,
}

struct Entry<J> {
    id: u64,
    kind: &'static str,
    expected: Duration,
    job: J,
}

struct Line<J> {
    entries: VecDeque<Entry<J>>,
    expected: Duration,
    clock: Duration,
}

/// Work that waits, and how long works of each kind take.
pub(crate) struct Queue<J> {
    threads: u32,
    lines: HashMap<u64, Line<J>>,
    lengths: HashMap<&'static str, Duration>,
    clock: Duration,
    next_id: u64,
    waiting: usize,
    running: usize,
    running_expected: Duration,
    closed: bool,
}

impl<J> Queue<J> {
    /// An empty queue in front of `threads` threads.
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            threads: u32::try_from(threads).unwrap_or(u32::MAX).max(1),
            lines: HashMap::new(),
            lengths: HashMap::new(),
            clock: Duration::ZERO,
            next_id: 0,
            waiting: 0,
            running: 0,
            running_expected: Duration::ZERO,
            closed: false,
        }
    }

    /// How long new work of this account would wait: what it has waiting itself, and as much of every
    /// other account as is served in turn with it.
    pub(crate) fn expected_wait(&self, account: u64, kind: &'static str) -> Duration {
        if self.running < self.threads as usize && self.waiting == 0 {
            return Duration::ZERO;
        }
        let own = self.lines.get(&account).map_or(Duration::ZERO, |line| line.expected);
        let share = own + self.length(kind);
        let others: Duration = self
            .lines
            .iter()
            .filter(|(id, _)| **id != account)
            .map(|(_, line)| line.expected.min(share))
            .sum();
        (self.running_expected / 2 + own + others) / self.threads
    }

    /// Adds work; gives the id to take it out again.
    pub(crate) fn push(&mut self, account: u64, kind: &'static str, job: J) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let expected = self.length(kind);
        let clock = self.clock;
        let line = self.lines.entry(account).or_insert_with(|| Line {
            entries: VecDeque::new(),
            expected: Duration::ZERO,
            clock,
        });
        if line.entries.is_empty() {
            line.clock = line.clock.max(clock);
        }
        line.expected += expected;
        line.entries.push_back(Entry {
            id,
            kind,
            expected,
            job,
        });
        self.waiting += 1;
        id
    }

    /// Takes the next work: the oldest of the account that used least.
    pub(crate) fn pop(&mut self) -> Option<Work<J>> {
        let ready = self.lines.iter_mut().filter(|(_, line)| !line.entries.is_empty());
        let (account, line) = ready.min_by_key(|(id, line)| (line.clock, **id))?;
        let entry = line.entries.pop_front()?;
        line.expected = line.expected.saturating_sub(entry.expected);
        self.clock = line.clock;
        line.clock += entry.expected;
        self.waiting -= 1;
        self.running += 1;
        self.running_expected += entry.expected;
        Some(Work {
            account: *account,
            kind: entry.kind,
            expected: entry.expected,
            job: entry.job,
        })
    }

    /// Takes waiting work out. `None` when it is no longer waiting.
    pub(crate) fn remove(&mut self, account: u64, id: u64) -> Option<J> {
        let line = self.lines.get_mut(&account)?;
        let at = line.entries.binary_search_by_key(&id, |entry| entry.id).ok()?;
        let entry = line.entries.remove(at)?;
        line.expected = line.expected.saturating_sub(entry.expected);
        self.waiting -= 1;
        Some(entry.job)
    }

    /// Notes that work ended after `took`: the account is charged for what it used.
    pub(crate) fn finish(&mut self, account: u64, kind: &'static str, expected: Duration, took: Duration) {
        self.running -= 1;
        self.running_expected = self.running_expected.saturating_sub(expected);
        let mean = self.lengths.entry(kind).or_insert(took);
        *mean = mean.mul_f64(1.0 - MEAN_WEIGHT) + took.mul_f64(MEAN_WEIGHT);
        if let Some(line) = self.lines.get_mut(&account) {
            line.clock = (line.clock + took).saturating_sub(expected);
        }
        let clock = self.clock;
        self.lines
            .retain(|_, line| !line.entries.is_empty() || line.clock > clock);
    }

    /// Refuses all further work and gives back what waits.
    pub(crate) fn close(&mut self) -> Vec<J> {
        self.closed = true;
        self.waiting = 0;
        self.lines
            .drain()
            .flat_map(|(_, line)| line.entries.into_iter().map(|entry| entry.job))
            .collect()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    pub(crate) fn running(&self) -> usize {
        self.running
    }

    fn length(&self, kind: &'static str) -> Duration {
        self.lengths.get(kind).copied().unwrap_or(UNKNOWN_KIND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn taught(kinds: &[(&'static str, u32)]) -> Queue<&'static str> {
        let mut queue = Queue::new(1);
        for (kind, seconds) in kinds {
            queue.push(0, kind, "teach");
            let work = queue.pop().unwrap();
            queue.finish(0, kind, work.expected, SECOND * *seconds);
        }
        queue
    }

    fn drain(queue: &mut Queue<&'static str>, kind_seconds: u32) -> Vec<&'static str> {
        let mut order = Vec::new();
        while let Some(work) = queue.pop() {
            queue.finish(work.account, work.kind, work.expected, SECOND * kind_seconds);
            order.push(work.job);
        }
        order
    }

    #[test]
    fn an_account_that_floods_does_not_delay_another() {
        let mut queue = taught(&[("search", 1)]);
        for _ in 0..100 {
            queue.push(1, "search", "flood");
        }
        queue.push(2, "search", "quiet");
        queue.push(2, "search", "quiet");
        let order = drain(&mut queue, 1);
        let last_quiet = order.iter().rposition(|job| *job == "quiet").unwrap();
        assert!(last_quiet <= 4, "served at {last_quiet}");
        assert_eq!(order.len(), 102);
    }

    #[test]
    fn long_work_is_charged_by_its_time() {
        let mut queue = taught(&[("long", 9), ("short", 1)]);
        for _ in 0..3 {
            queue.push(1, "long", "long");
        }
        for _ in 0..9 {
            queue.push(2, "short", "short");
        }
        let mut order = Vec::new();
        while let Some(work) = queue.pop() {
            queue.finish(work.account, work.kind, work.expected, work.expected);
            order.push(work.job);
        }
        assert_eq!(order[..11].iter().filter(|job| **job == "long").count(), 2, "{order:?}");
    }

    #[test]
    fn an_account_cannot_save_up_time() {
        let mut queue = taught(&[("search", 1)]);
        queue.push(1, "search", "early");
        for _ in 0..50 {
            queue.push(2, "search", "busy");
        }
        drain(&mut queue, 1);
        for _ in 0..20 {
            queue.push(1, "search", "late");
            queue.push(2, "search", "busy");
        }
        let order = drain(&mut queue, 1);
        let late = order[..20].iter().filter(|job| **job == "late").count();
        assert!((10..=11).contains(&late), "{order:?}");
    }

    #[test]
    fn the_wait_is_that_of_the_account() {
        let mut queue = taught(&[("search", 1)]);
        assert_eq!(queue.expected_wait(1, "search"), Duration::ZERO);
        queue.push(1, "search", "running");
        queue.pop().unwrap();
        for _ in 0..10 {
            queue.push(1, "search", "waiting");
        }
        assert!(queue.expected_wait(1, "search") >= SECOND * 10);
        assert!(queue.expected_wait(2, "search") <= SECOND * 2);
    }

    #[test]
    fn removed_work_is_gone_and_costs_nothing() {
        let mut queue = taught(&[("search", 1)]);
        let first = queue.push(1, "search", "first");
        let second = queue.push(1, "search", "second");
        assert_eq!(queue.remove(1, second), Some("second"));
        assert_eq!(queue.remove(1, second), None);
        assert_eq!(queue.waiting(), 1);
        assert_eq!(queue.pop().unwrap().job, "first");
        assert_eq!(queue.remove(1, first), None);
        queue.finish(1, "search", SECOND, SECOND);
        assert_eq!(queue.running(), 0);
        assert!(queue.lines.values().all(|line| line.expected == Duration::ZERO));
    }
}
