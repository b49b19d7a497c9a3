//! Writes ONNX models: a list of nodes, their constants, one input and some outputs.

use prost::Message;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto, TypeProto,
    ValueInfoProto, type_proto,
};

/// Operator set: old enough for every engine, new enough for what is used here.
const OPERATOR_SET: i64 = 13;

/// Version of the file format that goes with it.
const IR_VERSION: i64 = 8;

/// Name of the open first dimension.
const BATCH: &str = "N";

/// Collects a graph. Names are numbers in the order of creation, so equal graphs are equal bytes.
#[derive(Debug, Default)]
pub(super) struct GraphBuilder {
    graph: GraphProto,
    names: usize,
}

/// A value of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ValueName(String);

/// An attribute of a node.
pub(super) enum Attribute {
    Integer(&'static str, i64),
    Integers(&'static str, Vec<i64>),
}

/// A convolution with its weights: output channels, input channels of a group, height, width.
#[derive(Clone, Debug)]
pub(super) struct Convolution {
    pub(super) kernel: [usize; 4],
    pub(super) weights: Vec<f32>,
    pub(super) bias: Option<Vec<f32>>,
    pub(super) strides: [usize; 2],
    pub(super) dilations: [usize; 2],
    /// Above, left, below, right.
    pub(super) pads: [usize; 4],
    pub(super) groups: usize,
}

impl GraphBuilder {
    /// The input: a batch of images of this many channels, rows and columns.
    pub(super) fn input(&mut self, name: &str, shape: [usize; 3]) -> ValueName {
        self.graph.input.push(port(name, &shape));
        ValueName(name.to_owned())
    }

    /// Adds a node with one output.
    pub(super) fn node(
        &mut self,
        operation: &str,
        inputs: &[&ValueName],
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> ValueName {
        let output = self.name();
        self.graph.node.push(NodeProto {
            op_type: operation.to_owned(),
            name: output.0.clone(),
            input: inputs.iter().map(|input| input.0.clone()).collect(),
            output: vec![output.0.clone()],
            attribute: attributes.into_iter().map(AttributeProto::from).collect(),
            ..NodeProto::default()
        });
        output
    }

    pub(super) fn floats(&mut self, shape: &[usize], values: &[f32]) -> ValueName {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(DataType::Float, shape, bytes)
    }

    pub(super) fn integers(&mut self, values: &[i64]) -> ValueName {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(DataType::Int64, &[values.len()], bytes)
    }

    pub(super) fn convolution(&mut self, input: &ValueName, convolution: &Convolution) -> ValueName {
        let Convolution {
            kernel,
            weights,
            bias,
            strides,
            dilations,
            pads,
            groups,
        } = convolution;
        let mut inputs = vec![input.clone(), self.floats(kernel, weights)];
        inputs.extend(bias.as_ref().map(|bias| self.floats(&[bias.len()], bias)));
        let attributes = [
            Attribute::sizes("kernel_shape", &kernel[2..]),
            Attribute::sizes("strides", strides),
            Attribute::sizes("dilations", dilations),
            Attribute::sizes("pads", pads),
            Attribute::Integer("group", *groups as i64),
        ];
        self.node("Conv", &inputs.iter().collect::<Vec<_>>(), attributes)
    }

    /// Limits values to `low..=high`; either may be infinite.
    pub(super) fn clamp(&mut self, input: &ValueName, low: f32, high: f32) -> ValueName {
        if low == 0.0 && high == f32::INFINITY {
            return self.node("Relu", &[input], []);
        }
        let (low, high) = (
            self.floats(&[], &[low.max(f32::MIN)]),
            self.floats(&[], &[high.min(f32::MAX)]),
        );
        self.node("Clip", &[input, &low, &high], [])
    }

    /// A fully connected layer: weights are inputs by outputs.
    pub(super) fn dense(
        &mut self,
        input: &ValueName,
        weights: (&[usize; 2], &[f32]),
        bias: Option<&[f32]>,
    ) -> ValueName {
        let (shape, values) = weights;
        let weights = self.floats(shape, values);
        let product = self.node("MatMul", &[input, &weights], []);
        let Some(bias) = bias else { return product };
        let bias = self.floats(&[bias.len()], bias);
        self.node("Add", &[&product, &bias], [])
    }

    /// Gives a value out: its shape is that of one item of the batch.
    pub(super) fn output(&mut self, name: &str, value: &ValueName, shape: &[usize]) {
        let name = ValueName(name.to_owned());
        let node = NodeProto {
            op_type: "Identity".to_owned(),
            name: format!("output {}", name.0),
            input: vec![value.0.clone()],
            output: vec![name.0.clone()],
            ..NodeProto::default()
        };
        self.graph.node.push(node);
        self.graph.output.push(port(&name.0, shape));
    }

    /// The finished model.
    pub(super) fn finish(mut self, name: &str) -> Vec<u8> {
        self.graph.name = name.to_owned();
        let model = ModelProto {
            ir_version: IR_VERSION,
            producer_name: "mien".to_owned(),
            opset_import: vec![OperatorSetIdProto {
                domain: String::new(),
                version: OPERATOR_SET,
            }],
            graph: Some(self.graph),
            ..ModelProto::default()
        };
        model.encode_to_vec()
    }

    fn constant(&mut self, kind: DataType, shape: &[usize], bytes: Vec<u8>) -> ValueName {
        let name = self.name();
        self.graph.initializer.push(TensorProto {
            name: name.0.clone(),
            data_type: kind as i32,
            dims: shape.iter().map(|size| *size as i64).collect(),
            raw_data: bytes,
            ..TensorProto::default()
        });
        name
    }

    fn name(&mut self) -> ValueName {
        self.names += 1;
        ValueName(format!("v{}", self.names))
    }
}

impl Attribute {
    pub(super) fn sizes(name: &'static str, values: &[usize]) -> Self {
        Attribute::Integers(name, values.iter().map(|value| *value as i64).collect())
    }
}

impl From<Attribute> for AttributeProto {
    fn from(attribute: Attribute) -> Self {
        match attribute {
            Attribute::Integer(name, value) => AttributeProto {
                name: name.to_owned(),
                r#type: AttributeType::Int as i32,
                i: value,
                ..AttributeProto::default()
            },
            Attribute::Integers(name, values) => AttributeProto {
                name: name.to_owned(),
                r#type: AttributeType::Ints as i32,
                ints: values,
                ..AttributeProto::default()
            },
        }
    }
}

fn port(name: &str, shape: &[usize]) -> ValueInfoProto {
    let dimension = |value| Dimension {
        value: Some(value),
        ..Dimension::default()
    };
    let batch = dimension(dimension::Value::DimParam(BATCH.to_owned()));
    let others = shape
        .iter()
        .map(|size| dimension(dimension::Value::DimValue(*size as i64)));
    let tensor = type_proto::Tensor {
        elem_type: DataType::Float as i32,
        shape: Some(TensorShapeProto {
            dim: std::iter::once(batch).chain(others).collect(),
        }),
    };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            value: Some(type_proto::Value::TensorType(tensor)),
            ..TypeProto::default()
        }),
        ..ValueInfoProto::default()
    }
}
