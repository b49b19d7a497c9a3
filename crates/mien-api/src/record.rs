//! What is remembered of each request: one record for log, metrics and console.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use mien_wire::Code;

use crate::shape::Version;

/// The stages of a request in the order they are passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Method, size, content type, common parameters.
    Open,
    /// Clock, key, token, signature.
    Verify,
    /// Action and rate.
    Admit,
    /// Parameters.
    Decode,
    /// Base64 and pixels.
    Images,
    /// Detection, embedding, analysis.
    Vision,
    /// Everything else: the rules of the action, store and index.
    Run,
    /// Writing the answer.
    Seal,
}

impl Stage {
    /// All stages in order.
    pub const ALL: [Self; 8] = [
        Self::Open,
        Self::Verify,
        Self::Admit,
        Self::Decode,
        Self::Images,
        Self::Vision,
        Self::Run,
        Self::Seal,
    ];

    /// The name for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Verify => "verify",
            Self::Admit => "admit",
            Self::Decode => "decode",
            Self::Images => "images",
            Self::Vision => "vision",
            Self::Run => "run",
            Self::Seal => "seal",
        }
    }
}

/// What happened to one request.
#[derive(Clone, Debug)]
pub struct Record {
    /// The `RequestId` of the answer.
    pub request_id: String,
    /// When it came, milliseconds since the Unix epoch.
    pub arrived_ms: u64,
    /// The account, once the signature was verified.
    pub account: Option<u64>,
    /// The id of the key that signed, once verified.
    pub secret_id: Option<String>,
    /// The action, when it is one of the table: fit for a metric label.
    pub action: Option<&'static str>,
    /// The version, when it is a known one.
    pub version: Option<Version>,
    /// The code of a refusal.
    pub code: Option<Code>,
    /// The error behind the code with all its sources, when the server and not the client is at fault. For the log only.
    pub cause: Option<String>,
    /// Query and body of the request, and downloaded pictures.
    pub bytes_in: usize,
    /// Body of the answer.
    pub bytes_out: usize,
    /// Microseconds spent in each stage, by [`Stage::ALL`]. Time spent downloading is not in it.
    pub micros: [u64; Stage::ALL.len()],
}

impl Record {
    pub(crate) fn new(request_id: &str, arrived_ms: u64, bytes_in: usize) -> Self {
        Self {
            request_id: request_id.to_owned(),
            arrived_ms,
            account: None,
            secret_id: None,
            action: None,
            version: None,
            code: None,
            cause: None,
            bytes_in,
            bytes_out: 0,
            micros: Default::default(),
        }
    }

    /// Microseconds of one stage.
    pub fn stage(&self, stage: Stage) -> u64 {
        self.micros[stage as usize]
    }

    /// Microseconds of all stages.
    pub fn total(&self) -> u64 {
        self.micros.iter().sum()
    }

    /// Whether the server is at fault.
    pub fn is_internal(&self) -> bool {
        self.cause.is_some() || self.code == Some(Code::InternalError)
    }
}

/// Counts the time of each stage of one run.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    current: Cell<Stage>,
    since: Cell<Instant>,
    nanos: [Cell<u64>; Stage::ALL.len()],
}

impl Stopwatch {
    pub(crate) fn start(stage: Stage) -> Self {
        Self {
            current: Cell::new(stage),
            since: Cell::new(Instant::now()),
            nanos: Default::default(),
        }
    }

    /// Ends the current stage and begins another.
    pub(crate) fn enter(&self, stage: Stage) -> Stage {
        let now = Instant::now();
        let passed = now.duration_since(self.since.replace(now)).as_nanos() as u64;
        let ended = self.current.replace(stage);
        let total = &self.nanos[ended as usize];
        total.set(total.get() + passed);
        ended
    }

    /// Runs `work` as part of `stage`, then goes back to the stage before.
    pub(crate) fn within<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let before = self.enter(stage);
        let result = work();
        self.enter(before);
        result
    }

    /// Adds what was counted to the time of the request.
    pub(crate) fn stop(&self, spent: &Spent) {
        self.enter(self.current.get());
        for (total, counted) in spent.nanos.iter().zip(&self.nanos) {
            total.fetch_add(counted.take(), Ordering::Relaxed);
        }
    }
}

/// Time that one request spent in each stage, over all its runs.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    nanos: [AtomicU64; Stage::ALL.len()],
}

impl Spent {
    pub(crate) fn micros(&self) -> [u64; Stage::ALL.len()] {
        std::array::from_fn(|index| self.nanos[index].load(Ordering::Relaxed) / 1000)
    }
}
