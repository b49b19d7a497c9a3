//! Writes the features of the heads for training: `cargo run --release -p mien-vision --example features -- PACK LFW LIST OUT`.
//!
//! PACK is the directory of an installed pack, LFW the folder `images` of the set, LIST a file of image names, one a line.
//! OUT gets one record of 16-bit floats for each name and another for its mirror image; a face that was not found is a
//! record of NaN. OUT.json names the blocks, OUT.points holds the five points of the mesh of each face, a line each: name, then
//! x and y in pixels. `training/heads` reads them.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use mien_vision::engine;
use mien_vision::face::Face;
use mien_vision::heads::Block;
use mien_vision::home::Home;
use mien_vision::pack::Pack;
use mien_vision::picture::{Picture, PictureLimits};
use mien_vision::points::Mesh;
use mien_vision::vision::{DetectOptions, Vision, VisionError, VisionOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [pack, images, list, out] = arguments.as_slice() else {
        return Err("usage: features PACK LFW_IMAGES LIST OUT".into());
    };
    let engine = engine::best(&Home::from_environment()?);
    let vision = Vision::open(&Pack::open(pack)?, engine.as_ref(), &VisionOptions::default())?;
    let mut file = BufWriter::new(File::create(out)?);
    let mut points = BufWriter::new(File::create(out.with_added_extension("points"))?);
    let mut length = 0;
    let mut missed = 0;
    for (index, name) in std::fs::read_to_string(list)?.lines().enumerate() {
        let bytes = std::fs::read(path(images, name))?;
        let picture = Picture::open(&bytes, &PictureLimits::default())?;
        for (turn, picture) in [mirrored(&picture)?, picture].iter().rev().enumerate() {
            let mesh = mesh(&vision, picture)?;
            if let (0, Some(mesh)) = (turn, &mesh) {
                let five = mesh.five_points().to_array();
                let five: Vec<String> = five
                    .iter()
                    .map(|point| format!("{:.2} {:.2}", point.x, point.y))
                    .collect();
                writeln!(points, "{name} {}", five.join(" "))?;
            }
            let heads = vision.heads()?;
            let blocks = mesh.map(|mesh| heads.features(picture, &mesh)).transpose()?;
            if length == 0 {
                length = blocks
                    .as_ref()
                    .map_or(0, |blocks| blocks.iter().map(|block| block.values.len()).sum());
                let names: Vec<(&str, usize)> = blocks
                    .iter()
                    .flatten()
                    .map(|block| (block.name.as_str(), block.values.len()))
                    .collect();
                serde_json::to_writer(File::create(out.with_added_extension("json"))?, &names)?;
            }
            missed += usize::from(blocks.is_none());
            write(&mut file, blocks.as_deref(), length)?;
        }
        if index % 200 == 0 {
            eprintln!("{index}");
        }
    }
    eprintln!("{missed} records without a face");
    points.flush()?;
    Ok(file.flush()?)
}

fn path(images: &Path, name: &str) -> PathBuf {
    let person = name.rsplit_once('_').map_or(name, |(person, _)| person);
    images.join(person).join(format!("{name}.jpg"))
}

/// The mesh of the face nearest to the centre.
fn mesh(vision: &Vision, picture: &Picture) -> Result<Option<Mesh>, VisionError> {
    let options = DetectOptions {
        max_faces: 120,
        ..DetectOptions::default()
    };
    let faces = match vision.detect(picture, &options) {
        Err(VisionError::NoFace | VisionError::FaceTooSmall { .. }) => return Ok(None),
        faces => faces?,
    };
    let distance = |face: &Face| {
        let centre = face.region.centre();
        (centre.x - picture.width() as f32 / 2.0).hypot(centre.y - picture.height() as f32 / 2.0)
    };
    let Some(face) = faces
        .into_iter()
        .min_by(|one, other| distance(one).total_cmp(&distance(other)))
    else {
        return Ok(None);
    };
    vision.heads()?.mesh(picture, &face).map(Some)
}

fn mirrored(picture: &Picture) -> Result<Picture, Box<dyn Error>> {
    let width = picture.width() as usize;
    let mut pixels = Vec::with_capacity(picture.pixels().len());
    for row in picture.pixels().chunks_exact(width * 3) {
        for pixel in row.as_chunks::<3>().0.iter().rev() {
            pixels.extend(pixel);
        }
    }
    Ok(Picture::from_rgb(picture.width(), picture.height(), pixels)?)
}

fn write(file: &mut impl Write, blocks: Option<&[Block]>, length: usize) -> std::io::Result<()> {
    let values: Vec<f32> = match blocks {
        Some(blocks) => blocks.iter().flat_map(|block| &block.values).copied().collect(),
        None => vec![f32::NAN; length],
    };
    for value in values {
        file.write_all(&half::f16::from_f32(value).to_le_bytes())?;
    }
    Ok(())
}
