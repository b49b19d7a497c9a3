//! Whether store and indexes are sound and agree: for `mien check`.

use crate::error::CoreError;
use crate::spaces::Loaded;
use crate::{Core, Inner};
use mien_index::Index;
use mien_store::{GroupKey, SpaceKey, StoreError, Stream, Transaction, View};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A gallery of an index that does not hold what the store says.
#[derive(Clone, Copy)]
struct Suspect {
    space: SpaceKey,
    stream: Stream,
    gallery: GroupKey,
    /// A key that is missing; `None` when the number of rows differs.
    key: Option<u64>,
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
    let suspect = |gallery, key| Suspect {
        space: loaded.key,
        stream,
        gallery,
        key,
    };
    let mut suspects = Vec::new();
    let groups = view.groups_of_space(loaded.key)?;
    let mut rows: BTreeMap<GroupKey, usize> = groups.into_iter().map(|group| (group, 0)).collect();
    let mut look = |key: u64, groups: &[GroupKey]| {
        for gallery in groups {
            *rows.entry(*gallery).or_default() += 1;
            if !index.contains(gallery.0, key) {
                suspects.push(suspect(*gallery, Some(key)));
            }
        }
        Ok::<_, StoreError>(())
    };
    match stream {
        Stream::Faces => view.each_vector(loaded.key, |face, _, _, groups| look(face.0, groups))?,
        Stream::Persons => view.each_person(loaded.key, |person, _, groups| look(person.0, groups))?,
    }
    let wrong = rows.into_iter().filter(|(gallery, rows)| index.len(gallery.0) != *rows);
    suspects.extend(wrong.map(|(gallery, _)| suspect(gallery, None)));
    Ok(suspects)
}

/// The suspects that are still so while no write runs.
fn confirm(inner: &Inner, tx: &Transaction<'_>, suspects: &[Suspect]) -> Result<Vec<String>, CoreError> {
    let mut findings = Vec::new();
    for suspect in suspects {
        let loaded = inner.spaces.of(suspect.space, || "the check".to_owned())?;
        let index = loaded.index(suspect.stream)?;
        let finding = match suspect.key {
            Some(key) => missing(tx, index, suspect, key)?,
            None => miscounted(tx, index, suspect)?,
        };
        findings.extend(finding);
    }
    Ok(findings)
}

fn missing(tx: &Transaction<'_>, index: &Index, suspect: &Suspect, key: u64) -> Result<Option<String>, CoreError> {
    let what = match suspect.stream {
        Stream::Faces => tx
            .person_of_face_in(mien_store::FaceKey(key), suspect.gallery)?
            .map(|_| "face"),
        Stream::Persons => tx
            .member_texts(mien_store::PersonKey(key), suspect.gallery)?
            .map(|_| "person"),
    };
    let gone = !index.contains(suspect.gallery.0, key);
    Ok(what
        .filter(|_| gone)
        .map(|what| format!("{what} {key} of group {} is not in the index", suspect.gallery.0)))
}

fn miscounted(tx: &Transaction<'_>, index: &Index, suspect: &Suspect) -> Result<Option<String>, CoreError> {
    let Some((persons, faces)) = tx.group_counts(suspect.gallery)? else {
        return Ok(None);
    };
    let (what, expected) = match suspect.stream {
        Stream::Faces => ("faces", faces),
        Stream::Persons => ("persons", persons),
    };
    let found = index.len(suspect.gallery.0) as u64;
    let group = suspect.gallery.0;
    Ok((found != expected).then(|| format!("group {group} has {expected} {what}, the index holds {found}")))
}
