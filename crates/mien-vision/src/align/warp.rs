//! The warp of a face into the input of a network: one pass, bilinear, box averaging before it where the face is large.

use super::Similarity;
use crate::face::Point;
use crate::picture::{InputFormat, Picture, View};

/// A warp into a tensor.
#[derive(Clone, Copy, Debug)]
pub struct Warp {
    /// From the upright picture to the pixels of the input; pixel centres at whole numbers on both sides.
    pub place: Similarity,
    /// Mirror the input left to right.
    pub mirror: bool,
}

/// Pixels of a warped face as values 0 to 255.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// RGB, rows from the top.
    pub rgb: Vec<f32>,
}

/// Fills one picture of a batch. What lies outside of the picture is black.
pub fn warp(picture: &Picture, warp: Warp, format: &InputFormat, tensor: &mut [f32]) {
    let back = warp.place.inverse();
    let view = picture.view(back.scale());
    let source = Source::new(&view, &back, (format.width, format.height));
    let mut row = vec![0.0f32; format.width * 3];
    for v in 0..format.height {
        source.sample_row(v, warp.mirror, &mut row);
        format.write_row(tensor, v, 0, &row);
    }
}

impl Patch {
    /// Warps a face into a patch of its own.
    pub fn cut(picture: &Picture, place: Similarity, width: usize, height: usize) -> Self {
        let back = place.inverse();
        let view = picture.view(back.scale());
        let source = Source::new(&view, &back, (width, height));
        let mut rgb = vec![0.0f32; width * height * 3];
        for (v, row) in rgb.chunks_exact_mut(width * 3).enumerate() {
            source.sample_row(v, false, row);
        }
        Self { width, height, rgb }
    }

    /// The RGB values at a pixel, which must lie inside.
    pub fn at(&self, x: usize, y: usize) -> [f32; 3] {
        let start = (y * self.width + x) * 3;
        [self.rgb[start], self.rgb[start + 1], self.rgb[start + 2]]
    }
}

/// Pixels to sample from and the way from the target to them.
struct Source<'a> {
    pixels: Pixels<'a>,
    width: usize,
    height: usize,
    /// Position of target pixel (0, 0), and the steps to its right and lower neighbours.
    origin: Point,
    right: Point,
    down: Point,
    columns: usize,
}

/// Target pixels that are placed together.
const BLOCK: usize = 32;

/// Where target pixels lie in the source: the position, the pixel up left of it, and how far beyond that it is.
#[derive(Debug, Default)]
struct Taps {
    x: [f32; BLOCK],
    y: [f32; BLOCK],
    left: [i32; BLOCK],
    top: [i32; BLOCK],
    wx: [f32; BLOCK],
    wy: [f32; BLOCK],
}

enum Pixels<'a> {
    Borrowed(&'a [u8]),
    Averaged(Vec<u8>),
}

impl<'a> Source<'a> {
    fn new(view: &View<'a>, back: &Similarity, (columns, rows): (usize, usize)) -> Self {
        // Between the pixel centres of the upright picture and those of a smaller view of it.
        let to_view = |p: Point| Point::new((p.x + 0.5) / view.shrink() - 0.5, (p.y + 0.5) / view.shrink() - 0.5);
        let corner = |u: f32, v: f32| to_view(back.apply(Point::new(u, v)));
        let origin = corner(0.0, 0.0);
        let (right, down) = (minus(corner(1.0, 0.0), origin), minus(corner(0.0, 1.0), origin));
        let step = right.x.hypot(right.y);
        let whole = Self {
            pixels: Pixels::Borrowed(view.pixels()),
            width: view.width(),
            height: view.height(),
            origin,
            right,
            down,
            columns,
        };
        // Bilinear sampling skips pixels from a step of 2 on, which shows as noise in the face.
        if step >= 2.0 {
            whole.averaged(view, step.floor() as usize, rows)
        } else {
            whole
        }
    }

    /// The part of the view that is needed, averaged over boxes of `side` x `side` pixels.
    fn averaged(self, view: &View<'_>, side: usize, rows: usize) -> Self {
        let (columns, rows) = (self.columns as f32, rows as f32);
        let corners = [(0.0, 0.0), (columns, 0.0), (0.0, rows), (columns, rows)].map(|(u, v)| self.position(u, v));
        let first = |of: fn(&Point) -> f32, limit: usize| {
            let least = corners.iter().map(of).fold(f32::INFINITY, f32::min) - side as f32;
            (least.max(0.0) as usize).min(limit)
        };
        let end = |of: fn(&Point) -> f32, limit: usize| {
            let most = corners.iter().map(of).fold(f32::NEG_INFINITY, f32::max) + 2.0 * side as f32;
            (most.max(0.0) as usize).min(limit)
        };
        let (left, top) = (first(|p| p.x, view.width()), first(|p| p.y, view.height()));
        let (right, bottom) = (end(|p| p.x, view.width()), end(|p| p.y, view.height()));
        let (width, height) = (right.saturating_sub(left) / side, bottom.saturating_sub(top) / side);
        let pixels = boxes(view, (left, top), (width, height), side);
        let shift = |p: Point| {
            let offset = (side as f32 - 1.0) / 2.0;
            Point::new(
                (p.x - left as f32 - offset) / side as f32,
                (p.y - top as f32 - offset) / side as f32,
            )
        };
        let shrunk = |p: Point| Point::new(p.x / side as f32, p.y / side as f32);
        Self {
            pixels: Pixels::Averaged(pixels),
            width,
            height,
            origin: shift(self.origin),
            right: shrunk(self.right),
            down: shrunk(self.down),
            columns: self.columns,
        }
    }

    fn position(&self, u: f32, v: f32) -> Point {
        Point::new(
            self.origin.x + u * self.right.x + v * self.down.x,
            self.origin.y + u * self.right.y + v * self.down.y,
        )
    }

    fn sample_row(&self, v: usize, mirror: bool, row: &mut [f32]) {
        let pixels = match &self.pixels {
            Pixels::Borrowed(pixels) => pixels,
            Pixels::Averaged(pixels) => pixels.as_slice(),
        };
        let (pixels_of_row, _) = row.as_chunks_mut::<3>();
        let mut taps = Taps::default();
        // Four values of each pixel, so that one instruction does them all; the last is not used.
        let mut values = [[0.0f32; 4]; BLOCK];
        for (block, targets) in pixels_of_row.chunks_mut(BLOCK).enumerate() {
            self.place(v, mirror, block * BLOCK, &mut taps);
            let count = targets.len();
            for (index, value) in values[..count].iter_mut().enumerate() {
                *value = self.sample(pixels, &taps, index);
            }
            for (to, &[red, green, blue, _]) in targets.iter_mut().zip(&values) {
                *to = [red, green, blue];
            }
        }
    }

    /// Where the target pixels of row `v` from column `first` on lie: a loop of its own, so that the compiler can do
    /// several at once.
    fn place(&self, v: usize, mirror: bool, first: usize, taps: &mut Taps) {
        let (first, last) = (first as f32, self.columns.saturating_sub(1) as f32);
        let start = self.position(0.0, v as f32);
        let (begin, sign) = if mirror { (last - first, -1.0) } else { (first, 1.0) };
        for index in 0..BLOCK {
            let u = begin + sign * index as i32 as f32;
            let (x, y) = (start.x + u * self.right.x, start.y + u * self.right.y);
            (taps.x[index], taps.y[index]) = (x, y);
            // Towards zero: for what lies inside, downwards. What does not is looked at by itself.
            let (left, top) = (x as i32, y as i32);
            (taps.left[index], taps.top[index]) = (left, top);
            (taps.wx[index], taps.wy[index]) = (x - left as f32, y - top as f32);
        }
    }

    #[inline(always)]
    fn sample(&self, pixels: &[u8], taps: &Taps, index: usize) -> [f32; 4] {
        let (x, y) = (taps.x[index], taps.y[index]);
        let (left, top) = (taps.left[index] as u32 as usize, taps.top[index] as u32 as usize);
        if !(x >= 0.0 && y >= 0.0 && left + 1 < self.width && top + 1 < self.height) {
            return self.sample_edge(pixels, Point::new(x, y));
        }
        let upper = (top * self.width + left) * 3;
        let lower = upper + self.width * 3;
        // Four bytes at a time, the last of them unused, become one vector; the last pixels of all have no fourth byte.
        let (Some(upper), Some(lower)) = (pixels.get(upper..upper + 7), pixels.get(lower..lower + 7)) else {
            return self.sample_edge(pixels, Point::new(x, y));
        };
        let above = blend(four(upper, 0), four(upper, 3), taps.wx[index]);
        let below = blend(four(lower, 0), four(lower, 3), taps.wx[index]);
        blend(above, below, taps.wy[index])
    }

    /// Like [`Source::sample`] where some of the four pixels are outside and count as black.
    #[cold]
    fn sample_edge(&self, pixels: &[u8], at: Point) -> [f32; 4] {
        let (left, top) = (at.x.floor(), at.y.floor());
        let (wx, wy) = (at.x - left, at.y - top);
        let mut sum = [0.0f32; 4];
        for (x, y, weight) in [
            (left, top, (1.0 - wx) * (1.0 - wy)),
            (left + 1.0, top, wx * (1.0 - wy)),
            (left, top + 1.0, (1.0 - wx) * wy),
            (left + 1.0, top + 1.0, wx * wy),
        ] {
            if x >= 0.0 && y >= 0.0 && x < self.width as f32 && y < self.height as f32 {
                let start = (y as usize * self.width + x as usize) * 3;
                for channel in 0..3 {
                    sum[channel] += f32::from(pixels[start + channel]) * weight;
                }
            }
        }
        sum
    }
}

/// Four bytes from `start` on.
#[inline(always)]
fn four(bytes: &[u8], start: usize) -> [f32; 4] {
    let mut values = [0.0; 4];
    for (value, &byte) in values.iter_mut().zip(&bytes[start..start + 4]) {
        *value = f32::from(byte);
    }
    values
}

#[inline(always)]
fn blend(first: [f32; 4], second: [f32; 4], weight: f32) -> [f32; 4] {
    let mut between = first;
    for (value, second) in between.iter_mut().zip(second) {
        *value += (second - *value) * weight;
    }
    between
}

fn minus(p: Point, q: Point) -> Point {
    Point::new(p.x - q.x, p.y - q.y)
}

fn boxes(view: &View<'_>, (left, top): (usize, usize), (width, height): (usize, usize), side: usize) -> Vec<u8> {
    let mut averaged = Vec::with_capacity(width * height * 3);
    let count = (side * side) as u32;
    let mut sums = vec![0u32; width * 3];
    for row in 0..height {
        sums.fill(0);
        for y in 0..side {
            let bytes = &view.row(top + row * side + y)[left * 3..];
            for (sum, block) in sums.as_chunks_mut::<3>().0.iter_mut().zip(bytes.chunks_exact(side * 3)) {
                for pixel in block.as_chunks::<3>().0 {
                    for channel in 0..3 {
                        sum[channel] += u32::from(pixel[channel]);
                    }
                }
            }
        }
        averaged.extend(sums.iter().map(|&sum| ((sum + count / 2) / count) as u8));
    }
    averaged
}
