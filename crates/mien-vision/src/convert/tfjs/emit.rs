//! Writes layers as ONNX. Pictures are laid out channels, rows, columns; only a reshape that mixes them needs a transpose.

use super::layers::{Layer, Layers, Operation, Window};
use crate::convert::onnx::{Attribute, GraphBuilder, ValueName};

/// Name of the input of every converted model.
const INPUT: &str = "input";

pub(super) fn emit(layers: &Layers) -> Vec<u8> {
    let mut graph = GraphBuilder::default();
    let mut values: Vec<ValueName> = Vec::with_capacity(layers.layers.len());
    for layer in &layers.layers {
        let inputs: Vec<ValueName> = layer.inputs.iter().map(|input| values[*input].clone()).collect();
        let before = layer.inputs.first().map(|input| layers.layers[*input].shape.as_slice());
        values.push(value(&mut graph, layer, &inputs, before.unwrap_or_default()));
    }
    for (name, layer) in &layers.outputs {
        graph.output(name, &values[*layer], &stored(&layers.layers[*layer].shape));
    }
    graph.finish("converted")
}

fn value(graph: &mut GraphBuilder, layer: &Layer, inputs: &[ValueName], before: &[usize]) -> ValueName {
    let all: Vec<&ValueName> = inputs.iter().collect();
    let Some(&first) = all.first() else {
        let mut shape = [1; 3];
        shape
            .iter_mut()
            .zip(stored(&layer.shape))
            .for_each(|(place, size)| *place = size);
        return graph.input(INPUT, shape);
    };
    match &layer.operation {
        Operation::Input => first.clone(),
        Operation::Convolution(convolution) => graph.convolution(first, convolution),
        Operation::Dense { shape, weights, bias } => graph.dense(first, (shape, weights), bias.as_deref()),
        Operation::Clamp { low, high } => graph.clamp(first, *low, *high),
        Operation::Slope(values) => with_channels(graph, "PRelu", first, values, layer),
        Operation::Scale(values) => with_channels(graph, "Mul", first, values, layer),
        Operation::Shift(values) => with_channels(graph, "Add", first, values, layer),
        Operation::Add => graph.node("Add", &all, []),
        Operation::Concat => graph.node("Concat", &all, [channel_axis(&layer.shape)]),
        Operation::MaxPool(window) => graph.node("MaxPool", &[first], pool(window)),
        Operation::AveragePool(window) => graph.node("AveragePool", &[first], pool(window)),
        Operation::Pad([rows, columns, channels]) => {
            let sizes = |side: usize| [0, channels[side], rows[side], columns[side]].map(|size| size as i64);
            let pads = graph.integers(&[sizes(0), sizes(1)].concat());
            graph.node("Pad", &[first, &pads], [])
        }
        Operation::Mean => {
            let mean = graph.node("GlobalAveragePool", &[first], []);
            graph.node("Flatten", &[&mean], [Attribute::Integer("axis", 1)])
        }
        Operation::Reshape => reshape(graph, first, before, &layer.shape),
        Operation::Sigmoid => graph.node("Sigmoid", &[first], []),
        Operation::Softmax => graph.node("Softmax", &[first], [channel_axis(&layer.shape)]),
    }
}

/// One number for each channel, spread over rows and columns.
fn with_channels(
    graph: &mut GraphBuilder,
    operation: &str,
    input: &ValueName,
    values: &[f32],
    layer: &Layer,
) -> ValueName {
    let shape: &[usize] = if layer.shape.len() == 3 {
        &[values.len(), 1, 1]
    } else {
        &[values.len()]
    };
    let values = graph.floats(shape, values);
    graph.node(operation, &[input, &values], [])
}

/// Values are counted in TensorFlow's order, so channels must come last first, unless that changes nothing.
fn reshape(graph: &mut GraphBuilder, input: &ValueName, before: &[usize], after: &[usize]) -> ValueName {
    let mixes = matches!(before, [rows, columns, channels] if rows * columns > 1 && *channels > 1);
    let order = || Attribute::Integers("perm", vec![0, 2, 3, 1]);
    let input = if mixes {
        graph.node("Transpose", &[input], [order()])
    } else {
        input.clone()
    };
    // A 0 copies the size of the batch.
    let shape: Vec<i64> = std::iter::once(0)
        .chain(after.iter().map(|size| *size as i64))
        .collect();
    let shape = graph.integers(&shape);
    graph.node("Reshape", &[&input, &shape], [])
}

/// Channels come first in pictures and last in lists.
fn channel_axis(shape: &[usize]) -> Attribute {
    Attribute::Integer("axis", if shape.len() == 3 { 1 } else { shape.len() as i64 })
}

fn pool(window: &Window) -> [Attribute; 3] {
    [
        Attribute::sizes("kernel_shape", &window.kernel),
        Attribute::sizes("strides", &window.strides),
        Attribute::sizes("pads", &window.pads),
    ]
}

/// A shape as it lies in memory.
fn stored(shape: &[usize]) -> Vec<usize> {
    match *shape {
        [rows, columns, channels] => vec![channels, rows, columns],
        _ => shape.to_vec(),
    }
}
