//! What was fitted to a set of people for an embedder of several networks: mean vectors and a projection.
//!
//! File: `MIENFIT1`, then little-endian: number of parts (u32); for each its length (u32) and mean (f32 each); rows and
//! columns of the projection (u32 each, 0 for none) and its values (f16 each, row by row).

use half::f16;
use thiserror::Error;

/// Mean vectors of the parts and the projection of the joined vector.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fit {
    means: Vec<Vec<f32>>,
    rows: usize,
    columns: usize,
    /// Row by row; empty when nothing is projected.
    projection: Vec<f32>,
}

/// Why bytes are not a fit.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum FitError {
    /// The first bytes are others.
    #[error("not a fit of an embedder")]
    Magic,
    /// The file ends early, goes on behind its end, or holds impossible sizes.
    #[error("the fit of the embedder is truncated or corrupt")]
    Corrupt,
}

const MAGIC: &[u8; 8] = b"MIENFIT1";

/// No embedding is longer; keeps sizes of corrupt files small.
const LONGEST: usize = 1 << 14;

impl Fit {
    /// A fit of these means, and of a projection whose rows are given one behind the other (empty for none).
    ///
    /// # Errors
    /// [`FitError::Corrupt`] when the projection is not a whole number of rows over the joined vector.
    pub fn new(means: Vec<Vec<f32>>, projection: Vec<f32>) -> Result<Self, FitError> {
        let columns = if projection.is_empty() { 0 } else { means.iter().map(Vec::len).sum() };
        let rows = projection.len().checked_div(columns).unwrap_or(0);
        if rows * columns != projection.len() {
            return Err(FitError::Corrupt);
        }
        // What is stored is what is used, so that the fit that was measured is the fit that is loaded.
        let projection = projection.into_iter().map(|value| f16::from_f32(value).to_f32()).collect();
        Ok(Self { means, rows, columns, projection })
    }

    /// Reads the file format.
    ///
    /// # Errors
    /// [`FitError`] for anything else.
    pub fn read(bytes: &[u8]) -> Result<Self, FitError> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(FitError::Magic)?;
        let parts = length(&mut rest)?;
        let means = (0..parts).map(|_| floats(&mut rest)).collect::<Result<Vec<_>, _>>()?;
        let (rows, columns) = (length(&mut rest)?, length(&mut rest)?);
        if rest.len() != rows * columns * 2 {
            return Err(FitError::Corrupt);
        }
        let projection = rest.as_chunks::<2>().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect();
        Ok(Self { means, rows, columns, projection })
    }

    /// The file format.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let put = |bytes: &mut Vec<u8>, number: usize| bytes.extend((number as u32).to_le_bytes());
        put(&mut bytes, self.means.len());
        for mean in &self.means {
            put(&mut bytes, mean.len());
            bytes.extend(mean.iter().flat_map(|value| value.to_le_bytes()));
        }
        put(&mut bytes, self.rows);
        put(&mut bytes, self.columns);
        bytes.extend(self.projection.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()));
        bytes
    }

    /// Length of the embedding, when this fit decides it.
    pub fn dim(&self) -> Option<usize> {
        (self.rows > 0).then_some(self.rows)
    }

    /// The mean vector of a part.
    pub(crate) fn mean(&self, part: usize) -> Option<&[f32]> {
        self.means.get(part).map(Vec::as_slice)
    }

    /// The joined vector after the projection; `None` when the sizes differ.
    pub(crate) fn project(&self, joined: Vec<f32>) -> Option<Vec<f32>> {
        if self.rows == 0 {
            return Some(joined);
        }
        let rows = self.projection.chunks_exact(self.columns);
        (joined.len() == self.columns).then(|| rows.map(|row| dot(row, &joined)).collect())
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

fn length(rest: &mut &[u8]) -> Result<usize, FitError> {
    let (bytes, behind) = rest.split_first_chunk::<4>().ok_or(FitError::Corrupt)?;
    *rest = behind;
    usize::try_from(u32::from_le_bytes(*bytes)).ok().filter(|length| *length <= LONGEST).ok_or(FitError::Corrupt)
}

fn floats(rest: &mut &[u8]) -> Result<Vec<f32>, FitError> {
    let count = length(rest)?;
    let (bytes, behind) = rest.split_at_checked(count * 4).ok_or(FitError::Corrupt)?;
    *rest = behind;
    Ok(bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Fit {
        Fit::new(vec![vec![1.0, 2.0], vec![0.5]], vec![1.0, 0.0, 0.0, 0.0, 0.25, 0.5]).unwrap()
    }

    #[test]
    fn bytes_come_back() {
        for fit in [example(), Fit::default(), Fit::new(vec![vec![3.0]], vec![]).unwrap()] {
            assert_eq!(Fit::read(&fit.to_bytes()).unwrap(), fit);
        }
    }

    #[test]
    fn broken_files_are_refused() {
        let bytes = example().to_bytes();
        assert_eq!(Fit::read(b"something"), Err(FitError::Magic));
        for length in MAGIC.len()..bytes.len() {
            assert_eq!(Fit::read(&bytes[..length]), Err(FitError::Corrupt), "{length} bytes");
        }
        assert_eq!(Fit::read(&[&bytes[..], &[0]].concat()), Err(FitError::Corrupt));
        assert_eq!(Fit::new(vec![vec![1.0, 2.0]], vec![1.0; 3]), Err(FitError::Corrupt));
    }

    #[test]
    fn projection_multiplies() {
        assert_eq!(example().project(vec![2.0, 4.0, 8.0]).unwrap(), [2.0, 5.0]);
        assert_eq!(example().project(vec![2.0]), None);
        assert_eq!(Fit::default().project(vec![2.0]).unwrap(), [2.0]);
    }
}
