//! What the edge serves, as seen from the edge. [`mien_api::Api`] is the implementation that ships;
//! the tests of the edge bring one that blocks, panics and floods on demand.

use bytes::Bytes;
use mien_wire::Request;

use crate::fetch::FetchError;

/// Something that answers requests without doing IO of its own on the network.
pub trait Application: Send + Sync + 'static {
    /// Proof that a request was verified and let in.
    type Admitted: Send + Sync + 'static;

    /// Largest body of any request, bytes.
    fn max_body_bytes(&self) -> usize;

    /// Parses, verifies and lets in a request, or answers it.
    ///
    /// # Errors
    /// The finished answer to a request that is not let in.
    fn admit(&self, request: &Request<'_>) -> Result<Admission<Self::Admitted>, Answer>;

    /// Runs a request that was let in. After [`Outcome::Fetch`] it is called again with what was
    /// fetched, in the same order.
    fn run(&self, request: &Request<'_>, admitted: &Self::Admitted, fetched: Option<Vec<Fetched>>) -> Outcome;

    /// The answer to a request that only the edge can refuse.
    fn refuse(&self, request: &Request<'_>, admitted: Option<&Self::Admitted>, refused: &Refused) -> Answer;
}

/// A request that was let in.
#[derive(Debug)]
pub struct Admission<T> {
    /// The application's own proof.
    pub admitted: T,
    /// Whose request it is; the queues are fair between accounts.
    pub account: u64,
    /// The name of the action.
    pub action: &'static str,
    /// What it will cost.
    pub cost: Cost,
}

/// Which threads a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Far below a millisecond: runs where it was read.
    Read,
    /// Waits for the disk.
    Write,
    /// Pictures or searches.
    Compute,
}

/// A picture behind a URL, or why there is none.
#[derive(Debug)]
pub struct Fetched {
    /// The URL as the application gave it.
    pub url: String,
    /// What came of it.
    pub result: Result<Bytes, FetchError>,
}

/// What came of a run.
#[derive(Debug)]
pub enum Outcome {
    /// The request is answered.
    Answered(Answer),
    /// These URLs must be fetched first.
    Fetch(Vec<String>),
}

/// A finished answer. It is sent with status 200 whatever it holds (BEHAVIOUR 10.2).
#[derive(Debug)]
pub struct Answer {
    /// The body.
    pub body: Vec<u8>,
    /// What happened, for log and metrics.
    pub record: Box<Record>,
}

/// What happened to one request.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The `RequestId` of the answer.
    pub request_id: String,
    /// The account, once verified.
    pub account: Option<u64>,
    /// The id of the key, once verified.
    pub secret_id: Option<String>,
    /// The action, when it is one of ours.
    pub action: Option<&'static str>,
    /// The version, when it is one of ours.
    pub version: Option<&'static str>,
    /// The error code of the answer.
    pub code: Option<&'static str>,
    /// The error and its causes, for the log only.
    pub cause: Option<String>,
    /// Whether the error is a fault of the server.
    pub is_internal: bool,
    /// Microseconds for each stage, in order.
    pub stages_us: Vec<(&'static str, u64)>,
}

/// Why the edge itself refuses a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The body is larger than any request may be.
    TooLarge,
    /// The body did not arrive in time.
    TooSlow {
        /// The limit.
        seconds: u64,
    },
    /// There is more work than can be done in time.
    Overload,
    /// The run panicked.
    Panicked {
        /// What the panic said.
        message: String,
    },
}
