//! DetectFaceSimilarity: CompareFace on its own scale with two decimals: 70 is a FAR of 0.01 % (BEHAVIOUR 7.2).

use mien_core::ModelVersion;

use crate::actions::comparing::{Choice, How, compare, pair};
use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::values::QualityControl;

arguments! {
    image_a: optional Text<'a> = IMAGE_A,
    image_b: optional Text<'a> = IMAGE_B,
    url_a: optional Text<'a> = URL_A,
    url_b: optional Text<'a> = URL_B,
    quality: optional u64 = QUALITY_CONTROL,
}

fields! {
    /// The similarity, 0.00 to 100.00.
    Reply { score: f64 = "Score" }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let quality = QualityControl::parse(arguments.quality)?;
    let images = pair(
        call,
        (arguments.url_a, arguments.image_a),
        (arguments.url_b, arguments.image_b),
    )?;

    let how = How {
        version: ModelVersion::V3,
        quality,
        rotate: false,
        choice: Choice::Largest,
    };
    let (cosine, space) = compare(call, &images, &how)?;
    let score = 30.0 - 10.0 * space.curve.far(cosine).log10();
    Ok(Reply {
        score: (score.clamp(0.0, 100.0) * 100.0).round() / 100.0,
    })
}
