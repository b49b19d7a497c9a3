//! Colours of the cheeks.

use super::answer::SkinTone;
use super::look::Block;
use crate::vision::VisionError;

/// Cells of the palette (11 x 11) that lie on the cheeks, as row and column.
const CHEEKS: [(usize, usize); 2] = [(7, 4), (7, 6)];

/// Blue over red, below which a medium tone is brown: the median of the faces with medium labels in the training set.
const BROWN_BELOW: f32 = 0.565;

/// Which of the two medium words of the contract the cheeks look like.
pub(super) fn medium(features: &[Block]) -> Result<SkinTone, VisionError> {
    let colours = features.iter().find(|block| block.name == "colours");
    let colours = colours.ok_or(VisionError::Missing("colours among the features"))?;
    let (mut red, mut blue) = (0.0, 0.0);
    for (row, column) in CHEEKS {
        let cell = (row * 11 + column) * 3;
        if let Some(&[cell_red, _, cell_blue]) = colours.values.get(cell..cell + 3) {
            red += cell_red;
            blue += cell_blue;
        }
    }
    Ok(if blue < BROWN_BELOW * red {
        SkinTone::Brown
    } else {
        SkinTone::Yellow
    })
}
