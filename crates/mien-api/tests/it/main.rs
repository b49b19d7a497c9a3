//! The API over a real store and index, with eyes that read pixels. Names and comments cite the rules of BEHAVIOUR.md.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod analysis;
mod codes;
mod comparing;
mod compatibility;
mod contract;
mod envelope;
mod faces;
mod goldens;
mod groups;
mod hostile;
mod images;
mod jobs;
mod parameters;
mod persons;
mod photos;
mod precedence;
mod requests;
mod rules;
mod samples;
mod searches;
mod shapes;
mod world;
