//! A network of any engine: one model, compiled once for each combination of input shapes that is asked for.
//!
//! Engines are fastest with fixed shapes, callers have pictures of many sizes. Compiled shapes are kept and the one
//! that was not used for longest is dropped when there are too many, so that no caller can fill the memory.

use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, PoisonError};

use super::signature::Signature;
use super::{EngineError, Network, Port, Tensor, TensorView};

/// Compiled shapes kept for one model. The detector needs a handful, batches of an embedder a few more.
const MAX_PLANS: usize = 12;

/// What an engine has to give: compile the model for these shapes.
pub(super) trait Compiler: Send + Sync {
    type Plan: Plan;
    fn compile(&self, shapes: &[Vec<usize>]) -> Result<Self::Plan, EngineError>;
}

/// A model compiled for fixed shapes.
pub(super) trait Plan: Send + Sync {
    fn run(&self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, EngineError>;
}

pub(super) struct ShapedNetwork<C: Compiler> {
    model: String,
    signature: Signature,
    compiler: C,
    /// Most recently used last.
    plans: Mutex<Vec<(Shapes, Arc<C::Plan>)>>,
}

/// Shape of each input.
type Shapes = Vec<Vec<usize>>;

impl<C: Compiler> ShapedNetwork<C> {
    /// Compiles the wanted shapes, or the model's own if it leaves none open.
    pub(super) fn prepare(
        model: &str,
        signature: Signature,
        compiler: C,
        wanted: &[Shapes],
    ) -> Result<Self, EngineError> {
        let network = Self {
            model: model.to_owned(),
            signature,
            compiler,
            plans: Mutex::new(Vec::new()),
        };
        let own = network
            .signature
            .inputs
            .iter()
            .map(Port::fixed)
            .collect::<Option<Shapes>>();
        let shapes = if wanted.is_empty() {
            own.into_iter().collect()
        } else {
            wanted.to_vec()
        };
        for shapes in shapes {
            network.check(&shapes)?;
            network.plan(shapes)?;
        }
        Ok(network)
    }

    fn check(&self, shapes: &[Vec<usize>]) -> Result<(), EngineError> {
        let fits = shapes.len() == self.signature.inputs.len()
            && self
                .signature
                .inputs
                .iter()
                .zip(shapes)
                .all(|(port, shape)| port.accepts(shape));
        if fits {
            return Ok(());
        }
        Err(EngineError::Shape {
            model: self.model.clone(),
            expected: self
                .signature
                .inputs
                .iter()
                .map(Port::to_string)
                .collect::<Vec<_>>()
                .join(", "),
            found: format!("{shapes:?}"),
        })
    }

    /// The plan for these shapes. Compiles outside the lock: two threads may compile the same shapes once, and the
    /// runs of other shapes go on meanwhile.
    fn plan(&self, shapes: Shapes) -> Result<Arc<C::Plan>, EngineError> {
        if let Some(plan) = self.recall(&shapes) {
            return Ok(plan);
        }
        let plan = Arc::new(self.compiler.compile(&shapes)?);
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= MAX_PLANS {
            plans.remove(0);
        }
        plans.push((shapes, Arc::clone(&plan)));
        Ok(plan)
    }

    fn recall(&self, shapes: &Shapes) -> Option<Arc<C::Plan>> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        let position = plans.iter().rposition(|(known, _)| known == shapes)?;
        let found = plans.remove(position);
        let plan = Arc::clone(&found.1);
        plans.push(found);
        Some(plan)
    }
}

impl<C: Compiler> Network for ShapedNetwork<C> {
    fn inputs(&self) -> &[Port] {
        &self.signature.inputs
    }

    fn outputs(&self) -> &[String] {
        &self.signature.outputs
    }

    fn run(&self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, EngineError> {
        let shapes: Shapes = inputs.iter().map(|input| input.shape().to_vec()).collect();
        self.check(&shapes)?;
        self.plan(shapes)?.run(inputs)
    }
}

impl<C: Compiler> Debug for ShapedNetwork<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Network")
            .field("model", &self.model)
            .field("inputs", &self.signature.inputs)
            .finish_non_exhaustive()
    }
}
