//! DetectFace: frames, and attributes and quality when asked for (BEHAVIOUR 9 "DetectFace").

use mien_vision::face::Face;
use mien_vision::picture::Picture;
use mien_vision::vision::VisionError;
use mien_wire::Code;

use crate::answer::Stop;
use crate::arguments::{Text, arguments};
use crate::call::{Call, Look, Outcome, switch};
use crate::eyes::{Attributes, Quality};
use crate::reply::analysis::{FaceAttributesInfo, FaceInfo, FaceQualityInfo};
use crate::reply::fields;
use crate::values;

arguments! {
    max_faces: optional u64 = MAX_FACES_DETECTED,
    min_face_px: optional u64 = MIN_FACE_SIZE,
    image: optional Text<'a> = IMAGE,
    url: optional Text<'a> = URL,
    attributes: optional u64 = NEED_FACE_ATTRIBUTES,
    quality: optional u64 = NEED_QUALITY_DETECTION,
    version: optional Text<'a> = FACE_MODEL_VERSION,
    rotate: optional u64 = NEED_ROTATE_DETECTION,
}

fields! {
    /// The faces, largest first.
    Reply {
        width: i64 = "ImageWidth",
        height: i64 = "ImageHeight",
        faces: Vec<FaceInfo> = "FaceInfos",
        face_model_version: &'static str = "FaceModelVersion",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let limits = &call.config.analysis;
    let max_faces = values::count(
        "MaxFaceNum",
        arguments.max_faces,
        1,
        limits.faces,
        Code::LimitExceededErrorFaceNumExceed,
    )?;
    let version = values::model_version(arguments.version.as_deref())?;
    let image = call.image(arguments.url, arguments.image)?;
    call.fetch(&[&image])?;

    let picture = call.picture(&image)?;
    let min_face_px = values::min_face_px(arguments.min_face_px);
    let found = call.faces(
        &picture,
        Look {
            max_faces,
            min_face_px,
            rotate: switch(arguments.rotate),
        },
    )?;
    let with_attributes = if switch(arguments.attributes) {
        limits.faces_with_attributes
    } else {
        0
    };
    let with_quality = if switch(arguments.quality) {
        limits.faces_with_quality
    } else {
        0
    };
    let mut faces = Vec::with_capacity(found.len());
    for (index, face) in found.iter().enumerate() {
        let attributes = attributes(call, &picture, face, index < with_attributes)?;
        let quality = quality(call, &picture, face, index < with_quality)?;
        faces.push(info(face, attributes, quality));
    }
    Ok(Reply {
        width: i64::from(picture.width()),
        height: i64::from(picture.height()),
        faces,
        face_model_version: version.as_str(),
    })
}

fn info(face: &Face, attributes: FaceAttributesInfo, quality: Option<FaceQualityInfo>) -> FaceInfo {
    FaceInfo {
        x: i64::from(face.frame.x),
        y: i64::from(face.frame.y),
        width: i64::from(face.frame.width),
        height: i64::from(face.frame.height),
        attributes,
        quality,
    }
}

/// Placeholders when not asked for; nulls and zeros for what the models cannot determine.
fn attributes(call: &Call<'_>, picture: &Picture, face: &Face, wanted: bool) -> Result<FaceAttributesInfo, Stop> {
    if !wanted {
        return Ok(FaceAttributesInfo::NOT_ASKED);
    }
    let seen = call.look(|eyes| match eyes.attributes(picture, face) {
        Err(VisionError::Missing(_)) => Ok(Attributes::default()),
        seen => seen,
    })?;
    Ok(FaceAttributesInfo::from(&seen))
}

/// Placeholders when not asked for; null when the models cannot determine it.
fn quality(call: &Call<'_>, picture: &Picture, face: &Face, wanted: bool) -> Result<Option<FaceQualityInfo>, Stop> {
    if !wanted {
        return Ok(Some(FaceQualityInfo::NOT_ASKED));
    }
    let seen: Option<Quality> = call.look(|eyes| match eyes.quality(picture, face) {
        Err(VisionError::Missing(_)) => Ok(None),
        seen => seen.map(Some),
    })?;
    Ok(seen.as_ref().map(FaceQualityInfo::from))
}
