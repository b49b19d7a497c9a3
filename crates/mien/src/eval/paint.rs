//! Faces spoiled on purpose: covered parts, painted masks, blur, darkness, glare, pictures of pictures.
//!
//! The real world gives no labels for these, so they are made: for training the cover network (`training/quality`) and for
//! measuring quality, masks and liveness. All chance comes from [`Dice`], so that a run can be repeated.

mod canvas;
mod cloth;
mod damage;
mod imitation;
mod parts;
mod replay;
mod worn;

pub use canvas::Canvas;
pub use cloth::{Cloth, ClothKind};
pub use damage::{blurred, darkened, degraded, glaring, worsened};
pub use imitation::{imitated, photographed, turned};
pub use parts::{Part, Shape, cover_part, cover_somewhere, eyes_px, share_covered};
pub use replay::{Attack, replayed};
pub use worn::{Worn, paint_mask};

/// Chance that can be repeated (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// Dice of this seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Dice of a name and a number: the same for the same image in every run, whatever else runs beside it.
    pub fn of(name: &str, number: u64) -> Self {
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self::new(hash ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 up to 1.
    pub fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// `low` up to `high`.
    pub fn within(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// 0 up to `count`, which must not be 0.
    pub fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    /// True this often.
    pub fn chance(&mut self, share: f32) -> bool {
        self.unit() < share
    }

    /// Roughly normal with deviation 1.
    pub fn normal(&mut self) -> f32 {
        (0..6).map(|_| self.unit()).sum::<f32>() * std::f32::consts::SQRT_2 - 3.0 * std::f32::consts::SQRT_2
    }
}
