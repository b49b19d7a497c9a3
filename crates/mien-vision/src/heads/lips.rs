//! Whether lips are apart: an own small network that looks at the mouth as the mesh lays it.
//!
//! Its one number is a feature among others, on which the head of the mouth leans. It is trained on our labels
//! (`training/heads/lips.py`), hangs on the mesh alone and is therefore the same for every pack.

use super::look::Block;
use super::sight::Square;
use crate::align::{Patch, Similarity};
use crate::engine::{Engine, EngineError, LoadOptions, ModelFile, Network, TensorView};
use crate::picture::Picture;
use crate::vision::VisionError;

/// Side of the input in pixels.
const SIDE_PX: usize = 48;

const STAGE: &str = "lips";
const WEIGHTS: &[u8] = include_bytes!("../../lips/lips.onnx");

/// The mouth with the base of the nose and most of the chin.
const SQUARE: Square = Square {
    x: 56.0,
    y: 92.0,
    side: 54.0,
    mirror: false,
};

/// The loaded network.
#[derive(Debug)]
pub(super) struct Lips {
    network: Box<dyn Network>,
}

impl Lips {
    pub(super) fn open(engine: &dyn Engine, options: &LoadOptions) -> Result<Self, EngineError> {
        let model = ModelFile::new("lips.onnx", WEIGHTS);
        let network = engine.load(&model, &options.clone().with_shape(&[1, 3, SIDE_PX, SIDE_PX]))?;
        Ok(Self { network })
    }

    /// The block `lips`: how much rather open than closed, as logarithm of the odds. `face` leads from the picture to the template.
    pub(super) fn see(&self, picture: &Picture, face: &Similarity) -> Result<Block, VisionError> {
        let patch = Patch::cut(picture, SQUARE.place(face, SIDE_PX), SIDE_PX, SIDE_PX);
        let mut tensor = vec![0.0; 3 * SIDE_PX * SIDE_PX];
        for (channel, plane) in tensor.chunks_exact_mut(SIDE_PX * SIDE_PX).enumerate() {
            for (to, pixel) in plane.iter_mut().zip(patch.rgb.as_chunks::<3>().0) {
                *to = pixel[channel] / 255.0;
            }
        }
        let engine = |source: EngineError| VisionError::Engine { stage: STAGE, source };
        let input = TensorView::new(&[1, 3, SIDE_PX, SIDE_PX], &tensor).map_err(engine)?;
        let outputs = self.network.run(&[input]).map_err(engine)?;
        let open = outputs.first().and_then(|output| output.values().first());
        let open = open.ok_or_else(|| VisionError::Output {
            stage: STAGE,
            reason: "the network has no output".to_owned(),
        })?;
        Ok(Block {
            name: "lips".to_owned(),
            values: vec![*open],
        })
    }
}
