use crate::bound::{reach, rounding_reach};
use crate::code::{Encoder, Layout};
use crate::kernel::Isa;
use crate::rotation::Rotation;
use crate::{Config, IndexError};

/// Everything that follows from the shape of a space and its secret seed.
#[derive(Debug)]
pub(crate) struct Space {
    pub(crate) config: Config,
    pub(crate) seed: u64,
    pub(crate) layout: Layout,
    pub(crate) encoder: Encoder,
    pub(crate) reach: f32,
    pub(crate) rounding_reach: f32,
    pub(crate) isa: Isa,
}

impl Space {
    pub(crate) fn new(config: Config, seed: u64, isa: Isa) -> Self {
        let layout = Layout::new(config);
        // The random direction lives across the stored vector: one dimension less.
        let reach = reach(layout.padded - 1);
        let encoder = Encoder::new(layout, Rotation::new(layout.padded, seed, isa), reach);
        Self {
            config,
            seed,
            layout,
            encoder,
            reach,
            rounding_reach: rounding_reach(),
            isa,
        }
    }

    /// The vector scaled to unit length.
    pub(crate) fn unit(&self, vector: &[f32]) -> Result<Vec<f32>, IndexError> {
        if vector.len() != self.layout.dim {
            return Err(IndexError::Dimension {
                expected: self.layout.dim,
                found: vector.len(),
            });
        }
        let squared: f64 = vector.iter().map(|value| f64::from(*value) * f64::from(*value)).sum();
        if !squared.is_finite() || squared == 0.0 {
            return Err(IndexError::NoDirection);
        }
        let scale = 1.0 / squared.sqrt();
        Ok(vector.iter().map(|value| (f64::from(*value) * scale) as f32).collect())
    }
}
