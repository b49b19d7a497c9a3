//! YuNet (Wu et al. 2023): one anchor-free cell per stride.

use super::{Candidate, Outputs, five_points};
use crate::face::{Point, Region, Turn};
use crate::vision::VisionError;

pub(super) fn decode(
    outputs: &Outputs<'_>,
    (width, height): (usize, usize),
    strides: &[usize],
    score: f32,
) -> Result<Vec<Candidate>, VisionError> {
    let mut found = Vec::new();
    for &stride in strides {
        let (columns, rows) = (width / stride, height / stride);
        let cells = columns * rows;
        let classes = outputs.named(&format!("cls_{stride}"), cells)?;
        let objects = outputs.named(&format!("obj_{stride}"), cells)?;
        let boxes = outputs.named(&format!("bbox_{stride}"), cells * 4)?.as_chunks::<4>().0;
        let points = outputs.named(&format!("kps_{stride}"), cells * 10)?.as_chunks::<10>().0;
        let least = score * score;
        for cell in 0..cells {
            let square = classes[cell].clamp(0.0, 1.0) * objects[cell].clamp(0.0, 1.0);
            if square < least {
                continue;
            }
            let unit = stride as f32;
            let (column, row) = ((cell % columns) as f32, (cell / columns) as f32);
            let [dx, dy, log_width, log_height] = boxes[cell];
            let (width, height) = (log_width.exp() * unit, log_height.exp() * unit);
            found.push(Candidate {
                region: Region {
                    x: (column + dx) * unit - width / 2.0,
                    y: (row + dy) * unit - height / 2.0,
                    width,
                    height,
                },
                confidence: square.sqrt(),
                points: five_points(&points[cell], |x, y| Point::new((column + x) * unit, (row + y) * unit)),
                turn: Turn::None,
            });
        }
    }
    Ok(found)
}
