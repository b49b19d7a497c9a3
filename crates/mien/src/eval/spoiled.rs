//! Photographs and what is made of them: shared by the evaluations of quality, masks and liveness.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use mien_vision::face::Face;
use mien_vision::picture::{Picture, PictureLimits};
use mien_vision::points::Mesh;
use mien_vision::vision::{DetectOptions, VisionError};

use super::dataset::{Half, Lfw, LfwImage};
use super::lfw::central_face;
use super::paint::{Canvas, Dice};
use super::seeing::Seeing;

/// A photograph with the face that it is of.
pub struct Sitting {
    pub canvas: Canvas,
    pub face: Face,
    pub mesh: Mesh,
}

impl Sitting {
    /// The face nearest to the centre; `None` when none is found.
    pub fn open(seeing: &Seeing, path: &Path) -> anyhow::Result<Option<Self>> {
        let (picture, Some(face)) = central_face(seeing, path)? else {
            return Ok(None);
        };
        let mesh = seeing.vision.mesh(&picture, &face)?.clone();
        let canvas = Canvas::of(&picture);
        Ok(Some(Self { canvas, face, mesh }))
    }

    /// Distance between the eyes in pixels.
    pub fn eyes_px(&self) -> f32 {
        super::paint::eyes_px(&self.mesh)
    }

    /// The picture of a canvas and the face in it where this one was; `None` when the detector does not find it any more.
    pub fn again(&self, seeing: &Seeing, canvas: &Canvas) -> anyhow::Result<Option<(Picture, Face)>> {
        let picture = canvas.picture()?;
        Ok(same_face(seeing, &picture, &self.face)?.map(|face| (picture, face)))
    }
}

/// The face that lies where `face` lay.
pub fn same_face(seeing: &Seeing, picture: &Picture, face: &Face) -> anyhow::Result<Option<Face>> {
    let options = DetectOptions {
        max_faces: 120,
        min_face_px: 20,
        rotate: false,
    };
    let found = match seeing.vision.detect(picture, &options) {
        Err(VisionError::NoFace | VisionError::FaceTooSmall { .. }) => return Ok(None),
        found => found?,
    };
    Ok(found
        .into_iter()
        .map(|found| (found.region.overlap(&face.region), found))
        .filter(|(overlap, _)| *overlap > 0.3)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, found)| found))
}

/// Any picture as a canvas: for backgrounds and textures.
pub fn canvas(path: &Path) -> anyhow::Result<Canvas> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let picture = Picture::open(bytes, &PictureLimits::default());
    Ok(Canvas::of(
        &picture.with_context(|| format!("cannot decode {}", path.display()))?,
    ))
}

/// Images of one half of the people of LFW in an order by chance, at most `count`.
pub fn some(lfw: Lfw, half: Half, count: usize) -> Vec<LfwImage> {
    let mut images: Vec<LfwImage> = lfw.images.into_iter().filter(|image| image.half == half).collect();
    images.sort_by_cached_key(|image| (Dice::of(&image.name, 11).below(1 << 30), image.name.clone()));
    images.truncate(count);
    images
}

/// Images of the people of one half who have two and more, at most `of_a_person` each: one image says nothing of how alike
/// two of a person are.
pub fn of_several(lfw: Lfw, half: Half, of_a_person: usize) -> Vec<LfwImage> {
    let mut images: Vec<LfwImage> = lfw.images.into_iter().filter(|image| image.half == half).collect();
    let mut images_of = BTreeMap::<usize, usize>::new();
    images.retain(|image| {
        let taken = images_of.entry(image.person).or_default();
        *taken += 1;
        *taken <= of_a_person
    });
    images.retain(|image| images_of.get(&image.person).is_some_and(|count| *count > 1));
    images
}

/// Another image of the list, for textures and backgrounds.
pub fn other<'a>(images: &'a [LfwImage], name: &str) -> &'a Path {
    &images[Dice::of(name, 12).below(images.len())].path
}

/// Files of a folder, sorted.
pub fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Prints a report, as one line or to be read.
pub fn print(report: &impl serde::Serialize, json: bool) -> anyhow::Result<()> {
    let text = if json {
        serde_json::to_string(report)?
    } else {
        serde_json::to_string_pretty(report)?
    };
    println!("{text}");
    Ok(())
}
