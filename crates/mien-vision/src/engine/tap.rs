//! Models that also give what flows between their layers.

use prost::Message;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::type_proto::{Tensor as TensorType, Value};
use tract_onnx::pb::{ModelProto, TypeProto, ValueInfoProto};

use super::{EngineError, ModelFile};

impl ModelFile {
    /// The same model with these tensors as further outputs, after its own.
    ///
    /// # Errors
    /// [`EngineError::Compile`] when the model computes no tensor of that name.
    pub fn with_outputs(&self, tensors: &[&str]) -> Result<Self, EngineError> {
        let refused = |reason: String| EngineError::Compile {
            model: self.name().to_owned(),
            reason,
        };
        let mut model =
            ModelProto::decode(self.bytes()).map_err(|error| refused(format!("not an ONNX model: {error}")))?;
        let graph = model
            .graph
            .as_mut()
            .ok_or_else(|| refused("the ONNX model holds no graph".to_owned()))?;
        for &tensor in tensors {
            let computed = graph
                .node
                .iter()
                .any(|node| node.output.iter().any(|output| output == tensor));
            if !computed {
                return Err(refused(format!("the model computes no tensor {tensor}")));
            }
            if graph.output.iter().all(|output| output.name != tensor) {
                graph.output.push(float_output(tensor));
            }
        }
        Ok(Self::new(self.name(), model.encode_to_vec()))
    }
}

fn float_output(name: &str) -> ValueInfoProto {
    let tensor = TensorType {
        elem_type: DataType::Float as i32,
        shape: None,
    };
    let kind = TypeProto {
        value: Some(Value::TensorType(tensor)),
        ..TypeProto::default()
    };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(kind),
        ..ValueInfoProto::default()
    }
}
