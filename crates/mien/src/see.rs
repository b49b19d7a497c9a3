//! The seeing path as the server opens it.

use anyhow::{Context, Result, bail};
use mien_core::{Curve, ModelVersion, Point, Space};
use mien_vision::engine::{self, Engine, OpenVino, Precision, Tract, runtime_directory};
use mien_vision::pack::Pack;
use mien_vision::vision::{EmbedderInfo, Slot, Vision, VisionOptions};

use crate::place::Place;
use crate::settings::EngineKind;

/// Loads every network of the pack. The second value says on what they run.
pub fn open(place: &Place, pack: &Pack) -> Result<(Vision, String)> {
    let engine = engine(place)?;
    Ok((vision(pack, engine.as_ref())?, engine.name()))
}

/// The configured engine.
pub fn engine(place: &Place) -> Result<Box<dyn Engine>> {
    Ok(match place.settings.engine.kind {
        EngineKind::Auto => engine::best(&place.home),
        EngineKind::Openvino => Box::new(OpenVino::open(&runtime_directory(&place.home))?),
        EngineKind::Tract => Box::new(Tract),
    })
}

/// Loads every network of the pack as the server does.
pub fn vision(pack: &Pack, engine: &dyn Engine) -> Result<Vision> {
    let options = VisionOptions {
        precision: Precision::Bf16,
        ..VisionOptions::default()
    };
    let name = &pack.manifest().name;
    Vision::open(pack, engine, &options).with_context(|| format!("the model pack {name} cannot be opened"))
}

/// As [`open`], and ready for the first request: nothing is compiled or allocated later that could be now.
pub fn open_warm(place: &Place, pack: &Pack) -> Result<(Vision, String)> {
    let (vision, engine) = open(place, pack)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    vision
        .warm_up(cores)
        .with_context(|| format!("the model pack {} cannot be run on {engine}", pack.manifest().name))?;
    Ok((vision, engine))
}

/// One space for each embedder of the pack that has a calibration. Without one there is no way from a similarity to a
/// score, so groups of that version cannot be served; the others can.
pub fn spaces(vision: &Vision) -> Result<Vec<Space>> {
    let mut spaces = Vec::new();
    for slot in Slot::ALL {
        // A pack may have one embedder only; groups of the other version then cannot be created.
        let Ok(embedder) = vision.embedder(slot) else { continue };
        if embedder.calibration.is_empty() {
            tracing::warn!(
                "FaceModelVersion {version} is not served: its embedder has no calibration; `mien eval calibrate` makes one",
                version = slot.as_str()
            );
            continue;
        }
        spaces.push(space(slot, embedder)?);
    }
    if spaces.is_empty() {
        bail!("no embedder of the model pack has a calibration: run `mien eval calibrate`");
    }
    Ok(spaces)
}

fn space(slot: Slot, embedder: &EmbedderInfo) -> Result<Space> {
    let points = embedder.calibration.iter().map(|point| Point {
        cosine: point.cosine,
        far: point.far,
    });
    let curve = Curve::new(points.collect())
        .with_context(|| format!("the calibration of the embedder {} is not usable", slot.as_str()))?;
    Ok(Space {
        version: match slot {
            Slot::V2 => ModelVersion::V2,
            Slot::V3 => ModelVersion::V3,
        },
        fingerprint: embedder.fingerprint.clone(),
        dim: embedder.dim,
        curve,
    })
}
