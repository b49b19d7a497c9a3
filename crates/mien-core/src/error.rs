//! What can go wrong in the domain: one variant per condition, so that each maps to exactly one wire code.

use crate::account::AccountId;
use crate::value::{FaceId, FieldName, GroupId, GroupName, ModelVersion, PersonId};
use mien_index::IndexError;
use mien_store::StoreError;
use std::path::PathBuf;

/// Why an operation was refused or failed. Nothing has changed when an operation answers an error.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// No such account.
    #[error("account {} does not exist", .0.0)]
    AccountNotFound(AccountId),
    /// No such key.
    #[error("key {0:?} does not exist")]
    KeyNotFound(String),

    /// No such group in the account.
    #[error("group {0} does not exist")]
    GroupNotFound(GroupId),
    /// The id of a new group is taken.
    #[error("group {0} already exists")]
    GroupExists(GroupId),
    /// The name of a group is taken by another group of the account.
    #[error("group name {0} is already in use")]
    GroupNameExists(GroupName),
    /// The account holds as many groups as it may.
    #[error("the account already has {max} groups")]
    TooManyGroups {
        /// The limit.
        max: u64,
    },
    /// A description field to rename does not exist in the group.
    #[error("the group has no description field {index}, it has {fields}")]
    GroupFieldOutOfRange {
        /// The index asked for, counted from 0.
        index: u64,
        /// Fields of the group.
        fields: usize,
    },
    /// Two description fields of a group would have the same name.
    #[error("the group already has a description field {0}")]
    GroupFieldExists(FieldName),

    /// No such person in the account.
    #[error("person {0} does not exist")]
    PersonNotFound(PersonId),
    /// The id of a new person is taken, in whatever group.
    #[error("person {0} already exists")]
    PersonExists(PersonId),
    /// A person's text is for a description field that the group does not have.
    #[error("the group has no description field {index}, it has {fields}")]
    PersonFieldOutOfRange {
        /// The index asked for, counted from 0.
        index: u64,
        /// Fields of the group.
        fields: usize,
    },
    /// The person is not in the group (or nowhere).
    #[error("person {person} is not in group {group}")]
    NotInGroup {
        /// The person.
        person: PersonId,
        /// The group.
        group: GroupId,
    },
    /// The person is in the group already.
    #[error("person {person} is already in group {group}")]
    AlreadyInGroup {
        /// The person.
        person: PersonId,
        /// The group.
        group: GroupId,
    },
    /// The person would be in more groups than allowed.
    #[error("a person may be in {max} groups at most")]
    TooManyGroupsOfPerson {
        /// The limit.
        max: u64,
    },

    /// Groups (or a person and a group) whose embeddings cannot be compared.
    #[error("groups of different face model versions cannot be used together: {0}")]
    AcrossVersions(String),
    /// The operation needs version 3.0.
    #[error("face model version {0} does not support this operation")]
    UnsupportedVersion(ModelVersion),
    /// No embedder of this version is loaded.
    #[error("no face model of version {0} is loaded")]
    VersionNotLoaded(ModelVersion),
    /// The embedder that the group or person was enrolled with is not loaded.
    #[error("{subject} was enrolled with the face model {fingerprint:?}, which is not loaded")]
    SpaceNotLoaded {
        /// The group or person, in words.
        subject: String,
        /// Fingerprint of the embedder that is needed.
        fingerprint: String,
    },
    /// A group changed its face model between the check and the operation: look at the picture again, in the space that
    /// the check names now.
    #[error("the face model of a group has just changed")]
    SpaceChanged,
    /// The caller gave an embedding that does not belong to the space; a fault of the program, not of the client.
    #[error("the embedding is not usable: {0}")]
    BadEmbedding(String),

    /// A group would hold more faces than allowed.
    #[error("group {group} may hold {max} faces at most")]
    GroupFull {
        /// The group.
        group: GroupId,
        /// The limit.
        max: u64,
    },
    /// The account would hold more faces than allowed.
    #[error("the account may hold {max} faces at most")]
    AccountFull {
        /// The limit.
        max: u64,
    },
    /// The person would have more faces than allowed.
    #[error("a person may have {max} faces at most")]
    PersonFull {
        /// The limit.
        max: u64,
    },
    /// More images in one call than allowed.
    #[error("{given} images were given, the limit is {max}")]
    TooManyImages {
        /// Number given.
        given: usize,
        /// The limit.
        max: usize,
    },
    /// The faces to delete are all faces of the person.
    #[error("the last face of a person cannot be deleted")]
    LastFace,

    /// No such job in the account.
    #[error("job {0:?} does not exist")]
    JobNotFound(String),
    /// The group cannot be moved to the version asked for.
    #[error("group {group} cannot be upgraded: {reason}")]
    CannotUpgrade {
        /// The group.
        group: GroupId,
        /// Why, in words.
        reason: &'static str,
    },
    /// Faces of the group cannot be embedded again, because no crop of them was kept.
    #[error("{lost} faces of group {group} were enrolled without a crop being kept, the first of them: {}", join(.first))]
    LostFaces {
        /// The group.
        group: GroupId,
        /// How many.
        lost: usize,
        /// Some of them.
        first: Vec<FaceId>,
    },
    /// The job cannot be rolled back.
    #[error("job {job} cannot be rolled back: {reason}")]
    CannotRollBack {
        /// The job.
        job: String,
        /// Why, in words.
        reason: String,
    },

    /// None of the groups to search holds a face.
    #[error("the groups hold no face")]
    NoFaceInGroups,
    /// The groups of one search hold more faces than allowed.
    #[error("the groups hold {faces} faces, {max} may be searched at once")]
    SearchTooLarge {
        /// Faces of all groups.
        faces: u64,
        /// The limit.
        max: u64,
    },
    /// The page starts beyond the end of the list.
    #[error("offset {offset} is beyond the {total} entries")]
    OffsetExceeded {
        /// The offset asked for.
        offset: u64,
        /// Entries of the list.
        total: u64,
    },

    /// A loaded space contradicts another one or the store: the same fingerprint and version, or another dimension.
    #[error("face model {0:?} is loaded twice for one version, or its dimension differs from what the store knows")]
    SpaceConflict(String),
    /// A committed change did not reach the index, so searches would miss it. A restart rebuilds the index.
    #[error("the search index has stopped following the store: {0}")]
    IndexStopped(String),
    /// No randomness to be had from the system.
    #[error("the system gives no random numbers")]
    NoRandomness,
    /// A file operation failed.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process serves the same data.
    #[error("the data directory is in use by another process")]
    InUse,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The index failed. It can be rebuilt from the store by a restart.
    #[error("the search index failed")]
    Index(#[from] IndexError),
}

fn join(faces: &[FaceId]) -> String {
    faces.iter().map(FaceId::to_string).collect::<Vec<_>>().join(", ")
}
