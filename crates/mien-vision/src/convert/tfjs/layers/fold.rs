//! Folds factors, sums and limits into the layer before them.

use super::{Operation, Reading};

impl Reading<'_> {
    /// Multiplies each channel.
    pub(super) fn scale(&mut self, layer: usize, factors: Vec<f32>) -> usize {
        let factor = |channel: usize| factors[channel % factors.len()];
        match self.foldable(layer) {
            Some(Operation::Convolution(convolution)) => {
                let [_, depth, height, width] = convolution.kernel;
                let filters = convolution.weights.chunks_exact_mut(depth * height * width);
                filters
                    .enumerate()
                    .for_each(|(channel, filter)| multiply(filter, factor(channel)));
                multiply_each(convolution.bias.as_mut(), factor);
                layer
            }
            Some(Operation::Dense { shape, weights, bias }) => {
                for row in weights.chunks_exact_mut(shape[1]) {
                    row.iter_mut()
                        .enumerate()
                        .for_each(|(channel, weight)| *weight *= factor(channel));
                }
                multiply_each(bias.as_mut(), factor);
                layer
            }
            _ => self.after(layer, Operation::Scale(factors)),
        }
    }

    /// Adds to each channel.
    pub(super) fn shift(&mut self, layer: usize, terms: Vec<f32>) -> usize {
        let channels = self.shape(layer).last().copied().unwrap_or(1);
        match self.foldable(layer) {
            Some(Operation::Convolution(convolution)) => add(&mut convolution.bias, &terms, channels),
            Some(Operation::Dense { bias, .. }) => add(bias, &terms, channels),
            _ => return self.after(layer, Operation::Shift(terms)),
        }
        layer
    }

    /// Limits values to `low..=high`. Two limits in a row are one: the second applied to the bounds of the first.
    pub(super) fn clamp(&mut self, layer: usize, low: f32, high: f32) -> usize {
        if let Some(Operation::Clamp {
            low: first_low,
            high: first_high,
        }) = self.foldable(layer)
        {
            (*first_low, *first_high) = (first_low.max(low).min(high), first_high.max(low).min(high));
            return layer;
        }
        self.after(layer, Operation::Clamp { low, high })
    }

    /// The operation of a layer that may be changed, because only the next node reads it.
    fn foldable(&mut self, layer: usize) -> Option<&mut Operation> {
        let layer = &mut self.layers.layers[layer];
        (layer.readers == 1).then_some(&mut layer.operation)
    }
}

fn multiply(values: &mut [f32], factor: f32) {
    values.iter_mut().for_each(|value| *value *= factor);
}

fn multiply_each(values: Option<&mut Vec<f32>>, factor: impl Fn(usize) -> f32) {
    let values = values.into_iter().flatten().enumerate();
    values.for_each(|(channel, value)| *value *= factor(channel));
}

fn add(bias: &mut Option<Vec<f32>>, terms: &[f32], channels: usize) {
    let bias = bias.get_or_insert_with(|| vec![0.0; channels]);
    bias.iter_mut()
        .zip(terms.iter().cycle())
        .for_each(|(bias, term)| *bias += term);
}
