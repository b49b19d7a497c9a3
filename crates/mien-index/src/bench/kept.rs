use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Plan;
use super::truth::Truth;
use crate::error::{damaged, io_error};
use crate::{Config, IndexError};

/// What a kept index was built from, and the true answers, beside it in the directory.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    shape: String,
    best: Vec<Vec<(u64, f32)>>,
}

/// Everything that decides which vectors there are, which queries, and how they are stored.
fn shape(plan: &Plan, config: Config) -> String {
    format!(
        "{} faces, {} dimensions, {} bits, {} galleries, {}, {} queries",
        plan.faces,
        config.dim(),
        config.bits(),
        plan.galleries,
        plan.spectrum.name(),
        plan.queries
    )
}

fn file(plan: &Plan) -> PathBuf {
    plan.dir.join("truth")
}

/// The truth of an index that was kept; `None` when the directory holds nothing.
pub(super) fn read(plan: &Plan, config: Config) -> Result<Option<Truth>, IndexError> {
    let path = file(plan);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(io_error("cannot read", &path, source)),
    };
    let kept: Kept = postcard::from_bytes(&bytes).map_err(|error| damaged(&path, error.to_string()))?;
    let wanted = shape(plan, config);
    if kept.shape != wanted {
        return Err(damaged(&path, format!("is of {}, not of {wanted}", kept.shape)));
    }
    Ok(Some(Truth::of(kept.best)))
}

/// Writes it down, when the plan says so.
pub(super) fn write(plan: &Plan, config: Config, truth: &Truth) -> Result<(), IndexError> {
    if !plan.keep {
        return Ok(());
    }
    let path = file(plan);
    let kept = Kept {
        shape: shape(plan, config),
        best: truth.all().to_vec(),
    };
    let bytes = postcard::to_stdvec(&kept).map_err(|error| damaged(&path, error.to_string()))?;
    std::fs::write(&path, bytes).map_err(|source| io_error("cannot write", &path, source))
}
