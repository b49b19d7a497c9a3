//! Threads for work that is too long for the asynchronous ones: pictures, searches, writes.
//!
//! The queue in front of them is bounded by waiting time and fair between accounts ([`queue`]). Work
//! whose client hung up before it started is dropped; work that has started runs to its end, so a
//! write is never cut in half.

mod queue;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use self::queue::{Queue, Work};

type Job = Box<dyn FnOnce() + Send>;

/// No thread will be free in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no thread is free within the longest wait")]
pub(crate) struct Overload;

/// A fixed set of threads with one queue.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    max_wait: Duration,
}

struct Shared {
    queue: Mutex<Queue<Job>>,
    wake: Condvar,
}

/// What the queue looks like at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) waiting: usize,
    pub(crate) running: usize,
}

impl Pool {
    /// Starts `threads` threads called `name`.
    ///
    /// # Errors
    /// The operating system refused a thread.
    pub(crate) fn start(name: &str, threads: usize, max_wait: Duration) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue::new(threads)),
            wake: Condvar::new(),
        });
        let pool = Self {
            shared: Arc::clone(&shared),
            max_wait,
        };
        for number in 0..threads {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || shared.serve())?;
        }
        Ok(pool)
    }

    /// Runs `work` for `account` and gives its result. `kind` tells works of similar length apart.
    /// When the future is dropped before the work starts, it never starts.
    ///
    /// # Errors
    /// The work would have to wait too long, or did.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        account: u64,
        kind: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Overload> {
        let (send, receive) = oneshot::channel();
        let job: Job = Box::new(move || drop(send.send(work())));
        let place = Place {
            pool: self,
            account,
            id: self.enter(account, kind, job)?,
        };
        tokio::pin!(receive);
        if let Ok(result) = tokio::time::timeout(self.max_wait, &mut receive).await {
            return result.map_err(|_| Overload);
        }
        if place.leave() {
            return Err(Overload);
        }
        receive.await.map_err(|_| Overload)
    }

    /// How full the pool is.
    pub(crate) fn load(&self) -> Load {
        let queue = self.shared.lock();
        Load {
            waiting: queue.waiting(),
            running: queue.running(),
        }
    }

    fn enter(&self, account: u64, kind: &'static str, job: Job) -> Result<u64, Overload> {
        let mut queue = self.shared.lock();
        if queue.expected_wait(account, kind) > self.max_wait {
            return Err(Overload);
        }
        let id = queue.push(account, kind, job);
        drop(queue);
        self.shared.wake.notify_one();
        Ok(id)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let left = self.shared.lock().close();
        drop(left);
        self.shared.wake.notify_all();
    }
}

impl Shared {
    fn serve(&self) {
        while let Some(work) = self.next() {
            let started = Instant::now();
            // The result goes through a channel, so a panic is seen there as a closed channel.
            let _ = std::panic::catch_unwind(AssertUnwindSafe(work.job));
            self.lock()
                .finish(work.account, work.kind, work.expected, started.elapsed());
        }
    }

    fn next(&self) -> Option<Work<Job>> {
        let mut queue = self.lock();
        loop {
            if let Some(work) = queue.pop() {
                return Some(work);
            }
            if queue.is_closed() {
                return None;
            }
            queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue<Job>> {
        // Jobs run outside the lock, so a panic cannot leave the queue half-changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue; giving it up takes the work out.
struct Place<'a> {
    pool: &'a Pool,
    account: u64,
    id: u64,
}

impl Place<'_> {
    /// Takes the work out of the queue. False when it has started (or is done).
    fn leave(&self) -> bool {
        let job = self.pool.shared.lock().remove(self.account, self.id);
        job.is_some()
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;

    /// A pool of one thread that is held up until the returned sender is used.
    fn held_up(
        max_wait: Duration,
    ) -> (
        Arc<Pool>,
        mpsc::Sender<()>,
        tokio::task::JoinHandle<Result<(), Overload>>,
    ) {
        let pool = Arc::new(Pool::start("test", 1, max_wait).unwrap());
        let (release, held) = mpsc::channel::<()>();
        let (started, running) = mpsc::channel::<()>();
        let hold = {
            let pool = Arc::clone(&pool);
            tokio::spawn(async move {
                pool.run(1, "hold", move || {
                    started.send(()).unwrap();
                    held.recv().unwrap();
                })
                .await
            })
        };
        tokio::task::block_in_place(|| running.recv().unwrap());
        (pool, release, hold)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn work_left_behind_never_starts() {
        let (pool, release, hold) = held_up(Duration::from_secs(60));
        let runs = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&runs);
        {
            let left = pool.run(1, "left", move || count.fetch_add(1, Ordering::SeqCst));
            tokio::pin!(left);
            assert!(futures_poll_once(left.as_mut()).await.is_none());
            assert_eq!(pool.load(), Load { waiting: 1, running: 1 });
        }
        assert_eq!(pool.load(), Load { waiting: 0, running: 1 });
        release.send(()).unwrap();
        hold.await.unwrap().unwrap();
        assert_eq!(pool.run(1, "after", || 7).await, Ok(7));
        assert_eq!(runs.load(Ordering::SeqCst), 0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn work_that_waited_too_long_is_refused_and_never_starts() {
        let (pool, release, hold) = held_up(Duration::from_millis(20));
        let runs = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&runs);
        let late = pool.run(2, "late", move || count.fetch_add(1, Ordering::SeqCst)).await;
        assert_eq!(late, Err(Overload));
        release.send(()).unwrap();
        hold.await.unwrap().unwrap();
        assert_eq!(runs.load(Ordering::SeqCst), 0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_full_queue_refuses_without_waiting() {
        // Work of an unknown kind counts as 10 ms: after a few the wait would be too long.
        let (pool, release, hold) = held_up(Duration::from_millis(35));
        let entered = (0..10)
            .take_while(|_| pool.enter(2, "unknown", Box::new(|| ())).is_ok())
            .count();
        assert!((1..=4).contains(&entered), "{entered} entered");
        assert!(
            pool.enter(3, "unknown", Box::new(|| ())).is_ok(),
            "another account has its own share"
        );
        release.send(()).unwrap();
        hold.await.unwrap().unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_does_not_cost_a_thread() {
        let pool = Pool::start("test", 1, Duration::from_secs(60)).unwrap();
        assert_eq!(
            pool.run(1, "panics", || panic!("on purpose")).await,
            Err::<(), _>(Overload)
        );
        assert_eq!(pool.run(1, "works", || 7).await, Ok(7));
    }

    async fn futures_poll_once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
        std::future::poll_fn(|cx| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut future).poll(cx) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
