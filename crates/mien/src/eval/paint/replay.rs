//! Pictures of pictures: paper held into the camera, and screens. A rough stand-in for real attacks, of which we have two.

use super::Dice;
use super::canvas::Canvas;
use super::damage::{blurred, grainy};

/// What is held before the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attack {
    /// A print with a white border, tilted, before a background.
    Paper,
    /// A print that fills the view.
    PaperClose,
    /// A screen with a dark frame, moiré and a reflection.
    Screen,
    /// A screen that fills the view.
    ScreenClose,
    /// A print cut out along the face and worn before it; the network of liveness is never trained on such.
    CutOut,
}

impl Attack {
    /// All.
    pub const ALL: [Self; 5] = [
        Self::Paper,
        Self::PaperClose,
        Self::Screen,
        Self::ScreenClose,
        Self::CutOut,
    ];

    /// Name for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::PaperClose => "paper, filling the view",
            Self::Screen => "screen",
            Self::ScreenClose => "screen, filling the view",
            Self::CutOut => "face cut out of paper",
        }
    }

    fn is_screen(self) -> bool {
        matches!(self, Self::Screen | Self::ScreenClose)
    }

    fn fills_the_view(self) -> bool {
        matches!(self, Self::PaperClose | Self::ScreenClose)
    }
}

/// `face` photographed again from paper or a screen, before `background`.
pub fn replayed(face: &Canvas, background: &Canvas, attack: Attack, dice: &mut Dice) -> Canvas {
    let shown = if attack.is_screen() {
        on_screen(face, dice)
    } else {
        on_paper(face, dice)
    };
    let held = if attack == Attack::CutOut {
        worn(&shown, background, dice)
    } else {
        hold(&shown, background, attack, dice)
    };
    let soft = blurred(&held, dice.within(0.4, 1.0));
    let mut result = grainy(&soft, dice.within(1.0, 4.0), dice);
    if attack.is_screen() || dice.chance(0.5) {
        reflection(&mut result, dice);
    }
    result
}

/// Less contrast, a cast of colour, the dots of a printer.
fn on_paper(face: &Canvas, dice: &mut Dice) -> Canvas {
    let mut shown = blurred(face, dice.within(0.3, 0.8));
    let (low, span) = (dice.within(15.0, 45.0), dice.within(0.65, 0.85));
    let cast = [dice.within(0.93, 1.05), 1.0, dice.within(0.85, 1.02)];
    let (period, depth) = (dice.within(1.6, 3.0), dice.within(2.0, 9.0));
    for y in 0..shown.height {
        for x in 0..shown.width {
            let (u, v) = ((x as f32 + y as f32) / period, (x as f32 - y as f32) / period);
            let dots = depth * (u * std::f32::consts::TAU).sin() * (v * std::f32::consts::TAU).sin();
            let pixel = &mut shown.rgb[(y * shown.width + x) * 3..][..3];
            for (value, cast) in pixel.iter_mut().zip(cast) {
                *value = (low + span * *value) * cast + dots;
            }
        }
    }
    shown
}

/// Brighter and bluer, with the moiré of two grids.
fn on_screen(face: &Canvas, dice: &mut Dice) -> Canvas {
    let mut shown = face.clone();
    let gain = [dice.within(0.85, 1.0), dice.within(0.92, 1.05), dice.within(1.0, 1.18)];
    let depth = dice.within(4.0, 16.0);
    let (period, angle) = (dice.within(3.0, 9.0), dice.within(-0.4, 0.4));
    let (bend, phase) = (dice.within(0.0, 0.012), dice.within(0.0, 6.0));
    for y in 0..shown.height {
        for x in 0..shown.width {
            let (fx, fy) = (x as f32, y as f32);
            let along = fx * angle.cos() + fy * angle.sin() + bend * (fy - 100.0) * (fx - 100.0) / 10.0;
            let pixel = &mut shown.rgb[(y * shown.width + x) * 3..][..3];
            for (channel, (value, gain)) in pixel.iter_mut().zip(gain).enumerate() {
                let wave = depth * ((along / period + channel as f32 / 3.0) * std::f32::consts::TAU + phase).sin();
                *value = 8.0 + 0.95 * *value * gain + wave;
            }
        }
    }
    shown
}

/// The shown picture in perspective before the background.
fn hold(shown: &Canvas, background: &Canvas, attack: Attack, dice: &mut Dice) -> Canvas {
    let (width, height) = (shown.width as f32, shown.height as f32);
    // How much of the view the picture takes, and the shift and tilt of it.
    let size = if attack.fills_the_view() {
        dice.within(1.02, 1.15)
    } else {
        dice.within(0.66, 0.82)
    };
    let (keystone_x, keystone_y) = (dice.within(-0.15, 0.15), dice.within(-0.15, 0.15));
    let (sine, cosine) = dice.within(-0.12, 0.12).sin_cos();
    let room = (1.0 - size).max(0.0) * 0.4;
    let (dx, dy) = (dice.within(-room, room) * width, dice.within(-room, room) * height);
    let border = if attack.is_screen() {
        [dice.within(5.0, 40.0); 3]
    } else {
        [dice.within(200.0, 250.0); 3]
    };
    let margin = dice.within(0.02, 0.07);
    let mut view = shown.clone();
    for y in 0..shown.height {
        for x in 0..shown.width {
            let (u, v) = ((x as f32 - dx) / width - 0.5, (y as f32 - dy) / height - 0.5);
            let (u, v) = (u * cosine + v * sine, v * cosine - u * sine);
            let depth = size * (1.0 + keystone_x * u + keystone_y * v);
            let (u, v) = (u / depth, v / depth);
            let colour = if u.abs() <= 0.5 && v.abs() <= 0.5 {
                shown.sample((u + 0.5) * width, (v + 0.5) * height)
            } else if u.abs() <= 0.5 + margin && v.abs() <= 0.5 + margin {
                border
            } else {
                let place = (x as f32 / width, y as f32 / height);
                background.sample(
                    place.0 * background.width as f32 * 0.5,
                    place.1 * background.height as f32 * 0.5,
                )
            };
            let start = (y * shown.width + x) * 3;
            view.rgb[start..start + 3].copy_from_slice(&colour);
        }
    }
    view
}

/// The middle of the shown picture, where LFW has its face, cut out as an ellipse before another photograph, which has a
/// head there.
fn worn(shown: &Canvas, background: &Canvas, dice: &mut Dice) -> Canvas {
    let (width, height) = (shown.width as f32, shown.height as f32);
    let (wide, high) = (dice.within(0.24, 0.3), dice.within(0.32, 0.4));
    let mut view = shown.clone();
    for y in 0..shown.height {
        for x in 0..shown.width {
            let (u, v) = (x as f32 / width - 0.5, y as f32 / height - 0.5);
            if (u / wide).hypot((v + 0.02) / high) > 1.0 {
                let start = (y * shown.width + x) * 3;
                let behind = background.sample(
                    (u + 0.5) * background.width as f32,
                    (v + 0.5) * background.height as f32,
                );
                view.rgb[start..start + 3].copy_from_slice(&behind);
            }
        }
    }
    view
}

/// A soft bright spot or band.
pub(super) fn reflection(view: &mut Canvas, dice: &mut Dice) {
    let (width, height) = (view.width as f32, view.height as f32);
    let (at_x, at_y) = (dice.unit() * width, dice.unit() * height);
    let reach = dice.within(0.1, 0.35) * width;
    let strength = dice.within(15.0, 90.0);
    let long = dice.within(1.0, 4.0);
    for y in 0..view.height {
        for x in 0..view.width {
            let distance = ((x as f32 - at_x) / reach).hypot((y as f32 - at_y) / (reach * long));
            let light = strength * (-distance * distance).exp();
            for value in &mut view.rgb[(y * view.width + x) * 3..][..3] {
                *value = (*value + light).min(255.0);
            }
        }
    }
}
