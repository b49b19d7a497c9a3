//! AnalyzeDenseLandmarks: dense points of up to five faces; version 3.0 only (BEHAVIOUR 9 "AnalyzeDenseLandmarks").

use crate::arguments::{Text, arguments};
use crate::call::{Call, Look, Outcome, switch};
use crate::reply::fields;
use crate::reply::places::DenseFaceShape;
use crate::values;

arguments! {
    mode: optional u64 = MODE,
    image: optional Text<'a> = IMAGE,
    url: optional Text<'a> = URL,
    version: optional Text<'a> = FACE_MODEL_VERSION_3,
    rotate: optional i64 = NEED_ROTATE_DETECTION,
}

fields! {
    /// The faces, largest first.
    Reply {
        width: i64 = "ImageWidth",
        height: i64 = "ImageHeight",
        faces: Vec<DenseFaceShape> = "DenseFaceShapeSet",
        face_model_version: &'static str = "FaceModelVersion",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let only_largest = values::zero_or_one("Mode", arguments.mode.unwrap_or(0))?;
    let version = values::model_version_3(arguments.version.as_deref())?;
    let image = call.image(arguments.url, arguments.image)?;
    call.fetch(&[&image])?;

    let picture = call.picture(&image)?;
    let max_faces = if only_largest {
        1
    } else {
        call.config.analysis.faces_with_dense_landmarks
    };
    let mut faces = Vec::new();
    for face in call.faces(
        &picture,
        Look {
            max_faces,
            rotate: switch(arguments.rotate),
            ..Look::default()
        },
    )? {
        let points = call.look(|eyes| eyes.dense_landmarks(&picture, &face))?;
        faces.push(DenseFaceShape::new(&face, &points));
    }
    Ok(Reply {
        width: i64::from(picture.width()),
        height: i64::from(picture.height()),
        faces,
        face_model_version: version.as_str(),
    })
}
