//! Age and gender (a small Xception) and expressions (small blocks with dense sums), both of 112 x 112 pixels.

use super::super::onnx::ValueName;
use super::{Network, SourceFile, Step};
use crate::convert::ConvertError;

/// Side of the input in pixels.
const SIDE: usize = 112;

pub(in super::super) fn age_gender(files: &[SourceFile]) -> Result<Vec<u8>, ConvertError> {
    let network = Network::read(files)?;
    let input = network.input(SIDE);
    let filters = network.filters("entry_flow/conv_in/filters", Some("entry_flow/conv_in/bias"))?;
    let mut value = network.relu(&network.convolution(&input, filters, Step::Half));
    // The first block reads what is already positive.
    value = network.reduction(&value, &value, "entry_flow/reduction_block_0")?;
    value = network.reduction(&value, &network.relu(&value), "entry_flow/reduction_block_1")?;
    for block in ["middle_flow/main_block_0", "middle_flow/main_block_1"] {
        let mut deep = value.clone();
        for layer in 0..3 {
            deep = network.separable(
                &network.relu(&deep),
                &format!("{block}/separable_conv{layer}"),
                Step::Same,
            )?;
        }
        value = network.sum(&deep, &value);
    }
    value = network.reduction(&value, &network.relu(&value), "exit_flow/reduction_block")?;
    value = network.relu(&network.separable(&value, "exit_flow/separable_conv", Step::Same)?);
    let features = network.mean(&value);
    let (age, _) = network.dense(&features, "fc/age/weights", Some("fc/age/bias"))?;
    let (gender, genders) = network.dense(&features, "fc/gender/weights", Some("fc/gender/bias"))?;
    network.output("age", &age, 1);
    network.output("gender", &network.softmax(&gender), genders);
    Ok(network.finish("face-api age and gender"))
}

pub(in super::super) fn expression(files: &[SourceFile]) -> Result<Vec<u8>, ConvertError> {
    let network = Network::read(files)?;
    let input = network.input(SIDE);
    let filters = network.filters("dense0/conv0/filters", Some("dense0/conv0/bias"))?;
    let mut value = network.dense_sums(network.convolution(&input, filters, Step::Half), "dense0")?;
    for block in ["dense1", "dense2", "dense3"] {
        let first = network.separable(&value, &format!("{block}/conv0"), Step::Half)?;
        value = network.dense_sums(first, block)?;
    }
    let features = network.mean(&value);
    let (expression, expressions) = network.dense(&features, "fc/weights", Some("fc/bias"))?;
    network.output("expression", &network.softmax(&expression), expressions);
    Ok(network.finish("face-api expression"))
}

impl Network {
    /// A filter for each channel, then a mixture of the channels.
    fn separable(&self, value: &ValueName, name: &str, step: Step) -> Result<ValueName, ConvertError> {
        let each = self.filters_of_each(&format!("{name}/depthwise_filter"))?;
        let mixture = self.filters(&format!("{name}/pointwise_filter"), Some(&format!("{name}/bias")))?;
        Ok(self.convolution(&self.convolution(value, each, step), mixture, Step::Same))
    }

    /// Halves rows and columns: two separable convolutions and a pool beside one wide step.
    fn reduction(&self, value: &ValueName, positive: &ValueName, name: &str) -> Result<ValueName, ConvertError> {
        let first = self.separable(positive, &format!("{name}/separable_conv0"), Step::Same)?;
        let second = self.separable(&self.relu(&first), &format!("{name}/separable_conv1"), Step::Same)?;
        let pooled = self.pool("MaxPool", &second, 3, Step::Half);
        let bias = format!("{name}/expansion_conv/bias");
        let filters = self.filters(&format!("{name}/expansion_conv/filters"), Some(&bias))?;
        Ok(self.sum(&pooled, &self.convolution(value, filters, Step::Shrink)))
    }

    /// Three more convolutions, each added to the sum of those before it.
    fn dense_sums(&self, first: ValueName, name: &str) -> Result<ValueName, ConvertError> {
        let mut sum = self.relu(&first);
        for layer in 1..4 {
            let next = if layer == 1 { sum.clone() } else { self.relu(&sum) };
            let next = self.separable(&next, &format!("{name}/conv{layer}"), Step::Same)?;
            sum = self.sum(&sum, &next);
        }
        Ok(self.relu(&sum))
    }
}
