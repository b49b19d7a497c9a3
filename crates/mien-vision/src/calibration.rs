//! Calibration of an embedder: from the cosine of two faces to how often two strangers are that similar.
//!
//! The file is TOML; `mien eval calibrate` writes it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The curve of one embedder and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Fingerprint of the embedder it belongs to, 64 hex digits.
    pub fingerprint: String,
    /// Images, people and pairs it was fitted on, for the reader.
    pub source: String,
    /// The curve, cosine rising, rate falling.
    pub points: Vec<CalibrationPoint>,
}

/// One point of the curve from cosine to the false accept rate of a random impostor pair.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationPoint {
    /// Cosine similarity, -1 to 1.
    pub cosine: f64,
    /// Share of random impostor pairs at or above it, above 0 and at most 1.
    pub far: f64,
}

/// Why a text is not a calibration.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CalibrationError {
    /// Not the expected TOML.
    #[error("not a calibration: {0}")]
    Syntax(String),
    /// The points are not a falling curve.
    #[error("the points of the calibration are not a falling curve")]
    Shape,
}

impl Calibration {
    /// Reads the text of a calibration file.
    ///
    /// # Errors
    /// [`CalibrationError`] when it is something else or no falling curve.
    pub fn parse(text: &str) -> Result<Self, CalibrationError> {
        let calibration: Self =
            toml::from_str(text).map_err(|error| CalibrationError::Syntax(error.message().to_owned()))?;
        let valid =
            |point: &CalibrationPoint| (-1.0..=1.0).contains(&point.cosine) && point.far > 0.0 && point.far <= 1.0;
        let falls = |pair: &[CalibrationPoint]| pair[0].cosine < pair[1].cosine && pair[0].far > pair[1].far;
        let points = &calibration.points;
        if points.len() >= 2 && points.iter().all(valid) && points.windows(2).all(falls) {
            Ok(calibration)
        } else {
            Err(CalibrationError::Shape)
        }
    }

    /// The text of a calibration file.
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "# Written by `mien eval calibrate`; do not edit.\nfingerprint = {:?}\nsource = {:?}\npoints = [\n",
            self.fingerprint, self.source
        );
        for CalibrationPoint { cosine, far } in &self.points {
            text.push_str(&format!("  {{ cosine = {cosine:.5}, far = {far:.4e} }},\n"));
        }
        text.push_str("]\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(f64, f64)]) -> Calibration {
        let points = points
            .iter()
            .map(|&(cosine, far)| CalibrationPoint { cosine, far })
            .collect();
        Calibration {
            fingerprint: "00ff".to_owned(),
            source: "two \"faces\"".to_owned(),
            points,
        }
    }

    #[test]
    fn text_comes_back() {
        let calibration = curve(&[(-0.5, 1.0), (0.25, 1e-3), (0.9, 2.5e-12)]);
        assert_eq!(Calibration::parse(&calibration.to_text()).unwrap(), calibration);
    }

    #[test]
    fn only_falling_curves_are_read() {
        for points in [
            &[(0.1, 0.5)][..],
            &[(0.1, 0.5), (0.1, 0.4)],
            &[(0.1, 0.5), (0.2, 0.5)],
            &[(0.1, 0.5), (0.2, 0.0)],
            &[(0.1, 1.5), (0.2, 0.1)],
        ] {
            assert_eq!(
                Calibration::parse(&curve(points).to_text()),
                Err(CalibrationError::Shape),
                "{points:?}"
            );
        }
        assert!(matches!(
            Calibration::parse("points = 3"),
            Err(CalibrationError::Syntax(_))
        ));
    }
}
