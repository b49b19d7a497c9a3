//! A matrix that shortens the joined vector of an embedder.
//!
//! File: `MIENPRJ1`, rows and columns (u32 each), the values row by row (f16 each), all little-endian.

use half::f16;
use thiserror::Error;

/// A matrix, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    columns: usize,
    values: Vec<f32>,
}

/// Why bytes are not a projection.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ProjectionError {
    /// The first bytes are others.
    #[error("not a projection")]
    Magic,
    /// The file ends early, goes on behind its end, or has impossible sizes.
    #[error("the projection is truncated or corrupt")]
    Corrupt,
}

const MAGIC: &[u8; 8] = b"MIENPRJ1";

/// No embedding is longer; keeps the sizes of corrupt files small.
const LONGEST: usize = 1 << 14;

impl Projection {
    /// A matrix of rows of this many columns, one behind the other.
    ///
    /// # Errors
    /// [`ProjectionError::Corrupt`] when the values are not a whole number of rows.
    pub fn new(columns: usize, values: Vec<f32>) -> Result<Self, ProjectionError> {
        if columns == 0 || columns > LONGEST || values.is_empty() || !values.len().is_multiple_of(columns) {
            return Err(ProjectionError::Corrupt);
        }
        // What is stored is what is used, so that the matrix that was measured is the matrix that is loaded.
        let values = values.into_iter().map(|value| f16::from_f32(value).to_f32()).collect();
        Ok(Self { columns, values })
    }

    /// Reads the file format.
    ///
    /// # Errors
    /// [`ProjectionError`] for anything else.
    pub fn read(bytes: &[u8]) -> Result<Self, ProjectionError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ProjectionError::Magic)?;
        let (rows, rest) = size(rest)?;
        let (columns, rest) = size(rest)?;
        if rest.len() != rows * columns * 2 {
            return Err(ProjectionError::Corrupt);
        }
        let values = rest
            .as_chunks::<2>()
            .0
            .iter()
            .map(|bytes| f16::from_le_bytes(*bytes).to_f32())
            .collect();
        Self::new(columns, values)
    }

    /// The file format.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend((self.rows() as u32).to_le_bytes());
        bytes.extend((self.columns as u32).to_le_bytes());
        bytes.extend(self.values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()));
        bytes
    }

    /// Length of a vector after the projection.
    pub fn rows(&self) -> usize {
        self.values.len() / self.columns
    }

    /// Length of a vector before it.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The projected vector; `None` when the vector has another length than the rows.
    pub fn apply(&self, vector: &[f32]) -> Option<Vec<f32>> {
        let rows = self.values.chunks_exact(self.columns);
        (vector.len() == self.columns).then(|| rows.map(|row| dot(row, vector)).collect())
    }
}

fn dot(one: &[f32], other: &[f32]) -> f32 {
    // Eight sums side by side, which the compiler keeps in one register.
    let mut sums = [0.0f32; 8];
    let (one_chunks, one_rest) = one.as_chunks::<8>();
    let (other_chunks, other_rest) = other.as_chunks::<8>();
    for (p, q) in one_chunks.iter().zip(other_chunks) {
        for lane in 0..8 {
            sums[lane] += p[lane] * q[lane];
        }
    }
    sums.iter().sum::<f32>() + one_rest.iter().zip(other_rest).map(|(p, q)| p * q).sum::<f32>()
}

fn size(bytes: &[u8]) -> Result<(usize, &[u8]), ProjectionError> {
    let (number, rest) = bytes.split_first_chunk::<4>().ok_or(ProjectionError::Corrupt)?;
    let number = usize::try_from(u32::from_le_bytes(*number)).map_err(|_| ProjectionError::Corrupt)?;
    if (1..=LONGEST).contains(&number) {
        Ok((number, rest))
    } else {
        Err(ProjectionError::Corrupt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Projection {
        Projection::new(3, vec![1.0, 0.0, 0.0, 0.0, 0.25, 0.5]).unwrap()
    }

    #[test]
    fn bytes_come_back() {
        assert_eq!(Projection::read(&example().to_bytes()).unwrap(), example());
    }

    #[test]
    fn broken_files_are_refused() {
        let bytes = example().to_bytes();
        assert_eq!(Projection::read(b"something"), Err(ProjectionError::Magic));
        for length in MAGIC.len()..bytes.len() {
            assert_eq!(
                Projection::read(&bytes[..length]),
                Err(ProjectionError::Corrupt),
                "{length} bytes"
            );
        }
        assert_eq!(
            Projection::read(&[&bytes[..], &[0]].concat()),
            Err(ProjectionError::Corrupt)
        );
        assert_eq!(Projection::new(2, vec![1.0; 3]), Err(ProjectionError::Corrupt));
        assert_eq!(Projection::new(0, vec![]), Err(ProjectionError::Corrupt));
    }

    #[test]
    fn rows_are_multiplied() {
        assert_eq!(example().apply(&[2.0, 4.0, 8.0]).unwrap(), [2.0, 5.0]);
        assert_eq!(example().apply(&[2.0]), None);
    }
}
