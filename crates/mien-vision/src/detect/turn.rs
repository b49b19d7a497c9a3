//! Quarter turns of an input tensor, and of what was found in it back again. Turning the small input costs next to
//! nothing, turning the photograph would not.

use std::borrow::Cow;

use super::Candidate;
use crate::face::{Point, Region, Turn};
use crate::picture::{InputFormat, Layout};

/// The input turned clockwise.
pub(super) fn tensor<'a>(values: &'a [f32], format: &InputFormat, turn: Turn) -> (InputFormat, Cow<'a, [f32]>) {
    let (width, height) = (format.width as isize, format.height as isize);
    let last = (height - 1) * width;
    // For the upright input: its size, the pixel it starts at, the steps to the next pixel and to the next row.
    let (columns, rows, start, step, row_step) = match turn {
        Turn::None => return (*format, Cow::Borrowed(values)),
        Turn::Quarter => (height, width, last, -width, 1),
        Turn::Half => (width, height, last + width - 1, -1, -width),
        Turn::ThreeQuarters => (height, width, width - 1, width, -1),
    };
    let (planes, depth) = match format.layout {
        Layout::Nchw => (format.channels(), 1),
        Layout::Nhwc => (1, format.channels()),
    };
    let mut turned = Vec::with_capacity(values.len());
    for plane in values.chunks_exact(values.len() / planes) {
        for row in 0..rows {
            for column in 0..columns {
                let at = (start + row * row_step + column * step) as usize * depth;
                turned.extend_from_slice(&plane[at..at + depth]);
            }
        }
    }
    (format.sized(columns as usize, rows as usize), Cow::Owned(turned))
}

/// A candidate of the turned input in pixels of `format`, the input as it was before. Its points keep their names: the
/// left eye is the one on the left of the upright face.
pub(super) fn back(candidate: Candidate, format: &InputFormat, turn: Turn) -> Candidate {
    let (width, height) = (format.width as f32, format.height as f32);
    let place = |p: Point| match turn {
        Turn::None => p,
        Turn::Quarter => Point::new(p.y, height - p.x),
        Turn::Half => Point::new(width - p.x, height - p.y),
        Turn::ThreeQuarters => Point::new(width - p.y, p.x),
    };
    let Region {
        x,
        y,
        width: across,
        height: down,
    } = candidate.region;
    let (one, other) = (place(Point::new(x, y)), place(Point::new(x + across, y + down)));
    Candidate {
        region: Region {
            x: one.x.min(other.x),
            y: one.y.min(other.y),
            width: (one.x - other.x).abs(),
            height: (one.y - other.y).abs(),
        },
        points: candidate.points.map(place),
        turn,
        ..candidate
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::FivePoints;
    use crate::picture::ChannelOrder;

    fn format(layout: Layout) -> InputFormat {
        InputFormat {
            width: 3,
            height: 2,
            order: ChannelOrder::Grey,
            layout,
            mean: [0.0; 3],
            scale: [1.0; 3],
        }
    }

    #[test]
    fn turns_are_clockwise() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let cases = [
            (Turn::None, (3, 2), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
            (Turn::Quarter, (2, 3), [4.0, 1.0, 5.0, 2.0, 6.0, 3.0]),
            (Turn::Half, (3, 2), [6.0, 5.0, 4.0, 3.0, 2.0, 1.0]),
            (Turn::ThreeQuarters, (2, 3), [3.0, 6.0, 2.0, 5.0, 1.0, 4.0]),
        ];
        for (turn, size, expected) in cases {
            for layout in [Layout::Nchw, Layout::Nhwc] {
                let (turned_format, turned) = tensor(&values, &format(layout), turn);
                assert_eq!((turned_format.width, turned_format.height), size, "{turn:?}");
                assert_eq!(*turned, expected, "{turn:?} {layout:?}");
            }
        }
    }

    #[test]
    fn candidates_come_back_to_where_the_pixels_are() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        for turn in [Turn::None, Turn::Quarter, Turn::Half, Turn::ThreeQuarters] {
            let format = format(Layout::Nchw);
            let (turned_format, turned) = tensor(&values, &format, turn);
            // The pixel with the value 3 is the upper right one of the input.
            let at = turned.iter().position(|value| *value == 3.0).unwrap();
            let (x, y) = ((at % turned_format.width) as f32, (at / turned_format.width) as f32);
            let candidate = Candidate {
                region: Region {
                    x,
                    y,
                    width: 1.0,
                    height: 1.0,
                },
                confidence: 1.0,
                points: FivePoints::from_array([Point::new(x + 0.5, y + 0.5); 5]),
                turn: Turn::None,
            };
            let found = back(candidate, &format, turn);
            assert_eq!(
                found.region,
                Region {
                    x: 2.0,
                    y: 0.0,
                    width: 1.0,
                    height: 1.0
                },
                "{turn:?}"
            );
            assert_eq!(found.points.nose, Point::new(2.5, 0.5), "{turn:?}");
        }
    }
}
