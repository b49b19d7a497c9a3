//! AnalyzeFace: 90 points of up to ten faces (BEHAVIOUR 9 "AnalyzeFace").

use crate::arguments::{Text, arguments};
use crate::call::{Call, Look, Outcome, switch};
use crate::reply::fields;
use crate::reply::places::FaceShape;
use crate::values;

arguments! {
    mode: optional u64 = MODE,
    image: optional Text<'a> = IMAGE,
    url: optional Text<'a> = URL,
    version: optional Text<'a> = FACE_MODEL_VERSION,
    rotate: optional u64 = NEED_ROTATE_DETECTION,
}

fields! {
    /// The faces, largest first.
    Reply {
        width: u64 = "ImageWidth",
        height: u64 = "ImageHeight",
        faces: Vec<FaceShape> = "FaceShapeSet",
        face_model_version: &'static str = "FaceModelVersion",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let only_largest = values::zero_or_one("Mode", arguments.mode.unwrap_or(0))?;
    let version = values::model_version(arguments.version.as_deref())?;
    let image = call.image(arguments.url, arguments.image)?;
    call.fetch(&[&image])?;

    let picture = call.picture(&image)?;
    let max_faces = if only_largest {
        1
    } else {
        call.config.analysis.faces_with_landmarks
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
        faces.push(FaceShape::from(&call.look(|eyes| eyes.landmarks(&picture, &face))?));
    }
    Ok(Reply {
        width: u64::from(picture.width()),
        height: u64::from(picture.height()),
        faces,
        face_model_version: version.as_str(),
    })
}
