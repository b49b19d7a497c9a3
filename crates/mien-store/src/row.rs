//! Rows as the store gives them: checked by no domain rule, tied together by keys that never leave the server.

use half::f16;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u64);

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.0 as i64))
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                i64::column_result(value).map(|number| Self(number as u64))
            }
        }
    };
}

key!(
    /// Number of an account.
    AccountKey
);
key!(
    /// Key of a space. Never reused.
    SpaceKey
);
key!(
    /// Key of a group. Never reused.
    GroupKey
);
key!(
    /// Key of a person. Never reused.
    PersonKey
);
key!(
    /// Key of a job. Never reused.
    JobKey
);
key!(
    /// Id of a face, also seen by clients. Never reused, later ones are larger.
    FaceKey
);

/// An account and its counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Its number.
    pub key: AccountKey,
    /// Name for people.
    pub name: String,
    /// Creation, milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// Groups of the account.
    pub groups: u64,
    /// Faces of the account.
    pub faces: u64,
}

/// An API key.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeyRow {
    /// Public id.
    pub secret_id: String,
    /// The secret, as it is: an HMAC needs it.
    pub secret: String,
    /// Account it acts for.
    pub account: AccountKey,
    /// Note for people.
    pub note: String,
    /// Whether it may be used.
    pub enabled: bool,
    /// Creation, milliseconds since the Unix epoch.
    pub created_ms: u64,
}

/// An embedding space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceRow {
    /// Its key.
    pub key: SpaceKey,
    /// Identifies the embedder.
    pub fingerprint: String,
    /// Model version that its groups show, as a number the domain chooses.
    pub version: u8,
    /// Length of an embedding.
    pub dim: usize,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRow {
    /// Its key.
    pub key: GroupKey,
    /// Space that it is searched in.
    pub space: SpaceKey,
    /// The job that is moving it to another space.
    pub moving: Option<MovingRow>,
    /// Id given by the client.
    pub id: String,
    /// Name.
    pub name: String,
    /// Tag.
    pub tag: String,
    /// Names of its description fields.
    pub fields: Vec<String>,
    /// Creation, milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// Last change of the group itself.
    pub updated_ms: u64,
    /// Persons in it.
    pub persons: u64,
    /// Faces of its persons.
    pub faces: u64,
}

/// Where a group is being moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MovingRow {
    /// The job.
    pub job: JobKey,
    /// Space it will be searched in when the job is done.
    pub to: SpaceKey,
}

/// A group as one that a person is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonGroupRow {
    /// Its key.
    pub key: GroupKey,
    /// Id given by the client.
    pub id: String,
    /// Faces of all its persons.
    pub faces: u64,
    /// Space that it is searched in.
    pub space: SpaceKey,
    /// Space that it is being moved to.
    pub moving_to: Option<SpaceKey>,
    /// Whether the person's faces are in the gallery of that space already.
    pub moved: bool,
}

impl PersonGroupRow {
    /// Spaces in whose galleries of this group the person's faces are.
    pub fn galleries(&self) -> impl Iterator<Item = SpaceKey> {
        let moved = self.moving_to.filter(|_| self.moved);
        std::iter::once(self.space).chain(moved)
    }

    /// Spaces in which a new face of the person needs a vector.
    pub fn spaces(&self) -> impl Iterator<Item = SpaceKey> {
        std::iter::once(self.space).chain(self.moving_to)
    }
}

/// A move of a group to another space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    /// Its key.
    pub key: JobKey,
    /// Account of the group.
    pub account: AccountKey,
    /// Id that clients see.
    pub id: String,
    /// Key of the group, which may be deleted by now.
    pub group: GroupKey,
    /// Id of the group when the job was made.
    pub group_id: String,
    /// Space before.
    pub from: SpaceKey,
    /// Space after.
    pub to: SpaceKey,
    /// How far it is.
    pub status: JobStatus,
    /// Whether it is being rolled back: from `to` to `from`.
    pub rolling_back: bool,
    /// Memberships up to this one have been looked at.
    pub cursor: u64,
    /// Faces that are in the gallery of the target space.
    pub done: u64,
    /// Faces that there were to move.
    pub total: u64,
    /// Start, milliseconds since the Unix epoch.
    pub started_ms: u64,
    /// End of the move or of its roll-back.
    pub ended_ms: Option<u64>,
    /// Why it failed.
    pub failure: String,
    /// Faces that it failed on.
    pub failed_faces: Vec<String>,
}

impl JobRow {
    /// Space that the group is moved to at the moment.
    pub fn target(&self) -> SpaceKey {
        if self.rolling_back { self.from } else { self.to }
    }
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobStatus {
    /// At work.
    Moving,
    /// The group is in the new space.
    Moved,
    /// The group is in the old space again.
    RolledBack,
    /// The group has stayed in the old space.
    Failed,
}

impl JobStatus {
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Moving => 0,
            Self::Moved => 1,
            Self::RolledBack => 2,
            Self::Failed => 3,
        }
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        [Self::Moving, Self::Moved, Self::RolledBack, Self::Failed]
            .into_iter()
            .find(|status| status.number() == number)
    }
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// Its key.
    pub key: PersonKey,
    /// Space of the newest model version among those of its groups. Its faces have vectors in all of these.
    pub space: SpaceKey,
    /// Id given by the client.
    pub id: String,
    /// Name.
    pub name: String,
    /// Gender, as a number the domain chooses.
    pub gender: u8,
    /// Creation, milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// Faces of the person.
    pub faces: u64,
}

/// A person as a search names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPersonRow {
    /// Its key.
    pub key: PersonKey,
    /// Id given by the client.
    pub id: String,
    /// Name.
    pub name: String,
    /// Gender as the domain encodes it.
    pub gender: u8,
}

/// A person's membership in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// Key of the group.
    pub group: GroupKey,
    /// Id of the group.
    pub group_id: String,
    /// Number of description fields of the group.
    pub fields: usize,
    /// The person's texts by position; positions beyond the end are unset.
    pub texts: Vec<String>,
}

/// Frame of a face in its image, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameRow {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

/// A face, without its embedding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceRow {
    /// Its id.
    pub key: FaceKey,
    /// The person.
    pub person: PersonKey,
    /// Where it was in its image.
    pub frame: FrameRow,
    /// Creation, milliseconds since the Unix epoch.
    pub created_ms: u64,
}

/// An embedding as stored: half precision, little-endian.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector(Vec<f16>);

impl Vector {
    /// Rounds to half precision.
    pub fn from_f32(values: &[f32]) -> Self {
        Self(values.iter().map(|value| f16::from_f32(*value)).collect())
    }

    /// The stored values, exactly.
    pub fn to_f32(&self) -> Vec<f32> {
        self.0.iter().map(|value| value.to_f32()).collect()
    }

    /// Number of values.
    pub fn dim(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self(
            bytes
                .chunks_exact(2)
                .map(|pair| f16::from_le_bytes([pair[0], pair[1]]))
                .collect(),
        )
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|value| value.to_le_bytes()).collect()
    }
}

/// Which of the two indexes of a space a change is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stream {
    /// One row per face and group, key = face.
    Faces,
    /// One row per person and group, key = person, vector fused from the person's faces.
    Persons,
}

impl Stream {
    /// Both streams.
    pub const ALL: [Self; 2] = [Self::Faces, Self::Persons];

    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Faces => 0,
            Self::Persons => 1,
        }
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Faces),
            1 => Some(Self::Persons),
            _ => None,
        }
    }
}

/// What a change does to an index. `V` is the vector of an insertion: present when a change is handed on as it commits,
/// `()` when it is read back from the log.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation<V> {
    /// Puts a key into a gallery, replacing its vector.
    Insert {
        /// Gallery.
        gallery: GroupKey,
        /// Face or person, by stream.
        key: u64,
        /// The vector.
        vector: V,
    },
    /// Takes a key out of a gallery.
    Remove {
        /// Gallery.
        gallery: GroupKey,
        /// Face or person, by stream.
        key: u64,
    },
    /// Empties a gallery.
    Drop {
        /// Gallery.
        gallery: GroupKey,
    },
}

/// One entry of the change log.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<V> {
    /// Its number: rising, never reused.
    pub seq: u64,
    /// Space whose index it is for.
    pub space: SpaceKey,
    /// Which index of the space.
    pub stream: Stream,
    /// What it does.
    pub operation: Operation<V>,
}
