//! Whether store and indexes are sound and agree: for `mien check`.

use crate::error::CoreError;
use crate::spaces::Loaded;
use crate::{Core, Inner};
use mien_index::Index;
use mien_store::{FaceKey, GroupKey, PersonKey, SpaceKey, StoreError, Stream, Transaction, View};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Something in an index that does not seem to be what the store says.
struct Suspect {
    space: SpaceKey,
    stream: Stream,
    what: What,
}

enum What {
    /// A row is missing.
    Row(GroupKey, u64),
    /// The number of rows of a group differs.
    Group(GroupKey),
    /// The number of all rows differs: there may be rows of groups that are gone.
    Whole,
}

impl Core {
    /// Looks for damage in the store, and for rows that an index lacks or has too many of. Gives one text per finding,
    /// so an empty list means that all is well. Reads everything; writes go on meanwhile.
    pub fn check(&self) -> Result<Vec<String>, CoreError> {
        let inner = &self.inner;
        let mut findings = inner.store.check()?;
        let suspects: Vec<Suspect> = inner.store.read(|view| {
            let mut suspects = Vec::new();
            for loaded in inner.spaces.loaded() {
                for stream in Stream::ALL {
                    suspects.extend(suspects_of(view, loaded, stream)?);
                }
            }
            Ok::<_, CoreError>(suspects)
        })?;
        if !suspects.is_empty() {
            // A write may have come between the two looks; between writes the two must agree.
            let inner = Arc::clone(inner);
            findings.extend(self.inner.store.write(move |tx| confirm(&inner, tx, &suspects))?);
        }
        Ok(findings)
    }
}

fn suspects_of(view: &View<'_>, loaded: &Loaded, stream: Stream) -> Result<Vec<Suspect>, CoreError> {
    let index = loaded.index(stream)?;
    let mut suspects = Vec::new();
    let groups = view.galleries_of_space(loaded.key)?;
    let mut rows: BTreeMap<GroupKey, usize> = groups.into_iter().map(|group| (group, 0)).collect();
    let mut look = |key: u64, groups: &[GroupKey]| {
        for group in groups {
            *rows.entry(*group).or_default() += 1;
            if !index.contains(group.0, key) {
                suspects.push(What::Row(*group, key));
            }
        }
        Ok::<_, StoreError>(())
    };
    match stream {
        Stream::Faces => view.each_vector(loaded.key, |face, _, _, groups| look(face.0, groups))?,
        Stream::Persons => view.each_person(loaded.key, |person, _, groups| look(person.0, groups))?,
    }
    if index.stats().rows != rows.values().sum::<usize>() {
        suspects.push(What::Whole);
    }
    let wrong = rows.into_iter().filter(|(group, rows)| index.len(group.0) != *rows);
    suspects.extend(wrong.map(|(group, _)| What::Group(group)));
    Ok(suspects
        .into_iter()
        .map(|what| Suspect {
            space: loaded.key,
            stream,
            what,
        })
        .collect())
}

/// The suspects that are still so while no write runs.
fn confirm(inner: &Inner, tx: &Transaction<'_>, suspects: &[Suspect]) -> Result<Vec<String>, CoreError> {
    let mut findings = Vec::new();
    for suspect in suspects {
        let loaded = inner.spaces.of(suspect.space, || "the check".to_owned())?;
        let index = loaded.index(suspect.stream)?;
        let counted = match suspect.what {
            What::Row(group, key) => {
                findings.extend(missing(tx, index, suspect, group, key)?);
                continue;
            }
            What::Group(group) => {
                let Some(counts) = tx.gallery_counts(group, suspect.space)? else {
                    continue;
                };
                (format!("group {}", group.0), counts, index.len(group.0))
            }
            What::Whole => (
                format!("space {}", suspect.space.0),
                space_counts(tx, suspect.space)?,
                index.stats().rows,
            ),
        };
        findings.extend(miscounted(suspect.stream, counted));
    }
    Ok(findings)
}

fn missing(
    tx: &Transaction<'_>,
    index: &Index,
    suspect: &Suspect,
    group: GroupKey,
    key: u64,
) -> Result<Option<String>, CoreError> {
    let (what, person) = match suspect.stream {
        Stream::Faces => ("face", tx.person_of_face_in(FaceKey(key), group)?),
        Stream::Persons => ("person", Some(PersonKey(key))),
    };
    let groups = person.map_or(Ok(Vec::new()), |person| tx.groups_of_person(person))?;
    let expected = groups
        .iter()
        .any(|row| row.key == group && row.galleries().any(|space| space == suspect.space));
    let gone = !index.contains(group.0, key);
    Ok((expected && gone).then(|| format!("{what} {key} of group {} is not in the index", group.0)))
}

/// Persons and faces of all galleries of a space; who is in two of them counts twice.
fn space_counts(tx: &Transaction<'_>, space: SpaceKey) -> Result<(u64, u64), CoreError> {
    let mut counts = (0, 0);
    for group in tx.galleries_of_space(space)? {
        let (persons, faces) = tx.gallery_counts(group, space)?.unwrap_or_default();
        counts = (counts.0 + persons, counts.1 + faces);
    }
    Ok(counts)
}

fn miscounted(stream: Stream, (place, (persons, faces), found): (String, (u64, u64), usize)) -> Option<String> {
    let (what, expected) = match stream {
        Stream::Faces => ("faces", faces),
        Stream::Persons => ("persons", persons),
    };
    (found as u64 != expected).then(|| format!("{place} has {expected} {what}, the index holds {found}"))
}
