//! DetectLiveFace: the older liveness check, of which only the names are documented. Score is on its own scale, where more
//! than 87 is alive; IsLiveness is the answer for version 3.0.

use crate::actions::detect_live_face_accurate::liveness;
use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::values;

arguments! {
    image: optional Text<'a> = IMAGE,
    url: optional Text<'a> = URL,
    version: optional Text<'a> = FACE_MODEL_VERSION,
}

fields! {
    /// Whether the largest face is a living one.
    Reply {
        score: f64 = "Score",
        face_model_version: &'static str = "FaceModelVersion",
        is_liveness: bool = "IsLiveness",
    }
}

/// The recommended bound of DetectLiveFaceAccurate.
const ALIVE: f64 = 40.0;
/// The bound of this action.
const ALIVE_HERE: f64 = 87.0;

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let version = values::model_version(arguments.version.as_deref())?;
    let accurate = liveness(call, arguments.url, arguments.image)?;
    Ok(Reply {
        score: rescaled(accurate),
        face_model_version: version.as_str(),
        is_liveness: accurate >= ALIVE,
    })
}

/// Straight lines through (0, 0), (40, 87) and (100, 100).
fn rescaled(accurate: f64) -> f64 {
    if accurate < ALIVE {
        accurate / ALIVE * ALIVE_HERE
    } else {
        ALIVE_HERE + (accurate - ALIVE) / (100.0 - ALIVE) * (100.0 - ALIVE_HERE)
    }
}
