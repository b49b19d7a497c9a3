//! Groups: create, modify, delete, info, list (BEHAVIOUR 9 "Groups", "DeleteGroup").

use crate::account::AccountId;
use crate::error::CoreError;
use crate::spaces::Spaces;
use crate::value::{FieldName, FieldNames, FieldRenames, GroupId, GroupName, ModelVersion, Page, Tag};
use crate::{Core, Inner};
use mien_store::{AccountKey, AccountRow, GroupRow, NewGroupRow, Transaction, View};
use std::sync::Arc;

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
    /// Face model version; only a job changes it ([`crate::Job`]).
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
    pub fn create_group(&self, account: AccountId, group: NewGroup) -> Result<Group, CoreError> {
        let inner = Arc::clone(&self.inner);
        self.inner.store.write(move |tx| create(&inner, tx, account, group))
    }

    /// Changes name, tag and field names; persons keep their texts.
    ///
    /// Errors, in this order: [`CoreError::GroupNotFound`], [`CoreError::GroupFieldOutOfRange`],
    /// [`CoreError::GroupNameExists`], [`CoreError::GroupFieldExists`].
    pub fn modify_group(&self, account: AccountId, id: &GroupId, change: GroupChange) -> Result<(), CoreError> {
        let (id, now_ms) = (id.clone(), self.inner.clock.now_ms());
        self.inner
            .store
            .write(move |tx| modify(tx, account, &id, change, now_ms))
    }

    /// Deletes a group; persons that were in no other group are deleted with all faces.
    ///
    /// Errors: [`CoreError::GroupNotFound`].
    pub fn delete_group(&self, account: AccountId, id: &GroupId) -> Result<(), CoreError> {
        let (id, now_ms) = (id.clone(), self.inner.clock.now_ms());
        self.inner.store.write(move |tx| {
            let mut row = find(tx, account, &id)?;
            if let Some(moving) = row.moving
                && let Some(job) = tx.job_by_key(moving.job)?
            {
                tx.fail_job(&job, "the group was deleted", &[], now_ms)?;
                row = find(tx, account, &id)?;
            }
            Ok(tx.delete_group(AccountKey(account.0), &row)?)
        })
    }

    /// One group.
    ///
    /// Errors: [`CoreError::GroupNotFound`].
    pub fn group(&self, account: AccountId, id: &GroupId) -> Result<Group, CoreError> {
        let row = self.inner.store.read(|view| find(view, account, id))?;
        Ok(group(&self.inner.spaces, row))
    }

    /// Groups of the account in order of creation.
    ///
    /// Errors, in this order: [`CoreError::AccountNotFound`], [`CoreError::OffsetExceeded`].
    pub fn groups(&self, account: AccountId, page: Page) -> Result<Listed<Group>, CoreError> {
        let (rows, total) = self.inner.store.read(|view| {
            let total = find_account(view, account)?.groups;
            page.check(total)?;
            Ok::<_, CoreError>((view.groups(AccountKey(account.0), page.offset, page.limit)?, total))
        })?;
        Ok(Listed {
            items: rows.into_iter().map(|row| group(&self.inner.spaces, row)).collect(),
            total,
        })
    }
}

/// The row of a group of the account.
pub(crate) fn find(view: &View<'_>, account: AccountId, id: &GroupId) -> Result<GroupRow, CoreError> {
    view.group(AccountKey(account.0), id.as_str())?
        .ok_or_else(|| CoreError::GroupNotFound(id.clone()))
}

/// The row of the account.
pub(crate) fn find_account(view: &View<'_>, account: AccountId) -> Result<AccountRow, CoreError> {
    view.account(AccountKey(account.0))?
        .ok_or(CoreError::AccountNotFound(account))
}

impl Page {
    /// An offset equal to the total gives an empty page, one beyond it is an error (BEHAVIOUR 13 #17).
    pub(crate) fn check(self, total: u64) -> Result<(), CoreError> {
        if self.offset > total {
            Err(CoreError::OffsetExceeded {
                offset: self.offset,
                total,
            })
        } else {
            Ok(())
        }
    }
}

fn create(inner: &Inner, tx: &mut Transaction<'_>, account: AccountId, new: NewGroup) -> Result<Group, CoreError> {
    let key = AccountKey(account.0);
    let groups = find_account(tx, account)?.groups;
    if tx.group(key, new.id.as_str())?.is_some() {
        return Err(CoreError::GroupExists(new.id));
    }
    if tx.group_named(key, new.name.as_str())?.is_some() {
        return Err(CoreError::GroupNameExists(new.name));
    }
    let max = inner.limits.of(account).groups_per_account;
    if groups >= max {
        return Err(CoreError::TooManyGroups { max });
    }
    let fields: Vec<String> = new
        .fields
        .as_slice()
        .iter()
        .map(|field| field.as_str().to_owned())
        .collect();
    tx.insert_group(&NewGroupRow {
        account: key,
        space: inner.spaces.current(new.version)?.key,
        id: new.id.as_str(),
        name: new.name.as_str(),
        tag: new.tag.as_str(),
        fields: &fields,
        now_ms: inner.clock.now_ms(),
    })?;
    Ok(group(&inner.spaces, find(tx, account, &new.id)?))
}

fn modify(
    tx: &mut Transaction<'_>,
    account: AccountId,
    id: &GroupId,
    change: GroupChange,
    now_ms: u64,
) -> Result<(), CoreError> {
    let GroupRow {
        key,
        name,
        tag,
        mut fields,
        ..
    } = find(tx, account, id)?;
    let renames = change.fields.as_slice();
    if let Some((index, _)) = renames.iter().find(|(index, _)| *index >= fields.len() as u64) {
        return Err(CoreError::GroupFieldOutOfRange {
            index: *index,
            fields: fields.len(),
        });
    }
    if let Some(wanted) = &change.name {
        let owner = tx.group_named(AccountKey(account.0), wanted.as_str())?;
        if owner.is_some_and(|owner| owner != key) {
            return Err(CoreError::GroupNameExists(wanted.clone()));
        }
    }
    for (index, wanted) in renames {
        fields[*index as usize] = wanted.as_str().to_owned();
    }
    // Looked at after all renames, so that two fields may exchange their names.
    let taken = |wanted: &FieldName| fields.iter().filter(|field| *field == wanted.as_str()).count() > 1;
    if let Some((_, wanted)) = renames.iter().find(|(_, wanted)| taken(wanted)) {
        return Err(CoreError::GroupFieldExists(wanted.clone()));
    }
    let name = change.name.map_or(name, |wanted| wanted.as_str().to_owned());
    let tag = change.tag.map_or(tag, |wanted| wanted.as_str().to_owned());
    Ok(tx.update_group(key, &name, &tag, &fields, now_ms)?)
}

fn group(spaces: &Spaces, row: GroupRow) -> Group {
    Group {
        version: spaces.version(row.space),
        id: GroupId::stored(row.id),
        name: GroupName::stored(row.name),
        tag: Tag::stored(row.tag),
        fields: row.fields.into_iter().map(FieldName::stored).collect(),
        created_ms: row.created_ms,
        updated_ms: row.updated_ms,
        persons: row.persons,
        faces: row.faces,
    }
}
