//! Where this run of Mien lives: home directory, settings and data, opened on demand.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use mien_core::{Accounts, SystemClock};
use mien_store::{Options, Store};
use mien_vision::home::Home;

use crate::WhereTo;
use crate::settings::{Durability, Overlays, Settings};

/// Name of the database file.
const DATABASE: &str = "mien.db";

/// Home directory and settings.
#[derive(Clone, Debug)]
pub struct Place {
    /// Models, runtime and, by default, data.
    pub home: Home,
    /// The settings in force.
    pub settings: Settings,
}

impl Place {
    /// Finds home and settings; creates nothing.
    pub fn find(where_to: &WhereTo) -> Result<Self> {
        let home = match &where_to.home {
            Some(directory) => Home::at(directory),
            None => Home::from_environment()?,
        };
        let overlays = Overlays {
            environment: std::env::vars_os().collect(),
            assignments: where_to.assignments.clone(),
        };
        let settings = Settings::read(where_to.config.as_deref(), home.root(), &overlays)?;
        Ok(Self { home, settings })
    }

    /// Directory of database and index.
    pub fn data_directory(&self) -> PathBuf {
        self.settings.data_directory(self.home.root())
    }

    /// Directory of the index.
    pub fn index_directory(&self) -> PathBuf {
        self.data_directory().join("index")
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.data_directory().join(DATABASE)
    }

    /// Opens the store, creating it when it is not there.
    pub fn store(&self) -> Result<Store> {
        let directory = self.data_directory();
        create_private(&directory).with_context(|| format!("cannot create {}", directory.display()))?;
        let durability = match self.settings.store.durability {
            Durability::Full => mien_store::Durability::Full,
            Durability::Off => mien_store::Durability::Off,
        };
        let path = self.database();
        Store::open(&path, Options { durability }).with_context(|| format!("cannot open {}", path.display()))
    }

    /// Accounts and keys, without the index: another process may serve meanwhile.
    pub fn accounts(&self) -> Result<Accounts> {
        Ok(Accounts::new(self.store()?, Arc::new(SystemClock)))
    }
}

/// The data directory holds the secrets of all keys: nobody but its owner looks into it.
fn create_private(directory: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}
