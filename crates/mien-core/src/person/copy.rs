//! Copying a person to further groups (BEHAVIOUR 9 "CopyPerson").

use super::find;
use crate::account::AccountId;
use crate::embedding;
use crate::error::CoreError;
use crate::face::check_group_room;
use crate::value::{GroupId, GroupIds, PersonId};
use crate::{Inner, group};
use mien_store::{GroupRow, PersonRow, Transaction};

pub(super) fn copy(
    inner: &Inner,
    tx: &mut Transaction<'_>,
    account: AccountId,
    id: &PersonId,
    groups: &GroupIds,
) -> Result<Vec<GroupId>, CoreError> {
    let person = find(tx, account, id)?;
    let targets: Vec<GroupRow> = groups
        .as_slice()
        .iter()
        .map(|group| group::find(tx, account, group))
        .collect::<Result<_, _>>()?;
    check(inner, tx, account, &person, &targets)?;

    let (mut joined, mut full) = (Vec::new(), None);
    for target in targets {
        match check_group_room(inner, account, target.space, &target.id, target.faces, person.faces) {
            Ok(()) => {
                let faces = tx.person_vectors(person.key, target.space)?;
                let fused = embedding::fuse(faces.iter().map(|(_, vector)| vector));
                tx.insert_member(person.key, target.space, target.key, &[], &faces, fused.as_ref())?;
                joined.push(GroupId::stored(target.id));
            }
            Err(error) => full = full.or(Some(error)),
        }
    }
    match full {
        Some(error) if joined.is_empty() => Err(error),
        _ => Ok(joined),
    }
}

/// What refuses the whole copy; only lack of room does not.
fn check(
    inner: &Inner,
    tx: &Transaction<'_>,
    account: AccountId,
    person: &PersonRow,
    targets: &[GroupRow],
) -> Result<(), CoreError> {
    for target in targets {
        if tx.member_texts(person.key, target.key)?.is_some() {
            let (person, group) = (PersonId::stored(person.id.clone()), GroupId::stored(target.id.clone()));
            return Err(CoreError::AlreadyInGroup { person, group });
        }
    }
    // Its faces have vectors in the spaces of its groups.
    let groups = tx.groups_of_person(person.key)?;
    let known = |space| groups.iter().any(|group| group.space == space);
    if let Some(other) = targets.iter().find(|target| !known(target.space)) {
        let (have, want) = (inner.spaces.version(person.space), inner.spaces.version(other.space));
        let models = if have == want { ", of different models" } else { "" };
        return Err(CoreError::AcrossVersions(format!(
            "person {} has {have}, group {} has {want}{models}",
            person.id, other.id
        )));
    }
    let max = inner.limits.of(account).groups_per_person;
    if tx.group_count(person.key)? + targets.len() as u64 > max {
        return Err(CoreError::TooManyGroupsOfPerson { max });
    }
    Ok(())
}
