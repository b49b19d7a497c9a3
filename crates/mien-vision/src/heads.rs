//! Attributes for which there is no ready model: small heads on frozen networks of the pack, and geometry of the mesh.
//!
//! The heads are trained on 1,400 labelled faces (`training/heads`); their accuracy stands in `docs/ACCURACY.md`. What has
//! no or too few labels is computed from the mesh and says so where it is defined ([`geometry`]).

mod answer;
pub mod geometry;
mod linear;
mod lips;
mod look;
pub(crate) mod sight;
mod tone;

pub use answer::*;
pub use linear::{Weights, WeightsError};
pub use look::Block;

use crate::engine::{Engine, LoadOptions};
use crate::face::Face;
use crate::pack::{Bundled, Crop, FileName, Input, Manifest, Pack};
use crate::picture::Picture;
use crate::points::{CropNetwork, Mesh, PointsNumbers, find_mesh};
use crate::vision::{OpenError, VisionError, format};
use lips::Lips;
use look::{Sights, Watching};

/// The heads of one pack with the networks that they watch.
#[derive(Debug)]
pub struct Heads {
    mesh: (CropNetwork, PointsNumbers),
    watching: Vec<Watching>,
    lips: Lips,
    weights: Weights,
}

/// What the heads of a bundled pack see, and their weights.
struct Trained {
    sights: &'static str,
    weights: &'static [u8],
}

const TRAINED: [Trained; 2] = [
    Trained {
        sights: include_str!("../heads/human.toml"),
        weights: include_bytes!("../heads/human.weights"),
    },
    Trained {
        sights: include_str!("../heads/omz.toml"),
        weights: include_bytes!("../heads/omz.weights"),
    },
];

impl Heads {
    /// Loads the heads that were trained on the networks of this pack. `None` when there are none: other networks would
    /// give other features.
    ///
    /// # Errors
    /// [`OpenError`] when a file of the pack is missing or broken.
    pub fn open(pack: &Pack, engine: &dyn Engine, options: &LoadOptions) -> Result<Option<Self>, OpenError> {
        for trained in &TRAINED {
            let unusable = |reason: String| OpenError::Unusable { role: "heads", reason };
            let sights: Sights = toml::from_str(trained.sights).map_err(|error| unusable(error.to_string()))?;
            if !is_trained_on(pack, &sights) {
                continue;
            }
            let weights = Weights::read(trained.weights).map_err(|error| unusable(error.to_string()))?;
            let loader = Loader { pack, engine, options };
            let watching = sights.network.into_iter().map(|network| loader.watch(network));
            let watching = watching.collect::<Result<Vec<_>, _>>()?;
            return Ok(Some(Self {
                mesh: loader.mesh()?,
                watching,
                lips: loader.lips()?,
                weights,
            }));
        }
        Ok(None)
    }

    /// The mesh of a face, as the heads need it.
    ///
    /// # Errors
    /// An engine failure.
    pub fn mesh(&self, picture: &Picture, face: &Face) -> Result<Mesh, VisionError> {
        find_mesh(&self.mesh.0, &self.mesh.1, picture, face)
    }

    /// Everything that the heads look at, block by block: for training them.
    ///
    /// # Errors
    /// An engine failure, or points of the mesh that coincide.
    pub fn features(&self, picture: &Picture, mesh: &Mesh) -> Result<Vec<Block>, VisionError> {
        look::features(&self.watching, &self.lips, picture, mesh)
    }

    /// The weights in use.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// What a face looks like.
    ///
    /// # Errors
    /// As [`Heads::features`].
    pub fn attributes(&self, picture: &Picture, mesh: &Mesh) -> Result<Appearance, VisionError> {
        self.appearance(&self.features(picture, mesh)?, mesh)
    }

    /// What a face looks like, from features that [`Heads::features`] gave for this mesh.
    ///
    /// # Errors
    /// [`VisionError::Missing`] when a head has no weights, or a mesh without extent.
    pub fn appearance(&self, features: &[Block], mesh: &Mesh) -> Result<Appearance, VisionError> {
        answer::appearance(&self.weights, features, mesh)
    }
}

/// Whether the pack is a bundled one of this name with the very files that the heads were trained on.
fn is_trained_on(pack: &Pack, sights: &Sights) -> bool {
    let manifest = pack.manifest();
    let Some(Ok(known)) = Bundled::named(&sights.pack).map(Bundled::parse) else {
        return false;
    };
    let hash = |manifest: &Manifest, file: &FileName| manifest.entry(file).map(|entry| entry.sha256);
    sights.network.iter().all(|network| {
        let found = hash(manifest, &network.file);
        found.is_some() && found == hash(&known, &network.file)
    })
}

struct Loader<'a> {
    pack: &'a Pack,
    engine: &'a dyn Engine,
    options: &'a LoadOptions,
}

impl Loader<'_> {
    fn watch(&self, watched: look::Watched) -> Result<Watching, OpenError> {
        let network = self.network(&watched.file, &watched.input, &watched.tensors())?;
        Ok(Watching {
            network,
            look: watched.look,
        })
    }

    fn lips(&self) -> Result<Lips, OpenError> {
        Lips::open(self.engine, self.options).map_err(|error| OpenError::Unusable {
            role: "lips",
            reason: error.to_string(),
        })
    }

    fn mesh(&self) -> Result<(CropNetwork, PointsNumbers), OpenError> {
        let mesh = self
            .pack
            .manifest()
            .roles
            .mesh
            .as_ref()
            .ok_or(OpenError::Missing("mesh"))?;
        let Crop::Square { scale, upright } = mesh.crop else {
            return Err(OpenError::Unusable {
                role: "mesh",
                reason: "the crop must be a square".to_owned(),
            });
        };
        Ok((
            self.network(&mesh.file, &mesh.input, &[])?,
            PointsNumbers { crop: scale, upright },
        ))
    }

    fn network(&self, file: &FileName, input: &Input, tensors: &[&str]) -> Result<CropNetwork, OpenError> {
        let failed = |source| OpenError::Engine {
            file: file.clone(),
            source,
        };
        let model = self
            .pack
            .model(file)
            .map_err(OpenError::Pack)?
            .with_outputs(tensors)
            .map_err(failed)?;
        let network = self.engine.load(&model, self.options).map_err(failed)?;
        Ok(CropNetwork {
            stage: "heads",
            network: network.into(),
            format: format(input),
        })
    }
}
