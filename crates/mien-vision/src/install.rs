//! Installs model packs and the inference runtime with the user's own npm and pip, or from a directory.
//!
//! Everything is checked by SHA-256 and gathered in a temporary directory beside its place; only a complete result is
//! moved there. An error, a full disk or a kill leaves what was installed before, and the next installation clears up.

mod acquire;
mod command;
mod npm;
mod progress;
mod runtime;
mod staging;
mod tarball;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use self::progress::{Progress, Silent};
pub use self::runtime::{install_runtime, installed_runtime};

use self::acquire::Acquirer;
use self::staging::Staging;
use crate::convert::ConvertError;
use crate::home::Home;
use crate::pack::{Bundled, FileName, MANIFEST_FILE, Manifest, ManifestError, Pack, PackError, PackName, Sha256};

/// Where files may come from, besides what is already installed and what is part of the program.
#[derive(Default)]
pub struct Means<'a> {
    /// A directory with the files, or with the packages as `npm pack` names them.
    pub directory: Option<&'a Path>,
    /// Downloads of plain addresses.
    pub download: Option<&'a dyn Fetch>,
    /// Directories to look for npm and pip in, as in `PATH`; the environment's `PATH` if absent.
    pub search_path: Option<OsString>,
}

/// Downloads a file for the installer.
pub trait Fetch {
    /// Writes the content of an https address to `into`. Must stop with an error after `limit` bytes.
    fn fetch(&self, url: &str, limit: u64, into: &mut dyn Write, progress: &mut dyn Progress) -> io::Result<()>;
}

/// Why nothing was installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The pack is not one of those that Mien knows, and no directory was given.
    #[error("the model pack {0} is not known: give a directory that holds its pack.toml")]
    UnknownPack(PackName),
    /// The manifest in the directory describes another pack.
    #[error("the manifest describes the pack {found}, not {expected}")]
    OtherPack {
        /// Name asked for.
        expected: PackName,
        /// Name in the manifest.
        found: PackName,
    },
    /// Neither a pack nor a directory was given.
    #[error("give the name of a pack or a directory")]
    NothingAsked,
    /// A manifest that is part of the program is wrong.
    #[error("the manifest of the pack {name} is wrong")]
    Manifest {
        /// Name of the pack.
        name: String,
        /// Reason.
        source: ManifestError,
    },
    /// A pack or its manifest could not be read.
    #[error("the model pack cannot be read")]
    Pack(#[from] PackError),
    /// A file can only come from a directory.
    #[error(
        "{file} cannot be downloaded: give the directory that holds it{}",
        upstream_text(upstream, note)
    )]
    OnlyFromDirectory {
        /// Name of the file.
        file: FileName,
        /// Where the original is.
        upstream: String,
        /// What is different there.
        note: String,
    },
    /// A file has an address, but downloads are not available.
    #[error("{file} must be downloaded from {url}, which is not possible here: give a directory that holds it")]
    NoDownload {
        /// Name of the file.
        file: FileName,
        /// Its address.
        url: String,
    },
    /// A download failed.
    #[error("cannot download {url}")]
    Download {
        /// The address.
        url: String,
        /// Reason.
        source: io::Error,
    },
    /// A file that comes with the program is missing: a mistake in the program.
    #[error("{0} should be part of the program, but is not")]
    NotBundled(FileName),
    /// A program of the user is missing.
    #[error("{program} was not found: {advice}")]
    NoProgram {
        /// Name of the program.
        program: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A program of the user failed.
    #[error("{command} failed ({status}): {output}")]
    Program {
        /// What was run.
        command: String,
        /// How it ended.
        status: String,
        /// The last lines that it wrote.
        output: String,
    },
    /// A program said that all is well, but its result is not there.
    #[error("{command} left no {expected}")]
    NoResult {
        /// What was run.
        command: String,
        /// What it should have made.
        expected: &'static str,
    },
    /// A package or wheel is not a readable archive.
    #[error("{archive} is damaged or incomplete")]
    Archive {
        /// Name of the archive.
        archive: String,
        /// Reason.
        source: io::Error,
    },
    /// A package lacks a file.
    #[error("{archive} holds no {path}")]
    NotInArchive {
        /// Name of the archive.
        archive: String,
        /// Path inside.
        path: String,
    },
    /// A file is shorter or longer than it should be.
    #[error("{file} has {found} bytes, {expected} are expected")]
    Size {
        /// Name of the file.
        file: String,
        /// Length in the manifest.
        expected: u64,
        /// Length found.
        found: u64,
    },
    /// The content of a file is not what it should be.
    #[error("{file} has the SHA-256 {found}, {expected} is expected")]
    Hash {
        /// Name of the file.
        file: String,
        /// Hash in the manifest.
        expected: Sha256,
        /// Hash of the content.
        found: Sha256,
    },
    /// A file could not be converted.
    #[error("{file} cannot be converted")]
    Convert {
        /// Name of the converted file.
        file: FileName,
        /// Reason.
        source: ConvertError,
    },
    /// There is no inference runtime for this machine.
    #[error("there is no OpenVINO runtime for {0}")]
    Platform(String),
    /// A file or directory could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// Its path.
        path: PathBuf,
        /// Reason.
        source: io::Error,
    },
    /// A file or directory could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Its path.
        path: PathBuf,
        /// Reason.
        source: io::Error,
    },
}

/// Installs a pack under `MIEN_HOME/packs`, replacing one of the same name.
///
/// Without a name the directory's own `pack.toml` says what to install. A pack that is installed already, as it should
/// be, is left alone; files of it that are still right are used again, so that a new version of Mien needs no network for
/// a pack whose models are the same.
pub fn install_pack(
    home: &Home,
    name: Option<&PackName>,
    means: &Means<'_>,
    progress: &mut dyn Progress,
) -> Result<Pack, InstallError> {
    let wanted = Wanted::find(name, means.directory)?;
    let place = home.packs().join(wanted.manifest.name.as_str());
    let staging = Staging::begin(&home.packs(), progress)?;
    let installed = Pack::open(&place).ok();
    if let Some(pack) = installed.as_ref().filter(|pack| *pack.manifest() == wanted.manifest)
        && pack.verify().is_ok()
    {
        return Ok(pack.clone());
    }
    let mut acquirer = Acquirer::new(&wanted, installed.as_ref(), means, staging.scratch()?);
    for entry in &wanted.manifest.file {
        let bytes = acquirer.acquire(entry, progress)?;
        check(entry.name.as_str(), (entry.size, entry.sha256), &bytes)?;
        staging.write(entry.name.as_str(), &bytes)?;
    }
    staging.write(MANIFEST_FILE, wanted.text.as_bytes())?;
    staging.publish(&place)?;
    Ok(Pack::open(&place)?)
}

/// The manifest to install and its text, which is kept as it is.
struct Wanted {
    manifest: Manifest,
    text: String,
    bundled: Option<&'static Bundled>,
}

impl Wanted {
    fn find(name: Option<&PackName>, directory: Option<&Path>) -> Result<Self, InstallError> {
        if let Some(bundled) = name.and_then(Bundled::named) {
            let manifest = bundled.parse().map_err(|source| InstallError::Manifest {
                name: bundled.name.to_owned(),
                source,
            })?;
            return Ok(Self {
                manifest,
                text: bundled.manifest.to_owned(),
                bundled: Some(bundled),
            });
        }
        let Some(directory) = directory else {
            return Err(name.map_or(InstallError::NothingAsked, |name| {
                InstallError::UnknownPack(name.clone())
            }));
        };
        let (manifest, text) = crate::pack::read_manifest(&directory.join(MANIFEST_FILE))?;
        if let Some(name) = name.filter(|name| **name != manifest.name) {
            return Err(InstallError::OtherPack {
                expected: name.clone(),
                found: manifest.name,
            });
        }
        let bundled = Bundled::named(&manifest.name);
        Ok(Self {
            manifest,
            text,
            bundled,
        })
    }
}

/// Compares content with what a manifest says of it.
fn check(file: &str, (size, hash): (u64, Sha256), bytes: &[u8]) -> Result<(), InstallError> {
    if bytes.len() as u64 != size {
        let found = bytes.len() as u64;
        return Err(InstallError::Size {
            file: file.to_owned(),
            expected: size,
            found,
        });
    }
    let found = Sha256::of(bytes);
    if found != hash {
        return Err(InstallError::Hash {
            file: file.to_owned(),
            expected: hash,
            found,
        });
    }
    Ok(())
}

fn upstream_text(upstream: &str, note: &str) -> String {
    let upstream = if upstream.is_empty() {
        String::new()
    } else {
        format!(" (the original is at {upstream}")
    };
    match (upstream.is_empty(), note.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!(" ({note})"),
        (false, true) => format!("{upstream})"),
        (false, false) => format!("{upstream}; {note})"),
    }
}
