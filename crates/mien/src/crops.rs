//! The key that kept crops of faces are encrypted with: a file beside the data, never in the database.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use mien_api::{CropKey, Crops};

use crate::place::Place;

/// Name of the file in the home directory, unless the configuration names another one.
const FILE: &str = "crops.key";

/// The key of the crops, made on the first start that keeps them. `None` when none are kept and none ever were.
pub fn open(place: &Place) -> Result<Option<Crops>> {
    let privacy = &place.settings.privacy;
    let path = if privacy.crop_key_file.as_os_str().is_empty() {
        place.home.root().join(FILE)
    } else {
        privacy.crop_key_file.clone()
    };
    let keep = privacy.keep_crops;
    if !path.is_file() {
        if !keep {
            return Ok(None);
        }
        create(&path).with_context(|| format!("cannot create {}", path.display()))?;
        tracing::warn!(path = %path.display(), "made a key for crops of faces; keep a copy of it with your backups");
    }
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let key = CropKey::parse(&text).with_context(|| format!("{} is not valid", path.display()))?;
    Ok(Some(Crops { keep, key }))
}

fn create(path: &PathBuf) -> Result<()> {
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{}", CropKey::generate()?)?;
    file.sync_all()?;
    fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}
