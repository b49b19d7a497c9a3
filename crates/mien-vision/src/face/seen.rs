//! What was computed for one face, so that landmarks, attributes and quality of one request share it.

use std::sync::{Arc, OnceLock};

use crate::points::{EyePoints, Mesh};
use crate::vision::VisionError;

/// Results that several readers of a face need. Filled at first use, shared by the clones of a face.
///
/// It never makes two faces different: what is kept here follows from the picture and the rest of the face.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    kept: Arc<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    first_look: OnceLock<Mesh>,
    mesh: OnceLock<Mesh>,
    eyes: OnceLock<[EyePoints; 2]>,
}

impl Seen {
    /// The mesh of one look at the detector's box: second opinion of the detection, and alignment of embedders.
    pub(crate) fn first_look(&self, find: impl FnOnce() -> Result<Mesh, VisionError>) -> Result<&Mesh, VisionError> {
        once(&self.kept.first_look, find)
    }

    pub(crate) fn mesh(&self, find: impl FnOnce() -> Result<Mesh, VisionError>) -> Result<&Mesh, VisionError> {
        once(&self.kept.mesh, find)
    }

    pub(crate) fn eyes(
        &self,
        find: impl FnOnce() -> Result<[EyePoints; 2], VisionError>,
    ) -> Result<&[EyePoints; 2], VisionError> {
        once(&self.kept.eyes, find)
    }
}

impl PartialEq for Seen {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The kept value, or a new one. Two threads may both compute it; the first one to finish is kept.
fn once<T>(kept: &OnceLock<T>, find: impl FnOnce() -> Result<T, VisionError>) -> Result<&T, VisionError> {
    if let Some(known) = kept.get() {
        return Ok(known);
    }
    let found = find()?;
    Ok(kept.get_or_init(|| found))
}
