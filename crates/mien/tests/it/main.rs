//! Integration tests of the binary crate and rules that hold for the whole workspace.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod architecture;
mod safekeeping;
