//! Whether a face wears a mask, and how.

use crate::cover::Cover;

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

impl MaskWorn {
    /// In the order of the contract.
    pub const ALL: [Self; 5] = [Self::None, Self::BelowFace, Self::Chin, Self::Mouth, Self::Properly];

    /// Whether anything of the face is covered by a mask.
    pub fn covers(self) -> bool {
        self >= Self::Chin
    }
}

impl MaskSeen {
    /// The likeliest way.
    pub(crate) fn of(cover: &Cover) -> Self {
        let likeliest = MaskWorn::ALL.into_iter().zip(cover.mask);
        let start = (MaskWorn::None, cover.mask[0]);
        let (worn, probability) = likeliest.fold(start, |best, next| if next.1 > best.1 { next } else { best });
        Self { worn, probability }
    }
}
