//! Tests of the store through its public interface.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backup;
mod changes;
mod crash;
mod schema;
mod soundness;
mod world;
mod writes;
