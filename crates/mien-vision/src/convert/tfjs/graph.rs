//! The JSON of a graph model, in the order of computation.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::convert::weights::{Weight, WeightGroup, Weights};
use crate::convert::{ConvertError, SourceFile};
use crate::pack::ConvertedOutput;

/// A graph: nodes and weights.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    weights: Weights,
}

/// A node of the graph.
#[derive(Debug, Deserialize)]
pub(super) struct Node {
    pub(super) name: String,
    #[serde(rename = "op")]
    pub(super) operation: String,
    #[serde(default, rename = "input")]
    inputs: Vec<String>,
    #[serde(default, rename = "attr")]
    attributes: HashMap<String, AttributeValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AttributeValue {
    s: Option<String>,
    b: Option<bool>,
    list: Option<AttributeList>,
    shape: Option<Shape>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AttributeList {
    i: Vec<Number>,
    s: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shape {
    dim: Vec<Dimension>,
}

#[derive(Debug, Deserialize)]
struct Dimension {
    size: Number,
}

/// Protobuf writes 64-bit numbers as text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Number {
    Text(String),
    Plain(i64),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModelFile {
    model_topology: Topology,
    weights_manifest: Vec<WeightGroup>,
}

#[derive(Deserialize)]
struct Topology {
    node: Vec<Node>,
}

impl Graph {
    /// Reads the description, which is the first file, and the weights that it names.
    pub(super) fn read(files: &[SourceFile]) -> Result<Self, ConvertError> {
        let description = files
            .first()
            .ok_or_else(|| ConvertError::MissingFile("model.json".to_owned()))?;
        let model: ModelFile = serde_json::from_slice(&description.bytes).map_err(|source| ConvertError::Json {
            file: description.name.clone(),
            source,
        })?;
        let weights = Weights::read(&model.weights_manifest, files)?;
        Ok(Self {
            nodes: ordered(model.model_topology.node)?,
            weights,
        })
    }

    /// Nodes that no other node reads, as outputs under their own names.
    pub(super) fn ends(&self) -> Vec<ConvertedOutput> {
        let read: HashSet<&str> = self.nodes.iter().flat_map(Node::inputs).collect();
        let ends = self
            .nodes
            .iter()
            .filter(|node| node.operation != "Const" && !read.contains(node.name.as_str()));
        ends.map(|node| ConvertedOutput {
            name: node.name.clone(),
            node: node.name.clone(),
        })
        .collect()
    }

    /// The weight behind a node.
    pub(super) fn weight(&self, name: &str) -> Option<&Weight> {
        self.weights.find(name)
    }
}

impl Node {
    /// Names of the nodes that this one reads, without control edges and output numbers.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &str> {
        let values = self.inputs.iter().filter(|input| !input.starts_with('^'));
        values.map(|input| input.split_once(':').map_or(input.as_str(), |(name, _)| name))
    }

    /// The input at this place.
    pub(super) fn input(&self, index: usize) -> Result<&str, ConvertError> {
        self.inputs()
            .nth(index)
            .ok_or_else(|| self.refused(format!("it has no input {index}")))
    }

    /// A text attribute; empty if absent.
    pub(super) fn text(&self, name: &str) -> String {
        self.attributes
            .get(name)
            .and_then(|value| decoded(value.s.as_deref()?))
            .unwrap_or_default()
    }

    /// A list of texts; empty if absent.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.attributes.get(name).and_then(|value| value.list.as_ref());
        list.map(|list| list.s.iter().filter_map(|text| decoded(text)).collect())
            .unwrap_or_default()
    }

    /// Whether a flag is set.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.attributes.get(name).and_then(|value| value.b).unwrap_or_default()
    }

    /// Rows and columns of an attribute that is given for batch, row, column and channel; 1 and 1 if absent.
    pub(super) fn plane(&self, name: &str) -> Result<[usize; 2], ConvertError> {
        let list = self.attributes.get(name).and_then(|value| value.list.as_ref());
        match list
            .map(|list| list.i.iter().map(Number::size).collect::<Vec<_>>())
            .as_deref()
        {
            None | Some([]) => Ok([1, 1]),
            Some([Some(1), Some(rows @ 1..), Some(columns @ 1..), Some(1)]) => Ok([*rows, *columns]),
            Some(other) => Err(self.refused(format!("{name} is {other:?}"))),
        }
    }

    /// The sizes of a placeholder without the batch.
    pub(super) fn sizes(&self) -> Result<Vec<usize>, ConvertError> {
        let shape = self.attributes.get("shape").and_then(|value| value.shape.as_ref());
        let sizes = shape
            .iter()
            .flat_map(|shape| &shape.dim)
            .skip(1)
            .map(|dimension| dimension.size.size());
        sizes
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| self.refused("its shape is open".to_owned()))
    }

    pub(super) fn refused(&self, reason: impl Into<String>) -> ConvertError {
        ConvertError::Node {
            node: self.name.clone(),
            operation: self.operation.clone(),
            reason: reason.into(),
        }
    }
}

impl Number {
    fn size(&self) -> Option<usize> {
        match self {
            Number::Text(text) => text.parse().ok(),
            Number::Plain(number) => usize::try_from(*number).ok(),
        }
    }
}

/// Texts are bytes in base64.
fn decoded(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text).ok()?).ok()
}

/// Brings every node behind those that it reads. Fails on loops and on names that do not exist.
fn ordered(nodes: Vec<Node>) -> Result<Vec<Node>, ConvertError> {
    let places: HashMap<String, usize> = nodes
        .iter()
        .enumerate()
        .map(|(place, node)| (node.name.clone(), place))
        .collect();
    let mut waiting = vec![0_usize; nodes.len()];
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (place, node) in nodes.iter().enumerate() {
        for input in node.inputs() {
            let source = *places
                .get(input)
                .ok_or_else(|| ConvertError::NoNode(input.to_owned()))?;
            waiting[place] += 1;
            readers[source].push(place);
        }
    }
    let mut ready: Vec<usize> = (0..nodes.len()).rev().filter(|place| waiting[*place] == 0).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(place) = ready.pop() {
        order.push(place);
        for &reader in readers[place].iter().rev() {
            waiting[reader] -= 1;
            if waiting[reader] == 0 {
                ready.push(reader);
            }
        }
    }
    if let Some(looped) = nodes.iter().zip(&waiting).find(|(_, waiting)| **waiting > 0) {
        return Err(looped.0.refused("it reads its own result"));
    }
    let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|place| nodes[place].take()).collect())
}
