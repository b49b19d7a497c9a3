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

    /// A space of `dim` dimensions (1 to 2,048) with the code width that suits it: the fewer dimensions, the more bits it takes for few
    /// rows to be left over after the first pass. At 256 dimensions with 2 bits a search over vectors with the spectrum of real
    /// embeddings takes little more than reading the codes (docs/BENCHMARKS.md). From 512 on one bit leaves few enough rows over.
    pub fn new(dim: usize) -> Result<Self, IndexError> {
        if dim == 0 || dim > Self::MAX_DIM {
            return Err(IndexError::Dimension {
                expected: Self::MAX_DIM,
                found: dim,
            });
        }
        let bits = match dim {
            0..192 => 3,
            192..512 => 2,
            _ => 1,
        };
        Ok(Self { dim, bits })
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
