//! `mien config`: the configuration in force.

use std::io::Write;

use anyhow::Result;

use crate::place::Place;

/// Prints the settings as TOML.
pub fn run(place: &Place) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "# home: {}", place.home.root().display())?;
    writeln!(out, "# data: {}", place.data_directory().display())?;
    write!(out, "{}", toml::to_string_pretty(&place.settings)?)?;
    Ok(())
}
