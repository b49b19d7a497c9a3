//! What an ONNX model takes and gives, read from the file itself so that both engines agree on names and order.

use prost::Message;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::dimension::Value;
use tract_onnx::pb::{GraphProto, ModelProto, ValueInfoProto, type_proto};

use super::{EngineError, ModelFile, Port};

/// Inputs and names of the outputs of a model.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) inputs: Vec<Port>,
    pub(super) outputs: Vec<String>,
}

impl Signature {
    /// Reads the signature. Inputs and outputs must hold 32-bit floats.
    pub(super) fn read(model: &ModelFile) -> Result<Self, EngineError> {
        let refused = |reason: String| EngineError::Compile {
            model: model.name().to_owned(),
            reason,
        };
        let proto =
            ModelProto::decode(model.bytes()).map_err(|error| refused(format!("not an ONNX model: {error}")))?;
        let graph = proto
            .graph
            .ok_or_else(|| refused("the ONNX model holds no graph".to_owned()))?;
        let inputs = free_inputs(&graph)
            .map(|info| port(model, info))
            .collect::<Result<Vec<_>, _>>()?;
        let outputs = graph.output.iter().map(|info| port(model, info).map(|port| port.name));
        let outputs = outputs.collect::<Result<Vec<_>, _>>()?;
        if inputs.is_empty() || outputs.is_empty() {
            return Err(refused("the ONNX model has no inputs or no outputs".to_owned()));
        }
        Ok(Self { inputs, outputs })
    }
}

/// Inputs that are not weights: old exporters list both.
fn free_inputs(graph: &GraphProto) -> impl Iterator<Item = &ValueInfoProto> {
    graph
        .input
        .iter()
        .filter(|info| graph.initializer.iter().all(|weights| weights.name != info.name))
}

fn port(model: &ModelFile, info: &ValueInfoProto) -> Result<Port, EngineError> {
    let wrong = |found: String| EngineError::Element {
        model: model.name().to_owned(),
        port: info.name.clone(),
        found,
    };
    let kind = info.r#type.as_ref().and_then(|kind| kind.value.as_ref());
    let Some(type_proto::Value::TensorType(tensor)) = kind else {
        return Err(wrong("something other than a tensor".to_owned()));
    };
    if tensor.elem_type != DataType::Float as i32 {
        let found = DataType::try_from(tensor.elem_type).map_or("an unknown type", |kind| kind.as_str_name());
        return Err(wrong(found.to_owned()));
    }
    let sizes = tensor
        .shape
        .iter()
        .flat_map(|shape| &shape.dim)
        .map(|dimension| match dimension.value {
            Some(Value::DimValue(size)) => usize::try_from(size).ok().filter(|size| *size > 0),
            Some(Value::DimParam(_)) | None => None,
        });
    Ok(Port {
        name: info.name.clone(),
        shape: sizes.collect(),
    })
}
