//! RetinaFace (Deng et al. 2020): SSD boxes over square anchors, centre offsets and log sizes with variances.

use super::{Candidate, Outputs, five_points};
use crate::face::{Point, Region, Turn};
use crate::vision::VisionError;

pub(super) fn decode(
    outputs: &Outputs<'_>,
    size: (usize, usize),
    strides: &[usize],
    sizes: &[Vec<f32>],
    [offset, growth]: [f32; 2],
    score: f32,
) -> Result<Vec<Candidate>, VisionError> {
    let anchors = anchors(size, strides, sizes);
    let boxes = outputs.shaped(anchors.len(), 4, 0)?.as_chunks::<4>().0;
    let classes = outputs.shaped(anchors.len(), 2, 0)?.as_chunks::<2>().0;
    let points = outputs.shaped(anchors.len(), 10, 0)?.as_chunks::<10>().0;
    let mut found = Vec::new();
    for (index, &(centre, side)) in anchors.iter().enumerate() {
        let confidence = classes[index][1];
        if confidence < score {
            continue;
        }
        let [dx, dy, log_width, log_height] = boxes[index];
        let (x, y) = (centre.x + dx * offset * side, centre.y + dy * offset * side);
        let (width, height) = ((log_width * growth).exp() * side, (log_height * growth).exp() * side);
        found.push(Candidate {
            region: Region {
                x: x - width / 2.0,
                y: y - height / 2.0,
                width,
                height,
            },
            confidence: confidence.min(1.0),
            points: five_points(&points[index], |dx, dy| {
                Point::new(centre.x + dx * offset * side, centre.y + dy * offset * side)
            }),
            turn: Turn::None,
        });
    }
    Ok(found)
}

/// Centre and side of each anchor in pixels, strides outermost, sizes innermost.
fn anchors((width, height): (usize, usize), strides: &[usize], sizes: &[Vec<f32>]) -> Vec<(Point, f32)> {
    let mut anchors = Vec::new();
    for (&stride, sizes) in strides.iter().zip(sizes) {
        let unit = stride as f32;
        for row in 0..height.div_ceil(stride) {
            for column in 0..width.div_ceil(stride) {
                let centre = Point::new((column as f32 + 0.5) * unit, (row as f32 + 0.5) * unit);
                anchors.extend(sizes.iter().map(|side| (centre, *side)));
            }
        }
    }
    anchors
}
