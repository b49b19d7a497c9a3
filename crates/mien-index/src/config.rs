use crate::IndexError;

/// Shape of a space. Fixed for the life of an index directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    dim: usize,
    bits: u8,
}

impl Config {
    /// Largest dimension that an index takes.
    pub const MAX_DIM: usize = 2048;

    /// A space of `dim` dimensions (1 to 2,048) with the code width that measures best for it.
    pub fn new(dim: usize) -> Result<Self, IndexError> {
        if dim == 0 || dim > Self::MAX_DIM {
            return Err(IndexError::Dimension {
                expected: Self::MAX_DIM,
                found: dim,
            });
        }
        Ok(Self {
            dim,
            bits: if dim >= 512 { 1 } else { 2 },
        })
    }

    /// The same space with codes of `bits` (1 to 4) per dimension in the first pass.
    pub fn with_bits(self, bits: u8) -> Result<Self, IndexError> {
        if !(1..=4).contains(&bits) {
            return Err(IndexError::Bits(bits));
        }
        Ok(Self { bits, ..self })
    }

    /// Dimensions of a vector.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Bits per dimension of the codes that the first pass reads.
    pub fn bits(&self) -> u8 {
        self.bits
    }
}
