//! Face detection: windows of the picture go through the network, its decoder gives candidates, the best of those that
//! overlap stay.

mod blazeface;
mod heads;
mod plan;
mod retinaface;
mod scrfd;
mod suppress;
mod turn;
mod yunet;

pub use heads::{AnchorLayer, Canvas, DetectorNumbers, Head, Margin};

use std::sync::Arc;

use crate::engine::{EngineError, Network, Tensor, TensorView};
use crate::face::{Face, FivePoints, Frame, Point, Region, Seen, Turn};
use crate::picture::{InputFormat, Picture, fill};
use crate::vision::VisionError;

use plan::Pass;

/// A face before it is reported, in pixels of the network's input or, later, of the upright picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) region: Region,
    pub(crate) confidence: f32,
    pub(crate) points: FivePoints,
    pub(crate) turn: Turn,
}

/// A loaded detector.
#[derive(Debug)]
pub(crate) struct Detector {
    network: Arc<dyn Network>,
    format: InputFormat,
    numbers: DetectorNumbers,
}

/// The tensors a detector gave, by name where the decoder goes by names.
pub(crate) struct Outputs<'a> {
    names: &'a [String],
    tensors: &'a [Tensor],
}

const STAGE: &str = "detection";

/// What is known of each face when the picture may be turned.
const ALL_TURNS: [Turn; 4] = [Turn::None, Turn::Quarter, Turn::Half, Turn::ThreeQuarters];

impl Detector {
    pub(crate) fn new(network: Arc<dyn Network>, format: InputFormat, numbers: DetectorNumbers) -> Self {
        Self {
            network,
            format,
            numbers,
        }
    }

    /// All faces of the picture whose frame is about `min_face_px` or larger, largest frame first. Where several turns show
    /// a face at one place, the most confident one stays, or with `every_turn` the best of each: somebody else decides.
    pub(crate) fn find(
        &self,
        picture: &Picture,
        min_face_px: u32,
        rotate: bool,
        every_turn: bool,
    ) -> Result<Vec<Face>, VisionError> {
        let turns = if rotate { &ALL_TURNS[..] } else { &ALL_TURNS[..1] };
        let mut candidates = Vec::new();
        for pass in plan::passes(
            (picture.width(), picture.height()),
            min_face_px,
            &self.format,
            &self.numbers,
        ) {
            if pass.last_resort && !candidates.is_empty() {
                continue;
            }
            self.look(picture, &pass, turns, &mut candidates)?;
        }
        let kept = if every_turn {
            let of = |turn: &Turn| candidates.iter().filter(|found| found.turn == *turn).copied().collect();
            let best = turns.iter().map(|turn| suppress::best(of(turn), self.numbers.overlap));
            best.flatten().collect()
        } else {
            suppress::best(candidates, self.numbers.overlap)
        };
        let mut faces: Vec<Face> = kept.iter().map(|candidate| self.face(candidate)).collect();
        faces.sort_by_key(|face| std::cmp::Reverse(face.frame.area()));
        Ok(faces)
    }

    fn look(
        &self,
        picture: &Picture,
        pass: &Pass,
        turns: &[Turn],
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), VisionError> {
        let format = self.format.sized(pass.width, pass.height);
        let mut tensor = vec![0.0; format.len()];
        fill(&picture.view(pass.window.shrink), pass.window, &format, &mut tensor);
        for &turn in turns {
            let (turned_format, turned) = turn::tensor(&tensor, &format, turn);
            let found = self.decode(&turned_format, &turned)?;
            // A network that knows turned faces too finds one in every turn: only where its points stand upright is it right.
            let whole = found
                .into_iter()
                .filter(|candidate| usable(candidate) && (turns.len() == 1 || upright(candidate)));
            let upright = whole.map(|candidate| turn::back(candidate, &format, turn));
            candidates.extend(upright.filter_map(|candidate| pass.place(&candidate)));
        }
        Ok(())
    }

    fn decode(&self, format: &InputFormat, tensor: &[f32]) -> Result<Vec<Candidate>, VisionError> {
        let engine = |source: EngineError| VisionError::Engine { stage: STAGE, source };
        let shape = format.shape(1);
        let input = TensorView::new(&shape, tensor).map_err(engine)?;
        let tensors = self.network.run(&[input]).map_err(engine)?;
        let outputs = Outputs {
            names: self.network.outputs(),
            tensors: &tensors,
        };
        let size = (format.width, format.height);
        let score = self.numbers.score;
        match &self.numbers.head {
            Head::Yunet { strides } => yunet::decode(&outputs, size, strides, score),
            Head::Scrfd { strides, anchors } => scrfd::decode(&outputs, size, strides, *anchors, score),
            Head::Retinaface {
                strides,
                sizes,
                variances,
            } => retinaface::decode(&outputs, size, strides, sizes, *variances, score),
            Head::Blazeface { layers } => blazeface::decode(&outputs, size, layers, score),
        }
    }

    fn face(&self, candidate: &Candidate) -> Face {
        Face {
            frame: frame(&candidate.region, &self.numbers.margin, candidate.turn),
            region: candidate.region,
            confidence: candidate.confidence,
            rough: candidate.points,
            turn: candidate.turn,
            seen: Seen::default(),
        }
    }
}

impl Outputs<'_> {
    /// The values of the output with this name.
    fn named(&self, name: &str, expected: usize) -> Result<&[f32], VisionError> {
        let index = self.names.iter().position(|known| known == name);
        let tensor = index.and_then(|index| self.tensors.get(index));
        let values = tensor
            .ok_or_else(|| unexpected(format!("the network has no output {name}")))?
            .values();
        if values.len() != expected {
            return Err(unexpected(format!(
                "output {name} has {} values, not {expected}",
                values.len()
            )));
        }
        Ok(values)
    }

    /// The values of the `nth` output among those with this many values for each of `rows`.
    fn shaped(&self, rows: usize, columns: usize, nth: usize) -> Result<&[f32], VisionError> {
        let fits = |tensor: &&Tensor| {
            let last = tensor.shape().last().copied().unwrap_or(1);
            tensor.values().len() == rows * columns && (last == columns || columns == 1)
        };
        let found = self.tensors.iter().filter(fits).nth(nth).map(Tensor::values);
        found.ok_or_else(|| unexpected(format!("the network has no output of {rows} x {columns}")))
    }
}

fn unexpected(reason: String) -> VisionError {
    VisionError::Output { stage: STAGE, reason }
}

/// Networks can overflow on odd pictures; a box that is not a number must not reach the domain.
fn usable(candidate: &Candidate) -> bool {
    let Region { x, y, width, height } = candidate.region;
    let finite = [x, y, width, height, candidate.confidence]
        .iter()
        .all(|value| value.is_finite());
    finite
        && width > 1.0
        && height > 1.0
        && candidate
            .points
            .to_array()
            .iter()
            .all(|p| p.x.is_finite() && p.y.is_finite())
}

/// Whether the mouth lies below the eyes, within 60 degrees.
fn upright(candidate: &Candidate) -> bool {
    let points = candidate.points;
    let (eyes, mouth) = (
        points.left_eye.middle(points.right_eye),
        points.left_mouth.middle(points.right_mouth),
    );
    let (across, down) = (mouth.x - eyes.x, mouth.y - eyes.y);
    down > 0.5 * across.hypot(down)
}

/// The reported frame: the region and its margin, in whole pixels.
fn frame(region: &Region, margin: &Margin, turn: Turn) -> Frame {
    let Margin {
        left,
        top,
        right,
        bottom,
    } = margin.turned(turn);
    let x = (region.x - left * region.width).round();
    let y = (region.y - top * region.height).round();
    let width = (region.width * (1.0 + left + right)).round().max(1.0);
    let height = (region.height * (1.0 + top + bottom)).round().max(1.0);
    Frame {
        x: x as i32,
        y: y as i32,
        width: width as u32,
        height: height as u32,
    }
}

/// Turns offsets `(x0, y0, x1, y1, ...)` in pixels around a cell into points.
fn five_points(values: &[f32], place: impl Fn(f32, f32) -> Point) -> FivePoints {
    let mut points = [Point::default(); 5];
    for (point, &[x, y]) in points.iter_mut().zip(values.as_chunks::<2>().0) {
        *point = place(x, y);
    }
    FivePoints::from_array(points)
}
