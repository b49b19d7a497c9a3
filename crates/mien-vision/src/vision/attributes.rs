//! What a face looks like: networks of their own, and heads.

use super::{Vision, VisionError};
use crate::face::Face;
use crate::heads::{Appearance, Graded};
use crate::pack::Emotion;
use crate::picture::Picture;
use crate::portrait::AgeGender;

impl Vision {
    /// Age and gender of a face as they appear in this picture.
    ///
    /// # Errors
    /// [`VisionError::Missing`] when the pack has no such network, or an engine failure.
    pub fn age_gender(&self, picture: &Picture, face: &Face) -> Result<AgeGender, VisionError> {
        let portrayer = self.age_gender.as_ref();
        let portrayer = portrayer.ok_or(VisionError::Missing("age and gender model"))?;
        portrayer.look(picture, face, &self.points(picture, face)?)
    }

    /// The expression of a face.
    ///
    /// # Errors
    /// As [`Vision::age_gender`].
    pub fn emotion(&self, picture: &Picture, face: &Face) -> Result<Graded<Emotion>, VisionError> {
        let portrayer = self.expression.as_ref();
        let portrayer = portrayer.ok_or(VisionError::Missing("expression model"))?;
        portrayer.look(picture, face, &self.points(picture, face)?)
    }

    /// What heads and geometry say of a face.
    ///
    /// # Errors
    /// [`VisionError::Missing`] when no heads were trained on the networks of the pack, or an engine failure.
    pub fn appearance(&self, picture: &Picture, face: &Face) -> Result<Appearance, VisionError> {
        let heads = self.heads()?;
        heads.attributes(picture, &heads.mesh(picture, face)?)
    }
}
