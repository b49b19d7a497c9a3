//! Persons: create, copy, delete, read, modify (BEHAVIOUR 9).

use crate::Core;
use crate::account::AccountId;
use crate::error::CoreError;
use crate::face::{Enrolled, Frame};
use crate::group::Listed;
use crate::score::Score;
use crate::space::Space;
use crate::value::{
    FaceId, FieldText, FieldTexts, Gender, GroupId, GroupIds, ModelVersion, Page, PersonId, PersonName,
    UniquePersonControl,
};
use std::sync::Arc;

/// A person to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// The group the person joins.
    pub group: GroupId,
    /// Id, unique in the account over all groups.
    pub id: PersonId,
    /// Name, may repeat.
    pub name: PersonName,
    /// Gender.
    pub gender: Gender,
    /// Texts for the description fields of the group.
    pub texts: FieldTexts,
    /// Whether a similar person in the group prevents the creation.
    pub unique: UniquePersonControl,
}

/// Outcome of [`Core::create_person`].
#[derive(Clone, Debug, PartialEq)]
pub enum Created {
    /// The person exists now.
    Person {
        /// Id of its face.
        face: FaceId,
        /// Version of the group.
        version: ModelVersion,
    },
    /// Nothing was created: the group holds a similar person (BEHAVIOUR 7.5).
    Similar {
        /// The most similar person.
        person: PersonId,
        /// The most similar face of that person.
        face: FaceId,
        /// How similar.
        score: Score,
        /// The frame of the face that was given.
        frame: Frame,
        /// Version of the group.
        version: ModelVersion,
    },
}

/// What to change of a person; absent means keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonChange {
    /// New name.
    pub name: Option<PersonName>,
    /// New gender.
    pub gender: Option<Gender>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Id.
    pub id: PersonId,
    /// Name.
    pub name: PersonName,
    /// Gender.
    pub gender: Gender,
    /// Faces, oldest first.
    pub faces: Vec<FaceId>,
    /// Creation, milliseconds since the Unix epoch.
    pub created_ms: u64,
}

/// A person as a member of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub person: Person,
    /// One text per description field of the group, empty where unset.
    pub texts: Vec<FieldText>,
}

/// A group as one that a person is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The group.
    pub group: GroupId,
    /// One text per description field of the group, empty where unset.
    pub texts: Vec<FieldText>,
}

/// Size of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupSize {
    /// Persons in it.
    pub persons: u64,
    /// Faces of its persons.
    pub faces: u64,
    /// Version of the group.
    pub version: ModelVersion,
}

impl Core {
    /// All checks of [`Core::create_person`] that need no picture. Gives the space to embed the face in.
    ///
    /// Errors, in this order: [`CoreError::GroupNotFound`], [`CoreError::PersonFieldOutOfRange`],
    /// [`CoreError::PersonExists`], [`CoreError::GroupFull`], [`CoreError::AccountFull`],
    /// [`CoreError::SpaceNotLoaded`].
    pub fn check_create_person(&self, _account: AccountId, _person: &NewPerson) -> Result<Arc<Space>, CoreError> {
        todo!()
    }

    /// Creates a person with one face, or finds a similar one. Errors as [`Core::check_create_person`], and
    /// [`CoreError::BadEmbedding`].
    pub fn create_person(
        &self,
        _account: AccountId,
        _person: NewPerson,
        _face: Enrolled,
    ) -> Result<Created, CoreError> {
        todo!()
    }

    /// Adds a person with all faces to further groups, with empty texts. All targets are checked first; then only
    /// capacity drops single groups. Gives the groups joined, in the order of the request (BEHAVIOUR 9 "CopyPerson").
    ///
    /// Errors, in this order: [`CoreError::PersonNotFound`], [`CoreError::GroupNotFound`],
    /// [`CoreError::AlreadyInGroup`], [`CoreError::AcrossVersions`], [`CoreError::TooManyGroupsOfPerson`],
    /// [`CoreError::GroupFull`] when no group has room.
    pub fn copy_person(
        &self,
        _account: AccountId,
        _id: &PersonId,
        _groups: &GroupIds,
    ) -> Result<Vec<GroupId>, CoreError> {
        todo!()
    }

    /// Deletes a person from all groups, with all faces.
    ///
    /// Errors: [`CoreError::PersonNotFound`].
    pub fn delete_person(&self, _account: AccountId, _id: &PersonId) -> Result<(), CoreError> {
        todo!()
    }

    /// Takes a person out of one group; out of its last group means deletion with all faces.
    ///
    /// Errors, in this order: [`CoreError::GroupNotFound`], [`CoreError::NotInGroup`].
    pub fn delete_person_from_group(
        &self,
        _account: AccountId,
        _id: &PersonId,
        _group: &GroupId,
    ) -> Result<(), CoreError> {
        todo!()
    }

    /// One person.
    ///
    /// Errors: [`CoreError::PersonNotFound`].
    pub fn person(&self, _account: AccountId, _id: &PersonId) -> Result<Person, CoreError> {
        todo!()
    }

    /// Groups of a person in order of joining, and the version of all of them.
    ///
    /// Errors, in this order: [`CoreError::PersonNotFound`], [`CoreError::OffsetExceeded`].
    pub fn person_groups(
        &self,
        _account: AccountId,
        _id: &PersonId,
        _page: Page,
    ) -> Result<(Listed<Membership>, ModelVersion), CoreError> {
        todo!()
    }

    /// Persons of a group in order of joining, and the size of the group.
    ///
    /// Errors, in this order: [`CoreError::GroupNotFound`], [`CoreError::OffsetExceeded`].
    pub fn group_persons(
        &self,
        _account: AccountId,
        _group: &GroupId,
        _page: Page,
    ) -> Result<(Vec<Member>, GroupSize), CoreError> {
        todo!()
    }

    /// Numbers of persons and faces of a group.
    ///
    /// Errors: [`CoreError::GroupNotFound`].
    pub fn group_size(&self, _account: AccountId, _group: &GroupId) -> Result<GroupSize, CoreError> {
        todo!()
    }

    /// Changes name or gender, visible in every group.
    ///
    /// Errors: [`CoreError::PersonNotFound`].
    pub fn modify_person(&self, _account: AccountId, _id: &PersonId, _change: PersonChange) -> Result<(), CoreError> {
        todo!()
    }

    /// Changes the texts of a person in one group; texts not named stay.
    ///
    /// Errors, in this order: [`CoreError::GroupNotFound`], [`CoreError::PersonFieldOutOfRange`],
    /// [`CoreError::NotInGroup`].
    pub fn modify_person_texts(
        &self,
        _account: AccountId,
        _group: &GroupId,
        _id: &PersonId,
        _texts: &FieldTexts,
    ) -> Result<(), CoreError> {
        todo!()
    }
}
