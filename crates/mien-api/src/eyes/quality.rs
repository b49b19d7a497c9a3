//! How fit a face is for recognition, and which faces a QualityControl level refuses (BEHAVIOUR 7.3).

/// Quality of one face, each value 0 to 100 on the documented bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quality {
    /// Overall.
    pub score: u8,
    /// Below 40 very blurred, below 60 blurred, below 80 slightly blurred.
    pub sharpness: u8,
    /// Below 30 dark, above 70 bright.
    pub brightness: u8,
    /// What can be seen.
    pub completeness: Completeness,
}

/// How much of each part can be seen, 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completeness {
    /// Covered at 80 and below.
    pub eyebrow: u8,
    /// Covered at 80 and below.
    pub eye: u8,
    /// Covered at 60 and below.
    pub nose: u8,
    /// Covered at 70 and below.
    pub cheek: u8,
    /// Covered at 50 and below.
    pub mouth: u8,
    /// Covered at 70 and below.
    pub chin: u8,
}

impl From<&mien_vision::quality::Quality> for Quality {
    fn from(seen: &mien_vision::quality::Quality) -> Self {
        let value = |value: f32| value.round().clamp(0.0, 100.0) as u8;
        let [eyebrow, eye, nose, cheek, mouth, chin] = seen.completeness.map(value);
        Self {
            score: value(seen.score),
            sharpness: value(seen.sharpness),
            brightness: value(seen.brightness),
            completeness: Completeness {
                eyebrow,
                eye,
                nose,
                cheek,
                mouth,
                chin,
            },
        }
    }
}

/// How far above its bound a value still counts as slightly off at level 4.
const SLIGHT: u8 = 5;

impl Quality {
    /// Whether the face passes a QualityControl level, 0 to 4. Each level refuses all that the one before refuses.
    pub fn passes(&self, level: u8) -> bool {
        let limit = match level {
            0 => return true,
            1 => usize::MAX,
            2 => 2,
            _ => 0,
        };
        !self.severe() && self.defects() <= limit && (level < 4 || self.slight_deviations() <= 1)
    }

    /// Extreme blur, or eyes, nose or mouth covered: refused from level 1 on.
    fn severe(&self) -> bool {
        let seen = &self.completeness;
        self.sharpness < 40 || seen.eye <= 80 || seen.nose <= 60 || seen.mouth <= 50
    }

    /// Level 2 refuses three of these, level 3 one.
    fn defects(&self) -> usize {
        let seen = &self.completeness;
        let defects = [
            !(30..=70).contains(&self.brightness),
            self.sharpness < 80,
            seen.eyebrow <= 80,
            seen.cheek <= 70,
            seen.chin <= 70,
        ];
        defects.iter().filter(|defect| **defect).count()
    }

    /// Values just inside their bounds; level 4 refuses two.
    fn slight_deviations(&self) -> usize {
        let seen = &self.completeness;
        let near = |value: u8, bound: u8| value <= bound + SLIGHT;
        let deviations = [
            near(self.sharpness, 80),
            near(self.brightness, 30) || self.brightness >= 70 - SLIGHT,
            near(seen.eyebrow, 80),
            near(seen.eye, 80),
            near(seen.nose, 60),
            near(seen.cheek, 70),
            near(seen.mouth, 50),
            near(seen.chin, 70),
        ];
        deviations.iter().filter(|deviation| **deviation).count()
    }
}
