//! OpenVINO, loaded at run time from a directory of its libraries.

use std::fmt::{self, Debug};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::openvino::{
    CompiledModel, Core, DeviceType, ElementType, InferRequest, InferenceError, PartialShape, PropertyKey,
    RwPropertyKey, Shape,
};

use super::libraries::c_library;
use super::plans::{Compiler, Plan, ShapedNetwork};
use super::signature::Signature;
use super::{Engine, EngineError, LoadOptions, ModelFile, Network, Precision, Tensor, TensorView};

/// The OpenVINO runtime with its CPU plug-in.
pub struct OpenVino {
    core: Arc<Mutex<Core>>,
    directory: PathBuf,
    bf16: bool,
}

impl OpenVino {
    /// Loads the libraries of a directory. A process can hold one set of them: later calls get the first.
    ///
    /// OpenVINO's cache of compiled models stays off: it saves 40 % of the time to load (0.3 s for the default pack), but
    /// a cache file with damaged weights loads without an error and gives wrong embeddings.
    pub fn open(directory: &Path) -> Result<Self, EngineError> {
        let failed = |reason: String| EngineError::Libraries {
            directory: directory.to_owned(),
            reason,
        };
        let library = c_library(directory)?;
        // The crate panics when the library lacks a function or tells a version that it cannot read.
        let loaded = catch_unwind(|| openvino_sys::library::load_from(library));
        loaded
            .unwrap_or_else(|_| Err("it is not an OpenVINO that is known".to_owned()))
            .map_err(failed)?;
        let core = Core::new().map_err(|error| failed(error.to_string()))?;
        let capabilities = core
            .get_property(&DeviceType::CPU, &PropertyKey::DeviceCapabilities)
            .map_err(|error| failed(error.to_string()))?;
        let bf16 = capabilities.split_whitespace().any(|word| word == "BF16");
        Ok(Self {
            core: Arc::new(Mutex::new(core)),
            directory: directory.to_owned(),
            bf16,
        })
    }
}

impl Engine for OpenVino {
    fn name(&self) -> String {
        format!("OpenVINO {}", ::openvino::version().build_number)
    }

    fn supports(&self, precision: Precision) -> bool {
        match precision {
            Precision::F32 => true,
            Precision::Bf16 => self.bf16,
        }
    }

    fn load(&self, model: &ModelFile, options: &LoadOptions) -> Result<Box<dyn Network>, EngineError> {
        let precision = if self.supports(options.precision) {
            options.precision
        } else {
            Precision::F32
        };
        let compiler = ModelCompiler {
            core: Arc::clone(&self.core),
            model: model.clone(),
            precision,
            runs: options.parallel_runs.max(1),
            threads: options.threads_per_run.max(1),
        };
        let signature = Signature::read(model)?;
        Ok(Box::new(ShapedNetwork::prepare(
            model.name(),
            signature,
            compiler,
            &options.shapes,
        )?))
    }
}

impl Debug for OpenVino {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OpenVino")
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

struct ModelCompiler {
    core: Arc<Mutex<Core>>,
    model: ModelFile,
    precision: Precision,
    runs: usize,
    threads: usize,
}

/// A compiled model and the requests that no thread uses at the moment.
struct OpenVinoPlan {
    model: String,
    compiled: Mutex<CompiledModel>,
    idle: Mutex<Vec<Request>>,
    shapes: Vec<Vec<usize>>,
    outputs: usize,
}

/// An inference request with its own input memory.
struct Request {
    request: InferRequest,
    inputs: Vec<::openvino::Tensor>,
}

/// Inputs of this many values or more, about 1,000 x 1,000 pixels, are computed by all threads together, one at a time: a
/// large photograph is then seen in half the time on two cores when nobody else asks for anything.
const LARGE_INPUT: usize = 3_000_000;

impl ModelCompiler {
    /// Properties of the CPU plug-in. One stream computes one run; pinning is off because the streams of different models
    /// would be pinned to the same cores. The precision is always set: on some CPUs the default is bf16.
    fn properties(&self, shapes: &[Vec<usize>]) -> [(RwPropertyKey, String); 4] {
        let precision = match self.precision {
            Precision::F32 => "f32",
            Precision::Bf16 => "bf16",
        };
        let large = shapes
            .iter()
            .any(|shape| shape.iter().product::<usize>() >= LARGE_INPUT);
        let streams = if large { 1 } else { self.runs };
        [
            (RwPropertyKey::HintInferencePrecision, precision.to_owned()),
            (RwPropertyKey::NumStreams, streams.to_string()),
            (
                RwPropertyKey::InferenceNumThreads,
                (self.runs * self.threads).to_string(),
            ),
            (RwPropertyKey::HintEnableCpuPinning, "NO".to_owned()),
        ]
    }

    fn compile_fixed(&self, core: &mut Core, shapes: &[Vec<usize>]) -> Result<CompiledModel, InferenceError> {
        let mut model = core.read_model_from_buffer(self.model.bytes(), None)?;
        let partial = shapes
            .iter()
            .map(|shape| partial(shape))
            .collect::<Result<Vec<_>, _>>()?;
        let indexed: Vec<_> = partial.iter().enumerate().collect();
        model.reshape_by_port_indexes(&indexed)?;
        for (key, value) in self.properties(shapes) {
            core.set_property(&DeviceType::CPU, &key, &value)?;
        }
        core.compile_model(&model, DeviceType::CPU)
    }

    fn refused(&self, error: &InferenceError) -> EngineError {
        EngineError::Compile {
            model: self.model.name().to_owned(),
            reason: error.to_string(),
        }
    }
}

impl Compiler for ModelCompiler {
    type Plan = OpenVinoPlan;

    fn compile(&self, shapes: &[Vec<usize>]) -> Result<OpenVinoPlan, EngineError> {
        // The core keeps the properties for all models, so they are set under the same lock as the compilation.
        let mut core = lock(&self.core);
        let compiled = self
            .compile_fixed(&mut core, shapes)
            .map_err(|error| self.refused(&error))?;
        let outputs = compiled.get_output_size().map_err(|error| self.refused(&error))?;
        Ok(OpenVinoPlan {
            model: self.model.name().to_owned(),
            compiled: Mutex::new(compiled),
            idle: Mutex::new(Vec::new()),
            shapes: shapes.to_vec(),
            outputs,
        })
    }
}

impl OpenVinoPlan {
    fn request(&self) -> Result<Request, InferenceError> {
        if let Some(request) = lock(&self.idle).pop() {
            return Ok(request);
        }
        let mut request = lock(&self.compiled).create_infer_request()?;
        let mut inputs = Vec::with_capacity(self.shapes.len());
        for (index, shape) in self.shapes.iter().enumerate() {
            let tensor = ::openvino::Tensor::new(ElementType::F32, &Shape::new(&signed(shape))?)?;
            request.set_input_tensor_by_index(index, &tensor)?;
            inputs.push(tensor);
        }
        Ok(Request { request, inputs })
    }

    fn infer(&self, request: &mut Request, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, InferenceError> {
        for (tensor, input) in request.inputs.iter_mut().zip(inputs) {
            tensor.get_data_mut::<f32>()?.copy_from_slice(input.values());
        }
        request.request.infer()?;
        (0..self.outputs)
            .map(|index| {
                let tensor = request.request.get_output_tensor_by_index(index)?;
                let shape = tensor.get_shape()?;
                let shape = shape.get_dimensions().iter().map(|size| *size as usize).collect();
                Ok(Tensor::computed(shape, tensor.get_data::<f32>()?.to_vec()))
            })
            .collect()
    }
}

impl Plan for OpenVinoPlan {
    fn run(&self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, EngineError> {
        let failed = |error: InferenceError| EngineError::Run {
            model: self.model.clone(),
            reason: error.to_string(),
        };
        let mut request = self.request().map_err(failed)?;
        let outputs = self.infer(&mut request, inputs).map_err(failed)?;
        lock(&self.idle).push(request);
        Ok(outputs)
    }
}

fn partial(shape: &[usize]) -> Result<PartialShape, InferenceError> {
    PartialShape::new_static(shape.len() as i64, &signed(shape))
}

fn signed(shape: &[usize]) -> Vec<i64> {
    shape.iter().map(|size| *size as i64).collect()
}

/// A poisoned lock only means that another thread panicked between two calls: the state behind it is still whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
