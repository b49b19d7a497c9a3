//! Inference engines behind one small interface: OpenVINO where its libraries are installed, tract everywhere else.
//!
//! Both run ONNX models with float inputs and outputs and must give the same answers (a test holds them to that).
//!
//! ```no_run
//! use mien_vision::engine::{self, LoadOptions, ModelFile, TensorView};
//! use mien_vision::home::Home;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = engine::best(&Home::from_environment()?);
//! let network = engine.load(&ModelFile::read("embedder.onnx".as_ref())?, &LoadOptions::default())?;
//! let picture = vec![0.0; 3 * 128 * 128];
//! let outputs = network.run(&[TensorView::new(&[1, 3, 128, 128], &picture)?])?;
//! # Ok(())
//! # }
//! ```

mod libraries;
mod openvino;
mod plans;
mod signature;
mod tap;
mod tensor;
mod tract;

use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use crate::home::Home;

pub(crate) use self::libraries::runtime_name;
pub use self::libraries::{LIBRARY_VARIABLE, RUNTIME_VERSION, runtime_directory};
pub use self::openvino::OpenVino;
pub use self::tensor::{Port, Tensor, TensorView};
pub use self::tract::Tract;

/// Runs models of one kind of file (ONNX).
pub trait Engine: Send + Sync + Debug {
    /// Name and version, as shown to the operator.
    fn name(&self) -> String;

    /// Whether this machine computes faster in this precision than in `F32`, or at all.
    fn supports(&self, precision: Precision) -> bool;

    /// Reads and compiles a model.
    fn load(&self, model: &ModelFile, options: &LoadOptions) -> Result<Box<dyn Network>, EngineError>;
}

/// A loaded model. Every method may be called from any number of threads at once.
pub trait Network: Send + Sync + Debug {
    /// Inputs in the order in which [`Network::run`] takes them.
    fn inputs(&self) -> &[Port];

    /// Names of the outputs in the order in which [`Network::run`] gives them.
    fn outputs(&self) -> &[String];

    /// Runs the model once. Shapes that were not prepared at load are compiled on first use.
    fn run(&self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, EngineError>;
}

/// The bytes of a model and the name to use for it in messages.
#[derive(Clone)]
pub struct ModelFile {
    name: String,
    bytes: Arc<[u8]>,
}

/// How a model is compiled.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// Arithmetic of the layers. Falls back to `F32` where the engine does not support it.
    pub precision: Precision,
    /// How many runs may compute at the same time.
    pub parallel_runs: usize,
    /// Threads that work on one run.
    pub threads_per_run: usize,
    /// Shapes of all inputs to compile at load, so that the first run with them is as fast as the next.
    pub shapes: Vec<Vec<Vec<usize>>>,
}

/// Arithmetic of the layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 32-bit floats throughout.
    #[default]
    F32,
    /// Products in bfloat16, sums in 32 bits. Inputs and outputs stay `f32`.
    Bf16,
}

/// Why a model could not be loaded or run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The inference libraries could not be loaded.
    #[error("cannot load the inference libraries from {}: {reason}", directory.display())]
    Libraries {
        /// Directory that was tried.
        directory: PathBuf,
        /// What the loader said.
        reason: String,
    },
    /// No inference libraries are installed.
    #[error("no inference libraries in {}", directory.display())]
    NoLibraries {
        /// Directory that was looked into.
        directory: PathBuf,
    },
    /// The model file could not be read.
    #[error("cannot read the model {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// Reason.
        source: std::io::Error,
    },
    /// The engine refused the model.
    #[error("cannot compile the model {model}: {reason}")]
    Compile {
        /// Name of the model.
        model: String,
        /// What the engine said.
        reason: String,
    },
    /// The model has a port that does not hold 32-bit floats.
    #[error("port {port} of the model {model} holds {found}, not 32-bit floats")]
    Element {
        /// Name of the model.
        model: String,
        /// Name of the input or output.
        port: String,
        /// Element type found.
        found: String,
    },
    /// The caller's tensors do not fit the model.
    #[error("the model {model} takes {expected}, not {found}")]
    Shape {
        /// Name of the model, or of the tensor.
        model: String,
        /// What fits.
        expected: String,
        /// What was given.
        found: String,
    },
    /// The engine failed while it computed.
    #[error("cannot run the model {model}: {reason}")]
    Run {
        /// Name of the model.
        model: String,
        /// What the engine said.
        reason: String,
    },
}

/// The best engine of this machine: OpenVINO if its libraries are installed and load, or else tract with a warning.
pub fn best(home: &Home) -> Box<dyn Engine> {
    match OpenVino::open(&runtime_directory(home)) {
        Ok(engine) => Box::new(engine),
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "OpenVINO is not installed: falling back to tract, which is 4 to 10 times slower",
            );
            Box::new(Tract)
        }
    }
}

impl ModelFile {
    /// Reads a model from disk.
    pub fn read(path: &Path) -> Result<Self, EngineError> {
        let bytes = fs::read(path).map_err(|source| EngineError::Read {
            path: path.to_owned(),
            source,
        })?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        Ok(Self::new(name, bytes))
    }

    /// A model in memory.
    pub fn new(name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self {
            name: name.into(),
            bytes: bytes.into(),
        }
    }

    /// Name for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ONNX model.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Debug for ModelFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ModelFile({}, {} bytes)", self.name, self.bytes.len())
    }
}

impl LoadOptions {
    /// Prepares one shape of a model with a single input.
    pub fn with_shape(mut self, shape: &[usize]) -> Self {
        self.shapes.push(vec![shape.to_vec()]);
        self
    }

    /// Computes in this precision.
    pub fn with_precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            precision: Precision::F32,
            parallel_runs: thread::available_parallelism().map_or(1, usize::from),
            threads_per_run: 1,
            shapes: Vec::new(),
        }
    }
}
