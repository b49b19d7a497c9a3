//! The domain of Mien: accounts, groups, persons, faces; enrolment, search and verification.
//!
//! Knows nothing of HTTP, JSON or the wire protocol, and nothing of pictures: faces come in as embeddings. The truth
//! is in the store ([`mien_store`]), search runs on indexes ([`mien_index`]) that follow its change log.
//!
//! ```
//! use mien_core::*;
//! use mien_store::{Options, Store};
//! use std::sync::Arc;
//!
//! # let home = tempfile::tempdir()?;
//! # let points = vec![Point { cosine: 0.0, far: 0.5 }, Point { cosine: 0.5, far: 1e-5 }];
//! # let (dim, curve) = (3, Curve::new(points)?);
//! let space = Space { version: ModelVersion::V3, fingerprint: "an embedder".to_owned(), dim, curve };
//! let store = Store::open(&home.path().join("mien.db"), Options::default())?;
//! let core = Core::open(store, &home.path().join("index"), vec![space], Limits::default().into(), Arc::new(SystemClock))?;
//! let account = core.accounts().create("first")?;
//!
//! let (id, name) = (GroupId::parse("staff")?, GroupName::parse("Staff", Charset::Default)?);
//! let (tag, fields, version) = (Tag::empty(), FieldNames::default(), ModelVersion::V3);
//! core.create_group(account, NewGroup { id: id.clone(), name, tag, fields, version })?;
//!
//! let person = NewPerson {
//!     group: id,
//!     id: PersonId::parse("1001")?,
//!     name: PersonName::parse("Anna", Charset::Default)?,
//!     gender: Gender::Female,
//!     texts: FieldTexts::default(),
//!     unique: UniquePersonControl::Off,
//! };
//! let spaces = core.check_create_person(account, &person)?; // before the picture is looked at
//! let embeddings = spaces.iter().map(|space| Embedding::new(space, vec![0.6, 0.8, 0.0])).collect();
//! let face = Enrolled { frame: Frame::default(), embeddings, crop: None };
//! core.create_person(account, person, face)?;
//!
//! let groups = GroupIds::parse(["staff"], core.limits(account).groups_per_search)?;
//! let options = SearchOptions { candidates: 5, threshold: None, details: false };
//! let space = core.check_search(account, &groups, Target::Faces)?;
//! let probe = Embedding::new(&space, vec![0.6, 0.8, 0.0]);
//! let found = core.search(account, &groups, Target::Faces, &[probe], &options)?;
//! assert_eq!(found.probes[0].candidates[0].person.as_str(), "1001");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod account;
mod check;
pub mod clock;
pub mod embedding;
pub mod error;
pub mod face;
pub mod group;
pub mod job;
pub mod limits;
pub mod person;
pub mod score;
pub mod search;
pub mod space;
mod spaces;
pub mod value;
pub mod verify;

pub use account::{Account, AccountId, Accounts, ApiKey};
pub use clock::{Clock, SystemClock};
pub use embedding::Embedding;
pub use error::CoreError;
pub use face::{Addition, Additions, Enrolled, Frame};
pub use group::{Group, GroupChange, Listed, NewGroup};
pub use job::{Crop, Job, JobState, Work};
pub use limits::{AccountLimits, Limits};
pub use person::{Created, GroupSize, Member, Membership, NewPerson, Person, PersonChange};
pub use score::{Curve, CurveError, Impostors, Point, Score};
pub use search::{Candidate, Details, Found, FoundInGroup, Search, SearchOptions, Target};
pub use space::Space;
pub use value::{
    Charset, FaceId, FieldName, FieldNames, FieldRenames, FieldText, FieldTexts, Gender, GroupId, GroupIds, GroupName,
    Invalid, ModelVersion, Page, PersonId, PersonName, Tag, UniquePersonControl, Value,
};
pub use verify::Verified;

use job::Bell;
use mien_store::{Change, Following, Store, Vector};
use spaces::{Spaces, Upkeep};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The domain, over one store and its indexes. All methods take `&self` and may be called from many threads.
///
/// Writes go through the store's one writer: those on the same person follow one another, none is lost. An operation
/// answers when its write is durable and the indexes hold it, so a search after the answer sees it.
pub struct Core {
    inner: Arc<Inner>,
    accounts: Accounts,
    // Dropped in this order: no more changes arrive, then the last upkeep runs, then others may open the store.
    _following: Following,
    _upkeep: Upkeep,
    _lock: File,
}

/// What operations need, also inside of a write.
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) spaces: Arc<Spaces>,
    pub(crate) limits: AccountLimits,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) bell: Bell,
    cores: usize,
}

/// A scan of this many faces takes longer than starting threads for it.
const FACES_WORTH_THREADS: u64 = 200_000;

impl Inner {
    /// Threads for a search over this many faces.
    pub(crate) fn threads(&self, faces: u64) -> usize {
        if faces < FACES_WORTH_THREADS { 1 } else { self.cores }
    }
}

impl Core {
    /// Opens the indexes in `index_dir`, brings them up to the store's change log, and rebuilds what is missing or
    /// damaged. The first space of a version is the one that new groups get; further ones serve groups that were
    /// created in them.
    ///
    /// Errors: [`CoreError::InUse`], [`CoreError::SpaceConflict`], [`CoreError::Io`], [`CoreError::Store`],
    /// [`CoreError::Index`].
    pub fn open(
        store: Store,
        index_dir: &Path,
        spaces: Vec<Space>,
        limits: AccountLimits,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CoreError> {
        let lock = lock(store.path())?;
        let spaces = Arc::new(Spaces::open(&store, index_dir, spaces)?);
        let (upkeep, mut counter) = Upkeep::start(store.clone(), Arc::clone(&spaces));
        let followed = Arc::clone(&spaces);
        let following = store.follow(move |changes: &[Change<Vector>]| {
            followed.apply(changes);
            counter.count(changes.len());
        })?;
        let accounts = Accounts::new(store.clone(), Arc::clone(&clock));
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let inner = Arc::new(Inner {
            store,
            spaces,
            limits,
            clock,
            bell: Bell::default(),
            cores,
        });
        Ok(Self {
            inner,
            accounts,
            _following: following,
            _upkeep: upkeep,
            _lock: lock,
        })
    }

    /// Accounts and keys.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The limits of an account, which the parsing constructors of lists and pages need.
    pub fn limits(&self, account: AccountId) -> &Limits {
        self.inner.limits.of(account)
    }

    /// The space that new groups of a version get, which is also the one to compare two pictures in.
    ///
    /// Errors: [`CoreError::VersionNotLoaded`].
    pub fn space(&self, version: ModelVersion) -> Result<Arc<Space>, CoreError> {
        self.inner
            .spaces
            .current(version)
            .map(|loaded| Arc::clone(&loaded.space))
    }
}

/// One process (and one `Core` in it) per store: two would not see one another's changes in their indexes.
fn lock(database: &Path) -> Result<File, CoreError> {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let io = |source| CoreError::Io {
        doing: "lock",
        path: path.clone(),
        source,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(CoreError::InUse),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}
