//! SearchPersonsReturnsByGroup: SearchPersons for each group on its own (BEHAVIOUR 9 "SearchPersons / ReturnsByGroup").

use mien_core::Target;

use crate::actions::searching::{Kind, asked, prepare, results_by_group, see};
use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::reply::galleries::ResultsReturnsByGroup;
use crate::values;

arguments! {
    groups: required Vec<Text<'a>> = GROUP_IDS_EACH,
    image: optional Text<'a> = IMAGE,
    url: optional Text<'a> = URL,
    max_faces: optional u64 = MAX_FACES_SEARCHED,
    min_face_px: optional u64 = MIN_FACE_SIZE,
    persons: optional u64 = MAX_PERSONS_EACH,
    quality: optional u64 = QUALITY_CONTROL,
    threshold: optional f64 = THRESHOLD_ABOVE,
    person_info: optional i64 = NEED_PERSON_INFO,
    rotate: optional u64 = NEED_ROTATE_DETECTION,
}

fields! {
    /// One result for each face, and the number of persons searched.
    Reply {
        persons: u64 = "PersonNum",
        results: Vec<ResultsReturnsByGroup> = "ResultsReturnsByGroup",
        face_model_version: &'static str = "FaceModelVersion",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let limits = call.limits();
    let kind = Kind {
        target: Target::Persons,
        groups: limits.groups_per_search_by_group,
        persons: ("MaxPersonNumPerGroup", limits.candidates_by_group),
        threshold: values::threshold,
    };
    let (wanted, space) = prepare(call, asked!(arguments), &kind)?;
    let seen = see(call, &wanted, &space)?;
    let search = call
        .core
        .search_by_group(call.account, &wanted.groups, kind.target, &seen.probes, &wanted.options)?;
    Ok(Reply {
        persons: if seen.all_poor() { 0 } else { search.persons },
        results: results_by_group(&seen, search.probes),
        face_model_version: search.version.as_str(),
    })
}
