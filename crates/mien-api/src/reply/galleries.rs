//! Nested types for groups, persons and what a search finds.

use crate::reply::fields;
use crate::reply::places::FaceRect;

fields! {
    /// A group in a list.
    nested GroupInfo {
        /// Name.
        name: String = "GroupName",
        /// Id.
        id: String = "GroupId",
        /// Names of the description fields, `[]` when there are none.
        description_names: Option<Vec<String>> = "GroupExDescriptions",
        /// Tag, "" when unset.
        tag: Option<String> = "Tag",
        /// "2.0" or "3.0".
        face_model_version: Option<&'static str> = "FaceModelVersion",
        /// Milliseconds since the Unix epoch.
        created_ms: Option<u64> = "CreationTimestamp",
        /// Milliseconds since the Unix epoch.
        updated_ms: u64 = "UpdateTimestamp",
    }
}

fields! {
    /// A person in the list of a group.
    nested PersonInfo {
        /// Name.
        name: String = "PersonName",
        /// Id.
        id: String = "PersonId",
        /// 0 unset, 1 male, 2 female (BEHAVIOUR 6.4).
        gender: i64 = "Gender",
        /// One text for each description field of the group, "" where unset.
        descriptions: Vec<String> = "PersonExDescriptions",
        /// Oldest first.
        face_ids: Vec<String> = "FaceIds",
        /// Creation of the person, milliseconds since the Unix epoch.
        created_ms: u64 = "CreationTimestamp",
    }
}

fields! {
    /// A person in one of its groups.
    nested PersonGroupInfo {
        /// Id of the group.
        group_id: String = "GroupId",
        /// One text for each description field of the group, "" where unset.
        descriptions: Vec<String> = "PersonExDescriptions",
    }
}

fields! {
    /// A person that a search found.
    nested Candidate {
        /// Id of the person.
        person_id: String = "PersonId",
        /// The person's best face; "" in SearchPersons*.
        face_id: String = "FaceId",
        /// 0 to 100 (BEHAVIOUR 7.2).
        score: f64 = "Score",
        /// `null` unless NeedPersonInfo is 1.
        name: Option<String> = "PersonName",
        /// `null` unless NeedPersonInfo is 1.
        gender: Option<i64> = "Gender",
        /// All groups of the person; `null` unless NeedPersonInfo is 1.
        groups: Option<Vec<PersonGroupInfo>> = "PersonGroupInfos",
    }
}

fields! {
    /// What was found for one face of the picture.
    nested Result {
        /// Best first.
        candidates: Vec<Candidate> = "Candidates",
        /// The face.
        face_rect: FaceRect = "FaceRect",
        /// 0, -1601 (quality) or -1604 (nobody above the threshold).
        ret_code: i64 = "RetCode",
    }
}

fields! {
    /// What was found in one group.
    nested GroupCandidate {
        /// Id of the group.
        group_id: String = "GroupId",
        /// Best first.
        candidates: Vec<Candidate> = "Candidates",
    }
}

fields! {
    /// What was found for one face of the picture, group by group.
    nested ResultsReturnsByGroup {
        /// The face.
        face_rect: FaceRect = "FaceRect",
        /// One entry for each searched group in the order of the request.
        group_candidates: Vec<GroupCandidate> = "GroupCandidates",
        /// 0 or -1601 (quality).
        ret_code: i64 = "RetCode",
    }
}

fields! {
    /// A job that moves a group to another face model version.
    nested UpgradeJobInfo {
        /// Id of the job.
        job_id: String = "JobId",
        /// Id of the group.
        group_id: String = "GroupId",
        /// Version before.
        from: &'static str = "FromFaceModelVersion",
        /// Version after.
        to: &'static str = "ToFaceModelVersion",
        /// Milliseconds since the Unix epoch.
        started_ms: u64 = "StartTime",
        /// 0 running, 1 done, 2 rolled back, 3 failed.
        status: u64 = "Status",
    }
}
