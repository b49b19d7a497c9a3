//! The work of background jobs: crops become embeddings.

use mien_core::{Core, CoreError, Work};

use crate::crops::Crops;
use crate::eyes::Eyes;
use crate::refusals::chain;

/// Faces of one piece of work: some hundred milliseconds.
const FACES: usize = 8;

/// Does the next piece of work; whether there was one.
pub(crate) fn work(core: &Core, eyes: &dyn Eyes, crops: Option<&Crops>) -> Result<bool, CoreError> {
    let Some(work) = core.work(FACES)? else {
        return Ok(false);
    };
    let embeddings = embed(&work, eyes, crops);
    core.hand_in(work, embeddings)?;
    Ok(true)
}

fn embed(work: &Work, eyes: &dyn Eyes, crops: Option<&Crops>) -> Vec<Result<Vec<f32>, String>> {
    let one = |sealed: &[u8]| {
        let crops = crops.ok_or("the key of the crops is not configured")?;
        let crop = crops.key.open(sealed).map_err(|error| chain(&error))?;
        eyes.embed_crop(&crop, work.space()).map_err(|error| chain(&error))
    };
    work.crops().iter().map(|crop| one(&crop.image)).collect()
}
