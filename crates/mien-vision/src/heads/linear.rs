//! The weights of the heads: one linear function of the features for each class, then a softmax.
//!
//! A file is one line of JSON (the header), then 8-bit weights: for each head, for each class, for each of its blocks, the
//! weights of that block. A weight counts times the scale of its class and block. Standardisation, principal components
//! and calibration are folded in by the training script, so that nothing is left to do here but the sum.

use serde::Deserialize;
use thiserror::Error;

use super::look::Block;

/// All heads of one pack.
#[derive(Clone, Debug)]
pub struct Weights {
    heads: Vec<Head>,
}

/// One attribute.
#[derive(Clone, Debug)]
struct Head {
    name: String,
    classes: Vec<String>,
    blocks: Vec<(String, usize)>,
    bias: Vec<f32>,
    /// By class, then by block.
    scales: Vec<Vec<f32>>,
    weights: Vec<i8>,
}

/// Why a file of weights was refused.
#[derive(Debug, Error)]
pub enum WeightsError {
    /// The header is broken.
    #[error("the header cannot be read: {0}")]
    Header(String),
    /// Less or more weights than the header says.
    #[error("the file holds {found} weights, {expected} are expected")]
    Length {
        /// What the header says.
        expected: usize,
        /// What is there.
        found: usize,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    heads: Vec<HeadHeader>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadHeader {
    name: String,
    classes: Vec<String>,
    blocks: Vec<(String, usize)>,
    bias: Vec<f32>,
    scales: Vec<Vec<f32>>,
}

impl Weights {
    /// Reads a file.
    ///
    /// # Errors
    /// [`WeightsError`] when it is broken.
    pub fn read(bytes: &[u8]) -> Result<Self, WeightsError> {
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let (header, rest) = bytes.split_at(end);
        let header: Header = serde_json::from_slice(header).map_err(|error| WeightsError::Header(error.to_string()))?;
        let mut rest = rest.get(1..).unwrap_or_default();
        let mut heads = Vec::new();
        for head in header.heads {
            let classes = head.classes.len();
            let shape = head.bias.len() == classes
                && head.scales.len() == classes
                && head.scales.iter().all(|scales| scales.len() == head.blocks.len());
            if !shape || classes < 2 {
                return Err(WeightsError::Header(format!(
                    "the sizes of {} do not fit together",
                    head.name
                )));
            }
            let expected = classes * head.blocks.iter().map(|(_, length)| length).sum::<usize>();
            let Some((weights, after)) = rest.split_at_checked(expected) else {
                return Err(WeightsError::Length {
                    expected,
                    found: rest.len(),
                });
            };
            rest = after;
            heads.push(Head {
                name: head.name,
                classes: head.classes,
                blocks: head.blocks,
                bias: head.bias,
                scales: head.scales,
                weights: weights.iter().map(|byte| byte.cast_signed()).collect(),
            });
        }
        if rest.is_empty() {
            Ok(Self { heads })
        } else {
            Err(WeightsError::Length {
                expected: 0,
                found: rest.len(),
            })
        }
    }

    /// The names of the heads and of their classes.
    pub fn heads(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.heads
            .iter()
            .map(|head| (head.name.as_str(), head.classes.as_slice()))
    }

    /// The classes of a head.
    pub fn classes(&self, head: &str) -> Option<&[String]> {
        self.heads
            .iter()
            .find(|known| known.name == head)
            .map(|head| head.classes.as_slice())
    }

    /// The probability of each class of a head, in the order of its classes; their sum is 1.
    ///
    /// `None` when there is no such head or the features lack one of its blocks.
    pub fn probabilities(&self, head: &str, features: &[Block]) -> Option<Vec<f32>> {
        let head = self.heads.iter().find(|known| known.name == head)?;
        let blocks = head.blocks.iter().map(|(name, length)| {
            features
                .iter()
                .find(|block| block.name == *name && block.values.len() == *length)
        });
        let blocks = blocks.collect::<Option<Vec<_>>>()?;
        let mut weights = head.weights.as_slice();
        let mut logits = Vec::with_capacity(head.classes.len());
        for (bias, scales) in head.bias.iter().zip(&head.scales) {
            let mut logit = *bias;
            for (block, scale) in blocks.iter().zip(scales) {
                let (own, after) = weights.split_at_checked(block.values.len())?;
                weights = after;
                logit += scale * dot(own, &block.values);
            }
            logits.push(logit);
        }
        Some(softmax(&logits))
    }
}

fn dot(weights: &[i8], values: &[f32]) -> f32 {
    weights
        .iter()
        .zip(values)
        .map(|(weight, value)| f32::from(*weight) * value)
        .sum()
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let parts: Vec<f32> = logits.iter().map(|logit| (logit - largest).exp()).collect();
    let sum: f32 = parts.iter().sum();
    parts.iter().map(|part| part / sum).collect()
}
