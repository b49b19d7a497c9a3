//! VerifyPerson: VerifyFace against the fused feature of the person; version 3.0 only (BEHAVIOUR 6.5, 7.7).

use mien_core::Target;

use crate::actions::verify_face;
pub(super) use crate::actions::verify_face::{Arguments, Reply};
use crate::call::{Call, Outcome};

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    verify_face::verify(call, arguments, Target::Persons)
}
