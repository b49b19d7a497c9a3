//! Integration tests of mien-vision, one binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod engines;
mod fitness;
mod goldens;
mod halves;
mod heads;
mod install;
mod landmarks;
mod manifests;
mod material;
mod pictures;
mod seeing;
