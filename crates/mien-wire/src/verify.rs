//! temporary
use crate::{Caller, Code, KeyRing, Opened, Policy, Refusal};
/// Verifies clock, key, token and signature (steps 4 to 6 of BEHAVIOUR 4). `now_s` is the server's clock in seconds since the Unix epoch.
pub fn verify(_opened: &Opened<'_>, _keys: &dyn KeyRing, _now_s: i64, _policy: &Policy) -> Result<Caller, Refusal> {
    Err(Refusal::new(Code::InternalError))
}
