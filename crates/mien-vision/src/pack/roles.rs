//! What the files of a pack do: one type for each role, one variant for each kind of model that the pipeline can decode.
//!
//! The numbers are data and stand in the manifest, the algorithms are code: a new model of a known kind needs no code.
//! `docs/MODEL_PACKS.md` describes every field to operators.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::attributes::{AgeGender, Expression, Liveness, Mask, Pose, Quality};
use super::detector::Detector;
use super::embedder::Embedder;
use super::input::{Crop, Input};
use super::landmarks::{Iris, Mesh, Points};
use super::values::FileName;

/// All roles of a pack. A pack needs a detector and an embedder to be of use, everything else is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// Finds faces in a picture.
    pub detector: Option<Detector>,
    /// Second landmark stage: the five points that alignment uses.
    pub points: Option<Points>,
    /// Dense mesh of a face.
    pub mesh: Option<Mesh>,
    /// Eye contour and iris.
    pub iris: Option<Iris>,
    /// Embedders by `FaceModelVersion`: "2.0" and "3.0".
    #[serde(default)]
    pub embedder: BTreeMap<String, Embedder>,
    /// Age and gender.
    pub age_gender: Option<AgeGender>,
    /// Facial expression.
    pub expression: Option<Expression>,
    /// Yaw, pitch and roll of the head.
    pub pose: Option<Pose>,
    /// Whether a mask covers the face.
    pub mask: Option<Mask>,
    /// Live face or a picture of one.
    pub liveness: Option<Liveness>,
    /// How well a face can be recognised.
    pub quality: Option<Quality>,
}

/// One use of a file by a role.
#[derive(Clone, Debug)]
pub struct Use<'a> {
    /// Role, with the version or number where there are several.
    pub role: String,
    /// The file.
    pub file: &'a FileName,
    /// How the model sees, if the file is a model.
    pub input: Option<&'a Input>,
    /// What it sees, if not the whole picture.
    pub crop: Option<&'a Crop>,
}

impl Roles {
    /// Every use of a file.
    pub fn uses(&self) -> Vec<Use<'_>> {
        let mut uses = Vec::new();
        let mut model = |role: &str, file, input, crop| {
            uses.push(Use {
                role: role.to_owned(),
                file,
                input: Some(input),
                crop,
            });
        };
        if let Some(detector) = &self.detector {
            model("detector", &detector.file, &detector.input, None);
        }
        if let Some(Points::Regression(points)) = &self.points {
            model("points", &points.file, &points.input, Some(&points.crop));
        }
        if let Some(mesh) = &self.mesh {
            model("mesh", &mesh.file, &mesh.input, Some(&mesh.crop));
        }
        if let Some(iris) = &self.iris {
            model("iris", &iris.file, &iris.input, None);
        }
        if let Some(role) = &self.age_gender {
            model("age_gender", &role.file, &role.input, Some(&role.crop));
        }
        if let Some(role) = &self.expression {
            model("expression", &role.file, &role.input, Some(&role.crop));
        }
        for file in self.pose.iter().flat_map(|role| &role.files) {
            self.pose
                .iter()
                .for_each(|role| model("pose", file, &role.input, Some(&role.crop)));
        }
        if let Some(role) = &self.mask {
            model("mask", &role.file, &role.input, Some(&role.crop));
        }
        for part in self.liveness.iter().flat_map(|role| &role.part) {
            model("liveness", &part.file, &part.input, Some(&part.crop));
        }
        if let Some(role) = &self.quality {
            model("quality", &role.file, &role.input, Some(&role.crop));
        }
        for (version, embedder) in &self.embedder {
            uses.extend(embedder.uses(&format!("embedder.\"{version}\"")));
        }
        uses
    }

    /// What does not fit together, in words.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for used in self.uses() {
            let said = used
                .input
                .and_then(Input::problem)
                .or_else(|| used.crop.and_then(Crop::problem));
            problems.extend(said.map(|problem| format!("roles.{}: {problem}", used.role)));
        }
        problems.extend(self.detector.iter().flat_map(Detector::problems));
        for (version, embedder) in &self.embedder {
            if !["2.0", "3.0"].contains(&version.as_str()) {
                problems.push(format!(
                    "roles.embedder: there is no version {version:?}, only \"2.0\" and \"3.0\""
                ));
            }
            problems.extend(
                embedder
                    .problem()
                    .map(|problem| format!("roles.embedder.\"{version}\": {problem}")),
            );
        }
        if matches!(self.points, Some(Points::Mesh)) && self.mesh.is_none() {
            problems.push("roles.points takes points of the mesh, but there is no roles.mesh".to_owned());
        }
        if self.detector.as_ref().is_some_and(|detector| detector.doubt.is_some()) && self.mesh.is_none() {
            problems.push("roles.detector.doubt asks the mesh, but there is no roles.mesh".to_owned());
        }
        problems
    }
}
