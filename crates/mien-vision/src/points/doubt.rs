//! A second opinion on faces that the detector is not sure of, and on which way up a face is.

use super::{CropNetwork, PointsNumbers, mesh};
use crate::face::{Face, FivePoints};
use crate::picture::Picture;
use crate::vision::VisionError;

/// The mesh, asked whether there is a face at all. What it saw is kept with the face: an embedder that aligns by the mesh
/// does not look again.
#[derive(Debug)]
pub(crate) struct Doubt {
    /// Faces below this confidence are looked at, 0 to 1.
    pub(crate) below: f32,
    /// Least presence that makes them count, 0 to 1.
    pub(crate) presence: f32,
    pub(crate) crop: CropNetwork,
    pub(crate) numbers: PointsNumbers,
}

/// Faces of two turns that share this much of the smaller one are the same face, seen rightly and wrongly.
const SHARED: f32 = 0.4;

/// Below this confidence the points of detector and mesh must agree.
const UNSURE: f32 = 0.7;

/// Points further apart than this, in distances of the eyes, do not. Nine in ten unsure faces have less than 0.2; drawn rings,
/// which both take for eyes, have more.
const APART: f32 = 0.26;

/// Points of small faces are no more exact than this.
const EXACT_TO_PX: f32 = 6.0;

/// A face and how far it is trusted: above 1 when nobody was asked, else what the mesh says.
struct Judged {
    trust: f32,
    face: Face,
}

impl Doubt {
    /// Drops faces that the mesh does not believe in. Of a face found in several turns the one stays that the mesh is
    /// surest of: a detector that was not trained on turned faces is often as confident of them as of upright ones.
    pub(crate) fn drop_unbelieved(&self, picture: &Picture, faces: &mut Vec<Face>) -> Result<(), VisionError> {
        faces.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
        let mut judged: Vec<Judged> = Vec::with_capacity(faces.len());
        for face in faces.drain(..) {
            let sure = face.confidence >= self.below;
            if !sure && judged.iter().any(|better| better.trust > 1.0 && better.excludes(&face)) {
                continue;
            }
            let trust = if sure {
                1.0 + face.confidence
            } else {
                self.presence(picture, &face)?
            };
            if trust >= self.presence {
                judged.push(Judged { trust, face });
            }
        }
        judged.sort_by(|one, other| other.trust.total_cmp(&one.trust));
        let mut kept: Vec<Judged> = Vec::with_capacity(judged.len());
        for next in judged {
            if !kept.iter().any(|better| better.excludes(&next.face)) {
                kept.push(next);
            }
        }
        faces.extend(kept.into_iter().map(|judged| judged.face));
        faces.sort_by_key(|face| std::cmp::Reverse(face.frame.area()));
        Ok(())
    }

    /// What the mesh says, nothing where it sees another face than the detector, which was not sure of it either.
    fn presence(&self, picture: &Picture, face: &Face) -> Result<f32, VisionError> {
        let look = || mesh::find(&self.crop, &self.numbers, picture, face);
        let mesh = face.seen.first_look(look)?;
        let another = face.confidence < UNSURE && disagree(&face.rough, &mesh.five_points());
        Ok(if another { 0.0 } else { mesh.confidence() })
    }
}

/// Whether the mean distance of eyes, nose and mouth is too large.
fn disagree(one: &FivePoints, other: &FivePoints) -> bool {
    let places = |five: &FivePoints| {
        let mouth = five.left_mouth.middle(five.right_mouth);
        [five.left_eye, five.right_eye, five.nose, mouth]
    };
    let pairs = places(one).into_iter().zip(places(other));
    let sum: f32 = pairs.map(|(p, q)| p.distance(q)).sum();
    sum / 4.0 > APART * other.left_eye.distance(other.right_eye) + EXACT_TO_PX
}

impl Judged {
    /// Whether the other is this face in another turn.
    fn excludes(&self, other: &Face) -> bool {
        let (one, two) = (&self.face.region, &other.region);
        self.face.turn != other.turn && one.shared_area(two) > SHARED * one.area().min(two.area())
    }
}
