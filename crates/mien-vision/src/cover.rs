//! What covers a face: an own small network that looks at the face as the mesh lays it.
//!
//! It is trained on faces that were covered on purpose (`training/quality`), hangs on the mesh alone and is therefore the
//! same for every pack.

use crate::align::Patch;
use crate::engine::{Engine, EngineError, LoadOptions, ModelFile, Network, TensorView};
use crate::heads::sight::{Square, placement};
use crate::picture::Picture;
use crate::points::Mesh;
use crate::vision::VisionError;

/// Side of the input in pixels.
pub const SIDE_PX: usize = 80;

/// Parts of a face that may be covered, in the order of [`Cover::shares`].
pub const PARTS: [&str; 6] = ["eyebrow", "eye", "nose", "cheek", "mouth", "chin"];

const STAGE: &str = "cover";

/// Weights of a network and the name that errors give them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weights {
    name: &'static str,
    bytes: &'static [u8],
}

/// What covers a face, and how like itself it still looks.
pub(crate) const COVERS: Weights = Weights {
    name: "cover.onnx",
    bytes: include_bytes!("../cover/cover.onnx"),
};

/// The same network, trained on with photographs of real masks: better at masks, worse at eyes.
pub(crate) const MASKS: Weights = Weights {
    name: "masks.onnx",
    bytes: include_bytes!("../cover/masks.onnx"),
};

/// From above the brows to below the chin.
const SQUARE: Square = Square {
    x: 56.0,
    y: 64.0,
    side: 144.0,
    mirror: false,
};

/// The loaded network.
#[derive(Debug)]
pub(crate) struct CoverNetwork {
    network: Box<dyn Network>,
}

/// What the network says about one face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cover {
    /// How much of each of [`PARTS`] is covered, 0 to 1; both sides of the face together.
    pub shares: [f32; 6],
    /// No mask, one below the face, over the chin, over the mouth, over mouth and nose; the sum is 1.
    pub mask: [f32; 5],
    /// How like itself the face still looks to an embedder, 0 to 1: the cosine to the unspoiled face, foretold.
    pub likeness: f32,
}

/// The face as the network sees it: RGB, 0 to 255. `None` when the points of the mesh coincide.
pub fn sight(picture: &Picture, mesh: &Mesh) -> Option<Patch> {
    let place = SQUARE.place(&placement(mesh)?, SIDE_PX);
    Some(Patch::cut(picture, place, SIDE_PX, SIDE_PX))
}

impl CoverNetwork {
    pub(crate) fn open(weights: Weights, engine: &dyn Engine, options: &LoadOptions) -> Result<Self, EngineError> {
        let model = ModelFile::new(weights.name, weights.bytes);
        let network = engine.load(&model, &options.clone().with_shape(&[1, 3, SIDE_PX, SIDE_PX]))?;
        Ok(Self { network })
    }

    pub(crate) fn see(&self, picture: &Picture, mesh: &Mesh) -> Result<Cover, VisionError> {
        let patch = sight(picture, mesh).ok_or_else(|| unexpected("the points of the mesh coincide"))?;
        let mut tensor = vec![0.0; 3 * SIDE_PX * SIDE_PX];
        for (channel, plane) in tensor.chunks_exact_mut(SIDE_PX * SIDE_PX).enumerate() {
            for (to, pixel) in plane.iter_mut().zip(patch.rgb.as_chunks::<3>().0) {
                *to = pixel[channel] / 255.0;
            }
        }
        let engine = |source: EngineError| VisionError::Engine { stage: STAGE, source };
        let input = TensorView::new(&[1, 3, SIDE_PX, SIDE_PX], &tensor).map_err(engine)?;
        let outputs = self.network.run(&[input]).map_err(engine)?;
        let output = |name: &str| {
            let index = self.network.outputs().iter().position(|known| known == name);
            index.and_then(|index| outputs.get(index)).map(|tensor| tensor.values())
        };
        let cover = (|| {
            Some(Cover {
                shares: output("covered")?.try_into().ok()?,
                mask: output("mask")?.try_into().ok()?,
                likeness: *output("likeness")?.first()?,
            })
        })();
        cover.ok_or_else(|| unexpected("the network has other outputs than it was trained with"))
    }
}

fn unexpected(reason: &str) -> VisionError {
    VisionError::Output {
        stage: STAGE,
        reason: reason.to_owned(),
    }
}
