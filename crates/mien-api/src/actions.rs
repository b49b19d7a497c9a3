//! The table of actions. One file per action holds its arguments, its reply and its run.

mod analyze_dense_landmarks;
mod analyze_face;
mod compare_face;
mod compare_mask_face;
mod comparing;
mod copy_person;
mod create_face;
mod create_group;
mod create_person;
mod delete_face;
mod delete_group;
mod delete_person;
mod delete_person_from_group;
mod detect_face;
mod detect_face_attributes;
mod detect_face_similarity;
mod detect_live_face;
mod detect_live_face_accurate;
mod get_group_info;
mod get_group_list;
mod get_person_base_info;
mod get_person_group_info;
mod get_person_list;
mod get_person_list_num;
mod get_upgrade_group_face_model_version_job_list;
mod get_upgrade_group_face_model_version_result;
mod modify_group;
mod modify_person_base_info;
mod modify_person_group_info;
mod revert_group_face_model_version;
mod search_faces;
mod search_faces_returns_by_group;
mod search_persons;
mod search_persons_returns_by_group;
mod searching;
mod upgrade_group_face_model_version;
mod verify_face;
mod verify_person;

use std::fmt;

use mien_wire::Params;

use crate::arguments::Arguments as _;
use crate::call::{Call, Outcome, Sealable};
use crate::reply::Fields as _;
use crate::shape::{BOTH, Output, Param, SINCE_2020, Version};

/// One action of the contract.
pub struct Action {
    /// Its name, case-sensitive.
    pub name: &'static str,
    /// The versions that have it.
    pub versions: &'static [Version],
    /// What running it costs.
    pub work: Work,
    /// Its parameters in the order of the contract.
    pub params: &'static [Param],
    /// The fields of its reply, beside `RequestId`.
    pub outputs: &'static [Output],
    pub(crate) run: for<'p> fn(&Call<'_>, &'p Params<'p>) -> Outcome<Sealable>,
}

/// What running an action costs, for an edge that keeps pools and queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Reads rows.
    Read,
    /// Writes rows. Must not be cut off when the client goes away.
    Write,
    /// Looks at pictures.
    Look,
    /// Looks at pictures and then writes rows.
    LookAndWrite,
}

impl fmt::Debug for Action {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Action({})", self.name)
    }
}

/// The action of that name in a version.
pub fn find(version: Version, name: &str) -> Option<&'static Action> {
    ACTIONS
        .iter()
        .find(|action| action.name == name && action.versions.contains(&version))
}

/// A row of the table: `row!("Name", VERSIONS, Work, module)`.
macro_rules! row {
    ($name:literal, $versions:ident, $work:ident, $module:ident) => {
        Action {
            name: $name,
            versions: $versions,
            work: Work::$work,
            params: $module::Arguments::PARAMS,
            outputs: $module::Reply::FIELDS,
            run: |call, params| call.run(params, $module::run),
        }
    };
}

/// Every action, by name.
pub static ACTIONS: &[Action] = &[
    row!("AnalyzeDenseLandmarks", BOTH, Look, analyze_dense_landmarks),
    row!("AnalyzeFace", BOTH, Look, analyze_face),
    row!("CompareFace", BOTH, Look, compare_face),
    row!("CompareMaskFace", SINCE_2020, Look, compare_mask_face),
    row!("CopyPerson", BOTH, Write, copy_person),
    row!("CreateFace", BOTH, LookAndWrite, create_face),
    row!("CreateGroup", BOTH, Write, create_group),
    row!("CreatePerson", BOTH, LookAndWrite, create_person),
    row!("DeleteFace", BOTH, Write, delete_face),
    row!("DeleteGroup", BOTH, Write, delete_group),
    row!("DeletePerson", BOTH, Write, delete_person),
    row!("DeletePersonFromGroup", BOTH, Write, delete_person_from_group),
    row!("DetectFace", BOTH, Look, detect_face),
    row!("DetectFaceAttributes", BOTH, Look, detect_face_attributes),
    row!("DetectFaceSimilarity", SINCE_2020, Look, detect_face_similarity),
    row!("DetectLiveFace", BOTH, Look, detect_live_face),
    row!("DetectLiveFaceAccurate", SINCE_2020, Look, detect_live_face_accurate),
    row!("GetGroupInfo", BOTH, Read, get_group_info),
    row!("GetGroupList", BOTH, Read, get_group_list),
    row!("GetPersonBaseInfo", BOTH, Read, get_person_base_info),
    row!("GetPersonGroupInfo", BOTH, Read, get_person_group_info),
    row!("GetPersonList", BOTH, Read, get_person_list),
    row!("GetPersonListNum", BOTH, Read, get_person_list_num),
    row!(
        "GetUpgradeGroupFaceModelVersionJobList",
        BOTH,
        Read,
        get_upgrade_group_face_model_version_job_list
    ),
    row!(
        "GetUpgradeGroupFaceModelVersionResult",
        BOTH,
        Read,
        get_upgrade_group_face_model_version_result
    ),
    row!("ModifyGroup", BOTH, Write, modify_group),
    row!("ModifyPersonBaseInfo", BOTH, Write, modify_person_base_info),
    row!("ModifyPersonGroupInfo", BOTH, Write, modify_person_group_info),
    row!(
        "RevertGroupFaceModelVersion",
        BOTH,
        Write,
        revert_group_face_model_version
    ),
    row!("SearchFaces", BOTH, Look, search_faces),
    row!("SearchFacesReturnsByGroup", BOTH, Look, search_faces_returns_by_group),
    row!("SearchPersons", BOTH, Look, search_persons),
    row!(
        "SearchPersonsReturnsByGroup",
        BOTH,
        Look,
        search_persons_returns_by_group
    ),
    row!(
        "UpgradeGroupFaceModelVersion",
        BOTH,
        Write,
        upgrade_group_face_model_version
    ),
    row!("VerifyFace", BOTH, Look, verify_face),
    row!("VerifyPerson", BOTH, Look, verify_person),
];
