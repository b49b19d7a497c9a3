//! Persons: create, copy, delete, read, modify (BEHAVIOUR 9).

mod copy;
mod create;

use crate::Core;
use crate::account::AccountId;
use crate::error::CoreError;
use crate::face::{Enrolled, Frame};
use crate::group::{self, Listed};
use crate::score::Score;
use crate::space::Space;
use crate::value::{
    FaceId, FieldText, FieldTexts, Gender, GroupId, GroupIds, ModelVersion, Page, PersonId, PersonName,
    UniquePersonControl,
};
use mien_store::{AccountKey, GroupRow, MemberRow, PersonRow, Transaction, View};
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
    /// All checks of [`Core::create_person`] that need no picture. Gives the spaces to embed the face in: two while the
    /// group is being moved.
    ///
    /// Errors, in this order: [`CoreError::GroupNotFound`], [`CoreError::PersonFieldOutOfRange`],
    /// [`CoreError::PersonExists`], [`CoreError::GroupFull`], [`CoreError::AccountFull`],
    /// [`CoreError::SpaceNotLoaded`].
    pub fn check_create_person(&self, account: AccountId, person: &NewPerson) -> Result<Vec<Arc<Space>>, CoreError> {
        create::check(&self.inner, account, person)
    }

    /// Creates a person with one face, or finds a similar one. Errors as [`Core::check_create_person`], and
    /// [`CoreError::BadEmbedding`], [`CoreError::SpaceChanged`].
    pub fn create_person(&self, account: AccountId, person: NewPerson, face: Enrolled) -> Result<Created, CoreError> {
        create::create(&self.inner, account, person, face)
    }

    /// Adds a person with all faces to further groups, with empty texts. All targets are checked first; then only
    /// capacity drops single groups. Gives the groups joined, in the order of the request (BEHAVIOUR 9 "CopyPerson").
    ///
    /// Errors, in this order: [`CoreError::PersonNotFound`], [`CoreError::GroupNotFound`],
    /// [`CoreError::AlreadyInGroup`], [`CoreError::AcrossVersions`], [`CoreError::TooManyGroupsOfPerson`],
    /// [`CoreError::GroupFull`] when no group has room.
    pub fn copy_person(&self, account: AccountId, id: &PersonId, groups: &GroupIds) -> Result<Vec<GroupId>, CoreError> {
        let (inner, id, groups) = (Arc::clone(&self.inner), id.clone(), groups.clone());
        self.inner
            .store
            .write(move |tx| copy::copy(&inner, tx, account, &id, &groups))
    }

    /// Deletes a person from all groups, with all faces.
    ///
    /// Errors: [`CoreError::PersonNotFound`].
    pub fn delete_person(&self, account: AccountId, id: &PersonId) -> Result<(), CoreError> {
        let id = id.clone();
        self.inner.store.write(move |tx| {
            let person = find(tx, account, &id)?;
            Ok(tx.delete_person(AccountKey(account.0), &person)?)
        })
    }

    /// Takes a person out of one group; out of its last group means deletion with all faces.
    ///
    /// Errors, in this order: [`CoreError::GroupNotFound`], [`CoreError::NotInGroup`].
    pub fn delete_person_from_group(
        &self,
        account: AccountId,
        id: &PersonId,
        group: &GroupId,
    ) -> Result<(), CoreError> {
        let (id, group_id) = (id.clone(), group.clone());
        self.inner.store.write(move |tx| {
            let group = group::find(tx, account, &group_id)?;
            let (person, _) = find_member(tx, account, &id, &group)?;
            if tx.group_count(person.key)? > 1 {
                tx.delete_member(&person, group.key)?;
            } else {
                tx.delete_person(AccountKey(account.0), &person)?;
            }
            Ok(())
        })
    }

    /// One person.
    ///
    /// Errors: [`CoreError::PersonNotFound`].
    pub fn person(&self, account: AccountId, id: &PersonId) -> Result<Person, CoreError> {
        self.inner.store.read(|view| {
            let row = find(view, account, id)?;
            person(view, row)
        })
    }

    /// Groups of a person in order of joining, and the newest version among them.
    ///
    /// Errors, in this order: [`CoreError::PersonNotFound`], [`CoreError::OffsetExceeded`].
    pub fn person_groups(
        &self,
        account: AccountId,
        id: &PersonId,
        page: Page,
    ) -> Result<(Listed<Membership>, ModelVersion), CoreError> {
        self.inner.store.read(|view| {
            let person = find(view, account, id)?;
            let total = view.group_count(person.key)?;
            page.check(total)?;
            let items = memberships(view, &person, page.offset, page.limit)?;
            Ok((Listed { items, total }, self.inner.spaces.version(person.space)))
        })
    }

    /// Persons of a group in order of joining, and the size of the group.
    ///
    /// Errors, in this order: [`CoreError::GroupNotFound`], [`CoreError::OffsetExceeded`].
    pub fn group_persons(
        &self,
        account: AccountId,
        group: &GroupId,
        page: Page,
    ) -> Result<(Vec<Member>, GroupSize), CoreError> {
        self.inner.store.read(|view| {
            let group = group::find(view, account, group)?;
            page.check(group.persons)?;
            let rows = view.group_persons(group.key, page.offset, page.limit)?;
            let members = rows.into_iter().map(|(row, set)| {
                Ok(Member {
                    person: person(view, row)?,
                    texts: texts(set, group.fields.len()),
                })
            });
            Ok((members.collect::<Result<_, CoreError>>()?, self.size(&group)))
        })
    }

    /// Numbers of persons and faces of a group.
    ///
    /// Errors: [`CoreError::GroupNotFound`].
    pub fn group_size(&self, account: AccountId, group: &GroupId) -> Result<GroupSize, CoreError> {
        let group = self.inner.store.read(|view| group::find(view, account, group))?;
        Ok(self.size(&group))
    }

    /// Changes name or gender, visible in every group.
    ///
    /// Errors: [`CoreError::PersonNotFound`].
    pub fn modify_person(&self, account: AccountId, id: &PersonId, change: PersonChange) -> Result<(), CoreError> {
        let id = id.clone();
        self.inner.store.write(move |tx| {
            let row = find(tx, account, &id)?;
            let name = change.name.map_or(row.name, |name| name.as_str().to_owned());
            let gender = change.gender.map_or(row.gender, |gender| gender.number() as u8);
            Ok(tx.update_person(row.key, &name, gender)?)
        })
    }

    /// Changes the texts of a person in one group; texts not named stay.
    ///
    /// Errors, in this order: [`CoreError::GroupNotFound`], [`CoreError::PersonFieldOutOfRange`],
    /// [`CoreError::NotInGroup`].
    pub fn modify_person_texts(
        &self,
        account: AccountId,
        group: &GroupId,
        id: &PersonId,
        texts: &FieldTexts,
    ) -> Result<(), CoreError> {
        let (group_id, id, texts) = (group.clone(), id.clone(), texts.clone());
        self.inner
            .store
            .write(move |tx| modify_texts(tx, account, &group_id, &id, &texts))
    }

    fn size(&self, group: &GroupRow) -> GroupSize {
        GroupSize {
            persons: group.persons,
            faces: group.faces,
            version: self.inner.spaces.version(group.space),
        }
    }
}

/// The row of a person of the account.
pub(crate) fn find(view: &View<'_>, account: AccountId, id: &PersonId) -> Result<PersonRow, CoreError> {
    view.person(AccountKey(account.0), id.as_str())?
        .ok_or_else(|| CoreError::PersonNotFound(id.clone()))
}

/// Groups of a person in order of joining.
fn memberships(view: &View<'_>, person: &PersonRow, offset: u64, limit: u64) -> Result<Vec<Membership>, CoreError> {
    let rows = view.person_groups(person.key, offset, limit)?;
    Ok(rows.into_iter().map(membership).collect())
}

/// A membership as stored.
pub(crate) fn membership(row: MemberRow) -> Membership {
    Membership {
        group: GroupId::stored(row.group_id),
        texts: texts(row.texts, row.fields),
    }
}

/// Gender as stored.
pub(crate) fn gender(stored: u8) -> Gender {
    Gender::parse(i64::from(stored)).unwrap_or_default()
}

/// The person and its texts in the group. A person that exists nowhere is not in the group either (BEHAVIOUR 9
/// "DeletePersonFromGroup").
fn find_member(
    view: &View<'_>,
    account: AccountId,
    id: &PersonId,
    group: &GroupRow,
) -> Result<(PersonRow, Vec<String>), CoreError> {
    let person = view.person(AccountKey(account.0), id.as_str())?;
    let texts = person
        .as_ref()
        .map_or(Ok(None), |person| view.member_texts(person.key, group.key))?;
    person.zip(texts).ok_or_else(|| CoreError::NotInGroup {
        person: id.clone(),
        group: GroupId::stored(group.id.clone()),
    })
}

fn modify_texts(
    tx: &mut Transaction<'_>,
    account: AccountId,
    group: &GroupId,
    id: &PersonId,
    texts: &FieldTexts,
) -> Result<(), CoreError> {
    let group = group::find(tx, account, group)?;
    check_fields(texts, &group)?;
    let (person, mut set) = find_member(tx, account, id, &group)?;
    place_texts(&mut set, texts);
    Ok(tx.update_member(person.key, group.key, &set)?)
}

/// Each text needs a description field of the group.
fn check_fields(texts: &FieldTexts, group: &GroupRow) -> Result<(), CoreError> {
    let fields = group.fields.len();
    match texts.as_slice().iter().find(|(index, _)| *index >= fields as u64) {
        Some((index, _)) => Err(CoreError::PersonFieldOutOfRange { index: *index, fields }),
        None => Ok(()),
    }
}

/// Sets texts at their positions; positions skipped stay empty.
fn place_texts(set: &mut Vec<String>, texts: &FieldTexts) {
    for (index, text) in texts.as_slice() {
        let index = *index as usize;
        if set.len() <= index {
            set.resize(index + 1, String::new());
        }
        set[index] = text.as_str().to_owned();
    }
}

/// One text per field of the group.
fn texts(mut set: Vec<String>, fields: usize) -> Vec<FieldText> {
    set.resize(fields, String::new());
    set.into_iter().map(FieldText::stored).collect()
}

fn person(view: &View<'_>, row: PersonRow) -> Result<Person, CoreError> {
    let faces = view.face_keys(row.key)?.into_iter().map(|key| FaceId(key.0)).collect();
    let gender = gender(row.gender);
    let (id, name) = (PersonId::stored(row.id), PersonName::stored(row.name));
    Ok(Person {
        id,
        name,
        gender,
        faces,
        created_ms: row.created_ms,
    })
}
