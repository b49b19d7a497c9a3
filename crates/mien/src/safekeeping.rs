//! `mien backup` and `mien check`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use mien_core::{Core, CoreError, SystemClock};
use mien_store::Store;

use crate::place::Place;
use crate::{models, see};

/// Where the backup goes.
#[derive(Debug, clap::Args)]
pub struct BackupArguments {
    /// File to write; it must not exist.
    file: PathBuf,
}

/// Copies the database while it may be in use. The index is derived from it and is not copied.
pub fn backup(place: &Place, arguments: &BackupArguments) -> Result<()> {
    let database = place.database();
    if !database.is_file() {
        bail!("there is no database at {}", database.display());
    }
    place
        .store()?
        .backup(&arguments.file)
        .with_context(|| format!("cannot write {}", arguments.file.display()))?;
    // SQLite would lay a journal that was left behind over the restored file.
    println!(
        "written to {}; to restore, stop the server, delete {database}-wal and {database}-shm if they are there, put the file \
         at {database} and start again",
        arguments.file.display(),
        database = database.display()
    );
    Ok(())
}

/// Looks for damage in the database, and in the index when no server has it open.
pub fn check(place: &Place) -> Result<()> {
    let database = place.database();
    if !database.is_file() {
        bail!("there is no database at {}", database.display());
    }
    let store = place.store()?;
    let findings = match indexed(place, store.clone())? {
        Some(core) => core.check().map_err(anyhow::Error::from),
        None => store.check().map_err(anyhow::Error::from),
    };
    let findings =
        findings.context("the data cannot be read through: the file or the disk is damaged; restore a backup")?;
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => {
            println!("no damage found");
            Ok(())
        }
        found => bail!("{found} findings"),
    }
}

/// The domain with its index; `None`, with a word on it, when the index cannot be looked at now.
fn indexed(place: &Place, store: Store) -> Result<Option<Core>> {
    let pack = match models::ready_pack(place) {
        Ok(pack) => pack,
        Err(error) => {
            eprintln!("{error:#}: the index is left out");
            return Ok(None);
        }
    };
    let (vision, _) = see::open(place, &pack)?;
    let opened = Core::open(
        store,
        &place.index_directory(),
        see::spaces(&vision)?,
        place.settings.account_limits()?,
        Arc::new(SystemClock),
    );
    match opened {
        Ok(core) => Ok(Some(core)),
        Err(CoreError::InUse) => {
            eprintln!("a server is running on this data: the index is left out");
            Ok(None)
        }
        Err(error) => Err(error).context("the data cannot be opened"),
    }
}
