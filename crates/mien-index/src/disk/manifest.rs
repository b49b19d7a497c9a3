use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::IndexError;
use crate::error::{damaged, io_error};
use crate::run::Home;

/// The state of an index at a checkpoint.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) dim: u64,
    pub(super) bits: u8,
    pub(super) seed: u64,
    pub(super) applied: u64,
    pub(super) chunks: u64,
    pub(super) keys_sum: u64,
    pub(super) next_segment: u64,
    pub(super) segments: Vec<u64>,
    pub(super) galleries: Vec<GalleryEntry>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct GalleryEntry {
    pub(super) gallery: u64,
    pub(super) loose: Vec<u32>,
    pub(super) runs: Vec<RunEntry>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RunEntry {
    pub(super) home: Home,
    pub(super) dead: Vec<u32>,
}

/// Magic with the format's version, length of the body, check sum of the body.
const HEADER: usize = 24;
const MAGIC: &[u8; 8] = b"mienman\x02";

impl Manifest {
    /// `None` when there is no file.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, IndexError> {
        let bytes = match std::fs::read(path) {
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|source| io_error("cannot read", path, source))?,
        };
        let Some((header, body)) = bytes.split_at_checked(HEADER) else {
            return Err(damaged(path, "is cut short"));
        };
        if !header.starts_with(MAGIC) {
            return Err(damaged(path, "is no manifest of this version"));
        }
        if header[8..16] != (body.len() as u64).to_le_bytes() || header[16..] != xxh3_64(body).to_le_bytes() {
            return Err(damaged(path, "does not agree with its check sum"));
        }
        postcard::from_bytes(body)
            .map(Some)
            .map_err(|error| damaged(path, format!("cannot be read: {error}")))
    }

    /// Replaces the file: it is the old or the new one, whole, whenever the process or the machine stops.
    pub(super) fn write(&self, path: &Path) -> Result<(), IndexError> {
        let refused = |source| io_error("cannot write", path, source);
        let body = postcard::to_stdvec(self).map_err(|error| refused(std::io::Error::other(error)))?;
        let next = path.with_extension("next");
        let mut file = File::create(&next).map_err(refused)?;
        file.write_all(MAGIC).map_err(refused)?;
        file.write_all(&(body.len() as u64).to_le_bytes()).map_err(refused)?;
        file.write_all(&xxh3_64(&body).to_le_bytes()).map_err(refused)?;
        file.write_all(&body).map_err(refused)?;
        file.sync_all().map_err(refused)?;
        std::fs::rename(&next, path).map_err(refused)?;
        match path.parent() {
            Some(dir) => File::open(dir).and_then(|dir| dir.sync_all()).map_err(refused),
            None => Ok(()),
        }
    }
}
