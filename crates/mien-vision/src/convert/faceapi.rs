//! Networks of face-api.js. The package holds their weights only, the graphs are built here.
//!
//! Inputs are RGB, already normalised: the means and factors stand in the manifest.

mod attributes;
mod recognition;

use std::cell::RefCell;

pub(super) use self::attributes::{age_gender, expression};
pub(super) use self::recognition::recognition;

use super::onnx::{Attribute, Convolution, GraphBuilder, ValueName};
use super::weights::{WeightGroup, Weights};
use super::{ConvertError, SourceFile};

/// Name of the input.
const INPUT: &str = "input";

/// A graph in the making and the weights that go into it.
struct Network {
    weights: Weights,
    graph: RefCell<GraphBuilder>,
}

/// How far a window moves and how many zeros are added, on every side or behind only.
#[derive(Clone, Copy)]
enum Step {
    /// One place further, keeping the size.
    Same,
    /// Two places further, with zeros behind so that half of the size stays (TensorFlow's rule for even sizes).
    Half,
    /// Two places further without zeros.
    Shrink,
}

impl Network {
    /// Reads the manifest, which is the first file, and the weights that it names.
    fn read(files: &[SourceFile]) -> Result<Self, ConvertError> {
        let manifest = files
            .first()
            .ok_or_else(|| ConvertError::MissingFile("weights_manifest.json".to_owned()))?;
        let groups: Vec<WeightGroup> =
            serde_json::from_slice(&manifest.bytes).map_err(|source| ConvertError::Json {
                file: manifest.name.clone(),
                source,
            })?;
        Ok(Self {
            weights: Weights::read(&groups, files)?,
            graph: RefCell::default(),
        })
    }

    fn input(&self, side: usize) -> ValueName {
        self.graph.borrow_mut().input(INPUT, [3, side, side])
    }

    fn output(&self, name: &str, value: &ValueName, dim: usize) {
        self.graph.borrow_mut().output(name, value, &[dim]);
    }

    fn finish(self, name: &str) -> Vec<u8> {
        self.graph.into_inner().finish(name)
    }

    fn relu(&self, value: &ValueName) -> ValueName {
        self.graph.borrow_mut().clamp(value, 0.0, f32::INFINITY)
    }

    fn sum(&self, left: &ValueName, right: &ValueName) -> ValueName {
        self.graph.borrow_mut().node("Add", &[left, right], [])
    }

    fn pool(&self, operation: &str, value: &ValueName, kernel: usize, step: Step) -> ValueName {
        let attributes = [
            Attribute::sizes("kernel_shape", &[kernel; 2]),
            Attribute::sizes("strides", &[step.stride(); 2]),
            Attribute::sizes("pads", &step.pads(kernel)),
        ];
        self.graph.borrow_mut().node(operation, &[value], attributes)
    }

    /// The mean over rows and columns as a list of features.
    fn mean(&self, value: &ValueName) -> ValueName {
        let mut graph = self.graph.borrow_mut();
        let mean = graph.node("GlobalAveragePool", &[value], []);
        graph.node("Flatten", &[&mean], [Attribute::Integer("axis", 1)])
    }

    fn softmax(&self, value: &ValueName) -> ValueName {
        self.graph
            .borrow_mut()
            .node("Softmax", &[value], [Attribute::Integer("axis", 1)])
    }

    /// A fully connected layer; `bias` may name nothing.
    fn dense(&self, value: &ValueName, weights: &str, bias: Option<&str>) -> Result<(ValueName, usize), ConvertError> {
        let (shape, values) = self.weights.floats::<2>(weights)?;
        let bias = bias
            .map(|bias| self.weights.floats::<1>(bias))
            .transpose()?
            .map(|(_, bias)| bias);
        Ok((self.graph.borrow_mut().dense(value, (&shape, values), bias), shape[1]))
    }

    fn convolution(&self, value: &ValueName, filters: Filters, step: Step) -> ValueName {
        let [_, depth, height, _] = filters.kernel;
        let convolution = Convolution {
            groups: if depth == 1 && filters.each {
                filters.kernel[0]
            } else {
                1
            },
            kernel: filters.kernel,
            weights: filters.weights,
            bias: filters.bias,
            strides: [step.stride(); 2],
            dilations: [1, 1],
            pads: step.pads(height),
        };
        self.graph.borrow_mut().convolution(value, &convolution)
    }

    /// Filters stored as rows, columns, inputs, outputs.
    fn filters(&self, name: &str, bias: Option<&str>) -> Result<Filters, ConvertError> {
        let ([height, width, seen, made], values) = self.weights.floats::<4>(name)?;
        let place =
            |made_index: usize, seen_index: usize, pixel: usize| (pixel * seen + seen_index) * made + made_index;
        let weights = (0..made)
            .flat_map(|made_index| (0..seen).map(move |seen_index| (made_index, seen_index)))
            .flat_map(|(made_index, seen_index)| {
                (0..height * width).map(move |pixel| values[place(made_index, seen_index, pixel)])
            });
        let weights = weights.collect();
        let bias = bias
            .map(|bias| self.weights.floats::<1>(bias))
            .transpose()?
            .map(|(_, values)| values.to_vec());
        if bias.as_ref().is_some_and(|bias| bias.len() != made) {
            return Err(ConvertError::Weight {
                weight: name.to_owned(),
                problem: "has a bias of another length".to_owned(),
            });
        }
        Ok(Filters {
            kernel: [made, seen, height, width],
            weights,
            bias,
            each: false,
        })
    }

    /// Filters with one for each channel, stored as rows, columns, channels, 1.
    fn filters_of_each(&self, name: &str) -> Result<Filters, ConvertError> {
        let mut filters = self.filters(name, None)?;
        let [made, seen, height, width] = filters.kernel;
        if made != 1 {
            return Err(ConvertError::Weight {
                weight: name.to_owned(),
                problem: "has several filters each".to_owned(),
            });
        }
        (filters.kernel, filters.each) = ([seen, 1, height, width], true);
        Ok(filters)
    }
}

/// Weights of a convolution: outputs, inputs, rows, columns.
struct Filters {
    kernel: [usize; 4],
    weights: Vec<f32>,
    bias: Option<Vec<f32>>,
    /// One filter for each channel.
    each: bool,
}

impl Step {
    fn stride(self) -> usize {
        match self {
            Step::Same => 1,
            Step::Half | Step::Shrink => 2,
        }
    }

    /// Above, left, below, right.
    fn pads(self, kernel: usize) -> [usize; 4] {
        match self {
            Step::Same => [kernel / 2; 4],
            Step::Half => [0, 0, kernel / 2, kernel / 2],
            Step::Shrink => [0; 4],
        }
    }
}
