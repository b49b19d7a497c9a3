//! VerifyFace: the best of the person's faces (BEHAVIOUR 7.7, 9 "VerifyFace").

use mien_core::{Target, Verified};

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome, switch};
use crate::reply::fields;
use crate::values::{self, QualityControl};

arguments! {
    person: required Text<'a> = PERSON_ID,
    image: optional Text<'a> = IMAGE,
    url: optional Text<'a> = URL,
    quality: optional u64 = QUALITY_CONTROL,
    rotate: optional u64 = NEED_ROTATE_DETECTION,
}

fields! {
    /// How similar, and whether it counts as the same person.
    Reply {
        score: f64 = "Score",
        is_match: bool = "IsMatch",
        face_model_version: &'static str = "FaceModelVersion",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    verify(call, arguments, Target::Faces)
}

pub(super) fn verify(call: &Call<'_>, arguments: Arguments<'_>, target: Target) -> Outcome<Reply> {
    let person = values::person_id(&arguments.person)?;
    let quality = QualityControl::parse(arguments.quality)?;
    let image = call.image(arguments.url, arguments.image)?;
    let space = call.core.check_verify(call.account, &person, target)?;
    call.fetch(&[&image])?;

    let picture = call.picture(&image)?;
    let face = call.largest_face(&picture, switch(arguments.rotate))?;
    call.demand(&picture, &face, quality)?;
    let probe = call.probe(&picture, &face, &space)?;

    let Verified {
        score,
        matches,
        version,
    } = call.core.verify(call.account, &person, target, &probe)?;
    Ok(Reply {
        score: score.value(),
        is_match: matches,
        face_model_version: version.as_str(),
    })
}
