//! Small closed choices.

use super::Invalid;
use std::fmt;

/// Gender of a person: 0 unset, 1 male, 2 female (BEHAVIOUR 6.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gender {
    /// Not given.
    #[default]
    Unset,
    /// Male.
    Male,
    /// Female.
    Female,
}

impl Gender {
    /// Reads the wire number.
    pub fn parse(number: i64) -> Result<Self, Invalid> {
        match number {
            0 => Ok(Self::Unset),
            1 => Ok(Self::Male),
            2 => Ok(Self::Female),
            other => Err(Invalid::Gender(other)),
        }
    }

    /// The wire number.
    pub fn number(self) -> i64 {
        match self {
            Self::Unset => 0,
            Self::Male => 1,
            Self::Female => 2,
        }
    }
}

/// Version of the face model that a group is fixed to at creation (BEHAVIOUR 6.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ModelVersion {
    /// "2.0"; its score scale lies 30 points higher.
    V2,
    /// "3.0".
    #[default]
    V3,
}

impl ModelVersion {
    /// Reads the wire text; an empty text counts as absent and gives the default "3.0".
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "2.0" => Ok(Self::V2),
            "3.0" | "" => Ok(Self::V3),
            other => Err(Invalid::ModelVersion(other.chars().take(64).collect())),
        }
    }

    /// The wire text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2 => "2.0",
            Self::V3 => "3.0",
        }
    }
}

impl fmt::Display for ModelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a new person is refused when the group already holds a similar one (BEHAVIOUR 7.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UniquePersonControl {
    /// No check.
    #[default]
    Off,
    /// Level 1: one wrong refusal in 100 new persons.
    FarPercent1,
    /// Level 2: one in 1,000.
    FarPermille1,
    /// Level 3: one in 10,000.
    Far1e4,
    /// Level 4: one in 100,000.
    Far1e5,
}

impl UniquePersonControl {
    /// Reads the wire number, 0 to 4.
    pub fn parse(level: u64) -> Result<Self, Invalid> {
        match level {
            0 => Ok(Self::Off),
            1 => Ok(Self::FarPercent1),
            2 => Ok(Self::FarPermille1),
            3 => Ok(Self::Far1e4),
            4 => Ok(Self::Far1e5),
            other => Err(Invalid::UniquePersonControl(other)),
        }
    }

    /// Share of strangers that may be taken for somebody in the group; `None` when switched off.
    pub fn far(self) -> Option<f64> {
        match self {
            Self::Off => None,
            Self::FarPercent1 => Some(1e-2),
            Self::FarPermille1 => Some(1e-3),
            Self::Far1e4 => Some(1e-4),
            Self::Far1e5 => Some(1e-5),
        }
    }
}
