//! Which windows of a picture a detector looks at, and how large.

use super::{Candidate, Canvas, DetectorNumbers};
use crate::face::{Point, Region};
use crate::picture::{InputFormat, Window};

/// One run of the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pass {
    pub(super) window: Window,
    /// Input size in pixels.
    pub(super) width: usize,
    pub(super) height: usize,
    /// Edges of the window that lie inside the picture: left, top, right, bottom. A box that touches one is half a face.
    cut: [bool; 4],
    /// Only of use when the passes before found nothing.
    pub(super) last_resort: bool,
}

/// Passes for a picture of this size in which faces down to `min_face_px` are wanted.
pub(super) fn passes(
    picture: (u32, u32),
    min_face_px: u32,
    format: &InputFormat,
    numbers: &DetectorNumbers,
) -> Vec<Pass> {
    let size = (picture.0.max(1) as f32, picture.1.max(1) as f32);
    let wanted = numbers.smallest_px / min_face_px.max(1) as f32;
    match numbers.canvas {
        Canvas::Free { multiple } => free(size, wanted.min(1.0), format, numbers, multiple.max(1)),
        Canvas::Fixed => fixed(size, wanted.min(1.0), format, numbers),
    }
}

impl Pass {
    /// The candidate in pixels of the picture, or `None` when it is half a face.
    pub(super) fn place(&self, candidate: &Candidate) -> Option<Candidate> {
        let Region { x, y, width, height } = candidate.region;
        let [left, top, right, bottom] = self.cut;
        let touches = (left && x < 2.0)
            || (top && y < 2.0)
            || (right && x + width > self.width as f32 - 2.0)
            || (bottom && y + height > self.height as f32 - 2.0);
        let Window { left, top, shrink } = self.window;
        let place = |p: Point| Point::new(left + p.x * shrink, top + p.y * shrink);
        let corner = place(Point::new(x, y));
        (!touches).then(|| Candidate {
            region: Region {
                x: corner.x,
                y: corner.y,
                width: width * shrink,
                height: height * shrink,
            },
            points: candidate.points.map(place),
            ..*candidate
        })
    }
}

/// Long edges of a free canvas, in units of the smallest. Few sizes, because engines compile each of them.
const LONG_EDGES: [f32; 10] = [1.0, 1.5, 2.0, 3.0, 4.0, 4.5, 5.0, 6.5, 8.5, 12.5];

/// Short edges of a free canvas, in parts of the long one: photographs of 16:9, 3:2, 4:3 and 5:4, and squares.
const SHORT_EDGES: [f32; 5] = [0.5625, 0.667, 0.75, 0.8, 1.0];

/// The whole picture once, and once more at the smallest size when it holds faces beyond the largest.
fn free(size: (f32, f32), wanted: f32, format: &InputFormat, numbers: &DetectorNumbers, multiple: usize) -> Vec<Pass> {
    let least = format.width.max(format.height) as f32;
    let long_edge = size.0.max(size.1);
    let needed = long_edge * wanted;
    let rung = LONG_EDGES
        .iter()
        .map(|factor| factor * least)
        .find(|edge| *edge >= needed - 1.0);
    // The picture is never enlarged; beyond the last rung its own size is taken.
    let target = rung.unwrap_or(needed).min(long_edge);
    let mut passes = vec![whole(size, target, multiple)];
    if size.0.min(size.1) * target / long_edge > numbers.largest_px && target > least {
        passes.push(whole(size, least, multiple));
    }
    passes
}

/// The whole picture with its long edge shrunk to `target` pixels.
fn whole((width, height): (f32, f32), target: f32, multiple: usize) -> Pass {
    let (long_edge, short_edge) = (width.max(height), width.min(height));
    let shrink = long_edge / target;
    let up = |edge: f32| ((edge - 0.01).max(1.0) as usize / multiple + 1) * multiple;
    let long = up(target);
    let short = SHORT_EDGES
        .iter()
        .map(|part| up(part * long as f32))
        .find(|edge| *edge as f32 >= short_edge / shrink);
    let short = short.unwrap_or(long);
    let (columns, rows) = if width >= height { (long, short) } else { (short, long) };
    Pass {
        window: Window {
            left: 0.0,
            top: 0.0,
            shrink,
        },
        width: columns,
        height: rows,
        cut: [false; 4],
        last_resort: false,
    }
}

/// The whole picture, then tiles of ever larger scale until the smallest wanted face is large enough.
fn fixed(size: (f32, f32), wanted: f32, format: &InputFormat, numbers: &DetectorNumbers) -> Vec<Pass> {
    let (columns, rows) = (format.width, format.height);
    let fit = (size.0 / columns as f32).max(size.1 / rows as f32);
    let centred = |shrink: f32, last_resort: bool| Pass {
        window: Window {
            left: (size.0 - columns as f32 * shrink) / 2.0,
            top: (size.1 - rows as f32 * shrink) / 2.0,
            shrink,
        },
        width: columns,
        height: rows,
        cut: [false; 4],
        last_resort,
    };
    let mut passes = vec![centred(fit, false)];
    let shrink = 1.0 / wanted;
    if shrink * WORTH_TILING < fit {
        // Faces too large for a tile and too small for the whole picture are found in between.
        let steps = ((fit / shrink).ln() / numbers.reach().ln()).ceil().max(1.0);
        let ratio = (fit / shrink).powf(1.0 / steps);
        for step in 0..steps as i32 {
            passes.extend(tiled(size, shrink * ratio.powi(step), format, numbers));
        }
    }
    // A face that fills the picture is too large even for the smallest scale so far: once more with room around it.
    let room = columns.min(rows) as f32 / numbers.largest_px;
    if room > 1.0 {
        passes.push(centred(fit * room * ROOM, true));
    }
    passes
}

/// Tiles are looked at when they show faces larger than the whole picture does by more than this.
const WORTH_TILING: f32 = 1.15;

/// Faces reach beyond the edges of the picture by about this much.
const ROOM: f32 = 1.1;

/// Tiles of one scale that cover the picture.
fn tiled(size: (f32, f32), shrink: f32, format: &InputFormat, numbers: &DetectorNumbers) -> Vec<Pass> {
    let (columns, rows) = (format.width, format.height);
    // Neighbouring tiles share what the largest face of this scale needs, so that each face is whole in one of them.
    let shared = (columns.min(rows) as f32 * 0.5).min(numbers.smallest_px * numbers.reach());
    let mut passes = Vec::new();
    for (top, cut_top, cut_bottom) in tiles(size.1, rows as f32, shared, shrink) {
        for (left, cut_left, cut_right) in tiles(size.0, columns as f32, shared, shrink) {
            let cut = [cut_left, cut_top, cut_right, cut_bottom];
            passes.push(Pass {
                window: Window { left, top, shrink },
                width: columns,
                height: rows,
                cut,
                last_resort: false,
            });
        }
    }
    passes
}

/// Starts of tiles along one axis in pixels of the picture, and whether each cuts the picture before and after it.
fn tiles(length: f32, tile: f32, shared: f32, shrink: f32) -> Vec<(f32, bool, bool)> {
    let span = tile * shrink;
    if span >= length {
        return vec![((length - span) / 2.0, false, false)];
    }
    let count = ((length - shared * shrink) / (span - shared * shrink)).ceil().max(2.0) as usize;
    let step = (length - span) / (count - 1) as f32;
    (0..count)
        .map(|index| (index as f32 * step, index > 0, index + 1 < count))
        .collect()
}
