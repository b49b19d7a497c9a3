//! tract, an engine in plain Rust that needs no libraries: several times slower than OpenVINO, and everywhere at hand.

mod slopes;

use std::sync::Arc;

use prost::Message;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::{
    Datum, Framework, InferenceFact, InferenceModel, InferenceModelExt, IntoRunnable, IntoTValue, TVec, TractError,
    TractResult, TypedRunnableModel,
};

use super::plans::{Compiler, Plan, ShapedNetwork};
use super::signature::Signature;
use super::{Engine, EngineError, LoadOptions, ModelFile, Network, Precision, Tensor, TensorView};

/// Version of tract that is compiled in.
const VERSION: &str = "0.23";

/// The tract engine. It computes in 32-bit floats, one thread for each run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tract;

impl Engine for Tract {
    fn name(&self) -> String {
        format!("tract {VERSION}")
    }

    fn supports(&self, precision: Precision) -> bool {
        precision == Precision::F32
    }

    fn load(&self, model: &ModelFile, options: &LoadOptions) -> Result<Box<dyn Network>, EngineError> {
        let signature = Signature::read(model)?;
        let parsed = parse(model).map_err(|error| refused(model.name(), &error))?;
        let compiler = ModelCompiler {
            model: model.name().to_owned(),
            parsed,
        };
        Ok(Box::new(ShapedNetwork::prepare(
            model.name(),
            signature,
            compiler,
            &options.shapes,
        )?))
    }
}

struct ModelCompiler {
    model: String,
    parsed: InferenceModel,
}

struct TractPlan {
    model: String,
    runnable: Arc<TypedRunnableModel>,
}

impl Compiler for ModelCompiler {
    type Plan = TractPlan;

    fn compile(&self, shapes: &[Vec<usize>]) -> Result<TractPlan, EngineError> {
        let compile = || -> TractResult<Arc<TypedRunnableModel>> {
            let mut model = self.parsed.clone();
            for (index, shape) in shapes.iter().enumerate() {
                model = model.with_input_fact(index, InferenceFact::dt_shape(f32::datum_type(), shape))?;
            }
            model.into_optimized()?.into_runnable()
        };
        let runnable = compile().map_err(|error| refused(&self.model, &error))?;
        Ok(TractPlan {
            model: self.model.clone(),
            runnable,
        })
    }
}

impl Plan for TractPlan {
    fn run(&self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, EngineError> {
        let failed = |error: TractError| EngineError::Run {
            model: self.model.clone(),
            reason: format!("{error:#}"),
        };
        let tensor = |input: &TensorView<'_>| {
            tract_onnx::prelude::Tensor::from_shape(input.shape(), input.values()).map(IntoTValue::into_tvalue)
        };
        let inputs = inputs
            .iter()
            .map(tensor)
            .collect::<TractResult<TVec<_>>>()
            .map_err(failed)?;
        let outputs = self.runnable.run(inputs).map_err(failed)?;
        outputs
            .iter()
            .map(|output| {
                let values = output.to_plain_array_view::<f32>().map_err(failed)?;
                Tensor::new(values.shape().to_vec(), values.iter().copied().collect())
            })
            .collect()
    }
}

/// Shapes that the exporter wrote down are ignored: they may name sizes that the caller wants to change.
fn parse(model: &ModelFile) -> TractResult<InferenceModel> {
    let framework = tract_onnx::onnx()
        .with_ignore_output_shapes(true)
        .with_ignore_value_info(true);
    let mut proto = ModelProto::decode(model.bytes())?;
    proto.graph.as_mut().map(slopes::spread);
    framework.model_for_proto_model(&proto)
}

fn refused(model: &str, error: &TractError) -> EngineError {
    EngineError::Compile {
        model: model.to_owned(),
        reason: format!("{error:#}"),
    }
}
