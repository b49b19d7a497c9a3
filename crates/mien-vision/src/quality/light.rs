//! Brightness of a face.

use super::{Evidence, through};

/// Luma over the face, 0 to 255.
pub(super) struct Light {
    pub(super) mean: f32,
    pub(super) bright: f32,
    pub(super) dark: f32,
}

/// Over the largest ellipse of the patch, which leaves out what is not face.
pub(super) fn measure(luma: &[f32], side: usize) -> Light {
    let middle = (side as f32 - 1.0) / 2.0;
    let inside = |index: &usize| {
        let (x, y) = ((index % side) as f32 - middle, (index / side) as f32 - middle);
        // Faces are narrower than high.
        (x / (0.78 * middle)).hypot(y / middle) <= 1.0
    };
    let mut values: Vec<f32> = (0..luma.len()).filter(inside).map(|index| luma[index]).collect();
    values.sort_by(f32::total_cmp);
    let at = |share: f32| {
        values
            .get((values.len() as f32 * share) as usize)
            .copied()
            .unwrap_or(0.0)
    };
    Light {
        mean: values.iter().sum::<f32>() / values.len().max(1) as f32,
        bright: at(0.9),
        dark: at(0.1),
    }
}

/// Luma and the value on the documented bands: dark below 76, bright above 178 of 255.
const BANDS: [(f32, f32); 4] = [(0.0, 0.0), (76.0, 30.0), (178.0, 70.0), (230.0, 100.0)];

/// 0 to 100 on the documented bands. The brightest tenth counts as much as the mean, so that dark skin in good light is
/// not called dark: highlights and the white of the eyes are alike in all faces.
pub(super) fn scale(evidence: &Evidence) -> f32 {
    through(&BANDS, 0.5 * evidence.luma + 0.39 * evidence.bright_luma)
}
