//! Layers with known shapes, made from the nodes of a graph.
//!
//! Shapes leave out the batch and stand in TensorFlow's order: rows, columns, channels, or one list of features. Factors,
//! sums and limits that follow a layer are folded into it where nothing else reads the value in between.

mod fold;
mod window;

use std::collections::HashMap;

use super::graph::{Graph, Node};
use crate::convert::ConvertError;
use crate::convert::onnx::Convolution;
use crate::convert::weights::{Values, Weight};
use crate::pack::ConvertedOutput;

/// All layers, each behind those that it reads.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub(super) layers: Vec<Layer>,
    pub(super) outputs: Vec<(String, usize)>,
}

/// One layer.
#[derive(Debug)]
pub(super) struct Layer {
    /// Layers that it reads.
    pub(super) inputs: Vec<usize>,
    pub(super) operation: Operation,
    pub(super) shape: Vec<usize>,
    /// How often the value is read.
    readers: usize,
}

/// What a layer computes.
#[derive(Debug)]
pub(super) enum Operation {
    Input,
    Convolution(Convolution),
    /// Fully connected: features in by features out.
    Dense {
        shape: [usize; 2],
        weights: Vec<f32>,
        bias: Option<Vec<f32>>,
    },
    Clamp {
        low: f32,
        high: f32,
    },
    /// Factor on negative values for each channel.
    Slope(Vec<f32>),
    /// Factor for each channel, or one for all.
    Scale(Vec<f32>),
    /// Sum for each channel, or one for all.
    Shift(Vec<f32>),
    Add,
    /// Along the channels.
    Concat,
    MaxPool(Window),
    AveragePool(Window),
    /// Zeros before and after rows, columns and channels.
    Pad([[usize; 2]; 3]),
    /// Over rows and columns.
    Mean,
    Reshape,
    Sigmoid,
    /// Over the channels.
    Softmax,
}

/// The window of a pool.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) kernel: [usize; 2],
    pub(super) strides: [usize; 2],
    /// Above, left, below, right.
    pub(super) pads: [usize; 4],
}

impl Layers {
    pub(super) fn read(graph: &Graph, outputs: &[ConvertedOutput]) -> Result<Self, ConvertError> {
        let mut reading = Reading {
            graph,
            known: HashMap::new(),
            readers: HashMap::new(),
            layers: Self::default(),
        };
        for name in graph
            .nodes
            .iter()
            .flat_map(Node::inputs)
            .chain(outputs.iter().map(|output| output.node.as_str()))
        {
            *reading.readers.entry(name).or_default() += 1;
        }
        for node in &graph.nodes {
            reading.read(node)?;
        }
        for output in outputs {
            let layer = reading.known.get(output.node.as_str());
            let layer = *layer.ok_or_else(|| ConvertError::NoNode(output.node.clone()))?;
            reading.layers.outputs.push((output.name.clone(), layer));
        }
        Ok(reading.layers)
    }
}

/// The state while nodes become layers.
struct Reading<'a> {
    graph: &'a Graph,
    /// Layer of each node that is not a constant.
    known: HashMap<&'a str, usize>,
    /// How often each node is read.
    readers: HashMap<&'a str, usize>,
    layers: Layers,
}

impl<'a> Reading<'a> {
    fn read(&mut self, node: &'a Node) -> Result<(), ConvertError> {
        let layer = match node.operation.as_str() {
            "Const" => return Ok(()),
            "Placeholder" => {
                let shape = node.sizes()?;
                self.push(Layer {
                    inputs: Vec::new(),
                    operation: Operation::Input,
                    shape,
                    readers: 1,
                })
            }
            "Conv2D" | "_FusedConv2D" => {
                let layer = self.convolution(node, Depth::Full)?;
                self.fused(node, layer)?
            }
            "DepthwiseConv2dNative" | "FusedDepthwiseConv2dNative" => {
                let layer = self.convolution(node, Depth::Each)?;
                self.fused(node, layer)?
            }
            "MatMul" | "_FusedMatMul" => {
                let layer = self.dense(node)?;
                self.fused(node, layer)?
            }
            "Add" | "AddV2" | "BiasAdd" => self.sum(node)?,
            "Mul" => {
                let (layer, factors) = self.layer_and_constant(node)?;
                self.scale(layer, factors)
            }
            "Minimum" | "Maximum" => self.limit(node)?,
            "Relu" | "Relu6" | "Sigmoid" => self.activation(node, &node.operation, self.layer(node, 0)?)?,
            "Prelu" => {
                let layer = self.layer(node, 0)?;
                let slope = self.channel_constant(node, 1, layer)?;
                self.after(layer, Operation::Slope(slope))
            }
            "MaxPool" => self.pool(node, Operation::MaxPool)?,
            "AvgPool" => self.pool(node, Operation::AveragePool)?,
            "Pad" => self.pad(node)?,
            "Mean" => self.mean(node)?,
            "Reshape" => self.reshape(node)?,
            "ConcatV2" => self.concat(node)?,
            "Softmax" => {
                let layer = self.layer(node, 0)?;
                self.after(layer, Operation::Softmax)
            }
            "Identity" => {
                let layer = self.layer(node, 0)?;
                self.layers.layers[layer].readers += self.readers.get(node.name.as_str()).copied().unwrap_or(0);
                self.layers.layers[layer].readers -= 1;
                self.known.insert(&node.name, layer);
                return Ok(());
            }
            _ => return Err(node.refused("the operation is not translated")),
        };
        self.layers.layers[layer].readers = self.readers.get(node.name.as_str()).copied().unwrap_or(0);
        self.known.insert(&node.name, layer);
        Ok(())
    }

    /// Bias and activation that are part of a node. Until all are read the layer has one reader: the next of them.
    fn fused(&mut self, node: &Node, mut layer: usize) -> Result<usize, ConvertError> {
        let mut constant = 2;
        for operation in node.texts("fused_ops") {
            layer = match operation.as_str() {
                "BiasAdd" => {
                    let bias = self.channel_constant(node, constant, layer)?;
                    constant += 1;
                    self.shift(layer, bias)
                }
                "Prelu" => {
                    let slope = self.channel_constant(node, constant, layer)?;
                    constant += 1;
                    self.after(layer, Operation::Slope(slope))
                }
                activation => self.activation(node, activation, layer)?,
            };
        }
        Ok(layer)
    }

    fn activation(&mut self, node: &Node, name: &str, layer: usize) -> Result<usize, ConvertError> {
        Ok(match name {
            "Relu" => self.clamp(layer, 0.0, f32::INFINITY),
            "Relu6" => self.clamp(layer, 0.0, 6.0),
            "Sigmoid" => self.after(layer, Operation::Sigmoid),
            _ => return Err(node.refused(format!("the activation {name} is not translated"))),
        })
    }

    fn sum(&mut self, node: &Node) -> Result<usize, ConvertError> {
        let operands = [
            self.known.get(node.input(0)?).copied(),
            self.known.get(node.input(1)?).copied(),
        ];
        let [Some(left), Some(right)] = operands else {
            let (layer, terms) = self.layer_and_constant(node)?;
            return Ok(self.shift(layer, terms));
        };
        let shape = self.shape(left).to_vec();
        if shape != self.shape(right) {
            return Err(node.refused("the shapes of the sum differ"));
        }
        Ok(self.push(Layer {
            inputs: vec![left, right],
            operation: Operation::Add,
            shape,
            readers: 1,
        }))
    }

    fn limit(&mut self, node: &Node) -> Result<usize, ConvertError> {
        let (layer, constant) = self.layer_and_constant(node)?;
        match (constant.as_slice(), node.operation.as_str()) {
            ([limit], "Minimum") => Ok(self.clamp(layer, f32::NEG_INFINITY, *limit)),
            ([limit], _) => Ok(self.clamp(layer, *limit, f32::INFINITY)),
            _ => Err(node.refused("the limit is not a single number")),
        }
    }

    fn dense(&mut self, node: &Node) -> Result<usize, ConvertError> {
        if node.flag("transpose_a") || node.flag("transpose_b") {
            return Err(node.refused("transposed factors are not translated"));
        }
        let layer = self.layer(node, 0)?;
        let (shape, weights) = self.constant::<2>(node, 1)?;
        if self.shape(layer) != [shape[0]] {
            return Err(node.refused(format!("weights {shape:?} do not fit {:?} features", self.shape(layer))));
        }
        let operation = Operation::Dense {
            shape,
            weights,
            bias: None,
        };
        Ok(self.push(Layer {
            inputs: vec![layer],
            operation,
            shape: vec![shape[1]],
            readers: 1,
        }))
    }

    fn pad(&mut self, node: &Node) -> Result<usize, ConvertError> {
        let layer = self.layer(node, 0)?;
        let sizes = self
            .integers(node, 1)?
            .iter()
            .map(|size| usize::try_from(*size).ok())
            .collect::<Option<Vec<_>>>();
        let Some([0, 0, top, bottom, left, right, front, back]) = sizes.as_deref() else {
            return Err(node.refused("the padding is not that of a picture"));
        };
        let sizes = [[*top, *bottom], [*left, *right], [*front, *back]];
        let [rows, columns, channels] = self.picture(node, layer)?;
        let grown = [rows, columns, channels]
            .into_iter()
            .zip(sizes)
            .map(|(size, [before, after])| before + size + after);
        let shape = grown.collect();
        Ok(self.push(Layer {
            inputs: vec![layer],
            operation: Operation::Pad(sizes),
            shape,
            readers: 1,
        }))
    }

    fn mean(&mut self, node: &Node) -> Result<usize, ConvertError> {
        let layer = self.layer(node, 0)?;
        let [_, _, channels] = self.picture(node, layer)?;
        if self.integers(node, 1)? != [1, 2] || node.flag("keep_dims") {
            return Err(node.refused("the mean is not over rows and columns"));
        }
        Ok(self.push(Layer {
            inputs: vec![layer],
            operation: Operation::Mean,
            shape: vec![channels],
            readers: 1,
        }))
    }

    fn reshape(&mut self, node: &Node) -> Result<usize, ConvertError> {
        let layer = self.layer(node, 0)?;
        let count: usize = self.shape(layer).iter().product();
        let wanted = self.integers(node, 1)?;
        let (Some(1 | -1), rest @ ([_] | [_, _])) = (wanted.first(), wanted.get(1..).unwrap_or_default()) else {
            return Err(node.refused(format!("the shape {wanted:?} is not translated")));
        };
        let known: i64 = rest.iter().filter(|size| **size > 0).product();
        let open = |size: &i64| {
            if *size == -1 {
                count as i64 / known.max(1)
            } else {
                *size
            }
        };
        let shape: Vec<usize> = rest
            .iter()
            .map(open)
            .filter_map(|size| usize::try_from(size).ok())
            .collect();
        if shape.len() != rest.len() || shape.iter().product::<usize>() != count {
            return Err(node.refused(format!("{count} values do not have the shape {wanted:?}")));
        }
        Ok(self.push(Layer {
            inputs: vec![layer],
            operation: Operation::Reshape,
            shape,
            readers: 1,
        }))
    }

    fn concat(&mut self, node: &Node) -> Result<usize, ConvertError> {
        let count = node.inputs().count();
        let inputs = (0..count.saturating_sub(1)).map(|index| self.layer(node, index));
        let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
        let first = *inputs.first().ok_or_else(|| node.refused("it joins nothing"))?;
        let (axis, others) = (self.integers(node, count - 1)?, self.shape(first).split_last());
        let (_, rest) = others.ok_or_else(|| node.refused("it joins single values"))?;
        let rest = rest.to_vec();
        if axis != [rest.len() as i64 + 1] && axis != [-1] {
            return Err(node.refused(format!("joining along {axis:?} is not translated")));
        }
        let mut channels = 0;
        for &input in &inputs {
            match self.shape(input).split_last() {
                Some((own, others)) if others == rest => channels += own,
                _ => return Err(node.refused("the shapes that are joined differ")),
            }
        }
        let shape = rest.into_iter().chain([channels]).collect();
        Ok(self.push(Layer {
            inputs,
            operation: Operation::Concat,
            shape,
            readers: 1,
        }))
    }

    fn push(&mut self, layer: Layer) -> usize {
        self.layers.layers.push(layer);
        self.layers.layers.len() - 1
    }

    /// Adds a layer that keeps the shape.
    fn after(&mut self, layer: usize, operation: Operation) -> usize {
        let shape = self.shape(layer).to_vec();
        self.push(Layer {
            inputs: vec![layer],
            operation,
            shape,
            readers: 1,
        })
    }

    fn shape(&self, layer: usize) -> &[usize] {
        &self.layers.layers[layer].shape
    }

    fn picture(&self, node: &Node, layer: usize) -> Result<[usize; 3], ConvertError> {
        self.shape(layer)
            .try_into()
            .map_err(|_| node.refused(format!("{:?} is not a picture", self.shape(layer))))
    }

    fn layer(&self, node: &Node, index: usize) -> Result<usize, ConvertError> {
        let layer = self.known.get(node.input(index)?);
        layer
            .copied()
            .ok_or_else(|| node.refused(format!("input {index} is a constant")))
    }

    fn weight(&self, node: &Node, index: usize) -> Result<&'a Weight, ConvertError> {
        self.graph
            .weight(node.input(index)?)
            .ok_or_else(|| node.refused(format!("input {index} is not a constant")))
    }

    fn integers(&self, node: &Node, index: usize) -> Result<&'a [i64], ConvertError> {
        match &self.weight(node, index)?.values {
            Values::Integer(values) => Ok(values),
            Values::Float(_) => Err(node.refused(format!("input {index} holds fractions"))),
        }
    }

    fn constant<const RANK: usize>(
        &self,
        node: &Node,
        index: usize,
    ) -> Result<([usize; RANK], Vec<f32>), ConvertError> {
        let weight = self.weight(node, index)?;
        let shape = weight.shape.as_slice().try_into();
        match (&weight.values, shape) {
            (Values::Float(values), Ok(shape)) => Ok((shape, values.clone())),
            _ => Err(node.refused(format!("input {index} has the shape {:?}", weight.shape))),
        }
    }

    /// A constant with one number for each channel of a layer, or one for all.
    fn channel_constant(&self, node: &Node, index: usize, layer: usize) -> Result<Vec<f32>, ConvertError> {
        let weight = self.weight(node, index)?;
        let channels = self.shape(layer).last().copied().unwrap_or(1);
        let (last, others) = weight.shape.split_last().unwrap_or((&1, &[]));
        match &weight.values {
            Values::Float(values) if (*last == channels || *last == 1) && others.iter().all(|size| *size == 1) => {
                Ok(values.clone())
            }
            _ => Err(node.refused(format!(
                "a constant of the shape {:?} does not go with the channels",
                weight.shape
            ))),
        }
    }

    /// The operands of a node that combines a layer with a constant, in either order.
    fn layer_and_constant(&self, node: &Node) -> Result<(usize, Vec<f32>), ConvertError> {
        let (layer, constant) = match self.known.get(node.input(0)?) {
            Some(layer) => (*layer, 1),
            None => (self.layer(node, 1)?, 0),
        };
        Ok((layer, self.channel_constant(node, constant, layer)?))
    }
}

/// Which input channels an output channel of a convolution sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// All.
    Full,
    /// Its own.
    Each,
}
