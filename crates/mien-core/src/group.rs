//! Groups: create, modify, delete, info, list (BEHAVIOUR 9 "Groups", "DeleteGroup").

use crate::Core;
use crate::account::AccountId;
use crate::error::CoreError;
use crate::value::{FieldName, FieldNames, FieldRenames, GroupId, GroupName, ModelVersion, Page, Tag};

/// A group to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGroup {
    /// Id, unique in the account.
    pub id: GroupId,
    /// Name, unique in the account.
    pub name: GroupName,
    /// Tag, may be empty.
    pub tag: Tag,
    /// Description fields for its persons.
    pub fields: FieldNames,
    /// Face model version, fixed for good.
    pub version: ModelVersion,
}

/// What to change of a group; absent means keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChange {
    /// New name.
    pub name: Option<GroupName>,
    /// New tag; an empty one clears it.
    pub tag: Option<Tag>,
    /// New names of existing description fields.
    pub fields: FieldRenames,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Id.
    pub id: GroupId,
    /// Name.
    pub name: GroupName,
    /// Tag, may be empty.
    pub tag: Tag,
    /// Description fields for its persons.
    pub fields: Vec<FieldName>,
    /// Face model version.
    pub version: ModelVersion,
    /// Creation, milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// Last change of the group itself (not of its persons), milliseconds since the Unix epoch.
    pub updated_ms: u64,
    /// Persons in it.
    pub persons: u64,
    /// Faces of its persons.
    pub faces: u64,
}

/// Part of a list and the length of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// The rows of the page.
    pub items: Vec<T>,
    /// Rows of the whole list.
    pub total: u64,
}

impl Core {
    /// Creates an empty group in the loaded space of its version.
    ///
    /// Errors, in this order: [`CoreError::AccountNotFound`], [`CoreError::GroupExists`],
    /// [`CoreError::GroupNameExists`], [`CoreError::TooManyGroups`], [`CoreError::VersionNotLoaded`].
    pub fn create_group(&self, _account: AccountId, _group: NewGroup) -> Result<Group, CoreError> {
        todo!()
    }

    /// Changes name, tag and field names; persons keep their texts.
    ///
    /// Errors, in this order: [`CoreError::GroupNotFound`], [`CoreError::GroupFieldOutOfRange`],
    /// [`CoreError::GroupNameExists`], [`CoreError::GroupFieldExists`].
    pub fn modify_group(&self, _account: AccountId, _id: &GroupId, _change: GroupChange) -> Result<(), CoreError> {
        todo!()
    }

    /// Deletes a group; persons that were in no other group are deleted with all faces.
    ///
    /// Errors: [`CoreError::GroupNotFound`].
    pub fn delete_group(&self, _account: AccountId, _id: &GroupId) -> Result<(), CoreError> {
        todo!()
    }

    /// One group.
    ///
    /// Errors: [`CoreError::GroupNotFound`].
    pub fn group(&self, _account: AccountId, _id: &GroupId) -> Result<Group, CoreError> {
        todo!()
    }

    /// Groups of the account in order of creation.
    ///
    /// Errors: [`CoreError::OffsetExceeded`].
    pub fn groups(&self, _account: AccountId, _page: Page) -> Result<Listed<Group>, CoreError> {
        todo!()
    }
}
