//! One pass from pixels to the tensor of a detector: crop, shrink or enlarge, normalise.

use super::input::InputFormat;
use super::view::View;

/// Which part of the picture a detector sees and where it lies in its input.
///
/// Pixel `(u, v)` of the input shows the picture at `(left + u * shrink, top + v * shrink)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Left edge in pixels of the upright picture.
    pub left: f32,
    /// Upper edge in pixels of the upright picture.
    pub top: f32,
    /// Pixels of the picture for one pixel of the input.
    pub shrink: f32,
}

/// Fills one picture of a batch: bilinear, with box averaging before it where the picture is shrunk by 2 or more.
/// What lies outside of the picture is black.
pub fn fill(view: &View<'_>, window: Window, format: &InputFormat, tensor: &mut [f32]) {
    let shrink = window.shrink / view.shrink();
    let (left, top) = (window.left / view.shrink(), window.top / view.shrink());
    // Outside of this the tensor stays black.
    let columns = covered(left, shrink, view.width(), format.width);
    let rows = covered(top, shrink, view.height(), format.height);
    if columns != (0..format.width) || rows != (0..format.height) {
        format.blacken(tensor);
    }
    if columns.is_empty() || rows.is_empty() {
        return;
    }
    if shrink == 1.0 && left.fract() == 0.0 && top.fract() == 0.0 {
        return copy(view, (left as isize, top as isize), format, tensor, columns, rows);
    }
    let step = (shrink.floor() as usize).max(1);
    let across: Vec<Tap> = columns
        .clone()
        .map(|u| Tap::at(left, shrink, u, step, view.width()))
        .collect();
    let mut source = RowSource::new(view, step);
    let mut row = vec![0.0f32; across.len() * 3];
    for v in rows {
        let down = Tap::at(top, shrink, v, step, view.height());
        let blended = source.blend(down).as_chunks().0;
        for (to, tap) in row.as_chunks_mut::<3>().0.iter_mut().zip(&across) {
            *to = tap.pick(blended);
        }
        format.write_row(tensor, v, columns.start, &row);
    }
}

/// Input positions whose centre falls into the picture.
fn covered(start: f32, shrink: f32, source: usize, target: usize) -> std::ops::Range<usize> {
    let first = (-start / shrink - 0.5).ceil().max(0.0) as usize;
    let end = ((source as f32 - start) / shrink - 0.5).ceil().max(0.0) as usize;
    first.min(target)..end.min(target).max(first.min(target))
}

fn copy(
    view: &View<'_>,
    (left, top): (isize, isize),
    format: &InputFormat,
    tensor: &mut [f32],
    columns: std::ops::Range<usize>,
    rows: std::ops::Range<usize>,
) {
    let first = (columns.start as isize + left) as usize * 3;
    let mut row = vec![0.0f32; columns.len() * 3];
    for v in rows {
        let bytes = &view.row((v as isize + top) as usize)[first..first + row.len()];
        for (to, &from) in row.iter_mut().zip(bytes) {
            *to = f32::from(from);
        }
        format.write_row(tensor, v, columns.start, &row);
    }
}

/// Two neighbouring cells (pixels, or boxes of `step` pixels) and how much the second one counts.
#[derive(Clone, Copy, Debug)]
struct Tap {
    first: usize,
    second: usize,
    weight: f32,
}

impl Tap {
    fn at(start: f32, shrink: f32, index: usize, step: usize, length: usize) -> Self {
        // Centre of the input pixel in cells, whose own centres lie at whole numbers.
        let centre = (start + (index as f32 + 0.5) * shrink) / step as f32 - 0.5;
        let last = (length / step).max(1) - 1;
        let centre = centre.clamp(0.0, last as f32);
        let first = centre.floor() as usize;
        Self {
            first,
            second: (first + 1).min(last),
            weight: centre - first as f32,
        }
    }

    #[inline]
    fn pick(&self, row: &[[f32; 3]]) -> [f32; 3] {
        let mut value = row[self.first];
        for (value, second) in value.iter_mut().zip(row[self.second]) {
            *value += (second - *value) * self.weight;
        }
        value
    }
}

/// Rows of cells, the last two kept, and their blend.
struct RowSource<'a> {
    view: &'a View<'a>,
    step: usize,
    cells: usize,
    sums: Vec<u32>,
    kept: [(Option<usize>, Vec<f32>); 2],
    blended: Vec<f32>,
}

impl<'a> RowSource<'a> {
    fn new(view: &'a View<'a>, step: usize) -> Self {
        let cells = (view.width() / step).max(1);
        let empty = vec![0.0; cells * 3];
        Self {
            view,
            step,
            cells,
            sums: vec![0; view.width() * 3],
            kept: [(None, empty.clone()), (None, empty.clone())],
            blended: empty,
        }
    }

    fn blend(&mut self, down: Tap) -> &[f32] {
        self.load(down.first);
        self.load(down.second);
        let [(first_row, first), (_, second)] = &self.kept;
        let (upper, lower) = if *first_row == Some(down.first) {
            (first, second)
        } else {
            (second, first)
        };
        let lower = if down.second == down.first { upper } else { lower };
        for ((to, &upper), &lower) in self.blended.iter_mut().zip(upper).zip(lower) {
            *to = upper + (lower - upper) * down.weight;
        }
        &self.blended
    }

    /// Makes sure that row `wanted` of the cells is one of the two kept; rows are asked for in rising order.
    fn load(&mut self, wanted: usize) {
        if self.kept.iter().any(|(row, _)| *row == Some(wanted)) {
            return;
        }
        let older = usize::from(self.kept[0].0 > self.kept[1].0);
        let (row, cells) = &mut self.kept[older];
        *row = Some(wanted);
        average(
            self.view,
            wanted,
            self.step,
            &mut self.sums,
            &mut cells[..self.cells * 3],
        );
    }
}

/// Averages boxes of `step` x `step` pixels, clipped at the lower edge.
fn average(view: &View<'_>, row: usize, step: usize, sums: &mut [u32], cells: &mut [f32]) {
    let rows = (row * step)..((row + 1) * step).min(view.height());
    match step {
        1 => {
            for (to, &from) in cells.iter_mut().zip(view.row(row)) {
                *to = f32::from(from);
            }
        }
        // Four and nine pixels to one are what large photographs need; with a size known to the compiler they are fast.
        2 if rows.len() == 2 && view.width() >= 2 => boxes::<2, 6>([0, 1].map(|y| view.row(2 * row + y)), cells),
        3 if rows.len() == 3 && view.width() >= 3 => boxes::<3, 9>([0, 1, 2].map(|y| view.row(3 * row + y)), cells),
        _ => any_boxes(view, rows, step, sums, cells),
    }
}

/// Boxes of `STEP` x `STEP` pixels; `BYTES` is a row of one.
fn boxes<const STEP: usize, const BYTES: usize>(rows: [&[u8]; STEP], cells: &mut [f32]) {
    let scale = 1.0 / (STEP * STEP) as f32;
    let rows = rows.map(|row| row.as_chunks::<BYTES>().0);
    for (index, to) in cells.as_chunks_mut::<3>().0.iter_mut().enumerate() {
        let mut total = [0u16; 3];
        for row in rows {
            let Some(block) = row.get(index) else { return };
            for pixel in block.as_chunks::<3>().0 {
                for channel in 0..3 {
                    total[channel] += u16::from(pixel[channel]);
                }
            }
        }
        *to = total.map(|sum| f32::from(sum) * scale);
    }
}

fn any_boxes(view: &View<'_>, rows: std::ops::Range<usize>, step: usize, sums: &mut [u32], cells: &mut [f32]) {
    let columns = step.min(view.width());
    let scale = 1.0 / (rows.len().max(1) * columns) as f32;
    sums.fill(0);
    for y in rows {
        for (sum, &byte) in sums.iter_mut().zip(view.row(y)) {
            *sum += u32::from(byte);
        }
    }
    for (to, block) in cells.as_chunks_mut::<3>().0.iter_mut().zip(sums.chunks(columns * 3)) {
        let mut total = [0u32; 3];
        for pixel in block.as_chunks::<3>().0 {
            for channel in 0..3 {
                total[channel] += pixel[channel];
            }
        }
        *to = total.map(|sum| sum as f32 * scale);
    }
}
