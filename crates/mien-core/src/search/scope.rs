//! What a search runs over, and whether it may.

use super::{Search, Target};
use crate::account::AccountId;
use crate::error::CoreError;
use crate::spaces::Loaded;
use crate::value::{GroupIds, ModelVersion};
use crate::{Inner, group};
use mien_index::Index;
use mien_store::{GroupRow, Stream, View};

/// The groups of one search: of one space, with at least one face.
pub(super) struct Scope<'a> {
    pub(super) groups: Vec<GroupRow>,
    pub(super) loaded: &'a Loaded,
    pub(super) version: ModelVersion,
    pub(super) faces: u64,
    persons: u64,
    stream: Stream,
}

impl Scope<'_> {
    pub(super) fn index(&self) -> Result<&Index, CoreError> {
        self.loaded.index(self.stream)
    }

    /// Whether the groups are still in the space that was searched: a gallery that a group has left is empty.
    pub(super) fn still(&self, view: &View<'_>) -> Result<(), CoreError> {
        for group in &self.groups {
            let now = view.group_by_key(group.key)?;
            if now.is_some_and(|now| now.space != group.space) {
                return Err(CoreError::SpaceChanged);
            }
        }
        Ok(())
    }

    pub(super) fn answer<T>(&self, probes: Vec<T>) -> Search<T> {
        Search {
            probes,
            faces: self.faces,
            persons: self.persons,
            version: self.version,
        }
    }
}

/// Checks in the order that [`crate::Core::check_search`] documents. Of groups of several versions, one of 2.0 is
/// reported first where that version cannot be searched (BEHAVIOUR 13 #30).
pub(super) fn find<'a>(
    inner: &'a Inner,
    account: AccountId,
    groups: &GroupIds,
    target: Target,
) -> Result<Scope<'a>, CoreError> {
    let groups: Vec<GroupRow> = inner.store.read(|view| {
        groups
            .as_slice()
            .iter()
            .map(|id| group::find(view, account, id))
            .collect::<Result<_, _>>()
    })?;
    let version = |group: &GroupRow| inner.spaces.version(group.space);
    if target == Target::Persons && groups.iter().any(|group| version(group) == ModelVersion::V2) {
        return Err(CoreError::UnsupportedVersion(ModelVersion::V2));
    }
    let first = &groups[0];
    if let Some(other) = groups.iter().find(|group| group.space != first.space) {
        let (have, want) = (version(first), version(other));
        let models = if have == want { ", of different models" } else { "" };
        return Err(CoreError::AcrossVersions(format!(
            "group {} has {have}, group {} has {want}{models}",
            first.id, other.id
        )));
    }
    let version = version(first);
    let (faces, persons) = groups
        .iter()
        .fold((0, 0), |sum, group| (sum.0 + group.faces, sum.1 + group.persons));
    if faces == 0 {
        return Err(CoreError::NoFaceInGroups);
    }
    let max = inner.limits.of(account).faces_per_group(version);
    if faces > max {
        return Err(CoreError::SearchTooLarge { faces, max });
    }
    let loaded = inner.spaces.of(first.space, || format!("group {}", first.id))?;
    let stream = match target {
        Target::Faces => Stream::Faces,
        Target::Persons => Stream::Persons,
    };
    Ok(Scope {
        groups,
        loaded,
        version,
        faces,
        persons,
        stream,
    })
}
