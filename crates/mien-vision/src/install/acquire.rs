//! Gets the files of a pack, each from the nearest place that has it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::tarball::Tarball;
use super::{InstallError, Means, Progress, Wanted, npm};
use crate::convert::convert;
use crate::pack::{Bundled, FileEntry, FileSource, Pack, PackagePart};

pub(super) struct Acquirer<'a> {
    installed: Option<&'a Pack>,
    bundled: Option<&'static Bundled>,
    means: &'a Means<'a>,
    scratch: TempDir,
    /// Packages that were fetched, by name and version.
    packages: BTreeMap<String, Tarball>,
}

impl<'a> Acquirer<'a> {
    pub(super) fn new(wanted: &Wanted, installed: Option<&'a Pack>, means: &'a Means<'a>, scratch: TempDir) -> Self {
        Self {
            installed,
            bundled: wanted.bundled,
            means,
            scratch,
            packages: BTreeMap::new(),
        }
    }

    /// The content of a file. The caller compares it with the manifest; only parts of packages are checked here.
    pub(super) fn acquire(&mut self, entry: &FileEntry, progress: &mut dyn Progress) -> Result<Vec<u8>, InstallError> {
        if let Some(bytes) = self.reuse(entry) {
            return Ok(bytes);
        }
        if let Some(path) = self.in_directory(entry.name.as_str()) {
            return copy(&path, entry, progress);
        }
        match &entry.from {
            FileSource::Npm {
                package,
                parts,
                convert: conversion,
                outputs,
            } => {
                let files = self.package(package, progress)?.read(parts)?;
                progress.begin(&format!("convert {}", entry.name), Some(total(parts)));
                let converted = convert(*conversion, &files, outputs);
                progress.advance(total(parts));
                progress.end();
                converted.map_err(|source| InstallError::Convert {
                    file: entry.name.clone(),
                    source,
                })
            }
            FileSource::Url { url } => self.download(entry, url, progress),
            FileSource::Bundled => {
                let bytes = self.bundled.and_then(|pack| pack.file(entry.name.as_str()));
                bytes
                    .map(<[u8]>::to_vec)
                    .ok_or_else(|| InstallError::NotBundled(entry.name.clone()))
            }
            FileSource::Directory { upstream, note } => Err(InstallError::OnlyFromDirectory {
                file: entry.name.clone(),
                upstream: upstream.clone(),
                note: note.clone(),
            }),
        }
    }

    /// The file of the installed pack, if it is still what is wanted.
    fn reuse(&self, entry: &FileEntry) -> Option<Vec<u8>> {
        let pack = self.installed?;
        let known = pack.manifest().entry(&entry.name)?;
        if known.sha256 == entry.sha256 {
            pack.read(&entry.name).ok()
        } else {
            None
        }
    }

    fn in_directory(&self, name: &str) -> Option<PathBuf> {
        let path = self.means.directory?.join(name);
        path.is_file().then_some(path)
    }

    fn package(&mut self, package: &str, progress: &mut dyn Progress) -> Result<Tarball, InstallError> {
        if let Some(tarball) = self.packages.get(package) {
            return Ok(tarball.clone());
        }
        let tarball = match self.in_directory(&npm::tarball_name(package)) {
            Some(path) => Tarball::at(path),
            None => {
                let directory = self.scratch.path().join(self.packages.len().to_string());
                npm::pack(package, &directory, self.means.search_path.as_ref(), progress)?
            }
        };
        self.packages.insert(package.to_owned(), tarball.clone());
        Ok(tarball)
    }

    fn download(&self, entry: &FileEntry, url: &str, progress: &mut dyn Progress) -> Result<Vec<u8>, InstallError> {
        let no_download = || InstallError::NoDownload {
            file: entry.name.clone(),
            url: url.to_owned(),
        };
        let fetch = self.means.download.ok_or_else(no_download)?;
        let mut bytes = Limited {
            bytes: Vec::new(),
            limit: entry.size,
        };
        progress.begin(&format!("download {}", entry.name), Some(entry.size));
        let result = fetch.fetch(url, entry.size, &mut bytes, progress);
        progress.end();
        result.map_err(|source| InstallError::Download {
            url: url.to_owned(),
            source,
        })?;
        Ok(bytes.bytes)
    }
}

/// Takes no more than the limit, whatever the other side sends.
struct Limited {
    bytes: Vec<u8>,
    limit: u64,
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.bytes.len() + bytes.len()) as u64 > self.limit {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("more than {} bytes", self.limit),
            ));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a file of the operator's directory, no more than one byte above the expected size.
fn copy(path: &Path, entry: &FileEntry, progress: &mut dyn Progress) -> Result<Vec<u8>, InstallError> {
    let failed = |source| InstallError::Read {
        path: path.to_owned(),
        source,
    };
    let found = fs::metadata(path).map_err(failed)?.len();
    if found != entry.size {
        return Err(InstallError::Size {
            file: path.display().to_string(),
            expected: entry.size,
            found,
        });
    }
    progress.begin(&format!("copy {}", entry.name), Some(entry.size));
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(entry.size.saturating_add(1)).read_to_end(&mut bytes));
    progress.advance(bytes.len() as u64);
    progress.end();
    read.map_err(failed)?;
    Ok(bytes)
}

fn total(parts: &[PackagePart]) -> u64 {
    parts.iter().map(|part| part.size).sum()
}

impl std::fmt::Debug for Acquirer<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&String> = self.packages.keys().collect();
        formatter
            .debug_struct("Acquirer")
            .field("packages", &names)
            .finish_non_exhaustive()
    }
}
