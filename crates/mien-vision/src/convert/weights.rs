//! Weights of TensorFlow.js: a manifest that lists tensors, and shards that hold them one after the other.

use std::collections::HashMap;

use half::f16;
use serde::Deserialize;

use super::{ConvertError, SourceFile};

/// Tensors by name.
#[derive(Debug, Default)]
pub(super) struct Weights {
    tensors: HashMap<String, Weight>,
}

/// One tensor in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weight {
    pub(super) shape: Vec<usize>,
    pub(super) values: Values,
}

/// Elements of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    Float(Vec<f32>),
    Integer(Vec<i64>),
}

/// Tensors whose bytes lie in the same shards, one after the other.
#[derive(Debug, Deserialize)]
pub(super) struct WeightGroup {
    paths: Vec<String>,
    weights: Vec<WeightEntry>,
}

#[derive(Debug, Deserialize)]
struct WeightEntry {
    name: String,
    shape: Vec<usize>,
    dtype: String,
    quantization: Option<Quantization>,
}

#[derive(Debug, Deserialize)]
struct Quantization {
    dtype: String,
    #[serde(default)]
    scale: f64,
    #[serde(default)]
    min: f64,
}

impl Weights {
    /// Reads all groups. `files` must hold every shard by the name that the manifest gives it.
    pub(super) fn read(groups: &[WeightGroup], files: &[SourceFile]) -> Result<Self, ConvertError> {
        let mut weights = Self::default();
        for group in groups {
            let mut bytes = Vec::new();
            for path in &group.paths {
                let shard = files.iter().find(|file| file.name == *path);
                bytes.extend_from_slice(&shard.ok_or_else(|| ConvertError::MissingFile(path.clone()))?.bytes);
            }
            let mut rest = bytes.as_slice();
            for entry in &group.weights {
                let weight = entry.read(&mut rest)?;
                weights.tensors.insert(entry.name.clone(), weight);
            }
        }
        Ok(weights)
    }

    pub(super) fn find(&self, name: &str) -> Option<&Weight> {
        self.tensors.get(name)
    }

    /// The float tensor of this name and rank.
    pub(super) fn floats<const RANK: usize>(&self, name: &str) -> Result<([usize; RANK], &[f32]), ConvertError> {
        let wrong = |problem: String| ConvertError::Weight {
            weight: name.to_owned(),
            problem,
        };
        let weight = self.find(name).ok_or_else(|| wrong("is missing".to_owned()))?;
        let shape = weight
            .shape
            .as_slice()
            .try_into()
            .map_err(|_| wrong(format!("has the shape {:?}", weight.shape)))?;
        match &weight.values {
            Values::Float(values) => Ok((shape, values)),
            Values::Integer(_) => Err(wrong("holds integers".to_owned())),
        }
    }
}

impl WeightEntry {
    /// Takes the tensor's bytes off the front. Quantised numbers are `scale * q + min`, computed in 32 bits as the
    /// library itself does.
    fn read(&self, rest: &mut &[u8]) -> Result<Weight, ConvertError> {
        let count = self
            .shape
            .iter()
            .try_fold(1_usize, |product, size| product.checked_mul(*size));
        let count = count.ok_or_else(|| self.truncated())?;
        let quantised = self
            .quantization
            .as_ref()
            .map(|quantization| quantization.dtype.as_str());
        let values = match (self.dtype.as_str(), quantised) {
            ("float32", None) => Values::Float(self.numbers(rest, count, f32::from_le_bytes)?),
            ("float32", Some("float16")) => {
                Values::Float(self.numbers(rest, count, |bytes| f16::from_le_bytes(bytes).to_f32())?)
            }
            ("float32", Some("uint8")) => {
                Values::Float(self.numbers(rest, count, |[byte]| self.dequantise(f32::from(byte)))?)
            }
            ("float32", Some("uint16")) => Values::Float(self.numbers(rest, count, |bytes| {
                self.dequantise(f32::from(u16::from_le_bytes(bytes)))
            })?),
            ("int32", None) => {
                Values::Integer(self.numbers(rest, count, |bytes| i64::from(i32::from_le_bytes(bytes)))?)
            }
            (stored, quantised) => {
                let found = quantised.map_or(stored.to_owned(), |quantised| format!("{stored} as {quantised}"));
                return Err(ConvertError::Storage {
                    weight: self.name.clone(),
                    found,
                });
            }
        };
        Ok(Weight {
            shape: self.shape.clone(),
            values,
        })
    }

    fn numbers<const BYTES: usize, T>(
        &self,
        rest: &mut &[u8],
        count: usize,
        number: impl Fn([u8; BYTES]) -> T,
    ) -> Result<Vec<T>, ConvertError> {
        let length = count.checked_mul(BYTES).ok_or_else(|| self.truncated())?;
        let (own, others) = rest.split_at_checked(length).ok_or_else(|| self.truncated())?;
        *rest = others;
        Ok(own.as_chunks::<BYTES>().0.iter().map(|bytes| number(*bytes)).collect())
    }

    fn dequantise(&self, value: f32) -> f32 {
        let (scale, min) = self
            .quantization
            .as_ref()
            .map_or((1.0, 0.0), |it| (it.scale as f32, it.min as f32));
        value * scale + min
    }

    fn truncated(&self) -> ConvertError {
        ConvertError::Truncated {
            weight: self.name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entries: &str, bytes: &[u8]) -> Result<Weights, ConvertError> {
        let group = format!(r#"[{{"paths":["w.bin"],"weights":[{entries}]}}]"#);
        let groups: Vec<WeightGroup> = serde_json::from_str(&group).unwrap();
        Weights::read(
            &groups,
            &[SourceFile {
                name: "w.bin".to_owned(),
                bytes: bytes.to_vec(),
            }],
        )
    }

    #[test]
    fn every_storage_is_read() {
        let entries = r#"
            {"name":"a","shape":[2],"dtype":"float32","quantization":{"dtype":"uint8","scale":0.5,"min":-1}},
            {"name":"b","shape":[1],"dtype":"float32","quantization":{"dtype":"uint16","scale":2,"min":1}},
            {"name":"c","shape":[1,1],"dtype":"float32","quantization":{"dtype":"float16"}},
            {"name":"d","shape":[],"dtype":"float32"},
            {"name":"e","shape":[1],"dtype":"int32"}"#;
        let mut bytes = vec![0, 4, 3, 1, 0x00, 0x3c];
        bytes.extend(1.25_f32.to_le_bytes());
        bytes.extend((-7_i32).to_le_bytes());
        let weights = read(entries, &bytes).unwrap();
        assert_eq!(weights.floats::<1>("a").unwrap(), ([2], &[-1.0, 1.0][..]));
        assert_eq!(weights.floats::<1>("b").unwrap(), ([1], &[519.0][..]));
        assert_eq!(weights.floats::<2>("c").unwrap(), ([1, 1], &[1.0][..]));
        assert_eq!(weights.floats::<0>("d").unwrap(), ([], &[1.25][..]));
        assert_eq!(weights.find("e").unwrap().values, Values::Integer(vec![-7]));
        assert!(matches!(weights.floats::<1>("e"), Err(ConvertError::Weight { .. })));
        assert!(matches!(weights.floats::<2>("a"), Err(ConvertError::Weight { .. })));
        assert!(
            matches!(read(entries, &bytes[..bytes.len() - 1]), Err(ConvertError::Truncated { weight }) if weight == "e")
        );
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let complex = r#"{"name":"a","shape":[1],"dtype":"complex64"}"#;
        assert!(matches!(read(complex, &[0; 8]), Err(ConvertError::Storage { .. })));
        let huge = r#"{"name":"a","shape":[18446744073709551615,2],"dtype":"float32"}"#;
        assert!(matches!(read(huge, &[0; 8]), Err(ConvertError::Truncated { .. })));
        let groups: Vec<WeightGroup> = serde_json::from_str(r#"[{"paths":["x"],"weights":[]}]"#).unwrap();
        assert!(matches!(Weights::read(&groups, &[]), Err(ConvertError::MissingFile(name)) if name == "x"));
    }
}
