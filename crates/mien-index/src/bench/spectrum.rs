mod human;
mod omz;

/// Where vectors lie and how their variance is spread over dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spectrum {
    /// About zero, evenly.
    Isotropic,
    /// Like the embeddings of LFW by the `omz` pack: 256 dimensions of which 150 vary, about zero.
    Omz,
    /// Like those by the `human` pack: 1,152 dimensions, few of which vary much, about a mean of length 0.7.
    Human,
}

/// The law that vectors follow, in the directions of their variance.
#[derive(Debug)]
pub(super) struct Law {
    /// Mean of the unit vectors; shorter than 1.
    pub(super) mean: Vec<f32>,
    /// Standard deviation in each dimension, in units that do not matter.
    pub(super) deviations: Vec<f32>,
}

impl Spectrum {
    /// Names that [`Spectrum::parse`] knows.
    pub const NAMES: [&str; 3] = ["isotropic", "omz", "human"];

    /// The spectrum of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Isotropic, Self::Omz, Self::Human]
            .into_iter()
            .find(|spectrum| spectrum.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let [isotropic, omz, human] = Self::NAMES;
        match self {
            Self::Isotropic => isotropic,
            Self::Omz => omz,
            Self::Human => human,
        }
    }

    /// The law in `dim` dimensions. A spectrum of another dimension is stretched.
    pub(super) fn law(self, dim: usize) -> Law {
        let (native_dim, directions): (usize, &[(f32, f32)]) = match self {
            Self::Isotropic => (1, &[(0.0, 1.0)]),
            Self::Omz => (256, &omz::OMZ),
            Self::Human => (1152, &human::HUMAN),
        };
        // What a table leaves out is zero.
        let direction = |at: usize| directions.get(at * native_dim / dim).copied().unwrap_or_default();
        let stretch = (native_dim as f32 / dim as f32).sqrt();
        Law {
            mean: (0..dim).map(|at| direction(at).0 * stretch).collect(),
            deviations: (0..dim).map(|at| direction(at).1).collect(),
        }
    }
}
