//! SCRFD (Guo et al. 2021): distances from each anchor to the four edges, in strides.

use super::{Candidate, Outputs, five_points};
use crate::face::{Point, Region, Turn};
use crate::vision::VisionError;

pub(super) fn decode(
    outputs: &Outputs<'_>,
    (width, height): (usize, usize),
    strides: &[usize],
    anchors: usize,
    score: f32,
) -> Result<Vec<Candidate>, VisionError> {
    let mut found = Vec::new();
    for &stride in strides {
        let (columns, rows) = (width.div_ceil(stride), height.div_ceil(stride));
        let count = columns * rows * anchors;
        let scores = outputs.shaped(count, 1, 0)?;
        let boxes = outputs.shaped(count, 4, 0)?.as_chunks::<4>().0;
        let points = outputs.shaped(count, 10, 0)?.as_chunks::<10>().0;
        let unit = stride as f32;
        for (anchor, &confidence) in scores
            .iter()
            .enumerate()
            .filter(|(_, confidence)| **confidence >= score)
        {
            let cell = anchor / anchors.max(1);
            let (x, y) = ((cell % columns) as f32 * unit, (cell / columns) as f32 * unit);
            let [left, top, right, bottom] = boxes[anchor].map(|distance| distance * unit);
            found.push(Candidate {
                region: Region {
                    x: x - left,
                    y: y - top,
                    width: left + right,
                    height: top + bottom,
                },
                confidence: confidence.min(1.0),
                points: five_points(&points[anchor], |dx, dy| Point::new(x + dx * unit, y + dy * unit)),
                turn: Turn::None,
            });
        }
    }
    Ok(found)
}
