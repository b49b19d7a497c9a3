//! TensorFlow.js graph models: a TensorFlow graph as JSON and its weights.
//!
//! The graph is first read into layers that know their shape ([`layers`]), with neighbours folded into one another, and
//! then written as ONNX ([`emit`]).

mod emit;
mod graph;
mod layers;

use super::{ConvertError, SourceFile};
use crate::pack::ConvertedOutput;

pub(super) fn convert(files: &[SourceFile], outputs: &[ConvertedOutput]) -> Result<Vec<u8>, ConvertError> {
    let graph = graph::Graph::read(files)?;
    let outputs = if outputs.is_empty() {
        graph.ends()
    } else {
        outputs.to_vec()
    };
    let layers = layers::Layers::read(&graph, &outputs)?;
    Ok(emit::emit(&layers))
}
