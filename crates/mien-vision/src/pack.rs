//! Model packs: a directory with `pack.toml` and the files it names.
//!
//! ```no_run
//! use mien_vision::home::Home;
//! use mien_vision::pack::Pack;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pack = Pack::installed(&Home::from_environment()?, &"human".parse()?)?;
//! if let Some(detector) = &pack.manifest().roles.detector {
//!     let model = pack.model(&detector.file)?;
//! }
//! # Ok(())
//! # }
//! ```

mod attributes;
mod bundled;
mod detector;
mod embedder;
mod fingerprint;
mod input;
mod landmarks;
mod manifest;
mod roles;
mod values;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use self::attributes::*;
pub use self::bundled::{Bundled, bundled};
pub use self::detector::*;
pub use self::embedder::*;
pub use self::input::*;
pub use self::landmarks::*;
pub use self::manifest::*;
pub use self::roles::*;
pub use self::values::*;

use crate::engine::ModelFile;
use crate::home::Home;

/// Name of the manifest in a pack's directory.
pub const MANIFEST_FILE: &str = "pack.toml";

/// Longest manifest that is read, in bytes.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;

/// An installed pack whose manifest was read and whose files are all there.
#[derive(Clone, Debug)]
pub struct Pack {
    directory: PathBuf,
    manifest: Manifest,
}

/// A directory of the packs.
#[derive(Debug)]
pub struct Listed {
    /// Its name.
    pub name: PackName,
    /// The pack, or why it cannot be used.
    pub pack: Result<Pack, PackError>,
}

/// Why a pack could not be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// No such pack is installed.
    #[error("the model pack {name} is not installed in {}", directory.display())]
    NotInstalled {
        /// Name asked for.
        name: PackName,
        /// Where it would be.
        directory: PathBuf,
    },
    /// A file could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// Reason.
        source: io::Error,
    },
    /// The manifest was refused.
    #[error("{} is not a manifest that can be used", path.display())]
    Manifest {
        /// Path of the manifest.
        path: PathBuf,
        /// Reason.
        source: ManifestError,
    },
    /// A file is shorter or longer than it should be.
    #[error("{} has {found} bytes, {expected} are expected: install the pack again", path.display())]
    Size {
        /// Path of the file.
        path: PathBuf,
        /// Length in the manifest.
        expected: u64,
        /// Length on disk.
        found: u64,
    },
    /// The content of a file is not what it should be.
    #[error("{} has the SHA-256 {found}, {expected} is expected: install the pack again", path.display())]
    Hash {
        /// Path of the file.
        path: PathBuf,
        /// Hash in the manifest.
        expected: Sha256,
        /// Hash of the content.
        found: Sha256,
    },
    /// The manifest lists no such file.
    #[error("the pack {pack} has no file {file}")]
    NoFile {
        /// Name of the pack.
        pack: PackName,
        /// Name of the file.
        file: FileName,
    },
}

impl Pack {
    /// Opens the pack of this name under `MIEN_HOME/packs`.
    pub fn installed(home: &Home, name: &PackName) -> Result<Self, PackError> {
        let directory = home.packs().join(name.as_str());
        if !directory.join(MANIFEST_FILE).is_file() {
            return Err(PackError::NotInstalled {
                name: name.clone(),
                directory,
            });
        }
        Self::open(&directory)
    }

    /// Opens a pack in any directory. Reads the manifest and looks at the lengths of the files; their content is
    /// checked when they are read, see [`Pack::model`] and [`Pack::verify`].
    pub fn open(directory: &Path) -> Result<Self, PackError> {
        let path = directory.join(MANIFEST_FILE);
        let (manifest, _) = read_manifest(&path)?;
        let pack = Self {
            directory: directory.to_owned(),
            manifest,
        };
        for entry in &pack.manifest.file {
            pack.check_size(entry)?;
        }
        Ok(pack)
    }

    /// Every pack under `MIEN_HOME/packs`, by name.
    pub fn list(home: &Home) -> Result<Vec<Listed>, PackError> {
        let path = home.packs();
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(PackError::Read { path, source }),
        };
        let mut names: Vec<PackName> = entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .collect();
        names.sort();
        Ok(names
            .into_iter()
            .map(|name| Listed {
                pack: Self::installed(home, &name),
                name,
            })
            .collect())
    }

    /// What the pack is and what its files do.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Reads a file and checks its hash.
    pub fn read(&self, name: &FileName) -> Result<Vec<u8>, PackError> {
        let entry = self.manifest.entry(name).ok_or_else(|| PackError::NoFile {
            pack: self.manifest.name.clone(),
            file: name.clone(),
        })?;
        self.check_size(entry)?;
        let path = self.path(entry);
        let bytes = fs::read(&path).map_err(|source| PackError::Read {
            path: path.clone(),
            source,
        })?;
        let found = Sha256::of(&bytes);
        if found != entry.sha256 {
            return Err(PackError::Hash {
                path,
                expected: entry.sha256,
                found,
            });
        }
        Ok(bytes)
    }

    /// Reads a model and checks its hash.
    pub fn model(&self, name: &FileName) -> Result<ModelFile, PackError> {
        Ok(ModelFile::new(name.as_str(), self.read(name)?))
    }

    /// Hashes every file again; the first one that is not as listed is the error.
    pub fn verify(&self) -> Result<(), PackError> {
        self.manifest
            .file
            .iter()
            .try_for_each(|entry| self.read(&entry.name).map(drop))
    }

    fn check_size(&self, entry: &FileEntry) -> Result<(), PackError> {
        let path = self.path(entry);
        let found = fs::metadata(&path)
            .map_err(|source| PackError::Read {
                path: path.clone(),
                source,
            })?
            .len();
        if found != entry.size {
            return Err(PackError::Size {
                path,
                expected: entry.size,
                found,
            });
        }
        Ok(())
    }

    fn path(&self, entry: &FileEntry) -> PathBuf {
        self.directory.join(entry.name.as_str())
    }
}

/// Reads and parses a manifest; gives its text too.
pub(crate) fn read_manifest(path: &Path) -> Result<(Manifest, String), PackError> {
    let failed = |source| PackError::Read {
        path: path.to_owned(),
        source,
    };
    let size = fs::metadata(path).map_err(failed)?.len();
    if size > MAX_MANIFEST_BYTES {
        return Err(PackError::Size {
            path: path.to_owned(),
            expected: MAX_MANIFEST_BYTES,
            found: size,
        });
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    let manifest = Manifest::parse(&text).map_err(|source| PackError::Manifest {
        path: path.to_owned(),
        source,
    })?;
    Ok((manifest, text))
}
