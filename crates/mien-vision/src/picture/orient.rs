//! EXIF orientation applied to RGB pixels.

use image::metadata::Orientation;

/// The upright pixels of a picture stored as `width` x `height`.
pub(super) fn upright(stored: Vec<u8>, width: u32, height: u32, orientation: Orientation) -> Vec<u8> {
    let (width, height) = (width as usize, height as usize);
    // For each upright row: the stored pixel it starts at and the step to its next pixel, in pixels.
    let (across, down) = (1isize, width as isize);
    let (last_x, last_y) = (width as isize - 1, (height as isize - 1) * down);
    let (columns, rows, start, step, row_step) = match orientation {
        Orientation::NoTransforms => return stored,
        Orientation::FlipHorizontal => (width, height, last_x, -across, down),
        Orientation::Rotate180 => (width, height, last_y + last_x, -across, -down),
        Orientation::FlipVertical => (width, height, last_y, across, -down),
        Orientation::Rotate90FlipH => (height, width, 0, down, across),
        Orientation::Rotate90 => (height, width, last_y, -down, across),
        Orientation::Rotate270FlipH => (height, width, last_y + last_x, -down, -across),
        Orientation::Rotate270 => (height, width, last_x, down, -across),
    };
    let mut turned = Vec::with_capacity(stored.len());
    for row in 0..rows {
        let mut at = start + row as isize * row_step;
        for _ in 0..columns {
            let byte = at as usize * 3;
            turned.extend_from_slice(&stored[byte..byte + 3]);
            at += step;
        }
    }
    turned
}
