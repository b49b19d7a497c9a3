//! What the edge serves, as seen from the edge. [`Api`] is what ships; the tests of the edge bring an
//! application that blocks, panics and floods on demand.

use mien_api::{Admitted, Answer, Api, Fetched, Reply, Work};
use mien_wire::{Code, Refusal, Request};

/// Something that answers requests without doing IO of its own on the network.
pub trait Application: Send + Sync + 'static {
    /// Proof that a request was verified and let in.
    type Admitted: Send + Sync + 'static;

    /// Largest body of a request with this head, bytes.
    fn max_body_bytes(&self, head: &Request<'_>) -> usize;

    /// Parses, verifies and lets in a request, or answers it.
    ///
    /// # Errors
    /// The finished answer to a request that is not let in.
    fn admit(&self, request: &Request<'_>) -> Result<Admission<Self::Admitted>, Box<Reply>>;

    /// Runs a request that was let in. After [`Answer::Fetch`] it is called again with what was fetched.
    fn run(&self, request: &Request<'_>, admitted: &Self::Admitted, fetched: &Fetched) -> Answer;

    /// The answer to a request that only the edge can refuse.
    fn refuse(&self, request: &Request<'_>, admitted: Option<&Self::Admitted>, refused: &Refused) -> Reply;
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

/// Why the edge itself refuses a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The body is larger than such a request may be.
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

impl Application for Api {
    type Admitted = Admitted;

    fn max_body_bytes(&self, head: &Request<'_>) -> usize {
        self.config().request_limits.body_bytes(head)
    }

    fn admit(&self, request: &Request<'_>) -> Result<Admission<Admitted>, Box<Reply>> {
        let admitted = Self::admit(self, request)?;
        let cost = match admitted.action().work {
            Work::Read => Cost::Read,
            Work::Write => Cost::Write,
            Work::Look | Work::LookAndWrite => Cost::Compute,
        };
        Ok(Admission {
            account: admitted.account(),
            action: admitted.action().name,
            cost,
            admitted,
        })
    }

    fn run(&self, request: &Request<'_>, admitted: &Admitted, fetched: &Fetched) -> Answer {
        Self::run(self, request, admitted, fetched)
    }

    fn refuse(&self, request: &Request<'_>, admitted: Option<&Admitted>, refused: &Refused) -> Reply {
        let (refusal, cause) = match refused {
            Refused::TooLarge => (self.config().request_limits.body_too_large(request), None),
            Refused::TooSlow { seconds } => (too_slow(*seconds), None),
            Refused::Overload => (overload(), None),
            Refused::Panicked { message } => (Refusal::new(Code::InternalError), Some(format!("panic: {message}"))),
        };
        Self::refuse(self, request, admitted, &refusal, cause)
    }
}

fn too_slow(seconds: u64) -> Refusal {
    Refusal::explained(
        Code::InvalidRequest,
        format!("The body did not arrive within {seconds} s."),
        format!("请求体未能在 {seconds} 秒内传输完毕。"),
    )
}

/// The code that the SDKs retry on.
fn overload() -> Refusal {
    Refusal::explained(
        Code::RequestLimitExceeded,
        "The server has more work than it can do in time; try again.",
        "服务器当前负载过高，请稍后重试。",
    )
}
