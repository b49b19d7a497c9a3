//! Pictures of pictures for training the network of liveness: as varied as can be, and other formulas than those in
//! `replay`, by which it is measured. What is done to them by the camera is done to living faces too, so that blur, grain
//! and compression by themselves say nothing.

use std::f32::consts::TAU;

use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use mien_vision::picture::{Picture, PictureLimits};

use super::Dice;
use super::canvas::Canvas;
use super::damage::{blurred, grainy, shrunk};
use super::replay::reflection;

/// `face` shown on paper or a screen before `background`.
pub fn imitated(face: &Canvas, background: &Canvas, dice: &mut Dice) -> Canvas {
    let screen = dice.chance(0.5);
    let shown = if screen {
        displayed(face, dice)
    } else {
        printed(face, dice)
    };
    let mut view = held(&shown, background, screen, dice);
    if dice.chance(0.4) {
        reflection(&mut view, dice);
    }
    view
}

/// A living face may stand a little aslant, too, and be seen through the same resampling.
pub fn turned(face: &Canvas, dice: &mut Dice) -> Canvas {
    let sheet = Sheet {
        size: dice.within(1.0, 1.3),
        keystone: (0.0, 0.0),
        tilt: dice.within(-0.12, 0.12),
        bend: 0.0,
        shift: (dice.within(-0.03, 0.03), dice.within(-0.03, 0.03)),
    };
    let (width, height) = (face.width as f32, face.height as f32);
    seen(face, |x, y| {
        let (u, v) = sheet.place(x / width, y / height);
        face.sample((u + 0.5) * width, (v + 0.5) * height)
    })
}

/// What a camera makes of whatever stands before it.
pub fn photographed(view: &Canvas, dice: &mut Dice) -> anyhow::Result<Canvas> {
    let mut view = view.clone();
    if dice.chance(0.35) {
        view = shrunk(&view, dice.within(0.5, 0.95));
    }
    if dice.chance(0.6) {
        view = blurred(&view, dice.within(0.2, 1.3));
    }
    if dice.chance(0.6) {
        let gain = [0, 1, 2].map(|_| dice.within(0.93, 1.07));
        let (light, gamma) = (dice.within(0.8, 1.15), dice.within(0.85, 1.18));
        for pixel in view.rgb.chunks_exact_mut(3) {
            for (value, gain) in pixel.iter_mut().zip(gain) {
                *value = 255.0 * (value.max(0.0) / 255.0 * gain * light).min(1.0).powf(gamma);
            }
        }
    }
    if dice.chance(0.6) {
        view = grainy(&view, dice.within(0.5, 5.0), dice);
    }
    if dice.chance(0.7) {
        view = compressed(&view, dice.within(45.0, 96.0) as u8)?;
    }
    Ok(view)
}

fn compressed(view: &Canvas, quality: u8) -> anyhow::Result<Canvas> {
    let picture = view.picture()?;
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode(
        picture.pixels(),
        picture.width(),
        picture.height(),
        ExtendedColorType::Rgb8,
    )?;
    Ok(Canvas::of(&Picture::open(bytes, &PictureLimits::default())?))
}

/// Every pixel anew.
fn seen(like: &Canvas, colour: impl Fn(f32, f32) -> [f32; 3]) -> Canvas {
    let mut view = like.clone();
    for y in 0..like.height {
        for x in 0..like.width {
            let start = (y * like.width + x) * 3;
            view.rgb[start..start + 3].copy_from_slice(&colour(x as f32, y as f32));
        }
    }
    view
}

/// Narrower tones, less colour, a cast, screening dots of four inks or none, the structure of paper.
fn printed(face: &Canvas, dice: &mut Dice) -> Canvas {
    let face = blurred(face, dice.within(0.0, 0.9));
    let (low, span, gamma) = (dice.within(2.0, 60.0), dice.within(0.5, 0.95), dice.within(0.8, 1.3));
    let colour = if dice.chance(0.12) { 0.0 } else { dice.within(0.4, 1.05) };
    let cast = [
        dice.within(0.88, 1.06),
        dice.within(0.94, 1.03),
        dice.within(0.82, 1.06),
    ];
    let dots = if dice.chance(0.65) { dice.within(2.0, 16.0) } else { 0.0 };
    let period = dice.within(1.5, 5.0);
    let screens: [(f32, f32); 3] = std::array::from_fn(|ink| (0.26 * ink as f32 + dice.unit() * 0.2).sin_cos());
    let (rough, grain) = (dice.within(0.0, 6.0), dice.within(3.0, 25.0));
    let seed = (dice.unit() * 1e6) as u64;
    seen(&face, |x, y| {
        let pixel = face.at(x as usize, y as usize);
        let grey = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
        let paper = rough * (noise(seed, x / grain, y / grain) - 0.5);
        std::array::from_fn(|ink| {
            let value = (grey + colour * (pixel[ink] - grey)).max(0.0) / 255.0;
            let (sine, cosine) = screens[ink];
            let (u, v) = ((x * cosine + y * sine) / period, (y * cosine - x * sine) / period);
            let dot = dots * (u * TAU).sin() * (v * TAU).sin();
            (low + span * 255.0 * value.powf(gamma)) * cast[ink] + dot + paper
        })
    })
}

/// Raised black, harder contrast, a cast, gratings against the grid of the camera, bars that run through.
fn displayed(face: &Canvas, dice: &mut Dice) -> Canvas {
    let (black, contrast) = (dice.within(0.0, 30.0), dice.within(0.8, 1.2));
    let gain = [dice.within(0.8, 1.05), dice.within(0.9, 1.08), dice.within(0.92, 1.22)];
    let gratings: Vec<(f32, f32, f32, f32, f32)> = (0..1 + dice.below(3))
        .map(|_| {
            let (sine, cosine) = dice.within(0.0, TAU).sin_cos();
            let frequency = 1.0 / dice.within(2.2, 16.0);
            let phase = if dice.chance(0.5) {
                1.0 / 3.0
            } else {
                dice.within(0.0, 0.1)
            };
            (
                frequency * cosine,
                frequency * sine,
                dice.within(0.0, 14.0),
                phase,
                dice.within(-3e-4, 3e-4),
            )
        })
        .collect();
    let still = dice.chance(0.2);
    let bar = if dice.chance(0.3) { dice.within(0.02, 0.12) } else { 0.0 };
    let (bar_length, bar_phase) = (dice.within(40.0, 300.0), dice.within(0.0, TAU));
    let pixels = if dice.chance(0.3) { dice.within(0.02, 0.12) } else { 0.0 };
    let pitch = dice.within(1.8, 4.0);
    seen(face, |x, y| {
        let pixel = face.at(x as usize, y as usize);
        let running = 1.0 + bar * (y / bar_length * TAU + bar_phase).sin();
        std::array::from_fn(|channel| {
            let shift = channel as f32 / 3.0;
            let wave: f32 = gratings
                .iter()
                .map(|&(fx, fy, depth, phase, bend)| {
                    let along = fx * x + fy * y + bend * (x - 120.0) * (y - 90.0) + channel as f32 * phase;
                    depth * (along * TAU).sin()
                })
                .sum();
            let stripes = 1.0 + pixels * ((x / pitch + shift) * TAU).sin();
            let value = (pixel[channel] - 128.0) * contrast + 128.0;
            let wave = if still { 0.0 } else { wave };
            (black + (1.0 - black / 255.0) * value * gain[channel]) * running * stripes + wave
        })
    })
}

/// How a sheet or a device is held, in widths and heights of the view.
struct Sheet {
    size: f32,
    keystone: (f32, f32),
    tilt: f32,
    bend: f32,
    shift: (f32, f32),
}

impl Sheet {
    /// Where on the sheet a place of the view (0 to 1) lies: -0.5 to 0.5 is on it.
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        let (sine, cosine) = self.tilt.sin_cos();
        let (u, v) = (x - 0.5 - self.shift.0, y - 0.5 - self.shift.1);
        let (u, v) = (u * cosine + v * sine, v * cosine - u * sine);
        let depth = self.size * (1.0 + self.keystone.0 * u + self.keystone.1 * v);
        let (u, v) = (u / depth, v / depth);
        (u + self.bend * v * v, v)
    }
}

fn held(shown: &Canvas, background: &Canvas, screen: bool, dice: &mut Dice) -> Canvas {
    let size = if dice.chance(0.5) {
        dice.within(1.0, 1.35)
    } else {
        dice.within(0.5, 1.0)
    };
    let room = 0.5 * (1.0 - size).max(0.0);
    let sheet = Sheet {
        size,
        keystone: (dice.within(-0.25, 0.25), dice.within(-0.25, 0.25)),
        tilt: dice.within(-0.25, 0.25),
        bend: if screen { 0.0 } else { dice.within(-0.12, 0.12) },
        shift: (dice.within(-room, room), dice.within(-room, room)),
    };
    let border = match (screen, dice.chance(0.2)) {
        (_, true) => [0, 1, 2].map(|_| dice.within(10.0, 250.0)),
        (true, false) => [dice.within(2.0, 60.0); 3],
        (false, false) => [dice.within(170.0, 255.0); 3],
    };
    let margin: [f32; 4] = std::array::from_fn(|_| if dice.chance(0.2) { 0.0 } else { dice.within(0.01, 0.12) });
    let shade = dice.within(-0.25, 0.25);
    let (scale, soft) = (dice.within(0.3, 1.0), dice.within(0.0, 3.0));
    let plain = dice.chance(0.2).then(|| [0, 1, 2].map(|_| dice.within(20.0, 235.0)));
    let behind = blurred(background, soft);
    let (width, height) = (shown.width as f32, shown.height as f32);
    seen(shown, |x, y| {
        let (u, v) = sheet.place(x / width, y / height);
        let light = 1.0 + shade * (u + sheet.bend.abs() * 4.0 * v);
        let inside = u.abs() <= 0.5 && v.abs() <= 0.5;
        let framed = u >= -0.5 - margin[0] && u <= 0.5 + margin[1] && v >= -0.5 - margin[2] && v <= 0.5 + margin[3];
        if inside {
            shown
                .sample((u + 0.5) * width, (v + 0.5) * height)
                .map(|value| value * light)
        } else if framed {
            border.map(|value| value * light)
        } else {
            plain.unwrap_or_else(|| {
                let place = (x / width * scale, y / height * scale);
                behind.sample(place.0 * behind.width as f32, place.1 * behind.height as f32)
            })
        }
    })
}

/// Smooth noise, 0 to 1, that changes about once a unit.
fn noise(seed: u64, x: f32, y: f32) -> f32 {
    let at = |column: f32, row: f32| {
        let place = (column as i64 as u64) ^ ((row as i64 as u64) << 24);
        Dice::new(seed ^ place.wrapping_mul(0x2545_f491_4f6c_dd1d)).unit()
    };
    let (left, top) = (x.floor(), y.floor());
    let (wx, wy) = (x - left, y - top);
    let upper = at(left, top) + (at(left + 1.0, top) - at(left, top)) * wx;
    let lower = at(left, top + 1.0) + (at(left + 1.0, top + 1.0) - at(left, top + 1.0)) * wx;
    upper + (lower - upper) * wy
}
