//! Layers that slide a window over rows and columns: convolutions and pools.

use super::super::graph::Node;
use super::{Depth, Layer, Operation, Reading, Window};
use crate::convert::ConvertError;
use crate::convert::onnx::Convolution;

impl<'a> Reading<'a> {
    pub(super) fn convolution(&mut self, node: &'a Node, depth: Depth) -> Result<usize, ConvertError> {
        let layer = self.layer(node, 0)?;
        let [rows, columns, channels] = self.picture(node, layer)?;
        let (stored, values) = self.constant::<4>(node, 1)?;
        let [height, width, seen, made] = stored;
        if seen != channels {
            return Err(node.refused(format!("weights {stored:?} do not fit {channels} channels")));
        }
        let strides = node.plane("strides")?;
        let dilations = node.plane("dilations")?;
        let sliding =
            |axis: usize, size: usize, kernel: usize| slide(node, size, kernel, strides[axis], dilations[axis]);
        let (rows, columns) = (sliding(0, rows, height)?, sliding(1, columns, width)?);
        // Stored as rows, columns, inputs, outputs; depthwise outputs are inputs times multiplier.
        let (kernel, groups, weights) = match depth {
            Depth::Full => ([made, seen, height, width], 1, permute(&values, stored, [3, 2, 0, 1])),
            Depth::Each => (
                [seen * made, 1, height, width],
                channels,
                permute(&values, stored, [2, 3, 0, 1]),
            ),
        };
        let convolution = Convolution {
            kernel,
            weights,
            bias: None,
            strides,
            dilations,
            pads: [rows.before, columns.before, rows.after, columns.after],
            groups,
        };
        let shape = vec![rows.size, columns.size, kernel[0]];
        Ok(self.push(Layer {
            inputs: vec![layer],
            operation: Operation::Convolution(convolution),
            shape,
            readers: 1,
        }))
    }

    pub(super) fn pool(&mut self, node: &'a Node, operation: fn(Window) -> Operation) -> Result<usize, ConvertError> {
        let layer = self.layer(node, 0)?;
        let [rows, columns, channels] = self.picture(node, layer)?;
        let (kernel, strides) = (node.plane("ksize")?, node.plane("strides")?);
        let rows = slide(node, rows, kernel[0], strides[0], 1)?;
        let columns = slide(node, columns, kernel[1], strides[1], 1)?;
        let window = Window {
            kernel,
            strides,
            pads: [rows.before, columns.before, rows.after, columns.after],
        };
        let shape = vec![rows.size, columns.size, channels];
        Ok(self.push(Layer {
            inputs: vec![layer],
            operation: operation(window),
            shape,
            readers: 1,
        }))
    }
}

/// What sliding a window along one axis gives.
struct Slide {
    size: usize,
    before: usize,
    after: usize,
}

/// TensorFlow's rule: "SAME" keeps `ceil(size / stride)` places and puts the odd zero behind, "VALID" adds none.
fn slide(node: &Node, size: usize, kernel: usize, stride: usize, dilation: usize) -> Result<Slide, ConvertError> {
    let reach = kernel.saturating_sub(1) * dilation + 1;
    match node.text("padding").as_str() {
        "SAME" => {
            let places = size.div_ceil(stride);
            let zeros = ((places.saturating_sub(1)) * stride + reach).saturating_sub(size);
            Ok(Slide {
                size: places,
                before: zeros / 2,
                after: zeros - zeros / 2,
            })
        }
        "VALID" if size >= reach => Ok(Slide {
            size: (size - reach) / stride + 1,
            before: 0,
            after: 0,
        }),
        padding => Err(node.refused(format!("a window of {reach} over {size} with the padding {padding:?}"))),
    }
}

/// Brings the axes of a tensor into another order.
fn permute(values: &[f32], shape: [usize; 4], order: [usize; 4]) -> Vec<f32> {
    let steps: [usize; 4] = std::array::from_fn(|axis| shape[axis + 1..].iter().product());
    let mut permuted = Vec::with_capacity(values.len());
    for first in 0..shape[order[0]] {
        for second in 0..shape[order[1]] {
            for third in 0..shape[order[2]] {
                for fourth in 0..shape[order[3]] {
                    let places = [first, second, third, fourth];
                    permuted.push(
                        values[places
                            .iter()
                            .zip(order)
                            .map(|(place, axis)| place * steps[axis])
                            .sum::<usize>()],
                    );
                }
            }
        }
    }
    permuted
}

#[cfg(test)]
mod tests {
    use super::permute;

    #[test]
    fn permute_moves_axes() {
        let values: Vec<f32> = (0..24).map(|value| value as f32).collect();
        let moved = permute(&values, [1, 2, 3, 4], [3, 2, 0, 1]);
        // New place (a, b, 0, c) holds the old (0, c, b, a).
        assert_eq!(moved[..4], [0.0, 12.0, 4.0, 16.0]);
        assert_eq!(moved[23], 23.0);
    }
}
