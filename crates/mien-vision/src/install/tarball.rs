//! Reads single files out of a package of the npm registry. Nothing is unpacked to disk, so names in the archive cannot
//! lead anywhere.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use tar::Archive;

use super::{InstallError, check};
use crate::convert::SourceFile;
use crate::pack::PackagePart;

/// Folder that npm puts everything into.
const ROOT: &str = "package";

/// No package unpacks to more than this; a larger one is a trap.
const MAX_UNPACKED_BYTES: u64 = 1 << 30;

/// An npm package on disk.
#[derive(Clone, Debug)]
pub(super) struct Tarball {
    path: PathBuf,
}

impl Tarball {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// The files of these paths, in this order, with the right content.
    pub(super) fn read(&self, parts: &[PackagePart]) -> Result<Vec<SourceFile>, InstallError> {
        let damaged = |source| InstallError::Archive {
            archive: self.name(),
            source,
        };
        let file = File::open(&self.path).map_err(|source| InstallError::Read {
            path: self.path.clone(),
            source,
        })?;
        let mut archive = Archive::new(GzDecoder::new(file).take(MAX_UNPACKED_BYTES));
        let mut found: Vec<Option<Vec<u8>>> = vec![None; parts.len()];
        for entry in archive.entries().map_err(damaged)? {
            let entry = entry.map_err(damaged)?;
            let path = entry.path().map_err(damaged)?;
            let Some(index) = parts
                .iter()
                .position(|part| *path == *Path::new(ROOT).join(part.path.as_str()))
            else {
                continue;
            };
            drop(path);
            if entry.header().entry_type().is_file() && found[index].is_none() {
                found[index] = Some(content(entry, parts[index].size).map_err(damaged)?);
            }
        }
        let pairs = parts.iter().zip(found);
        pairs.map(|(part, bytes)| self.checked(part, bytes)).collect()
    }

    fn checked(&self, part: &PackagePart, bytes: Option<Vec<u8>>) -> Result<SourceFile, InstallError> {
        let bytes = bytes.ok_or_else(|| InstallError::NotInArchive {
            archive: self.name(),
            path: part.path.to_string(),
        })?;
        check(
            &format!("{} in {}", part.path, self.name()),
            (part.size, part.sha256),
            &bytes,
        )?;
        Ok(SourceFile {
            name: part.path.file_name().to_owned(),
            bytes,
        })
    }

    fn name(&self) -> String {
        self.path
            .file_name()
            .unwrap_or(self.path.as_os_str())
            .to_string_lossy()
            .into_owned()
    }
}

/// Reads no more than one byte above the expected size, which is then refused.
fn content(entry: impl Read, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.take(size.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}
