use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::truth::Truth;
use crate::IndexError;
use crate::error::io_error;

/// Writes the vectors, the queries and the truth down, little-endian and without headers, for other engines.
#[derive(Debug)]
pub(super) struct Dump {
    dir: PathBuf,
    vectors: BufWriter<File>,
}

impl Dump {
    pub(super) fn create(dir: &Path) -> Result<Self, IndexError> {
        std::fs::create_dir_all(dir).map_err(|source| io_error("cannot create", dir, source))?;
        let path = dir.join("vectors.f32");
        let file = File::create(&path).map_err(|source| io_error("cannot create", &path, source))?;
        Ok(Self {
            dir: dir.to_owned(),
            vectors: BufWriter::with_capacity(1 << 20, file),
        })
    }

    pub(super) fn take(&mut self, vectors: &[f32]) -> Result<(), IndexError> {
        let written = self.vectors.write_all(bytemuck::cast_slice(vectors));
        written.map_err(|source| io_error("cannot write", &self.dir, source))
    }

    pub(super) fn finish(mut self, dim: usize, queries: &[Vec<f32>], truth: &Truth) -> Result<(), IndexError> {
        let best: Vec<(u64, f32)> = (0..queries.len())
            .flat_map(|query| truth.top(query, f32::NEG_INFINITY))
            .collect();
        let keys: Vec<u64> = best.iter().map(|(key, _)| *key).collect();
        let cosines: Vec<f32> = best.iter().map(|(_, cosine)| *cosine).collect();
        let (queries, meta) = (queries.concat(), format!("{{\"dim\": {dim}}}\n"));
        let files: [(&str, &[u8]); 4] = [
            ("queries.f32", bytemuck::cast_slice(&queries)),
            ("truth.u64", bytemuck::cast_slice(&keys)),
            ("truth.f32", bytemuck::cast_slice(&cosines)),
            ("meta.json", meta.as_bytes()),
        ];
        let written = self.vectors.flush().and_then(|()| {
            files
                .into_iter()
                .try_for_each(|(name, bytes)| std::fs::write(self.dir.join(name), bytes))
        });
        written.map_err(|source| io_error("cannot write", &self.dir, source))
    }
}
