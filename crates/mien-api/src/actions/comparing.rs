//! Two images against each other: what CompareFace, CompareMaskFace and DetectFaceSimilarity share (BEHAVIOUR 9 "CompareFace").

use std::sync::Arc;

use mien_core::{ModelVersion, Space};
use mien_vision::face::Face;
use mien_vision::picture::Picture;
use mien_vision::vision::VisionError;

use crate::arguments::Text;
use crate::call::{Call, Look, Outcome};
use crate::images::Source;
use crate::values::QualityControl;

/// Most faces looked at when the most confident one is wanted.
const FACES_LOOKED_AT: usize = 120;

/// Which face of an image is compared (BEHAVIOUR 13 #1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Largest,
    MostConfident,
}

/// How the two images are compared.
pub(super) struct How {
    pub(super) version: ModelVersion,
    pub(super) quality: QualityControl,
    pub(super) rotate: bool,
    pub(super) choice: Choice,
}

/// The two images, independently Url before Image; A is looked at before B.
pub(super) fn pair<'t>(
    call: &Call<'_>,
    a: (Option<Text<'t>>, Option<Text<'t>>),
    b: (Option<Text<'t>>, Option<Text<'t>>),
) -> Outcome<[Source<'t>; 2]> {
    Ok([call.image(a.0, a.1)?, call.image(b.0, b.1)?])
}

/// Cosine of the two chosen faces, and the space it was measured in.
pub(super) fn compare(call: &Call<'_>, [a, b]: &[Source<'_>; 2], how: &How) -> Outcome<(f32, Arc<Space>)> {
    let space = call.core.space(how.version)?;
    call.fetch(&[a, b])?;
    let first = probe(call, a, how, |picture, face| call.probe(picture, face, &space))?;
    let second = probe(call, b, how, |picture, face| call.probe(picture, face, &space))?;
    Ok((cosine(first.values(), second.values()), space))
}

/// Cosine of the two chosen faces as they are compared where masks may be worn.
pub(super) fn compare_masked(call: &Call<'_>, [a, b]: &[Source<'_>; 2], how: &How) -> Outcome<f32> {
    call.fetch(&[a, b])?;
    let masked = |picture: &Picture, face: &Face| call.look(|eyes| eyes.embed_masked(picture, face));
    let first = probe(call, a, how, masked)?;
    let second = probe(call, b, how, masked)?;
    Ok(cosine(&first, &second))
}

fn probe<T>(
    call: &Call<'_>,
    image: &Source<'_>,
    how: &How,
    embed: impl FnOnce(&Picture, &Face) -> Outcome<T>,
) -> Outcome<T> {
    let picture = call.picture(image)?;
    let face = match how.choice {
        Choice::Largest => call.largest_face(&picture, how.rotate)?,
        Choice::MostConfident => {
            let look = Look {
                max_faces: FACES_LOOKED_AT,
                rotate: how.rotate,
                ..Look::default()
            };
            most_confident(call.faces(&picture, look)?).ok_or(VisionError::NoFace)?
        }
    };
    call.demand(&picture, &face, how.quality)?;
    embed(&picture, &face)
}

/// Of equally confident faces the larger one: the list is sorted by size.
fn most_confident(faces: Vec<Face>) -> Option<Face> {
    faces
        .into_iter()
        .reduce(|best, face| if face.confidence > best.confidence { face } else { best })
}

/// Both are of unit length.
fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let product: f64 = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
    product.clamp(-1.0, 1.0) as f32
}
