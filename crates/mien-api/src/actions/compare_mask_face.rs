//! CompareMaskFace: CompareFace for faces that may wear masks; version 3.0 only (BEHAVIOUR 6.5). The upper
//! halves of the faces count more, masks or not, on a scale of their own.

use crate::actions::comparing::{Choice, How, compare_masked, pair};
use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::values::{self, QualityControl};

arguments! {
    image_a: optional Text<'a> = IMAGE_A,
    image_b: optional Text<'a> = IMAGE_B,
    url_a: optional Text<'a> = URL_A,
    url_b: optional Text<'a> = URL_B,
    version: optional Text<'a> = FACE_MODEL_VERSION_3,
    quality: optional u64 = QUALITY_CONTROL,
}

fields! {
    /// The similarity on the 1:1 scale.
    Reply {
        score: f64 = "Score",
        face_model_version: &'static str = "FaceModelVersion",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let version = values::model_version_3(arguments.version.as_deref())?;
    let quality = QualityControl::parse(arguments.quality)?;
    let images = pair(
        call,
        (arguments.url_a, arguments.image_a),
        (arguments.url_b, arguments.image_b),
    )?;

    let how = How {
        version,
        quality,
        rotate: false,
        choice: Choice::Largest,
    };
    let cosine = compare_masked(call, &images, &how)?;
    let curve = call.look(|eyes| eyes.masked_curve())?;
    Ok(Reply {
        score: curve.score(cosine, version).value(),
        face_model_version: version.as_str(),
    })
}
