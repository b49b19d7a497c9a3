//! Whether a face wears a mask, and how.
//!
//! The cover network tells how a mask is worn. A pack may bring a detector of masks beside it, which was trained on
//! photographs of real masks worn properly: the two then decide together between such a mask and none.

mod detector;

pub(crate) use detector::{Grid, MaskDetector};

use crate::cover::Cover;
use crate::picture::Picture;
use crate::points::Mesh;

/// How a mask is worn, numbered as the contract numbers `Mask.Type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MaskWorn {
    /// No mask.
    None = 0,
    /// A mask that does not cover the face.
    BelowFace = 1,
    /// Covers the chin; mouth and nose are out.
    Chin = 2,
    /// Covers the mouth; the nose is out.
    Mouth = 3,
    /// Covers mouth and nose.
    Properly = 4,
}

/// What is seen of a mask.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaskSeen {
    /// The likeliest way.
    pub worn: MaskWorn,
    /// How sure that is, 0 to 1.
    pub probability: f32,
}

/// No class is ruled out altogether.
const LEAST: f32 = 1e-3;

/// Points of the mesh at the tip of the chin and between it and the mouth.
const CHIN: [usize; 2] = [152, 199];

impl MaskWorn {
    /// In the order of the contract.
    pub const ALL: [Self; 5] = [Self::None, Self::BelowFace, Self::Chin, Self::Mouth, Self::Properly];
}

impl MaskSeen {
    /// The likeliest way. `properly` is how sure a detector of masks is that one covers mouth and nose; `framed` says whether
    /// the picture reaches below the chin, and to the chin: masks that would lie outside of it cannot be seen.
    pub(crate) fn of(cover: &Cover, properly: Option<f32>, framed: [bool; 2]) -> Self {
        let mut shares = cover.mask.map(|share| share.max(LEAST));
        for (share, framed) in shares[1..=2].iter_mut().zip(framed) {
            if !framed {
                *share = LEAST;
            }
        }
        if let Some(sure) = properly {
            // Both know masks over mouth and nose and count alike, on the logistic scale.
            let either = shares[0] + shares[4];
            let odds = (sure.max(LEAST) / (1.0 - sure).max(LEAST) * shares[4] / shares[0]).sqrt();
            shares[4] = either * odds / (1.0 + odds);
            shares[0] = either - shares[4];
        }
        let start = (MaskWorn::None, f32::NEG_INFINITY);
        let ways = MaskWorn::ALL.into_iter().zip(shares);
        let (worn, share) = ways.fold(start, |best, next| if next.1 > best.1 { next } else { best });
        Self {
            worn,
            probability: share / shares.iter().sum::<f32>(),
        }
    }
}

/// Whether the picture reaches below the chin, and to the chin.
pub(crate) fn framed(picture: &Picture, mesh: &Mesh) -> [bool; 2] {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    CHIN.map(|index| {
        let point = mesh.points()[index];
        (0.0..width).contains(&point.x) && (0.0..height).contains(&point.y)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detector_and_frame_have_their_say() {
        let whole = [true, true];
        for (mask, properly, framed, expect) in [
            ([0.9, 0.0, 0.0, 0.02, 0.08], None, whole, MaskWorn::None),
            ([0.9, 0.0, 0.0, 0.02, 0.08], Some(0.95), whole, MaskWorn::Properly),
            ([0.3, 0.0, 0.0, 0.1, 0.6], Some(0.05), whole, MaskWorn::None),
            ([0.1, 0.0, 0.3, 0.6, 0.0], Some(0.05), whole, MaskWorn::Mouth),
            ([0.1, 0.9, 0.0, 0.0, 0.0], Some(0.0), whole, MaskWorn::BelowFace),
            ([0.1, 0.9, 0.0, 0.0, 0.0], None, [false, true], MaskWorn::None),
            ([0.1, 0.2, 0.7, 0.0, 0.0], None, [false, true], MaskWorn::Chin),
            ([0.1, 0.2, 0.7, 0.0, 0.0], None, [false, false], MaskWorn::None),
        ] {
            let cover = Cover {
                shares: [0.0; 6],
                mask,
                likeness: 1.0,
            };
            let seen = MaskSeen::of(&cover, properly, framed);
            assert_eq!(seen.worn, expect, "{mask:?} {properly:?} {framed:?}");
            assert!((0.2..=1.0).contains(&seen.probability), "{seen:?}");
        }
    }
}
