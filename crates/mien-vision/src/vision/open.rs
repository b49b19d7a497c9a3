//! From a pack to the parts of the facade.

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;

use super::{EmbedderInfo, LiveEmbedder, Slot, Vision};
use crate::calibration::{Calibration, CalibrationError};
use crate::cover::{self, CoverNetwork};
use crate::detect::{AnchorLayer, Canvas, Detector, DetectorNumbers, Head, Margin};
use crate::embed::{Embedder, Part, PartNumbers, Projection, ProjectionError};
use crate::engine::{Engine, EngineError, LoadOptions, Network, Precision};
use crate::heads::Heads;
use crate::liveness::surface::SurfaceNetwork;
use crate::liveness::{self, Liveness, Watcher};
use crate::mask::{self, MaskDetector};
use crate::pack::{self, FileName, Pack, PackError};
use crate::picture::{ChannelOrder, InputFormat, Layout};
use crate::points::{CropNetwork, Doubt, IrisFinder, Landmarker, PointFinder, PointsNumbers};
use crate::portrait::Portrayer;

/// How the networks are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisionOptions {
    /// Arithmetic of the layers; engines without it take 32-bit floats.
    pub precision: Precision,
    /// How many threads look at pictures at the same time.
    pub parallel_runs: usize,
    /// Whether calibrations are read. Those who make a new one cannot ask for the old one to fit.
    pub calibrated: bool,
}

/// Why the facade could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// A file of the pack could not be read.
    #[error("the model pack cannot be used")]
    Pack(#[source] PackError),
    /// The engine refused a model.
    #[error("the model {file} cannot be loaded")]
    Engine {
        /// Name of the file in the pack.
        file: FileName,
        /// Why.
        #[source]
        source: EngineError,
    },
    /// The pack does not say how to do something that the facade needs.
    #[error("the model pack has no {0}")]
    Missing(&'static str),
    /// The manifest asks for something that this build cannot do.
    #[error("the model pack's {role}: {reason}")]
    Unusable {
        /// Which role.
        role: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The engine refused the network that sees what covers a face.
    #[error("the cover network cannot be loaded")]
    Cover(#[source] EngineError),
    /// The engine refused the network of liveness that comes with Mien.
    #[error("the network of surfaces cannot be loaded")]
    Surface(#[source] EngineError),
    /// A calibration for masked faces is broken.
    #[error("a calibration for masked faces cannot be used")]
    MaskedCalibration(#[source] CalibrationError),
    /// The projection of an embedder is broken.
    #[error("the projection {file} cannot be used")]
    Projection {
        /// Name of the file in the pack.
        file: FileName,
        /// Why.
        #[source]
        source: ProjectionError,
    },
    /// The calibration of an embedder is broken.
    #[error("the calibration {file} cannot be used")]
    Calibration {
        /// Name of the file in the pack.
        file: FileName,
        /// Why.
        #[source]
        source: CalibrationError,
    },
    /// The calibration was made for another embedder.
    #[error("the calibration {file} belongs to the embedder {found}, not to {expected}: run `mien eval calibrate`")]
    ForeignCalibration {
        /// Name of the file in the pack.
        file: FileName,
        /// Fingerprint of the pack's embedder.
        expected: String,
        /// Fingerprint in the file.
        found: String,
    },
}

impl Vision {
    /// Loads every network that the pack describes.
    ///
    /// # Errors
    /// [`OpenError`] when a file is missing or broken, or the pack lacks a detector or an embedder.
    pub fn open(pack: &Pack, engine: &dyn Engine, options: &VisionOptions) -> Result<Self, OpenError> {
        let mut loader = Loader {
            pack,
            engine,
            options,
            loaded: BTreeMap::new(),
        };
        let roles = &pack.manifest().roles;
        let detector = roles.detector.as_ref().ok_or(OpenError::Missing("detector"))?;
        let doubt = loader.doubt(detector)?;
        let detector = loader.detector(detector)?;
        let points = loader.points()?;
        let mut embedders = Vec::new();
        for slot in Slot::ALL {
            if let Some(role) = roles.embedder.get(slot.as_str()) {
                embedders.push(loader.embedder(slot, role)?);
            }
        }
        if embedders.is_empty() {
            return Err(OpenError::Missing("embedder"));
        }
        let see = |weights| CoverNetwork::open(weights, engine, &heads_options(options)).map_err(OpenError::Cover);
        let (cover, masks) = (see(cover::COVERS)?, see(cover::MASKS)?);
        let masked = masked_calibration(&embedders, options)?;
        let mask = roles.mask.as_ref().map(|role| loader.mask(role)).transpose()?;
        let liveness = roles.liveness.as_ref().map(|role| loader.liveness(role)).transpose()?;
        let heads = Heads::open(pack, engine, &heads_options(options))?;
        let landmarker = loader.landmarker()?;
        let age_gender = loader.age_gender()?;
        let expression = loader.expression()?;
        Ok(Self {
            detector,
            doubt,
            points,
            embedders,
            heads,
            age_gender,
            expression,
            landmarker,
            liveness,
            mask,
            cover,
            masks,
            masked,
        })
    }
}

impl Default for VisionOptions {
    fn default() -> Self {
        let parallel_runs = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            precision: Precision::F32,
            parallel_runs,
            calibrated: true,
        }
    }
}

/// Curves of the embedding for masked faces (`mien eval masks --calibration`), one for each embedder that has one.
const MASKED: [&str; 2] = [
    include_str!("../../packs/human/calibration-masked.toml"),
    include_str!("../../packs/omz/calibration-masked.toml"),
];

/// The curve that was made for the embedder of version 3.0.
fn masked_calibration(
    embedders: &[LiveEmbedder],
    options: &VisionOptions,
) -> Result<Vec<crate::calibration::CalibrationPoint>, OpenError> {
    let ours = embedders.iter().find(|live| live.slot == Slot::V3);
    for text in MASKED {
        let calibration = Calibration::parse(text).map_err(OpenError::MaskedCalibration)?;
        if options.calibrated && ours.is_some_and(|live| live.info.fingerprint == calibration.fingerprint) {
            return Ok(calibration.points);
        }
    }
    Ok(Vec::new())
}

/// Heads are trained on features in 32-bit floats and always see such.
fn heads_options(options: &VisionOptions) -> LoadOptions {
    LoadOptions {
        precision: Precision::F32,
        parallel_runs: options.parallel_runs,
        ..LoadOptions::default()
    }
}

struct Loader<'a> {
    pack: &'a Pack,
    engine: &'a dyn Engine,
    options: &'a VisionOptions,
    /// Roles may share a model; `true` for those in 32-bit floats.
    loaded: BTreeMap<(FileName, bool), Arc<dyn Network>>,
}

impl Loader<'_> {
    fn network(&mut self, file: &FileName) -> Result<Arc<dyn Network>, OpenError> {
        self.network_in(file, self.options.precision)
    }

    fn network_in(&mut self, file: &FileName, precision: Precision) -> Result<Arc<dyn Network>, OpenError> {
        let key = (file.clone(), precision == Precision::F32);
        if let Some(network) = self.loaded.get(&key) {
            return Ok(Arc::clone(network));
        }
        let model = self.pack.model(file).map_err(OpenError::Pack)?;
        let options = LoadOptions {
            precision,
            parallel_runs: self.options.parallel_runs,
            ..LoadOptions::default()
        };
        let network = self.engine.load(&model, &options);
        let network: Arc<dyn Network> = network
            .map_err(|source| OpenError::Engine {
                file: file.clone(),
                source,
            })?
            .into();
        self.loaded.insert(key, Arc::clone(&network));
        Ok(network)
    }

    fn detector(&mut self, role: &pack::Detector) -> Result<Detector, OpenError> {
        let network = self.network(&role.file)?;
        Ok(Detector::new(network, format(&role.input), detector_numbers(role)))
    }

    fn doubt(&mut self, role: &pack::Detector) -> Result<Option<Doubt>, OpenError> {
        let Some(pack::Doubt { below, presence }) = role.doubt else {
            return Ok(None);
        };
        let roles = &self.pack.manifest().roles;
        let mesh = roles.mesh.as_ref().ok_or(OpenError::Missing("mesh"))?;
        let (crop, numbers) = self.crop("mesh", &mesh.file, &mesh.input, &mesh.crop)?;
        Ok(Some(Doubt {
            below,
            presence,
            crop,
            numbers,
        }))
    }

    fn points(&mut self) -> Result<PointFinder, OpenError> {
        let roles = &self.pack.manifest().roles;
        match &roles.points {
            Some(pack::Points::Mesh) => {
                let mesh = roles.mesh.as_ref().ok_or(OpenError::Missing("mesh"))?;
                let (crop, numbers) = self.crop("mesh", &mesh.file, &mesh.input, &mesh.crop)?;
                Ok(PointFinder::Mesh(crop, numbers))
            }
            Some(pack::Points::Regression(points)) => {
                let (crop, numbers) = self.crop("points", &points.file, &points.input, &points.crop)?;
                Ok(PointFinder::Five(crop, numbers))
            }
            Some(pack::Points::Detector) | None => Ok(PointFinder::Detector),
        }
    }

    fn landmarker(&mut self) -> Result<Landmarker, OpenError> {
        let roles = &self.pack.manifest().roles;
        let exact = |file: &FileName, input: &pack::Input, stage: &'static str, loader: &mut Self| {
            let network = loader.network_in(file, Precision::F32)?;
            let format = format(input);
            Ok(CropNetwork { stage, network, format })
        };
        let mut landmarker = Landmarker { mesh: None, iris: None };
        if let Some(mesh) = &roles.mesh {
            let numbers = square_crop("mesh", &mesh.crop)?;
            landmarker.mesh = Some((exact(&mesh.file, &mesh.input, "mesh", self)?, numbers));
        }
        if let Some(iris) = &roles.iris {
            let crop = exact(&iris.file, &iris.input, "iris", self)?;
            landmarker.iris = Some(IrisFinder {
                crop,
                reach: iris.scale,
            });
        }
        Ok(landmarker)
    }

    fn age_gender(&mut self) -> Result<Option<Portrayer<pack::AgeGender>>, OpenError> {
        let Some(role) = &self.pack.manifest().roles.age_gender else {
            return Ok(None);
        };
        let network = self.exact("age and gender", &role.file, &role.input)?;
        let role = role.clone();
        Ok(Some(Portrayer { network, role }))
    }

    fn expression(&mut self) -> Result<Option<Portrayer<pack::Expression>>, OpenError> {
        let Some(role) = &self.pack.manifest().roles.expression else {
            return Ok(None);
        };
        let network = self.exact("expression", &role.file, &role.input)?;
        let role = role.clone();
        Ok(Some(Portrayer { network, role }))
    }

    /// In 32-bit floats: these run only when they are asked for, and were measured so.
    fn exact(&mut self, stage: &'static str, file: &FileName, input: &pack::Input) -> Result<CropNetwork, OpenError> {
        let network = self.network_in(file, Precision::F32)?;
        let format = format(input);
        Ok(CropNetwork { stage, network, format })
    }

    fn crop(
        &mut self,
        role: &'static str,
        file: &FileName,
        input: &pack::Input,
        crop: &pack::Crop,
    ) -> Result<(CropNetwork, PointsNumbers), OpenError> {
        let numbers = square_crop(role, crop)?;
        let crop = CropNetwork {
            stage: role,
            network: self.network(file)?,
            format: format(input),
        };
        Ok((crop, numbers))
    }

    fn mask(&mut self, role: &pack::Mask) -> Result<MaskDetector, OpenError> {
        let grid = |grid: &pack::MaskGrid| mask::Grid {
            side: grid.side as usize,
            sizes: grid.sizes,
        };
        Ok(MaskDetector {
            network: self.network(&role.file)?,
            format: format(&role.input),
            scale: square_crop("mask", &role.crop)?.crop,
            grids: role.grids.iter().map(grid).collect(),
            ratios: role.ratios.clone(),
            variances: role.variances,
            boxes: role.boxes.clone(),
            scores: role.scores.clone(),
            score: role.score,
        })
    }

    fn liveness(&mut self, role: &pack::Liveness) -> Result<Liveness, OpenError> {
        let unusable = |reason: &str| OpenError::Unusable {
            role: "liveness",
            reason: reason.to_owned(),
        };
        if !(role.cut > 0.0 && role.cut < 1.0) {
            return Err(unusable("the cut must lie between 0 and 1"));
        }
        if !(0.0..=1.0).contains(&role.own) || (role.part.is_empty() && role.own < 1.0) {
            return Err(unusable("own must lie between 0 and 1 and be 1 without parts"));
        }
        let mut watchers = Vec::with_capacity(role.part.len());
        for part in &role.part {
            let crop = match part.crop {
                pack::Crop::Square { scale, upright } => liveness::Crop::Square { scale, upright },
                pack::Crop::Stretch { scale } => liveness::Crop::Stretch { scale },
                pack::Crop::Template { .. } => return Err(unusable("the crop must be a square or the box")),
            };
            watchers.push(Watcher {
                network: self.network(&part.file)?,
                format: format(&part.input),
                crop,
                output: part.output.clone(),
                live: part.live,
                logits: part.logits,
            });
        }
        Ok(Liveness {
            watchers,
            surface: SurfaceNetwork::open(self.engine, &heads_options(self.options)).map_err(OpenError::Surface)?,
            own: role.own,
            cut: role.cut,
        })
    }

    fn embedder(&mut self, slot: Slot, role: &pack::Embedder) -> Result<LiveEmbedder, OpenError> {
        let parts = role
            .part
            .iter()
            .map(|part| self.part(part))
            .collect::<Result<Vec<_>, _>>()?;
        let projection = role.projection.as_ref().map(|file| self.projection(file)).transpose()?;
        let fingerprint = self.pack.manifest().embedder_fingerprint(slot.as_str());
        let fingerprint = fingerprint.ok_or(OpenError::Missing("embedder"))?.to_string();
        let calibration = match &role.calibration {
            Some(file) if self.options.calibrated => self.calibration(file, &fingerprint)?,
            Some(_) | None => Vec::new(),
        };
        let info = EmbedderInfo {
            fingerprint,
            dim: role.dim,
            calibration,
        };
        Ok(LiveEmbedder {
            slot,
            info,
            embedder: Embedder::new(parts, projection),
        })
    }

    fn part(&mut self, role: &pack::EmbedderPart) -> Result<Part, OpenError> {
        let pack::Crop::Template { points } = role.crop else {
            let reason = "an embedder must be aligned by a template".to_owned();
            return Err(OpenError::Unusable {
                role: "embedder",
                reason,
            });
        };
        let centre = match &role.centre {
            Some(centre) => {
                let bytes = self.pack.read(&centre.file).map_err(OpenError::Pack)?;
                let values = bytes
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .map(|bytes| f32::from_le_bytes(*bytes) * centre.factor);
                values.collect()
            }
            None => Vec::new(),
        };
        if !centre.is_empty() && centre.len() != role.dim {
            let reason = format!("the centre has {} values, the vector {}", centre.len(), role.dim);
            return Err(OpenError::Unusable {
                role: "embedder",
                reason,
            });
        }
        let numbers = PartNumbers {
            template: points,
            output: role.output.clone(),
            dim: role.dim,
            centre,
            weight: role.weight,
        };
        Ok(Part {
            network: self.network(&role.file)?,
            format: format(&role.input),
            numbers,
        })
    }

    fn projection(&self, file: &FileName) -> Result<Projection, OpenError> {
        let bytes = self.pack.read(file).map_err(OpenError::Pack)?;
        Projection::read(&bytes).map_err(|source| OpenError::Projection {
            file: file.clone(),
            source,
        })
    }

    fn calibration(
        &self,
        file: &FileName,
        fingerprint: &str,
    ) -> Result<Vec<crate::calibration::CalibrationPoint>, OpenError> {
        let bytes = self.pack.read(file).map_err(OpenError::Pack)?;
        let calibration =
            Calibration::parse(&String::from_utf8_lossy(&bytes)).map_err(|source| OpenError::Calibration {
                file: file.clone(),
                source,
            })?;
        if calibration.fingerprint != fingerprint {
            return Err(OpenError::ForeignCalibration {
                file: file.clone(),
                expected: fingerprint.to_owned(),
                found: calibration.fingerprint,
            });
        }
        Ok(calibration.points)
    }
}

fn square_crop(role: &'static str, crop: &pack::Crop) -> Result<PointsNumbers, OpenError> {
    match *crop {
        pack::Crop::Square { scale, upright } => Ok(PointsNumbers { crop: scale, upright }),
        pack::Crop::Stretch { .. } | pack::Crop::Template { .. } => Err(OpenError::Unusable {
            role,
            reason: "the crop must be a square".to_owned(),
        }),
    }
}

fn detector_numbers(role: &pack::Detector) -> DetectorNumbers {
    let pack::Margin {
        left,
        top,
        right,
        bottom,
    } = role.margin;
    DetectorNumbers {
        score: role.score,
        overlap: role.overlap,
        smallest_px: role.smallest_px,
        largest_px: role.largest_px,
        canvas: canvas(&role.input),
        margin: Margin {
            left,
            top,
            right,
            bottom,
        },
        head: head(&role.head),
    }
}

fn head(head: &pack::Head) -> Head {
    match head {
        pack::Head::Blazeface { layers } => {
            let layer = |layer: &pack::AnchorLayer| AnchorLayer {
                stride: layer.stride as usize,
                anchors: layer.anchors as usize,
            };
            Head::Blazeface {
                layers: layers.iter().map(layer).collect(),
            }
        }
        pack::Head::Yunet { strides } => Head::Yunet {
            strides: sizes(strides),
        },
        pack::Head::Scrfd { strides, anchors } => Head::Scrfd {
            strides: sizes(strides),
            anchors: *anchors as usize,
        },
        pack::Head::Retinaface { layers, variances } => Head::Retinaface {
            strides: layers.iter().map(|layer| layer.stride as usize).collect(),
            sizes: layers.iter().map(|layer| layer.sides.clone()).collect(),
            variances: *variances,
        },
    }
}

fn canvas(input: &pack::Input) -> Canvas {
    match input.multiple {
        Some(multiple) => Canvas::Free {
            multiple: multiple as usize,
        },
        None => Canvas::Fixed,
    }
}

fn sizes(numbers: &[u32]) -> Vec<usize> {
    numbers.iter().map(|number| *number as usize).collect()
}

/// The manifest's `(pixel - mean) / deviation` as the sampler's `(pixel - mean) * scale`.
pub(crate) fn format(input: &pack::Input) -> InputFormat {
    InputFormat {
        width: input.width as usize,
        height: input.height as usize,
        order: match input.colour {
            pack::Colour::Rgb => ChannelOrder::Rgb,
            pack::Colour::Bgr => ChannelOrder::Bgr,
            pack::Colour::Grey => ChannelOrder::Grey,
        },
        layout: match input.layout {
            pack::Layout::Nchw => Layout::Nchw,
            pack::Layout::Nhwc => Layout::Nhwc,
        },
        mean: input.mean.to_array(),
        scale: input.deviation.to_array().map(|deviation| 1.0 / deviation),
    }
}
