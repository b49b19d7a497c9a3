//! What the four searches share (BEHAVIOUR 9 "SearchFaces" to "SearchPersonsReturnsByGroup").

use std::sync::Arc;

use mien_core::{Candidate, Embedding, Found, FoundInGroup, GroupIds, Score, SearchOptions, Space, Target};
use mien_vision::face::Face;
use mien_wire::{Code, Refusal};

use crate::arguments::Text;
use crate::call::{Call, Look, Outcome};
use crate::images::Source;
use crate::reply::galleries::{self, GroupCandidate, PersonGroupInfo, ResultsReturnsByGroup};
use crate::values::{self, QualityControl};

const OK: i64 = 0;
const POOR_QUALITY: i64 = -1601;
/// A threshold was given and nobody is above it (BEHAVIOUR 13 #7).
const NOBODY_ABOVE: i64 = -1604;

/// Persons wanted for each face when none are asked for.
const DEFAULT_PERSONS: u64 = 5;

/// What is asked for, as it came.
pub(super) struct Asked<'a> {
    pub(super) groups: Vec<Text<'a>>,
    pub(super) image: Option<Text<'a>>,
    pub(super) url: Option<Text<'a>>,
    pub(super) max_faces: Option<u64>,
    pub(super) min_face_px: Option<u64>,
    pub(super) persons: Option<u64>,
    pub(super) quality: Option<u64>,
    pub(super) threshold: Option<f64>,
    pub(super) person_info: Option<i64>,
    pub(super) rotate: Option<u64>,
}

/// The arguments of any of the four, which differ in order and limits only.
macro_rules! asked {
    ($given:ident) => {
        $crate::actions::searching::Asked {
            groups: $given.groups,
            image: $given.image,
            url: $given.url,
            max_faces: $given.max_faces,
            min_face_px: $given.min_face_px,
            persons: $given.persons,
            quality: $given.quality,
            threshold: $given.threshold,
            person_info: $given.person_info,
            rotate: $given.rotate,
        }
    };
}
pub(super) use asked;

/// In what the four differ.
pub(super) struct Kind {
    pub(super) target: Target,
    pub(super) groups: usize,
    pub(super) persons: (&'static str, usize),
    pub(super) threshold: fn(f64) -> Result<Score, Refusal>,
}

/// What is asked for, found in order.
pub(super) struct Wanted<'a> {
    pub(super) groups: GroupIds,
    pub(super) options: SearchOptions,
    image: Source<'a>,
    look: Look,
    quality: QualityControl,
}

/// The checks before the picture, in the order of the contract, then the download.
pub(super) fn prepare<'a>(call: &Call<'_>, asked: Asked<'a>, kind: &Kind) -> Outcome<(Wanted<'a>, Arc<Space>)> {
    let groups = values::group_ids(&asked.groups, kind.groups)?;
    let max_faces = values::count(
        "MaxFaceNum",
        asked.max_faces,
        1,
        call.limits().probes_per_search as u64,
        Code::FailedOperationSearchFacesExceed,
    )?;
    let (name, most) = kind.persons;
    let candidates = values::count(
        name,
        asked.persons,
        DEFAULT_PERSONS,
        most as u64,
        Code::InvalidParameterValueSearchPersonsExceed,
    )?;
    let threshold = asked.threshold.map(kind.threshold).transpose()?;
    let quality = QualityControl::parse(asked.quality)?;
    let image = call.image(asked.url, asked.image)?;
    let space = call.core.check_search(call.account, &groups, kind.target)?;
    call.fetch(&[&image])?;

    let min_face_px = values::min_face_px(asked.min_face_px);
    let look = Look {
        max_faces,
        min_face_px,
        rotate: asked.rotate == Some(1),
    };
    let options = SearchOptions {
        candidates,
        threshold,
        details: asked.person_info == Some(1),
    };
    Ok((
        Wanted {
            groups,
            options,
            image,
            look,
            quality,
        },
        space,
    ))
}

/// The faces of the picture, and embeddings of those that are good enough.
pub(super) struct Seen {
    faces: Vec<(Face, bool)>,
    pub(super) probes: Vec<Embedding>,
}

pub(super) fn see(call: &Call<'_>, wanted: &Wanted<'_>, space: &Arc<Space>) -> Outcome<Seen> {
    let picture = call.picture(&wanted.image)?;
    let mut seen = Seen {
        faces: Vec::new(),
        probes: Vec::new(),
    };
    for face in call.faces(&picture, wanted.look)? {
        let good = call.good_enough(&picture, &face, wanted.quality)?;
        if good {
            seen.probes.push(call.probe(&picture, &face, space)?);
        }
        seen.faces.push((face, good));
    }
    Ok(seen)
}

/// One result for each face: what was found for the good ones, -1601 for the others.
pub(super) fn results(seen: &Seen, found: Vec<Found>) -> Vec<galleries::Result> {
    let mut found = found.into_iter();
    let result = |(face, good): &(Face, bool)| {
        let found = if *good { found.next() } else { None };
        let ret_code = match &found {
            None => POOR_QUALITY,
            Some(found) if found.all_below_threshold => NOBODY_ABOVE,
            Some(_) => OK,
        };
        let candidates = found.map(|found| found.candidates).unwrap_or_default();
        galleries::Result {
            candidates: candidates.into_iter().map(candidate).collect(),
            face_rect: face.into(),
            ret_code,
        }
    };
    seen.faces.iter().map(result).collect()
}

/// The same for a search by group; RetCode is only 0 or -1601 here.
pub(super) fn results_by_group(seen: &Seen, found: Vec<Vec<FoundInGroup>>) -> Vec<ResultsReturnsByGroup> {
    let mut found = found.into_iter();
    let result = |(face, good): &(Face, bool)| {
        let groups = if *good { found.next() } else { None };
        ResultsReturnsByGroup {
            face_rect: face.into(),
            ret_code: if groups.is_some() { OK } else { POOR_QUALITY },
            group_candidates: groups.unwrap_or_default().into_iter().map(group_candidate).collect(),
        }
    };
    seen.faces.iter().map(result).collect()
}

fn group_candidate(found: FoundInGroup) -> GroupCandidate {
    GroupCandidate {
        group_id: found.group.to_string(),
        candidates: found.candidates.into_iter().map(candidate).collect(),
    }
}

/// Details are null unless asked for (BEHAVIOUR 13 #11); FaceId is "" in a search of fused persons.
fn candidate(found: Candidate) -> galleries::Candidate {
    let (name, gender, groups) = match found.details {
        Some(details) => (
            Some(details.name.to_string()),
            Some(details.gender.number()),
            Some(details.groups.into_iter().map(PersonGroupInfo::from).collect()),
        ),
        None => (None, None, None),
    };
    galleries::Candidate {
        person_id: found.person.to_string(),
        face_id: found.face.map(|face| face.to_string()).unwrap_or_default(),
        score: found.score.value(),
        name,
        gender,
        groups,
    }
}

impl Seen {
    /// Every face failed the quality wanted.
    pub(super) fn all_poor(&self) -> bool {
        self.probes.is_empty()
    }
}
