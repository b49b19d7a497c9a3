//! The durable truth of Mien: one SQLite database with all accounts, groups, persons, faces, embeddings and the change
//! log that indexes follow (DESIGN 4). All SQL of the project is in this crate.
//!
//! ```
//! use mien_store::{Options, Store, StoreError};
//!
//! let directory = tempfile::tempdir()?;
//! let store = Store::open(&directory.path().join("mien.db"), Options::default())?;
//! let account = store.write(|transaction| transaction.insert_account("first", 0))?;
//! let found = store.read::<_, StoreError>(|view| view.account(account))?;
//! assert_eq!(found.map(|row| row.name), Some("first".to_owned()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod backup;
mod connection;
mod error;
mod integrity;
mod readers;
mod row;
mod schema;
mod store;
mod transaction;
mod view;
mod writer;

pub use connection::Durability;
pub use error::StoreError;
pub use row::{
    AccountKey, AccountRow, ApiKeyRow, Change, FaceKey, FaceRow, FrameRow, GroupKey, GroupRow, JobKey, JobRow,
    JobStatus, MemberRow, MovingRow, NamedPersonRow, Operation, PersonGroupRow, PersonKey, PersonRow, SpaceKey,
    SpaceRow, Stream, Vector,
};
pub use store::{Following, Options, Store};
pub use transaction::Transaction;
pub use transaction::{NewFaceRow, NewGroupRow, NewJobRow, NewPersonRow};
pub use view::View;
pub use writer::Follower;
