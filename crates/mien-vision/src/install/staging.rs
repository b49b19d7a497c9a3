//! The place where an installation is gathered before it becomes visible.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{InstallError, Progress};

/// Names of directories that an installation works in. Packs and runtimes cannot begin with a dot.
const PREFIX: &str = ".install-";

/// A directory beside the final place, deleted unless it is published.
///
/// Only one installation works in a parent directory at a time: it holds a lock, and so what an interrupted one has left
/// can be deleted.
pub(super) struct Staging {
    parent: PathBuf,
    /// Holds the result in a directory of its own, because temporary directories are closed to other users.
    temporary: TempDir,
    /// Held until the end.
    _lock: File,
}

impl Staging {
    pub(super) fn begin(parent: &Path, progress: &mut dyn Progress) -> Result<Self, InstallError> {
        fs::create_dir_all(parent).map_err(|source| write_error(parent, source))?;
        let path = parent.join(".lock");
        let lock = File::create(&path).map_err(|source| write_error(&path, source))?;
        wait(&lock, progress).map_err(|source| write_error(&path, source))?;
        clear(parent)?;
        let staging = Self {
            parent: parent.to_owned(),
            temporary: temporary(parent)?,
            _lock: lock,
        };
        let result = staging.result();
        fs::create_dir(&result).map_err(|source| write_error(&result, source))?;
        Ok(staging)
    }

    /// Another directory, for files that are not to be published.
    pub(super) fn scratch(&self) -> Result<TempDir, InstallError> {
        temporary(&self.parent)
    }

    /// Writes a file of the result and waits until the disk has it.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), InstallError> {
        let path = self.result().join(name);
        let written = File::create_new(&path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.map_err(|source| write_error(&path, source))
    }

    /// Moves the result to its place; what was there is deleted.
    pub(super) fn publish(self, place: &Path) -> Result<(), InstallError> {
        let result = self.result();
        sync(&result)?;
        let old = self.temporary.path().join("old");
        replace(&result, place, &old).map_err(|source| write_error(place, source))?;
        sync(&self.parent)
    }

    fn result(&self) -> PathBuf {
        self.temporary.path().join("result")
    }
}

/// Takes the lock, and says so if another installation has it.
fn wait(lock: &File, progress: &mut dyn Progress) -> io::Result<()> {
    match lock.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            progress.begin("wait for another installation", None);
            let locked = lock.lock();
            progress.end();
            locked
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Moves `new` to `place`. What is there is exchanged in one step where the system can do that, or else moved to `old`
/// and back again if the second step fails.
fn replace(new: &Path, place: &Path, old: &Path) -> io::Result<()> {
    if !place.exists() {
        return fs::rename(new, place);
    }
    if exchange(new, place).is_ok() {
        return Ok(());
    }
    fs::rename(place, old)?;
    fs::rename(new, place).or_else(|error| fs::rename(old, place).and(Err(error)))
}

#[cfg(target_os = "linux")]
fn exchange(left: &Path, right: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, left, CWD, right, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_left: &Path, _right: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn write_error(path: &Path, source: std::io::Error) -> InstallError {
    InstallError::Write {
        path: path.to_owned(),
        source,
    }
}

fn temporary(parent: &Path) -> Result<TempDir, InstallError> {
    let made = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent);
    made.map_err(|source| write_error(parent, source))
}

/// Deletes what interrupted installations have left.
fn clear(parent: &Path) -> Result<(), InstallError> {
    let entries = fs::read_dir(parent).map_err(|source| write_error(parent, source))?;
    for entry in entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX))
    {
        fs::remove_dir_all(entry.path()).map_err(|source| write_error(&entry.path(), source))?;
    }
    Ok(())
}

fn sync(directory: &Path) -> Result<(), InstallError> {
    let synced = File::open(directory).and_then(|directory| directory.sync_all());
    synced.map_err(|source| write_error(directory, source))
}
