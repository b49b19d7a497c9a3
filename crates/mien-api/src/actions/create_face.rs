//! CreateFace: up to four images for one person; each has its own outcome (BEHAVIOUR 9 "CreateFace").

use std::sync::Arc;

use mien_core::{Addition, Enrolled, Space};
use mien_wire::{Code, Refusal};

use crate::answer::Stop;
use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome, switch};
use crate::images::{Source, source};
use crate::refusals::valued;
use crate::reply::fields;
use crate::reply::places::FaceRect;
use crate::values::{self, QualityControl};

arguments! {
    person: required Text<'a> = PERSON_ID,
    images: optional Vec<Text<'a>> = IMAGES,
    urls: optional Vec<Text<'a>> = URLS,
    threshold: optional f64 = ENROL_THRESHOLD,
    quality: optional u64 = QUALITY_CONTROL,
    rotate: optional u64 = NEED_ROTATE_DETECTION,
}

fields! {
    /// The outcome of each image, and the faces that were added.
    Reply {
        added: u64 = "SucFaceNum",
        face_ids: Vec<String> = "SucFaceIds",
        ret_codes: Vec<i64> = "RetCode",
        indexes: Vec<u64> = "SucIndexes",
        rects: Vec<FaceRect> = "SucFaceRects",
        face_model_version: &'static str = "FaceModelVersion",
    }
}

/// Similarity that a new face must exceed when none is given.
const DEFAULT_THRESHOLD: f64 = 60.0;

const OK: i64 = 0;
const NO_FACE: i64 = -1101;
const NOT_DECODABLE: i64 = -1102;
const WRONG_SIZE: i64 = -1109;
/// No number is documented for a failed download; this one is ours (BEHAVIOUR 9 "CreateFace").
const NOT_DOWNLOADED: i64 = -1403;
const POOR_QUALITY: i64 = -1601;
const TOO_DIFFERENT: i64 = -1604;

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let person = values::person_id(&arguments.person)?;
    let images = given(call, arguments.urls, arguments.images)?;
    let threshold = values::threshold(arguments.threshold.unwrap_or(DEFAULT_THRESHOLD))?;
    let quality = QualityControl::parse(arguments.quality)?;
    let images: Vec<Source<'_>> = images.into_iter().map(Given::source).collect::<Result<_, _>>()?;
    let spaces = call.core.check_add_faces(call.account, &person, images.len())?;
    call.fetch(&images.iter().collect::<Vec<_>>())?;

    let how = How {
        spaces: &spaces,
        quality,
        rotate: switch(arguments.rotate),
    };
    let faces = images
        .iter()
        .map(|image| see(call, image, &how))
        .collect::<Outcome<Vec<_>>>()?;
    let additions = call.core.add_faces(call.account, &person, faces, threshold)?;
    Ok(report(&additions.images, additions.version.as_str()))
}

/// One image of the list that counts.
enum Given<'a> {
    Url(Text<'a>),
    Base64(Text<'a>),
}

impl<'a> Given<'a> {
    fn source(self) -> Result<Source<'a>, Refusal> {
        match self {
            Self::Url(url) => source(Some(url), None),
            Self::Base64(image) => source(None, Some(image)),
        }
    }
}

/// Urls if it has entries, else Images; none at all is `ImageEmpty`, more than four `UploadFaceNumExceed`.
fn given<'a>(
    call: &Call<'_>,
    urls: Option<Vec<Text<'a>>>,
    images: Option<Vec<Text<'a>>>,
) -> Result<Vec<Given<'a>>, Refusal> {
    let urls: Vec<Given<'a>> = urls.unwrap_or_default().into_iter().map(Given::Url).collect();
    let images = || images.unwrap_or_default().into_iter().map(Given::Base64).collect();
    let given: Vec<Given<'a>> = if urls.is_empty() { images() } else { urls };
    let max = call.limits().images_per_call;
    if given.is_empty() {
        return Err(Refusal::new(Code::InvalidParameterValueImageEmpty));
    }
    if given.len() > max {
        let value = format!("{} > {max}", given.len());
        return Err(valued(Code::InvalidParameterValueUploadFaceNumExceed, &value));
    }
    Ok(given)
}

struct How<'a> {
    spaces: &'a [Arc<Space>],
    quality: QualityControl,
    rotate: bool,
}

/// The face of one image, or the number that tells the client why there is none. What is wrong with the server and not
/// with the image ends the whole call.
fn see(call: &Call<'_>, image: &Source<'_>, how: &How<'_>) -> Outcome<Result<Enrolled, i64>> {
    match enrol(call, image, how) {
        Ok(face) => Ok(Ok(face)),
        Err(Stop::Refuse(refusal)) => ret_code(refusal.code()).map(Err).ok_or(Stop::Refuse(refusal)),
        Err(stop) => Err(stop),
    }
}

fn enrol(call: &Call<'_>, image: &Source<'_>, how: &How<'_>) -> Outcome<Enrolled> {
    let picture = call.picture(image)?;
    let face = call.largest_face(&picture, how.rotate)?;
    call.demand(&picture, &face, how.quality)?;
    call.enrolled(&picture, &face, how.spaces)
}

fn ret_code(code: Code) -> Option<i64> {
    match code {
        Code::InvalidParameterValueNoFaceInPhoto | Code::FailedOperationFaceSizeTooSmall => Some(NO_FACE),
        Code::FailedOperationImageDecodeFailed => Some(NOT_DECODABLE),
        Code::FailedOperationImageResolutionExceed
        | Code::FailedOperationImageResolutionTooSmall
        | Code::FailedOperationImageSizeExceed => Some(WRONG_SIZE),
        Code::FailedOperationImageDownloadError | Code::InvalidParameterValueUrlIllegal => Some(NOT_DOWNLOADED),
        Code::FailedOperationFaceQualityNotQualified => Some(POOR_QUALITY),
        _ => None,
    }
}

fn report(images: &[Addition<i64>], face_model_version: &'static str) -> Reply {
    let mut reply = Reply {
        added: 0,
        face_ids: Vec::new(),
        ret_codes: Vec::with_capacity(images.len()),
        indexes: Vec::new(),
        rects: Vec::new(),
        face_model_version,
    };
    for (index, image) in images.iter().enumerate() {
        reply.ret_codes.push(match image {
            Addition::Added { face, frame } => {
                reply.added += 1;
                reply.face_ids.push(face.to_string());
                reply.indexes.push(index as u64);
                reply.rects.push((*frame).into());
                OK
            }
            Addition::TooDifferent { .. } => TOO_DIFFERENT,
            Addition::Refused(code) => *code,
        });
    }
    reply
}
