//! How the API behaves where the contract leaves a choice. Limits of the domain are in [`mien_core::Limits`].

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use mien_core::Charset;
use mien_vision::picture::PictureLimits;

use crate::crops::Crops;

/// Settings of the API; the defaults are the documented behaviour.
#[derive(Clone, Debug)]
pub struct Config {
    /// Sizes of requests (BEHAVIOUR 1.5).
    pub request_limits: mien_wire::Limits,
    /// How callers are verified (BEHAVIOUR 2).
    pub policy: mien_wire::Policy,
    /// Puts what the server signed into the message of `SignatureFailure`, to find faults in a client. It is always logged.
    pub debug_signatures: bool,
    /// Refuses parameters that an action does not have with `UnknownParameter` (BEHAVIOUR 13 #23).
    pub refuse_unknown_parameters: bool,
    /// Which characters names and texts may hold (BEHAVIOUR 6.2).
    pub charset: Charset,
    /// Answers an unknown person in DeletePerson and DeleteFace with the code of the old samples (BEHAVIOUR 13 #2).
    pub legacy_person_codes: bool,
    /// Longest Base64 text of an image, in characters (BEHAVIOUR 8).
    pub image_characters: usize,
    /// Limits on pictures (BEHAVIOUR 8).
    pub picture_limits: PictureLimits,
    /// Limits on faces of one analysis (BEHAVIOUR 12).
    pub analysis: AnalysisLimits,
    /// Calls permitted per account and action; an action that is not in it is not limited.
    pub rates: BTreeMap<String, Rate>,
    /// Rates of accounts that have their own, laid over [`Config::rates`] action by action.
    pub account_rates: BTreeMap<u64, BTreeMap<String, Rate>>,
    /// Whether crops of faces are kept, and the key they are encrypted with. Without one none are kept and none are read.
    pub crops: Option<Crops>,
    /// How long one run of a request may take before `FailedOperation.RequestTimeout`. Looked at before each step on a
    /// picture, never after something was written.
    pub deadline: Duration,
}

/// Limits on faces of one analysis (BEHAVIOUR 12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnalysisLimits {
    /// Largest MaxFaceNum of DetectFace and DetectFaceAttributes.
    pub faces: u64,
    /// Faces that get attributes, largest first.
    pub faces_with_attributes: usize,
    /// Faces that get quality, largest first.
    pub faces_with_quality: usize,
    /// Faces of AnalyzeFace.
    pub faces_with_landmarks: usize,
    /// Faces of AnalyzeDenseLandmarks.
    pub faces_with_dense_landmarks: usize,
    /// Smallest face of a liveness check, shorter side in pixels: it must exceed 100 x 100 (BEHAVIOUR 9).
    pub live_face_px: u32,
}

/// How often an action may be called: `calls` at once, refilled evenly over `period`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Calls in one period.
    pub calls: NonZeroU32,
    /// The period, not zero.
    pub period: Duration,
}

impl Rate {
    /// So many calls a second.
    pub const fn per_second(calls: NonZeroU32) -> Self {
        Self {
            calls,
            period: Duration::from_secs(1),
        }
    }
}

impl Default for AnalysisLimits {
    fn default() -> Self {
        Self {
            faces: 120,
            faces_with_attributes: 5,
            faces_with_quality: 30,
            faces_with_landmarks: 10,
            faces_with_dense_landmarks: 5,
            live_face_px: 101,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            request_limits: mien_wire::Limits::default(),
            policy: mien_wire::Policy::default(),
            debug_signatures: false,
            refuse_unknown_parameters: false,
            charset: Charset::Default,
            legacy_person_codes: false,
            image_characters: crate::params::IMAGE_CHARACTERS,
            picture_limits: PictureLimits::default(),
            analysis: AnalysisLimits::default(),
            rates: documented_rates(),
            account_rates: BTreeMap::new(),
            crops: None,
            deadline: Duration::from_secs(10),
        }
    }
}

/// The rates that the documents give: CreateFace 50 a second (BEHAVIOUR 9), UpgradeGroupFaceModelVersion 10.
fn documented_rates() -> BTreeMap<String, Rate> {
    [("CreateFace", 50), ("UpgradeGroupFaceModelVersion", 10)]
        .into_iter()
        .filter_map(|(action, calls)| Some((action.to_owned(), Rate::per_second(NonZeroU32::new(calls)?))))
        .collect()
}
