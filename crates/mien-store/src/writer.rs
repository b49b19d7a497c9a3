//! The one writer: a thread that takes writes from a queue and commits as many as wait in one transaction.
//!
//! One fsync then serves all of them (group commit). Each write runs in a savepoint of its own, so one that fails
//! leaves nothing and does not touch its neighbours. Nobody is answered before the commit.

use crate::error::{Doing, StoreError};
use crate::row::{Change, Vector};
use crate::transaction::Transaction;
use crate::view::{View, number};
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

/// Told of changes as they commit, in the order of their numbers, before the writes that made them are answered.
pub trait Follower: Send {
    /// Called on the writer's thread: what takes long here holds up all writes.
    fn committed(&mut self, changes: &[Change<Vector>]);
}

/// Writes that share a transaction at most: bounds the time that the first of them waits.
const BATCH: usize = 256;

type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Given the reason why there is no transaction, a write only prepares its answer.
type Write = Box<dyn FnOnce(Result<&mut Transaction<'_>, StoreError>) -> Ran + Send>;

enum Command {
    Write(Write),
    Follow(Option<Box<dyn Follower>>, SyncSender<()>),
}

/// A write that has run and waits for the commit.
struct Ran {
    keep: bool,
    answer: Answer,
}

pub(crate) struct Writer {
    queue: Mutex<Option<Sender<Command>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(crate) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (queue, commands) = channel();
        let last_face = last_face(&connection)?;
        let thread = std::thread::Builder::new()
            .name("mien-store-writer".to_owned())
            .spawn(move || {
                Loop {
                    connection,
                    last_face,
                    follower: None,
                }
                .run(&commands)
            })
            .map_err(|source| StoreError::io("start the writer of", std::path::Path::new("store"), source))?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(crate) fn write<T, E>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, receiver) = sync_channel(1);
        let run = move |transaction: Result<&mut Transaction<'_>, StoreError>| {
            let result = transaction.map_err(E::from).and_then(|transaction| {
                let result = catch_unwind(AssertUnwindSafe(|| work(transaction)));
                result.unwrap_or_else(|_| Err(StoreError::Panicked.into()))
            });
            let keep = result.is_ok();
            // The caller may be gone; the write stands all the same.
            let answer = move |committed: Result<(), StoreError>| {
                let _ = sender.send(committed.map_err(E::from).and(result));
            };
            Ran {
                keep,
                answer: Box::new(answer),
            }
        };
        self.send(Command::Write(Box::new(run)))?;
        receiver.recv().unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    pub(crate) fn follow(&self, follower: Option<Box<dyn Follower>>) -> Result<(), StoreError> {
        let (sender, receiver) = sync_channel(1);
        self.send(Command::Follow(follower, sender))?;
        receiver.recv().map_err(|_| StoreError::Closed)
    }

    fn send(&self, command: Command) -> Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue
            .as_ref()
            .and_then(|queue| queue.send(command).ok())
            .ok_or(StoreError::Closed)
    }
}

impl Drop for Writer {
    /// Closes the queue and waits for the writes that are in it.
    fn drop(&mut self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

struct Loop {
    connection: Connection,
    last_face: u64,
    follower: Option<Box<dyn Follower>>,
}

impl Loop {
    fn run(mut self, commands: &Receiver<Command>) {
        while let Ok(command) = commands.recv() {
            let mut next = Some(command);
            while let Some(command) = next.take() {
                match command {
                    Command::Write(write) => next = self.batch(write, commands),
                    Command::Follow(follower, done) => {
                        self.follower = follower;
                        let _ = done.send(());
                    }
                }
            }
        }
    }

    /// Runs `first` and the writes that wait behind it in one transaction. Gives back the command that ended the batch
    /// because it is not a write.
    fn batch(&mut self, first: Write, commands: &Receiver<Command>) -> Option<Command> {
        let mut transaction = Transaction::new(&self.connection, self.last_face);
        let mut outcome = execute(&self.connection, "BEGIN IMMEDIATE", "starting a write");
        let (mut answers, mut next, mut after) = (Vec::new(), Some(first), None);
        while let Some(write) = next.take() {
            outcome = outcome.and_then(|()| execute(&self.connection, "SAVEPOINT one", "starting a write"));
            let (answer, kept) = one(&self.connection, &mut transaction, write, outcome);
            answers.push(answer);
            outcome = kept;
            if outcome.is_err() || answers.len() == BATCH {
                break;
            }
            match commands.try_recv() {
                Ok(Command::Write(write)) => next = Some(write),
                Ok(other) => after = Some(other),
                Err(_) => {}
            }
        }
        let outcome = outcome.and_then(|()| execute(&self.connection, "COMMIT", "committing"));
        if outcome.is_err() && !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        self.last_face = transaction.last_face();
        if let (Ok(()), Some(follower)) = (&outcome, &mut self.follower) {
            follower.committed(transaction.changes());
        }
        for answer in answers {
            answer(outcome.clone());
        }
        after
    }
}

/// Runs one write in the savepoint that `opened` tells of; undoes it when it fails. The second result is about the
/// transaction as a whole.
fn one(
    connection: &Connection,
    transaction: &mut Transaction<'_>,
    write: Write,
    opened: Result<(), StoreError>,
) -> (Answer, Result<(), StoreError>) {
    let changes = transaction.changes().len();
    let Ran { keep, answer } = write(opened.clone().map(|()| &mut *transaction));
    let closed = opened.and_then(|()| {
        if !keep {
            transaction.forget_changes(changes);
            execute(connection, "ROLLBACK TO one", "undoing a write")?;
        }
        // Fails when an error such as a full disk has ended the transaction: then the whole batch is lost.
        execute(connection, "RELEASE one", "ending a write")
    });
    (answer, closed)
}

fn execute(connection: &Connection, sql: &str, doing: &'static str) -> Result<(), StoreError> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute([]))
        .doing(doing)
        .map(drop)
}

fn last_face(connection: &Connection) -> Result<u64, StoreError> {
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'faces'";
    Ok(View::new(connection)
        .one("reading the last face id", sql, [], |row| number(row, 0))?
        .unwrap_or(0))
}
