//! DetectLiveFaceAccurate: whether the largest face is a living one; it must exceed 100 x 100 pixels (BEHAVIOUR 9).

use mien_vision::vision::VisionError;

use crate::arguments::{Text, arguments};
use crate::call::{Call, Look, Outcome};
use crate::reply::fields;
use crate::values;

arguments! {
    image: optional Text<'a> = IMAGE,
    url: optional Text<'a> = URL,
    version: optional Text<'a> = FACE_MODEL_VERSION_3,
}

fields! {
    /// 0 to 100; 40 is the recommended bound.
    Reply {
        score: f64 = "Score",
        face_model_version: &'static str = "FaceModelVersion",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let version = values::model_version_3(arguments.version.as_deref())?;
    let score = liveness(call, arguments.url, arguments.image)?;
    Ok(Reply {
        score,
        face_model_version: version.as_str(),
    })
}

/// The liveness of the largest face, 0 to 100.
pub(super) fn liveness<'t>(call: &Call<'_>, url: Option<Text<'t>>, image: Option<Text<'t>>) -> Outcome<f64> {
    let image = call.image(url, image)?;
    call.fetch(&[&image])?;
    let picture = call.picture(&image)?;
    let min_face_px = call.config.analysis.live_face_px;
    let faces = call.faces(
        &picture,
        Look {
            min_face_px,
            ..Look::default()
        },
    )?;
    let face = faces.first().ok_or(VisionError::NoFace)?;
    let score = call.look(|eyes| eyes.liveness(&picture, face))?;
    Ok(f64::from(score).clamp(0.0, 100.0))
}
