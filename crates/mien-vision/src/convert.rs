//! From the files of npm packages to ONNX models, without any other tool.
//!
//! TensorFlow.js graph models are translated node by node; the networks of face-api.js exist only as weights, so their
//! graphs are built here. The results are laid out batch, channel, row, column from end to end, with constants folded
//! into the weights, and are the same bytes on every machine (their hashes stand in the manifests).

mod faceapi;
mod onnx;
mod tfjs;
mod weights;

use crate::pack::{Conversion, ConvertedOutput};

/// A file that a conversion reads.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Name without folders.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Why files could not be converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// A description is not the JSON that it should be.
    #[error("{file} is not a model description that can be read")]
    Json {
        /// Name of the file.
        file: String,
        /// Reason.
        source: serde_json::Error,
    },
    /// A file that the description names was not given.
    #[error("the file {0} is missing")]
    MissingFile(String),
    /// The weights are shorter than the description says.
    #[error("the weights end before {weight}")]
    Truncated {
        /// Name of the weight.
        weight: String,
    },
    /// A weight is stored in a way that is not known.
    #[error("the weight {weight} is stored as {found}, which is not known")]
    Storage {
        /// Name of the weight.
        weight: String,
        /// Type or quantisation found.
        found: String,
    },
    /// A weight is missing or has another shape.
    #[error("the weight {weight} {problem}")]
    Weight {
        /// Name of the weight.
        weight: String,
        /// What is wrong.
        problem: String,
    },
    /// The graph does something that is not translated.
    #[error("the node {node} ({operation}) cannot be converted: {reason}")]
    Node {
        /// Name of the node.
        node: String,
        /// Its operation.
        operation: String,
        /// What is not translated.
        reason: String,
    },
    /// An output that was asked for does not exist.
    #[error("the graph has no node {0}")]
    NoNode(String),
}

/// Converts the files of a package, the description first, to an ONNX model.
///
/// `outputs` names the nodes to give out; without any, all ends of the graph are given under their own names.
/// Models of face-api.js have fixed outputs.
pub fn convert(
    conversion: Conversion,
    files: &[SourceFile],
    outputs: &[ConvertedOutput],
) -> Result<Vec<u8>, ConvertError> {
    match conversion {
        Conversion::TfjsGraph => tfjs::convert(files, outputs),
        Conversion::FaceapiRecognition => faceapi::recognition(files),
        Conversion::FaceapiAgeGender => faceapi::age_gender(files),
        Conversion::FaceapiExpression => faceapi::expression(files),
    }
}
