//! The parameters that the actions share: name, presence and documented limits. The kind comes from the Rust type that an
//! action reads it as (see `arguments.rs`); numbers here are the documented ones, the values in force are in
//! [`mien_core::Limits`] and [`crate::Config`].

use crate::shape::{BOTH, Fallback, Items, Kind, Length, Limits, Param, SINCE_2020, Unit};

/// Longest Base64 text of an image (BEHAVIOUR 8).
pub const IMAGE_CHARACTERS: usize = 5_242_880;

const NO_LIMITS: Limits = Limits {
    length: None,
    items: None,
    item_length: None,
    low: None,
    high: None,
    below_high: false,
    choices: &[],
    words: &[],
    default: None,
};

const fn param(name: &'static str) -> Param {
    Param {
        name,
        kind: Kind::Text,
        required: false,
        filled: false,
        versions: BOTH,
        limits: NO_LIMITS,
    }
}

impl Param {
    const fn required(self) -> Self {
        Self {
            required: true,
            filled: true,
            ..self
        }
    }

    const fn filled(self) -> Self {
        Self { filled: true, ..self }
    }

    const fn since_2020(self) -> Self {
        Self {
            versions: SINCE_2020,
            ..self
        }
    }

    const fn length(self, min: usize, max: Option<usize>, unit: Unit) -> Self {
        Self {
            limits: Limits {
                length: Some(Length { min, max, unit }),
                ..self.limits
            },
            ..self
        }
    }

    const fn item_length(self, min: usize, max: usize, unit: Unit) -> Self {
        Self {
            limits: Limits {
                item_length: Some(Length {
                    min,
                    max: Some(max),
                    unit,
                }),
                ..self.limits
            },
            ..self
        }
    }

    const fn items(self, min: usize, max: Option<usize>) -> Self {
        Self {
            limits: Limits {
                items: Some(Items { min, max }),
                ..self.limits
            },
            ..self
        }
    }

    const fn low(self, low: u64) -> Self {
        Self {
            limits: Limits {
                low: Some(low),
                ..self.limits
            },
            ..self
        }
    }

    const fn range(self, low: u64, high: u64) -> Self {
        Self {
            limits: Limits {
                low: Some(low),
                high: Some(high),
                ..self.limits
            },
            ..self
        }
    }

    const fn below_high(self) -> Self {
        Self {
            limits: Limits {
                below_high: true,
                ..self.limits
            },
            ..self
        }
    }

    const fn choices(self, choices: &'static [i64]) -> Self {
        Self {
            limits: Limits { choices, ..self.limits },
            ..self
        }
    }

    const fn words(self, words: &'static [&'static str]) -> Self {
        Self {
            limits: Limits { words, ..self.limits },
            ..self
        }
    }

    const fn default_number(self, number: u64) -> Self {
        Self {
            limits: Limits {
                default: Some(Fallback::Number(number)),
                ..self.limits
            },
            ..self
        }
    }

    const fn default_word(self, word: &'static str) -> Self {
        Self {
            limits: Limits {
                default: Some(Fallback::Word(word)),
                ..self.limits
            },
            ..self
        }
    }
}

// Groups.

/// Id of one group.
pub const GROUP_ID: Param = param("GroupId").required().length(1, Some(64), Unit::Bytes);
/// Name of a new group.
pub const GROUP_NAME: Param = param("GroupName").required().length(1, Some(60), Unit::Characters);
/// New name of a group.
pub const NEW_GROUP_NAME: Param = param("GroupName").filled().length(1, Some(60), Unit::Characters);
/// Tag of a group.
pub const TAG: Param = param("Tag").length(0, Some(40), Unit::Characters);
/// Description fields of a new group.
pub const FIELD_NAMES: Param = param("GroupExDescriptions")
    .items(0, Some(5))
    .item_length(1, 30, Unit::Characters);
/// New names of description fields.
pub const FIELD_RENAMES: Param = param("GroupExDescriptionInfos").items(0, Some(5));
/// Groups that a person is copied to; groups that are searched as one.
pub const GROUP_IDS: Param = param("GroupIds")
    .required()
    .items(1, Some(100))
    .item_length(1, 64, Unit::Bytes);
/// Groups that are searched one by one.
pub const GROUP_IDS_EACH: Param = param("GroupIds")
    .required()
    .items(1, Some(60))
    .item_length(1, 64, Unit::Bytes);

// Persons and faces.

/// Id of one person.
pub const PERSON_ID: Param = param("PersonId").required().length(1, Some(64), Unit::Bytes);
/// Name of a new person.
pub const PERSON_NAME: Param = param("PersonName").required().length(1, Some(60), Unit::Characters);
/// New name of a person.
pub const NEW_PERSON_NAME: Param = param("PersonName").filled().length(1, Some(60), Unit::Characters);
/// Gender of a new person.
pub const GENDER: Param = param("Gender").choices(&[0, 1, 2]).default_number(0);
/// New gender of a person.
pub const NEW_GENDER: Param = param("Gender").choices(&[0, 1, 2]);
/// Texts of a new person for the description fields of its group.
pub const FIELD_TEXTS: Param = param("PersonExDescriptionInfos")
    .items(0, Some(5))
    .item_length(0, 60, Unit::Characters);
/// New texts of a person in a group.
pub const NEW_FIELD_TEXTS: Param = param("PersonExDescriptionInfos")
    .required()
    .items(1, Some(5))
    .item_length(0, 60, Unit::Characters);
/// Faces to delete.
pub const FACE_IDS: Param = param("FaceIds").required().items(1, None);
/// How sure it must be that a new person is not in the group yet.
pub const UNIQUE_PERSON_CONTROL: Param = param("UniquePersonControl").range(0, 4).default_number(0);

// Images.

/// An image as Base64.
pub const IMAGE: Param = image("Image");
/// The address of an image.
pub const URL: Param = url("Url");
/// The first image as Base64.
pub const IMAGE_A: Param = image("ImageA");
/// The second image as Base64.
pub const IMAGE_B: Param = image("ImageB");
/// The address of the first image.
pub const URL_A: Param = url("UrlA");
/// The address of the second image.
pub const URL_B: Param = url("UrlB");
/// Images of one person as Base64.
pub const IMAGES: Param = param("Images").items(1, Some(4));
/// Addresses of images of one person.
pub const URLS: Param = param("Urls").items(1, Some(4));

const fn image(name: &'static str) -> Param {
    param(name).length(1, Some(IMAGE_CHARACTERS), Unit::Bytes)
}

const fn url(name: &'static str) -> Param {
    param(name).length(1, None, Unit::Characters)
}

// How to look at images.

/// Model version of a new group or of a comparison.
pub const FACE_MODEL_VERSION: Param = param("FaceModelVersion").words(&["2.0", "3.0"]).default_word("3.0");
/// Model version of an action that only has 3.0.
pub const FACE_MODEL_VERSION_3: Param = param("FaceModelVersion").words(&["3.0"]).default_word("3.0");
/// Model version to upgrade a group to.
pub const TARGET_VERSION: Param = param("FaceModelVersion").required().words(&["3.0"]);
/// How good a face must be.
pub const QUALITY_CONTROL: Param = param("QualityControl").range(0, 4).default_number(0);
/// Whether turned faces are looked for.
pub const NEED_ROTATE_DETECTION: Param = param("NeedRotateDetection").choices(&[0, 1]).default_number(0);
/// Faces smaller than this are dropped.
pub const MIN_FACE_SIZE: Param = param("MinFaceSize").low(0).default_number(34);
/// Faces to analyse.
pub const MAX_FACES_DETECTED: Param = param("MaxFaceNum").range(1, 120).default_number(1);
/// Faces to search for.
pub const MAX_FACES_SEARCHED: Param = param("MaxFaceNum").range(1, 10).default_number(1);
/// All faces or the largest.
pub const MODE: Param = param("Mode").choices(&[0, 1]).default_number(0);
/// Which face of an image is compared.
pub const FACE_MATCHING_STRATEGY: Param = param("FaceMatchingStrategy").choices(&[0, 1]).since_2020();
/// Whether attributes are wanted.
pub const NEED_FACE_ATTRIBUTES: Param = param("NeedFaceAttributes").choices(&[0, 1]).default_number(0);
/// Whether quality is wanted.
pub const NEED_QUALITY_DETECTION: Param = param("NeedQualityDetection").choices(&[0, 1]).default_number(0);
/// Which attributes are wanted.
pub const FACE_ATTRIBUTES_TYPE: Param = param("FaceAttributesType")
    .words(&[
        "None",
        "Age",
        "Beauty",
        "Emotion",
        "Eye",
        "Eyebrow",
        "Gender",
        "Hair",
        "Hat",
        "Headpose",
        "Mask",
        "Mouth",
        "Moustache",
        "Nose",
        "Shape",
        "Skin",
        "Smile",
    ])
    .default_word("None");

// How to search.

/// Persons wanted for each face.
pub const MAX_PERSONS: Param = param("MaxPersonNum").range(1, 100).default_number(5);
/// Persons wanted for each face and group.
pub const MAX_PERSONS_EACH: Param = param("MaxPersonNumPerGroup").range(1, 10).default_number(5);
/// Whether details of the persons found are wanted.
pub const NEED_PERSON_INFO: Param = param("NeedPersonInfo").choices(&[0, 1]).default_number(0);
/// Candidates must score above it.
pub const THRESHOLD_ABOVE: Param = param("FaceMatchThreshold").range(0, 100).default_number(0);
/// Candidates must score at least this.
pub const THRESHOLD_FROM: Param = param("FaceMatchThreshold").range(0, 100).below_high().default_number(0);
/// New faces must score above it against the faces of the person.
pub const ENROL_THRESHOLD: Param = param("FaceMatchThreshold").range(0, 100).default_number(60);

// Lists and jobs.

/// Entries to skip.
pub const OFFSET: Param = param("Offset").low(0).default_number(0);
/// Entries wanted of a long list.
pub const LIMIT: Param = param("Limit").range(1, 1000).default_number(10);
/// Entries wanted of the groups of a person.
pub const LIMIT_100: Param = param("Limit").range(1, 100).default_number(10);
/// Id of an upgrade job.
pub const JOB_ID: Param = param("JobId").required().length(1, None, Unit::Characters);
