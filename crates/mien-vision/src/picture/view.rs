//! Borrowed pixels for samplers.

/// RGB pixels, 8 bits each, rows from the top without padding.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pixels: &'a [u8],
    width: usize,
    height: usize,
    shrink: f32,
}

impl<'a> View<'a> {
    /// A view of pixels at full size. `pixels` must hold `width * height * 3` bytes; what is missing reads as an empty view.
    pub fn new(pixels: &'a [u8], width: usize, height: usize) -> Self {
        Self::shrunk(pixels, width, height, 1.0)
    }

    /// A view of `width` x `height` pixels, each of which stands for `shrink` x `shrink` of the upright picture.
    pub fn shrunk(pixels: &'a [u8], width: usize, height: usize, shrink: f32) -> Self {
        let complete = pixels.len() >= width * height * 3;
        let (width, height) = if complete { (width, height) } else { (0, 0) };
        Self {
            pixels,
            width,
            height,
            shrink,
        }
    }

    /// Width in pixels of the view.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels of the view.
    pub fn height(&self) -> usize {
        self.height
    }

    /// How many pixels of the upright picture one pixel of the view stands for, along an edge.
    pub fn shrink(&self) -> f32 {
        self.shrink
    }

    /// The bytes of row `y`, which must be below the height.
    pub fn row(&self, y: usize) -> &'a [u8] {
        let start = y * self.width * 3;
        &self.pixels[start..start + self.width * 3]
    }

    /// All bytes.
    pub fn pixels(&self) -> &'a [u8] {
        self.pixels
    }
}
