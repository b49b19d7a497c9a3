//! What makes two embedders the same: equal fingerprints give comparable embeddings.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::{Fit, PartNumbers};
use crate::picture::InputFormat;

/// Everything that an embedding depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbedderIdentity<'a> {
    /// SHA-256 of the second landmark stage and how it is fed: it decides the alignment.
    pub points: String,
    /// The networks of the embedder.
    pub parts: Vec<PartIdentity<'a>>,
    /// Means and projection.
    pub fit: &'a Fit,
}

/// One network of an embedder.
#[derive(Clone, Debug, PartialEq)]
pub struct PartIdentity<'a> {
    /// SHA-256 of the model file, hex.
    pub sha256: String,
    /// How it is fed.
    pub format: InputFormat,
    /// How it is aligned and weighted.
    pub numbers: &'a PartNumbers,
}

impl EmbedderIdentity<'_> {
    /// SHA-256 over all of it as 64 hex digits.
    pub fn fingerprint(&self) -> String {
        // The text form of Rust's floats is exact and the same everywhere.
        let mut text = format!("mien embedder 1\npoints {}\n", self.points);
        for part in &self.parts {
            let PartIdentity { sha256, format, numbers } = part;
            let _ = writeln!(text, "part {sha256} {format:?} {numbers:?}");
        }
        let mut hash = Sha256::new();
        hash.update(text.as_bytes());
        hash.update(self.fit.to_bytes());
        hash.finalize().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}
