//! How pixels become the input tensor of a network: numbers of the pack, applied while sampling.

/// Order of the colour channels a network was trained with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChannelOrder {
    /// Red first.
    #[default]
    Rgb,
    /// Blue first, the habit of OpenCV and Caffe.
    Bgr,
    /// One channel of luma, 0.299 R + 0.587 G + 0.114 B.
    Grey,
}

/// Order of the axes of an input tensor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Batch, channels, rows, columns.
    #[default]
    Nchw,
    /// Batch, rows, columns, channels.
    Nhwc,
}

/// What a network wants to be fed: `(value - mean) * scale` of each channel, values 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InputFormat {
    /// Columns in pixels.
    pub width: usize,
    /// Rows in pixels.
    pub height: usize,
    /// Order of the channels.
    pub order: ChannelOrder,
    /// Order of the axes.
    pub layout: Layout,
    /// Subtracted from each channel, in the order of the channels of the tensor.
    pub mean: [f32; 3],
    /// Multiplied afterwards, in the order of the channels of the tensor.
    pub scale: [f32; 3],
}

impl InputFormat {
    /// Channels of the tensor.
    pub fn channels(&self) -> usize {
        match self.order {
            ChannelOrder::Rgb | ChannelOrder::Bgr => 3,
            ChannelOrder::Grey => 1,
        }
    }

    /// Floats that one picture takes.
    pub fn len(&self) -> usize {
        self.width * self.height * self.channels()
    }

    /// Whether the tensor has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same format at another size.
    pub fn sized(mut self, width: usize, height: usize) -> Self {
        (self.width, self.height) = (width, height);
        self
    }

    /// Shape of a batch of `count` pictures.
    pub fn shape(&self, count: usize) -> [usize; 4] {
        match self.layout {
            Layout::Nchw => [count, self.channels(), self.height, self.width],
            Layout::Nhwc => [count, self.height, self.width, self.channels()],
        }
    }

    /// Writes one row of RGB values (0 to 255) into the tensor of one picture.
    ///
    /// `first_column` is where the row begins; what would leave the tensor is cut off.
    pub(crate) fn write_row(&self, tensor: &mut [f32], row: usize, first_column: usize, rgb: &[f32]) {
        let columns = (rgb.len() / 3).min(self.width.saturating_sub(first_column));
        let pixels = &rgb.as_chunks::<3>().0[..columns];
        let begin = row * self.width + first_column;
        match (self.layout, self.order) {
            (Layout::Nchw, ChannelOrder::Grey) | (Layout::Nhwc, ChannelOrder::Grey) => {
                let (mean, scale) = (self.mean[0], self.scale[0]);
                for (to, &pixel) in tensor[begin..begin + columns].iter_mut().zip(pixels) {
                    *to = (luma(pixel) - mean) * scale;
                }
            }
            (Layout::Nchw, order) => {
                for channel in 0..3 {
                    let from = source_channel(order, channel);
                    let (mean, scale) = (self.mean[channel], self.scale[channel]);
                    let start = channel * self.width * self.height + begin;
                    for (to, pixel) in tensor[start..start + columns].iter_mut().zip(pixels) {
                        *to = (pixel[from] - mean) * scale;
                    }
                }
            }
            (Layout::Nhwc, order) => {
                let target = &mut tensor[begin * 3..(begin + columns) * 3];
                for (to, pixel) in target.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
                    for channel in 0..3 {
                        to[channel] =
                            (pixel[source_channel(order, channel)] - self.mean[channel]) * self.scale[channel];
                    }
                }
            }
        }
    }

    /// Fills the tensor with what black pixels become.
    pub(crate) fn blacken(&self, tensor: &mut [f32]) {
        if self.mean == [0.0; 3] {
            tensor.fill(0.0);
            return;
        }
        let row = vec![0.0; self.width * 3];
        for y in 0..self.height {
            self.write_row(tensor, y, 0, &row);
        }
    }
}

/// Luma by BT.601, what OpenCV and TensorFlow.js take for grey.
pub(crate) fn luma([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

fn source_channel(order: ChannelOrder, channel: usize) -> usize {
    match order {
        ChannelOrder::Bgr => 2 - channel,
        ChannelOrder::Rgb | ChannelOrder::Grey => channel,
    }
}
