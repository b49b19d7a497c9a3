//! Where this server differs from the documents, and what it does where they disagree with themselves.

/// A difference that a client can see.
#[derive(Clone, Copy, Debug)]
pub struct Deviation {
    /// The action.
    pub action: &'static str,
    /// The parameter or field, or what else it is about.
    pub field: &'static str,
    /// What differs.
    pub differs: &'static str,
}

/// What is done where the documents disagree or are silent.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// The point.
    pub point: &'static str,
    /// What is done.
    pub chosen: &'static str,
}

/// All deviations, by action.
pub static DEVIATIONS: &[Deviation] = &[
    Deviation {
        action: "AnalyzeDenseLandmarks",
        field: "DenseFaceShapeSet",
        differs: "`ActionOffline` when the model pack has no dense landmarks.",
    },
    Deviation {
        action: "AnalyzeFace",
        field: "FaceShapeSet",
        differs: "`ActionOffline` when the model pack has no landmarks.",
    },
    Deviation {
        action: "CompareMaskFace",
        field: "Score",
        differs: "Only what a mask leaves free is compared, on a scale calibrated on painted masks; `ActionOffline` when there is none for the model pack's embedder.",
    },
    Deviation {
        action: "CreateFace",
        field: "RetCode",
        differs: "-1403 for an image that could not be downloaded; no number is documented for it.",
    },
    Deviation {
        action: "CreateGroup",
        field: "FaceModelVersion",
        differs: "`FaceModelVersionIllegal` also for a documented version whose embedder is not installed.",
    },
    Deviation {
        action: "DetectFace",
        field: "FaceAttributesInfo, FaceQualityInfo",
        differs: "What the model pack cannot determine is null, or 0 where the contract forbids null.",
    },
    Deviation {
        action: "DetectFaceAttributes",
        field: "FaceDetailAttributesInfo",
        differs: "`ActionOffline` when the model pack has no attributes; Type 0 with Probability 0 for a single attribute that is not determined.",
    },
    Deviation {
        action: "DetectLiveFace",
        field: "Score",
        differs: "Only names and scale are documented. Mapped from the score of DetectLiveFaceAccurate so that 40 there is 87 here; `ActionOffline` when the model pack has no liveness.",
    },
    Deviation {
        action: "DetectLiveFaceAccurate",
        field: "Score",
        differs: "`ActionOffline` when the model pack has no liveness.",
    },
    Deviation {
        action: "GetUpgradeGroupFaceModelVersionResult",
        field: "FailedFacesUrl",
        differs: "A `data:` address that holds the list of face ids itself; \"\" when the job did not fail.",
    },
    Deviation {
        action: "UpgradeGroupFaceModelVersion",
        field: "GroupId",
        differs: "`FailedOperation.GroupLostFaces` for a group with faces that were enrolled while no crops were kept (configuration `privacy.keep_crops`); the message names the faces.",
    },
];

/// All choices.
pub static CHOICES: &[Choice] = &[
    Choice {
        point: "Searches and writes while a group is upgraded or rolled back",
        chosen: "The group answers with its old version until all faces are moved, then with the new one.",
    },
    Choice {
        point: "A person in an upgraded group and in one of the old version",
        chosen: "Stays in both; it is verified with, and shows, the newer version.",
    },
    Choice {
        point: "Status and Progress of a job that is being rolled back",
        chosen: "Status 1 until the group has its old version again, with the progress of the way back.",
    },
    Choice {
        point: "EndTimestamp",
        chosen: "The real end; 0 while the job is at work.",
    },
    Choice {
        point: "QualityControl above 0 when the model pack has no quality",
        chosen: "`ActionOffline`; the check is never skipped silently.",
    },
    Choice {
        point: "Order of errors",
        chosen: "As listed for each action: empty required values, then formats, images and addresses, existence, uniqueness, quotas, then downloads and pictures.",
    },
    Choice {
        point: "CompareFace with several faces",
        chosen: "Without FaceMatchingStrategy the largest face; 0 the most confident, 1 the largest.",
    },
    Choice {
        point: "Unknown person in DeletePerson and DeleteFace",
        chosen: "`InvalidParameterValue.PersonIdNotExist`; the configuration can switch to the code of the old samples.",
    },
    Choice {
        point: "Images per CreateFace and faces per person",
        chosen: "Both limits: 4 and 5.",
    },
    Choice {
        point: "Characters of names and texts",
        chosen: "Letters, marks and digits of any script, `- _`, space and `, . # & ' ( ) / : ·`; strict and lenient sets by configuration.",
    },
    Choice {
        point: "MinFaceSize",
        chosen: "Any value from 0, default 34.",
    },
    Choice {
        point: "QualityControl levels",
        chosen: "Each level refuses all that the one below refuses: 1 extreme blur or covered eyes, nose or mouth; 2 also three slighter defects; 3 also one; 4 also two values near their bounds.",
    },
    Choice {
        point: "RetCode -1604 of a search",
        chosen: "In SearchFaces and SearchPersons when a given threshold leaves no candidate.",
    },
    Choice {
        point: "GroupNum in GetPersonGroupInfo",
        chosen: "An integer.",
    },
    Choice {
        point: "Person details in searches",
        chosen: "null unless NeedPersonInfo is 1.",
    },
    Choice {
        point: "CopyPerson to several groups",
        chosen: "All targets are checked first and fail the call; afterwards only full groups are left out.",
    },
    Choice {
        point: "Offset and Limit",
        chosen: "An offset of the total is an empty page, beyond it `OffsetExceed`; Limit 0 is `LimitExceed`.",
    },
    Choice {
        point: "MaxFaceNum, MaxPersonNum of 0",
        chosen: "The default.",
    },
    Choice {
        point: "Unknown parameters",
        chosen: "Ignored; `UnknownParameter` by configuration.",
    },
    Choice {
        point: "Region",
        chosen: "Ignored, never an error.",
    },
    Choice {
        point: "A person in several searched groups",
        chosen: "Once in SearchFaces and SearchPersons, once per group in the searches by group; FaceNum is the sum over distinct groups.",
    },
    Choice {
        point: "Mixed versions in searches of persons",
        chosen: "`UnsupportedGroupFaceModelVersion` before `AcrossVersionsError`.",
    },
    Choice {
        point: "UniquePersonControl finds somebody",
        chosen: "A success with SimilarPersonId, FaceId \"\" and the frame found; nobody is created.",
    },
    Choice {
        point: "IsMatch of VerifyPerson",
        chosen: "Score of 60 and above, as in VerifyFace.",
    },
    Choice {
        point: "Signs of Pitch, Yaw and Roll",
        chosen: "Seen by the viewer: up, towards the right of the picture, and clockwise are positive. Yaw and Pitch end at 30.",
    },
    Choice {
        point: "Lists of DenseFaceShape",
        chosen: "The points that the networks give, none made up in between: lids 16 each, brows 10, lips 20 and 20, nose 34, irises 5, axis 28, Chin 23 (the jaw from temple to temple), eye bags 18, Forehead 15.",
    },
];
