//! SearchFaces: the persons with the most similar faces over all groups (BEHAVIOUR 9 "SearchFaces").

use mien_core::Target;

use crate::actions::searching::{Kind, asked, prepare, results, see};
use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::{fields, galleries};
use crate::values;

arguments! {
    groups: required Vec<Text<'a>> = GROUP_IDS,
    image: optional Text<'a> = IMAGE,
    url: optional Text<'a> = URL,
    max_faces: optional u64 = MAX_FACES_SEARCHED,
    min_face_px: optional u64 = MIN_FACE_SIZE,
    persons: optional u64 = MAX_PERSONS,
    person_info: optional i64 = NEED_PERSON_INFO,
    quality: optional u64 = QUALITY_CONTROL,
    threshold: optional f64 = THRESHOLD_ABOVE,
    rotate: optional u64 = NEED_ROTATE_DETECTION,
}

fields! {
    /// One result for each face, and the number of faces searched.
    Reply {
        results: Vec<galleries::Result> = "Results",
        faces: u64 = "FaceNum",
        face_model_version: &'static str = "FaceModelVersion",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let limits = call.limits();
    let kind = Kind {
        target: Target::Faces,
        groups: limits.groups_per_search,
        persons: ("MaxPersonNum", limits.candidates),
        threshold: values::threshold,
    };
    let (wanted, space) = prepare(call, asked!(arguments), &kind)?;
    let seen = see(call, &wanted, &space)?;
    let search = call
        .core
        .search(call.account, &wanted.groups, kind.target, &seen.probes, &wanted.options)?;
    Ok(Reply {
        results: results(&seen, search.probes),
        faces: search.faces,
        face_model_version: search.version.as_str(),
    })
}
