//! An own small network that looks for what paper and screens do to a picture of a face, and for their edges around it.
//!
//! It is trained on pictures of pictures that were made up (`training/liveness`), hangs on the detector's box alone and is
//! the same for every pack.

use crate::align::{Patch, Similarity};
use crate::engine::{Engine, EngineError, LoadOptions, ModelFile, Network, TensorView};
use crate::face::{Face, Point};
use crate::picture::Picture;
use crate::points::roll;
use crate::vision::VisionError;

/// Side of both inputs in pixels.
pub const SIDE_PX: usize = 96;

/// Sides of the squares that it sees, in longer sides of the box: the face, and what is around it.
const REACH: [f32; 2] = [1.25, 2.6];

/// The face and its surroundings, RGB, 0 to 255; both lie inside of the picture as far as its shape allows.
pub fn sights(picture: &Picture, face: &Face) -> [Patch; 2] {
    REACH.map(|reach| Patch::cut(picture, place(picture, face, reach), SIDE_PX, SIDE_PX))
}

/// A square around the face, no larger than the picture and moved into it.
fn place(picture: &Picture, face: &Face, reach: f32) -> Similarity {
    let region = &face.region;
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let side = (region.width.max(region.height) * reach)
        .min(width.min(height))
        .max(1.0);
    let centre = region.centre();
    let inside = |middle: f32, length: f32| middle.max(0.5 * side).min(length - 0.5 * side);
    let half = 0.5 * (SIDE_PX as f32 - 1.0);
    // Pixel centres lie at whole numbers.
    let from = Point::new(inside(centre.x, width) - 0.5, inside(centre.y, height) - 0.5);
    Similarity::about(from, Point::new(half, half), SIDE_PX as f32 / side, -roll(face, false))
}

/// The loaded network.
#[derive(Debug)]
pub(crate) struct SurfaceNetwork {
    network: Box<dyn Network>,
}

const STAGE: &str = "liveness";
const WEIGHTS: &[u8] = include_bytes!("../../liveness/surface.onnx");

impl SurfaceNetwork {
    pub(crate) fn open(engine: &dyn Engine, options: &LoadOptions) -> Result<Self, EngineError> {
        let model = ModelFile::new("surface.onnx", WEIGHTS);
        let network = engine.load(&model, &options.clone().with_shape(&SHAPE))?;
        Ok(Self { network })
    }

    /// How likely no picture of a face is seen but a face, 0 to 1.
    pub(crate) fn probability(&self, picture: &Picture, face: &Face) -> Result<f32, VisionError> {
        let mut tensor = vec![0.0; 6 * SIDE_PX * SIDE_PX];
        let sights = sights(picture, face);
        for (patch, planes) in sights.iter().zip(tensor.chunks_exact_mut(3 * SIDE_PX * SIDE_PX)) {
            for (channel, plane) in planes.chunks_exact_mut(SIDE_PX * SIDE_PX).enumerate() {
                for (to, pixel) in plane.iter_mut().zip(patch.rgb.as_chunks::<3>().0) {
                    *to = pixel[channel] / 255.0;
                }
            }
        }
        let engine = |source: EngineError| VisionError::Engine { stage: STAGE, source };
        let input = TensorView::new(&SHAPE, &tensor).map_err(engine)?;
        let outputs = self.network.run(&[input]).map_err(engine)?;
        let value = outputs.first().and_then(|tensor| tensor.values().first().copied());
        match value {
            Some(value) if value.is_finite() => Ok(value.clamp(0.0, 1.0)),
            _ => Err(VisionError::Output {
                stage: STAGE,
                reason: "the network of surfaces says no number".to_owned(),
            }),
        }
    }
}

/// Batch, channels of both sights, rows, columns.
const SHAPE: [usize; 4] = [1, 6, SIDE_PX, SIDE_PX];
