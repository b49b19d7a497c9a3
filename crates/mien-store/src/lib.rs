//! The durable truth of Mien: one SQLite database with all accounts, groups, persons, faces, embeddings and the change
//! log that indexes follow. All SQL of the project is in this crate.

pub mod error;
pub mod store;

pub use error::StoreError;
pub use store::{Durability, Options, Store};
