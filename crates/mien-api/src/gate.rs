//! Admission: the edge decides when a verified call may run.

use std::any::Any;
use std::fmt;

use crate::actions::Action;

/// Decides when a call may run. Asked once per run, after signature and rate, before the parameters are decoded; may
/// block for a bounded time. The permit is dropped when the run ends.
pub trait Gate: Send + Sync {
    /// Lets the call in, or turns it away with `ServiceUnavailable`.
    fn enter(&self, ticket: &Ticket) -> Result<Permit, Busy>;
}

/// What a gate may go by.
#[derive(Clone, Copy, Debug)]
pub struct Ticket {
    /// The account that calls.
    pub account: u64,
    /// What it calls.
    pub action: &'static Action,
}

/// Keeps a place until it is dropped.
pub struct Permit(Option<Box<dyn Any + Send>>);

impl Permit {
    /// A permit that drops `place` when the run ends.
    pub fn holding(place: impl Any + Send) -> Self {
        Self(Some(Box::new(place)))
    }

    /// A permit that holds nothing.
    pub const fn free() -> Self {
        Self(None)
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_some() {
            "Permit(held)"
        } else {
            "Permit(free)"
        })
    }
}

/// The server is starting, stopping, or has more work than it can do in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// Lets everybody in.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenGate;

impl Gate for OpenGate {
    fn enter(&self, _ticket: &Ticket) -> Result<Permit, Busy> {
        Ok(Permit::free())
    }
}
