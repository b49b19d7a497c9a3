//! Online backup: a consistent copy of the database while it serves.

use crate::connection;
use crate::error::{Doing, StoreError};
use crate::schema;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Copies `from` to the new file `to`: beside it first, then renamed, so that `to` is complete or absent.
pub(crate) fn backup(from: &Path, to: &Path) -> Result<(), StoreError> {
    if to.exists() {
        return Err(StoreError::io(
            "write a backup over the existing file",
            to,
            ErrorKind::AlreadyExists.into(),
        ));
    }
    let part = beside(to);
    remove_if_there(&part)?;
    let copied = copy(from, &part).and_then(|()| {
        sync(&part)?;
        fs::rename(&part, to).map_err(|error| StoreError::io("rename", &part, error))
    });
    if copied.is_err() {
        // The first error is the one to report.
        let _ = remove_if_there(&part);
        return copied;
    }
    match to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => sync(parent),
        None => Ok(()),
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let source = connection::reader(from)?;
    let doing = "backing up";
    source.pragma_update(None, "query_only", false).doing(doing)?;
    source
        .execute("VACUUM INTO ?1", [to.to_string_lossy().as_ref()])
        .doing(doing)?;
    let copy = connection::copy(to)?;
    schema::set_meta(&copy, schema::INCARNATION, &schema::new_incarnation()?)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn remove_if_there(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::io("remove", path, error)),
        _ => Ok(()),
    }
}

fn sync(path: &Path) -> Result<(), StoreError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| StoreError::io("write to disk", path, error))
}
