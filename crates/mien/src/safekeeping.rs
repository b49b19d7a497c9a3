//! `mien backup` and `mien check`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use mien_core::{Core, CoreError, SystemClock};

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
    println!(
        "written to {}; to restore, stop the server, put it at {} and start again",
        arguments.file.display(),
        database.display()
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
    let pack = models::ready_pack(place)?;
    let (vision, _) = see::open(place, &pack)?;
    let limits = place.settings.account_limits()?;
    let opened = Core::open(
        store.clone(),
        &place.index_directory(),
        see::spaces(&vision)?,
        limits,
        Arc::new(SystemClock),
    );
    let findings = match opened {
        Ok(core) => core.check()?,
        Err(CoreError::InUse) => {
            eprintln!("a server is running on this data: the index is left out");
            store.check()?
        }
        Err(error) => return Err(error).context("the data cannot be opened"),
    };
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
