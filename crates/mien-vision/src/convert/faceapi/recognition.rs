//! dlib's face recognition network: 29 convolutions with residuals, 150 x 150 pixels to 128 numbers.
//!
//! Each convolution is followed by an affine layer, which is folded into it.

use super::super::onnx::ValueName;
use super::{Network, SourceFile, Step};
use crate::convert::ConvertError;

/// Side of the input in pixels.
const SIDE: usize = 150;

/// Blocks that halve the picture: name, channels in and out, blocks that follow and keep the size.
const STAGES: [(&str, usize, usize, &[&str]); 4] = [
    ("conv64_down", 32, 64, &["conv64_1", "conv64_2", "conv64_3"]),
    ("conv128_down", 64, 128, &["conv128_1", "conv128_2"]),
    ("conv256_down", 128, 256, &["conv256_1", "conv256_2"]),
    ("conv256_down_out", 256, 256, &[]),
];

pub(in super::super) fn recognition(files: &[SourceFile]) -> Result<Vec<u8>, ConvertError> {
    let network = Network::read(files)?;
    let input = network.input(SIDE);
    let mut value = network.relu(&network.affine(&input, "conv32_down", Step::Shrink)?);
    value = network.pool("MaxPool", &value, 3, Step::Shrink);
    let mut side = (SIDE - 7) / 2 + 1;
    side = (side - 3) / 2 + 1;
    for block in ["conv32_1", "conv32_2", "conv32_3"] {
        value = network.residual(&value, block)?;
    }
    for (block, seen, made, rest) in STAGES {
        (value, side) = network.halving(&value, block, (seen, made), side)?;
        for block in rest {
            value = network.residual(&value, block)?;
        }
    }
    let (embedding, dim) = network.dense(&network.mean(&value), "fc", None)?;
    network.output("embedding", &embedding, dim);
    Ok(network.finish("dlib face recognition"))
}

impl Network {
    /// A convolution and the affine layer behind it.
    fn affine(&self, value: &ValueName, name: &str, step: Step) -> Result<ValueName, ConvertError> {
        let bias = format!("{name}/conv/bias");
        let mut filters = self.filters(&format!("{name}/conv/filters"), Some(&bias))?;
        let (_, factors) = self.weights.floats::<1>(&format!("{name}/scale/weights"))?;
        let (_, terms) = self.weights.floats::<1>(&format!("{name}/scale/biases"))?;
        let size: usize = filters.kernel[1..].iter().product();
        for (filter, factor) in filters.weights.chunks_exact_mut(size).zip(factors) {
            filter.iter_mut().for_each(|weight| *weight *= factor);
        }
        for ((bias, factor), term) in filters.bias.iter_mut().flatten().zip(factors).zip(terms) {
            *bias = *bias * factor + term;
        }
        Ok(self.convolution(value, filters, step))
    }

    fn residual(&self, value: &ValueName, name: &str) -> Result<ValueName, ConvertError> {
        let first = self.relu(&self.affine(value, &format!("{name}/conv1"), Step::Same)?);
        let second = self.affine(&first, &format!("{name}/conv2"), Step::Same)?;
        Ok(self.relu(&self.sum(&second, value)))
    }

    /// A residual block that halves rows and columns. The shorter of both paths gets zeros: channels behind those of the
    /// pool, rows and columns behind those of the convolutions.
    fn halving(
        &self,
        value: &ValueName,
        name: &str,
        (seen, made): (usize, usize),
        side: usize,
    ) -> Result<(ValueName, usize), ConvertError> {
        let first = self.relu(&self.affine(value, &format!("{name}/conv1"), Step::Shrink)?);
        let mut deep = self.affine(&first, &format!("{name}/conv2"), Step::Same)?;
        let mut pooled = self.pool("AveragePool", value, 2, Step::Shrink);
        let (of_deep, of_pool) = ((side - 3) / 2 + 1, side / 2);
        if of_deep < of_pool {
            deep = self.zeros_behind(&deep, 0, of_pool - of_deep);
        }
        if seen < made {
            pooled = self.zeros_behind(&pooled, made - seen, 0);
        }
        Ok((self.relu(&self.sum(&pooled, &deep)), of_pool))
    }

    fn zeros_behind(&self, value: &ValueName, channels: usize, places: usize) -> ValueName {
        let mut graph = self.graph.borrow_mut();
        let behind = [0, channels, places, places].map(|size| size as i64);
        let pads = graph.integers(&[[0; 4], behind].concat());
        graph.node("Pad", &[value, &pads], [])
    }
}
