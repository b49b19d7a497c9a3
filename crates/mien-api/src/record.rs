//! What is remembered of each request: one record for log, metrics and console.

use std::cell::Cell;
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
    /// Action, rate, queue.
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
    /// Query and body of the request, and downloaded pictures.
    pub bytes_in: usize,
    /// Body of the answer.
    pub bytes_out: usize,
    /// Microseconds spent in each stage, by [`Stage::ALL`]. Time spent downloading is not in it.
    pub micros: [u64; Stage::ALL.len()],
}

impl Record {
    /// Microseconds of one stage.
    pub fn stage(&self, stage: Stage) -> u64 {
        self.micros[stage as usize]
    }

    /// Microseconds of all stages.
    pub fn total(&self) -> u64 {
        self.micros.iter().sum()
    }
}

/// What the second run of a request keeps of the first.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub(crate) request_id: String,
    pub(crate) arrived_ms: u64,
    pub(crate) micros: [u64; Stage::ALL.len()],
}

/// Counts the time of each stage.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    current: Cell<Stage>,
    since: Cell<Instant>,
    nanos: [Cell<u64>; Stage::ALL.len()],
}

impl Stopwatch {
    /// Starts in [`Stage::Open`], on top of the microseconds that an earlier run took.
    pub(crate) fn start(earlier: [u64; Stage::ALL.len()]) -> Self {
        Self {
            current: Cell::new(Stage::Open),
            since: Cell::new(Instant::now()),
            nanos: earlier.map(|micros| Cell::new(micros * 1000)),
        }
    }

    /// Ends the current stage and begins another.
    pub(crate) fn enter(&self, stage: Stage) -> Stage {
        let now = Instant::now();
        let spent = now.duration_since(self.since.replace(now)).as_nanos() as u64;
        let ended = self.current.replace(stage);
        let total = &self.nanos[ended as usize];
        total.set(total.get() + spent);
        ended
    }

    /// Runs `work` as part of `stage`, then goes back to the stage before.
    pub(crate) fn within<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let before = self.enter(stage);
        let result = work();
        self.enter(before);
        result
    }

    pub(crate) fn micros(&self) -> [u64; Stage::ALL.len()] {
        self.enter(self.current.get());
        std::array::from_fn(|index| self.nanos[index].get() / 1000)
    }
}
