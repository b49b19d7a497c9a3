//! Where Mien keeps what it installs: model packs and the inference runtime.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// Environment variable that moves the home directory.
pub const HOME_VARIABLE: &str = "MIEN_HOME";

/// The directory that holds everything Mien installs and stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
}

/// Why no home directory could be chosen.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// Neither `MIEN_HOME` nor a user's home directory is known.
    #[error("no home directory is known: set {HOME_VARIABLE} to a directory that Mien may write to")]
    Unknown,
    /// `MIEN_HOME` is set but empty.
    #[error("{HOME_VARIABLE} is set but empty: give it a directory or unset it")]
    Empty,
}

impl Home {
    /// A home at an explicit directory, which need not exist yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// `MIEN_HOME`, or else `mien` in the user's data directory (`$XDG_DATA_HOME`, `~/.local/share`).
    pub fn from_environment() -> Result<Self, HomeError> {
        Self::choose(env::var_os(HOME_VARIABLE), || {
            etcetera::choose_base_strategy()
                .ok()
                .map(|strategy| strategy.data_dir())
        })
    }

    /// The root directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Installed model packs, one directory each.
    pub fn packs(&self) -> PathBuf {
        self.root.join("packs")
    }

    /// Installed inference runtimes, one directory for each version.
    pub fn runtime(&self) -> PathBuf {
        self.root.join("runtime")
    }

    fn choose(variable: Option<OsString>, data: impl FnOnce() -> Option<PathBuf>) -> Result<Self, HomeError> {
        match variable {
            Some(value) if value.is_empty() => Err(HomeError::Empty),
            Some(value) => Ok(Self::at(value)),
            None => data()
                .map(|directory| Self::at(directory.join("mien")))
                .ok_or(HomeError::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variable_wins_over_the_data_directory() {
        let data = || Some(PathBuf::from("/data"));
        assert_eq!(
            Home::choose(Some("/elsewhere".into()), data).unwrap(),
            Home::at("/elsewhere")
        );
        assert_eq!(Home::choose(None, data).unwrap(), Home::at("/data/mien"));
        assert!(matches!(Home::choose(Some("".into()), data), Err(HomeError::Empty)));
        assert!(matches!(Home::choose(None, || None), Err(HomeError::Unknown)));
    }
}
