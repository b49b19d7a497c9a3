//! BlazeFace (Bazarevsky et al. 2019): box and six points in input pixels relative to the centre of a cell.

use super::{AnchorLayer, Candidate, Outputs};
use crate::face::{FivePoints, Point, Region, Turn};
use crate::vision::VisionError;

/// Centre, size and six points.
const VALUES: usize = 16;

pub(super) fn decode(
    outputs: &Outputs<'_>,
    (width, height): (usize, usize),
    layers: &[AnchorLayer],
    score: f32,
) -> Result<Vec<Candidate>, VisionError> {
    let least_logit = (score / (1.0 - score)).ln();
    let mut found = Vec::new();
    for &AnchorLayer { stride, anchors } in layers {
        let (columns, rows) = (width.div_ceil(stride), height.div_ceil(stride));
        let count = columns * rows * anchors;
        let logits = outputs.shaped(count, 1, 0)?;
        let boxes = outputs.shaped(count, VALUES, 0)?.as_chunks::<VALUES>().0;
        let unit = stride as f32;
        for (anchor, &logit) in logits.iter().enumerate().filter(|(_, logit)| **logit >= least_logit) {
            let cell = anchor / anchors.max(1);
            let centre = Point::new(
                ((cell % columns) as f32 + 0.5) * unit,
                ((cell / columns) as f32 + 0.5) * unit,
            );
            found.push(Candidate {
                region: region(&boxes[anchor], centre),
                confidence: 1.0 / (1.0 + (-logit).exp()),
                points: points(&boxes[anchor], centre),
                turn: Turn::None,
            });
        }
    }
    Ok(found)
}

fn region(values: &[f32; VALUES], centre: Point) -> Region {
    let [dx, dy, width, height, ..] = *values;
    Region {
        x: centre.x + dx - width / 2.0,
        y: centre.y + dy - height / 2.0,
        width,
        height,
    }
}

/// The six points are eyes, nose, middle of the mouth and ears: both corners of the mouth are put on its middle.
fn points(values: &[f32; VALUES], centre: Point) -> FivePoints {
    let at = |index: usize| Point::new(centre.x + values[4 + 2 * index], centre.y + values[5 + 2 * index]);
    FivePoints {
        left_eye: at(0),
        right_eye: at(1),
        nose: at(2),
        left_mouth: at(3),
        right_mouth: at(3),
    }
}
