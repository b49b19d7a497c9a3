//! Tests of the domain through its public interface.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod crash;
mod durability;
mod faces;
mod groups;
mod jobs;
mod limits;
mod model;
mod persons;
mod scores;
mod search;
mod unique;
mod values;
mod verify;
mod world;
