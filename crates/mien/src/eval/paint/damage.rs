//! What cameras and light do to pictures.

use mien_vision::points::Mesh;

use super::Dice;
use super::canvas::Canvas;
use super::cloth::{Cloth, ClothKind};
use super::parts::{Part, Shape, cover_part, cover_somewhere, eyes_px};
use super::worn::{Worn, paint_mask};

/// Gaussian blur of this deviation in pixels.
pub fn blurred(canvas: &Canvas, deviation_px: f32) -> Canvas {
    if deviation_px <= 0.0 {
        return canvas.clone();
    }
    let reach = (3.0 * deviation_px).ceil() as isize;
    let mut weights: Vec<f32> = (-reach..=reach)
        .map(|step| (-0.5 * (step as f32 / deviation_px).powi(2)).exp())
        .collect();
    let sum: f32 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    let mut result = canvas.clone();
    result.rgb = pass(&canvas.rgb, canvas.width, canvas.height, 3, &weights);
    result.rgb = pass(&result.rgb, canvas.height, canvas.width, canvas.width * 3, &weights);
    result
}

/// One direction of a separable filter. `step` is the distance of neighbours in the direction.
fn pass(values: &[f32], length: usize, lines: usize, step: usize, weights: &[f32]) -> Vec<f32> {
    let mut result = vec![0.0; values.len()];
    let reach = weights.len() / 2;
    // Rows are followed along columns and the other way round.
    let line_step = if step == 3 { length * 3 } else { 3 };
    for line in 0..lines {
        for index in 0..length {
            for channel in 0..3 {
                let mut sum = 0.0;
                for (offset, weight) in weights.iter().enumerate() {
                    let at = (index + offset).saturating_sub(reach).min(length - 1);
                    sum += weight * values[line * line_step + at * step + channel];
                }
                result[line * line_step + index * step + channel] = sum;
            }
        }
    }
    result
}

/// What bad cameras and bad light do, several at once.
pub fn worsened(mut canvas: Canvas, mesh: &Mesh, dice: &mut Dice) -> Canvas {
    let eyes_px = eyes_px(mesh);
    if dice.chance(0.3) {
        canvas = shrunk(&canvas, dice.within(0.25, 0.8));
    }
    if dice.chance(0.45) {
        canvas = blurred(&canvas, eyes_px * dice.within(0.01, 0.12));
    }
    if dice.chance(0.3) {
        canvas = darkened(&canvas, dice.within(0.02, 0.5), dice);
    } else if dice.chance(0.3) {
        let at = mesh.points()[dice.below(mesh.points().len())];
        let strength = dice.within(0.1, 0.9);
        canvas = glaring(&canvas, strength, (at.x, at.y), eyes_px * dice.within(0.5, 3.0));
    }
    if dice.chance(0.4) {
        canvas = grainy(&canvas, dice.within(2.0, 16.0), dice);
    }
    canvas
}

/// A face as it comes in the worst of cases: one in two by camera and light, one in four covered somewhere, one in eight
/// with a mask.
pub fn degraded(clean: &Canvas, mesh: &Mesh, other: &Canvas, dice: &mut Dice) -> Canvas {
    let mut canvas = clean.clone();
    let cloth = Cloth::new(ClothKind::ALL[dice.below(ClothKind::ALL.len())], eyes_px(mesh), dice);
    match dice.below(8) {
        0 => paint_mask(&mut canvas, mesh, Worn::Properly, &cloth, other, dice),
        1 => cover_part(
            &mut canvas,
            mesh,
            Part::ALL[dice.below(6)],
            Shape::Ellipse,
            &cloth,
            other,
            dice,
        ),
        2 => cover_somewhere(&mut canvas, mesh, &cloth, other, dice),
        _ => {}
    }
    if dice.chance(0.5) {
        canvas = worsened(canvas, mesh, dice);
    }
    canvas
}

/// Less light: linear light times `factor`, as a sensor would see it, with the grain that comes with it.
pub fn darkened(canvas: &Canvas, factor: f32, dice: &mut Dice) -> Canvas {
    let mut result = canvas.clone();
    for value in &mut result.rgb {
        let linear = (*value / 255.0).max(0.0).powf(2.2) * factor;
        *value = 255.0 * linear.powf(1.0 / 2.2);
    }
    grainy(&result, 1.5, dice)
}

/// A lamp into the lens or a flash on the face: light is added until the sensor is full. `strength` 0 to 1; `at` is where
/// the light is strongest, `reach_px` how far it goes.
pub fn glaring(canvas: &Canvas, strength: f32, at: (f32, f32), reach_px: f32) -> Canvas {
    let mut result = canvas.clone();
    for y in 0..canvas.height {
        for x in 0..canvas.width {
            let distance = (x as f32 - at.0).hypot(y as f32 - at.1) / reach_px;
            let light = strength * (0.25 + 0.75 * (-distance * distance).exp());
            for channel in 0..3 {
                let value = &mut result.rgb[(y * canvas.width + x) * 3 + channel];
                let linear = (*value / 255.0).max(0.0).powf(2.2) + 1.6 * light;
                *value = 255.0 * linear.min(1.0).powf(1.0 / 2.2);
            }
        }
    }
    result
}

/// Noise of a sensor, deviation in levels of 256.
pub fn grainy(canvas: &Canvas, deviation: f32, dice: &mut Dice) -> Canvas {
    let mut result = canvas.clone();
    for value in &mut result.rgb {
        *value = (*value + dice.normal() * deviation).clamp(0.0, 255.0);
    }
    result
}

/// The picture at `scale` of its size and back: fewer pixels on the face.
pub fn shrunk(canvas: &Canvas, scale: f32) -> Canvas {
    let soft = blurred(canvas, (0.5 / scale - 0.5).max(0.0));
    let (width, height) = (
        ((canvas.width as f32 * scale) as usize).max(8),
        ((canvas.height as f32 * scale) as usize).max(8),
    );
    let small = resampled(&soft, width, height);
    let mut result = resampled(&small, canvas.width, canvas.height);
    result.covered.clone_from(&canvas.covered);
    result
}

/// Bilinear, to another size; the map of what is covered starts anew.
pub fn resampled(canvas: &Canvas, width: usize, height: usize) -> Canvas {
    let (across, down) = (canvas.width as f32 / width as f32, canvas.height as f32 / height as f32);
    let mut rgb = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let place = ((x as f32 + 0.5) * across - 0.5, (y as f32 + 0.5) * down - 0.5);
            rgb.extend(canvas.sample(place.0, place.1));
        }
    }
    Canvas {
        width,
        height,
        rgb,
        covered: vec![0.0; width * height],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mien_vision::picture::Picture;

    #[test]
    fn blur_keeps_the_mean_and_spreads_a_dot() {
        let mut bytes = vec![0u8; 21 * 21 * 3];
        bytes[(10 * 21 + 10) * 3] = 255;
        let canvas = Canvas::of(&Picture::from_rgb(21, 21, bytes).unwrap());
        let soft = blurred(&canvas, 1.5);
        let sum: f32 = soft.rgb.iter().sum();
        assert!((sum - 255.0).abs() < 1.0, "{sum}");
        assert!(soft.at(10, 10)[0] < 30.0 && soft.at(12, 10)[0] > 1.0 && soft.at(10, 12)[0] > 1.0);
        assert!((soft.at(12, 10)[0] - soft.at(10, 12)[0]).abs() < 1e-3);
    }
}
