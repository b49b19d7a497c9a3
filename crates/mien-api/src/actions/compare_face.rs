//! CompareFace: how similar the faces of two images are (BEHAVIOUR 7.1, 9 "CompareFace", 13 #1).

use crate::actions::comparing::{Choice, How, compare, pair};
use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome, switch};
use crate::reply::fields;
use crate::values::{self, QualityControl};

arguments! {
    image_a: optional Text<'a> = IMAGE_A,
    image_b: optional Text<'a> = IMAGE_B,
    url_a: optional Text<'a> = URL_A,
    url_b: optional Text<'a> = URL_B,
    version: optional Text<'a> = FACE_MODEL_VERSION,
    quality: optional u64 = QUALITY_CONTROL,
    rotate: optional u64 = NEED_ROTATE_DETECTION,
    strategy: optional u64 = FACE_MATCHING_STRATEGY,
}

fields! {
    /// The similarity on the 1:1 scale of the version.
    Reply {
        score: f64 = "Score",
        face_model_version: &'static str = "FaceModelVersion",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let version = values::model_version(arguments.version.as_deref())?;
    let quality = QualityControl::parse(arguments.quality)?;
    let largest = match arguments.strategy {
        Some(strategy) => values::zero_or_one("FaceMatchingStrategy", strategy)?,
        None => true,
    };
    let choice = if largest {
        Choice::Largest
    } else {
        Choice::MostConfident
    };
    let images = pair(
        call,
        (arguments.url_a, arguments.image_a),
        (arguments.url_b, arguments.image_b),
    )?;

    let how = How {
        version,
        quality,
        rotate: switch(arguments.rotate),
        choice,
    };
    let (cosine, space) = compare(call, &images, &how)?;
    Ok(Reply {
        score: space.curve.score(cosine, version).value(),
        face_model_version: version.as_str(),
    })
}
