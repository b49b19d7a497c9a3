//! The edge over real sockets on 127.0.0.1, with an application that blocks, panics and floods on demand.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod bodies;
mod downloads;
mod health;
mod lifetime;
mod load;
mod protocol;
mod stage;
