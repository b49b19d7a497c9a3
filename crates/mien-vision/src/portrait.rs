//! Age, gender and expression, by networks of their own.

use crate::align::{Similarity, Warp};
use crate::face::{Face, FivePoints, Point};
use crate::heads::Graded;
use crate::pack::{self, AgeKind, Emotion, GenderKind};
use crate::picture::Picture;
use crate::points::{CropNetwork, roll, square};
use crate::vision::VisionError;

/// Age and gender as they appear in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgeGender {
    /// Years, not below 0.
    pub years: f32,
    /// Probability of male, 0 to 1; the other outcome is female.
    pub male: f32,
}

/// A network with the part of the face that it sees.
#[derive(Debug)]
pub(crate) struct Portrayer<R> {
    pub(crate) network: CropNetwork,
    pub(crate) role: R,
}

impl Portrayer<pack::AgeGender> {
    pub(crate) fn look(&self, picture: &Picture, face: &Face, points: &FivePoints) -> Result<AgeGender, VisionError> {
        let role = &self.role;
        let [age, gender] = [role.age.as_str(), role.gender.as_str()];
        let outputs = self.network.outputs(picture, &role.crop, face, points, [age, gender])?;
        let years = years(role.age_kind, &outputs[0]).ok_or_else(|| self.network.unexpected(age))?;
        let male = male(role.gender_kind, &outputs[1]).ok_or_else(|| self.network.unexpected(gender))?;
        // Probabilities of exactly 0 and 1 have no odds.
        let male = male.clamp(1e-4, 1.0 - 1e-4);
        let odds = (male / (1.0 - male)).ln().mul_add(role.gender_scale, role.gender_shift);
        Ok(AgeGender {
            years: years.mul_add(role.age_scale, role.age_shift).max(0.0),
            male: 1.0 / (1.0 + (-odds).exp()),
        })
    }
}

impl Portrayer<pack::Expression> {
    pub(crate) fn look(
        &self,
        picture: &Picture,
        face: &Face,
        points: &FivePoints,
    ) -> Result<Graded<Emotion>, VisionError> {
        let role = &self.role;
        let output = role.output.as_str();
        let [shares] = self.network.outputs(picture, &role.crop, face, points, [output])?;
        let unexpected = || self.network.unexpected(output);
        if shares.len() != role.labels.len() {
            return Err(unexpected());
        }
        let pairs = role.labels.iter().zip(&shares).filter(|(_, share)| share.is_finite());
        let best = pairs
            .max_by(|one, other| one.1.total_cmp(other.1))
            .ok_or_else(unexpected)?;
        Ok(Graded {
            class: *best.0,
            probability: best.1.clamp(0.0, 1.0),
        })
    }
}

impl CropNetwork {
    /// The named outputs for a face seen through a crop.
    fn outputs<const N: usize>(
        &self,
        picture: &Picture,
        crop: &pack::Crop,
        face: &Face,
        points: &FivePoints,
        names: [&str; N],
    ) -> Result<[Vec<f32>; N], VisionError> {
        let place = place(crop, face, points, self.format.width).ok_or_else(|| VisionError::Output {
            stage: self.stage,
            reason: "the points of the face coincide".to_owned(),
        })?;
        let tensors = self.run(picture, Warp { place, mirror: false })?;
        let mut values = [const { Vec::new() }; N];
        for (name, values) in names.iter().zip(&mut values) {
            let index = self.network.outputs().iter().position(|known| known == name);
            let tensor = index.and_then(|index| tensors.get(index));
            *values = tensor.ok_or_else(|| self.unexpected(name))?.values().to_vec();
        }
        Ok(values)
    }

    fn unexpected(&self, output: &str) -> VisionError {
        VisionError::Output {
            stage: self.stage,
            reason: format!("the network's output {output} is missing or has another shape"),
        }
    }
}

/// The way from the picture to the input. A stretched box is taken as a square one, which no bundled role asks for.
fn place(crop: &pack::Crop, face: &Face, points: &FivePoints, side_px: usize) -> Option<Similarity> {
    match crop {
        pack::Crop::Template { points: template } => {
            let template = template.map(|[x, y]| Point::new(x, y));
            Similarity::fit(&points.to_array(), &template)
        }
        pack::Crop::Square { scale, upright } => Some(square(&face.region, *scale, roll(face, *upright), side_px)),
        pack::Crop::Stretch { scale } => Some(square(&face.region, *scale, roll(face, false), side_px)),
    }
}

fn years(kind: AgeKind, values: &[f32]) -> Option<f32> {
    let years = match (kind, values) {
        (AgeKind::Years, &[years]) => years,
        (AgeKind::Centuries, &[centuries]) => centuries * 100.0,
        (AgeKind::Distribution, shares) => {
            let sum: f32 = shares.iter().sum();
            let weighted: f32 = shares
                .iter()
                .zip(0u8..)
                .map(|(share, year)| share * f32::from(year))
                .sum();
            weighted / sum
        }
        (AgeKind::Years | AgeKind::Centuries, _) => return None,
    };
    years.is_finite().then_some(years)
}

fn male(kind: GenderKind, values: &[f32]) -> Option<f32> {
    let male = match (kind, values) {
        (GenderKind::MaleFemale, &[male, female]) | (GenderKind::FemaleMale, &[female, male]) => male / (male + female),
        (GenderKind::Male, &[male]) => male,
        (GenderKind::MaleFemale | GenderKind::FemaleMale | GenderKind::Male, _) => return None,
    };
    male.is_finite().then_some(male)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_read_in_every_way_of_writing() {
        assert_eq!(years(AgeKind::Years, &[31.5]), Some(31.5));
        assert_eq!(years(AgeKind::Centuries, &[0.25]), Some(25.0));
        assert_eq!(years(AgeKind::Distribution, &[0.0, 0.0, 0.5, 0.0, 0.5]), Some(3.0));
        assert_eq!(years(AgeKind::Distribution, &[0.0, 0.0]), None);
        assert_eq!(years(AgeKind::Years, &[1.0, 2.0]), None);
        assert_eq!(years(AgeKind::Centuries, &[f32::NAN]), None);
    }

    #[test]
    fn genders_are_read_in_every_way_of_writing() {
        assert_eq!(male(GenderKind::MaleFemale, &[0.75, 0.25]), Some(0.75));
        assert_eq!(male(GenderKind::FemaleMale, &[0.75, 0.25]), Some(0.25));
        assert_eq!(male(GenderKind::Male, &[0.5]), Some(0.5));
        assert_eq!(male(GenderKind::Male, &[0.5, 0.5]), None);
        assert_eq!(male(GenderKind::MaleFemale, &[0.0, 0.0]), None);
    }
}
