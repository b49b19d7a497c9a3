//! What faces are covered with: colours and textures.

use super::Dice;
use super::canvas::Canvas;

/// A texture that lies on a face. Lengths are in distances between the eyes, so that it scales with the face.
#[derive(Clone, Debug)]
pub struct Cloth {
    pub kind: ClothKind,
    first: [f32; 3],
    second: [f32; 3],
    /// Period of a pattern in pixels.
    period_px: f32,
    /// Direction of a pattern.
    direction: (f32, f32),
    seed: u64,
}

/// Kinds of texture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClothKind {
    Flat,
    Grain,
    Stripes,
    Checks,
    Gradient,
    /// A piece of another photograph.
    Photograph,
    /// Patches of these are never trained on.
    Dots,
}

impl ClothKind {
    /// What the cover network is trained with.
    pub const TRAINED: [Self; 6] = [
        Self::Flat,
        Self::Grain,
        Self::Stripes,
        Self::Checks,
        Self::Gradient,
        Self::Photograph,
    ];

    /// All, one of which is new to the cover network.
    pub const ALL: [Self; 7] = [
        Self::Flat,
        Self::Grain,
        Self::Stripes,
        Self::Checks,
        Self::Gradient,
        Self::Photograph,
        Self::Dots,
    ];

    /// Name for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Grain => "grain",
            Self::Stripes => "stripes",
            Self::Checks => "checks",
            Self::Gradient => "gradient",
            Self::Photograph => "photograph",
            Self::Dots => "dots",
        }
    }
}

/// Colours of masks as they are sold, and of hands.
const USUAL: [[f32; 3]; 12] = [
    [235.0, 238.0, 240.0],
    [170.0, 205.0, 225.0],
    [120.0, 175.0, 205.0],
    [30.0, 30.0, 34.0],
    [70.0, 74.0, 82.0],
    [130.0, 132.0, 138.0],
    [40.0, 50.0, 85.0],
    [110.0, 160.0, 140.0],
    [215.0, 165.0, 175.0],
    [150.0, 30.0, 40.0],
    [205.0, 160.0, 135.0],
    [120.0, 85.0, 65.0],
];

impl Cloth {
    /// What masks are made of: plain more often than not.
    pub fn of_mask(eyes_px: f32, dice: &mut Dice) -> Self {
        let kind = match dice.below(10) {
            0..5 => ClothKind::Flat,
            5 | 6 => ClothKind::Grain,
            7 => ClothKind::Gradient,
            _ => ClothKind::ALL[dice.below(ClothKind::ALL.len())],
        };
        Self::new(kind, eyes_px, dice)
    }

    /// A cloth of this kind for a face whose eyes are `eyes_px` apart.
    pub fn new(kind: ClothKind, eyes_px: f32, dice: &mut Dice) -> Self {
        let angle = dice.within(0.0, std::f32::consts::PI);
        Self {
            kind,
            first: colour(dice),
            second: colour(dice),
            period_px: eyes_px * dice.within(0.12, 0.45),
            direction: (angle.cos(), angle.sin()),
            seed: (dice.unit() * 1e9) as u64,
        }
    }

    /// The colour at a place. `photograph` is what [`ClothKind::Photograph`] is cut from.
    pub fn at(&self, x: f32, y: f32, photograph: &Canvas) -> [f32; 3] {
        let along = (x * self.direction.0 + y * self.direction.1) / self.period_px;
        let across = (y * self.direction.0 - x * self.direction.1) / self.period_px;
        match self.kind {
            ClothKind::Flat => self.first,
            ClothKind::Grain => {
                let place = (x as i64 as u64) ^ ((y as i64 as u64) << 20);
                let grain = Dice::new(self.seed ^ place.wrapping_mul(0x2545_f491_4f6c_dd1d)).normal() * 18.0;
                self.first.map(|value| value + grain)
            }
            ClothKind::Stripes => self.pick(along.rem_euclid(1.0) < 0.5),
            ClothKind::Checks => self.pick((along.rem_euclid(1.0) < 0.5) ^ (across.rem_euclid(1.0) < 0.5)),
            ClothKind::Gradient => {
                let share = 0.5 + 0.5 * (along * 0.35).sin();
                [0, 1, 2].map(|i| self.first[i] + (self.second[i] - self.first[i]) * share)
            }
            ClothKind::Photograph => {
                let (dx, dy) = ((self.seed % 997) as f32, (self.seed / 997 % 991) as f32);
                let wrap = |value: f32, limit: usize| value.rem_euclid(limit as f32 - 1.0);
                photograph.sample(wrap(x + dx, photograph.width), wrap(y + dy, photograph.height))
            }
            ClothKind::Dots => {
                let (u, v) = (along.rem_euclid(1.0) - 0.5, across.rem_euclid(1.0) - 0.5);
                self.pick(u.hypot(v) < 0.32)
            }
        }
    }

    fn pick(&self, first: bool) -> [f32; 3] {
        if first { self.first } else { self.second }
    }
}

fn colour(dice: &mut Dice) -> [f32; 3] {
    if dice.chance(0.6) {
        let shift = dice.within(-15.0, 15.0);
        USUAL[dice.below(USUAL.len())].map(|value| value + shift + dice.within(-10.0, 10.0))
    } else {
        [0, 1, 2].map(|_| dice.within(5.0, 250.0))
    }
}
