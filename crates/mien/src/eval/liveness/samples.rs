//! Faces of the living and made-up pictures of pictures, as the network of liveness sees them: for training it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Context;
use mien_vision::face::Face;
use mien_vision::liveness::surface;
use mien_vision::picture::Picture;

use super::{Wanted, detected};
use crate::eval::dataset::Lfw;
use crate::eval::observe;
use crate::eval::paint::{self, Canvas, Dice};
use crate::eval::seeing::Seeing;
use crate::eval::spoiled;

const NAME_BYTES: usize = 64;

/// Images of a person at most: few people have many.
const OF_A_PERSON: usize = 6;

/// One photograph and what it is called.
struct Photograph {
    name: String,
    path: PathBuf,
}

/// Writes records of a name (64 bytes), 1 for living faces and 0 for others (one byte), the face and its surroundings (each
/// 96 x 96 RGB): for each photograph one living face and two that are not.
pub fn write(seeing: &Seeing, wanted: &Wanted, path: &Path) -> anyhow::Result<()> {
    let photographs = photographs(wanted)?;
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let file = Mutex::new(BufWriter::new(file));
    let look = |photograph: &Photograph| -> anyhow::Result<()> {
        let other = &photographs[Dice::of(&photograph.name, 98).below(photographs.len())];
        let (face, background) = (spoiled::canvas(&photograph.path)?, spoiled::canvas(&other.path)?);
        for copy in 0..3u64 {
            let mut dice = Dice::of(&photograph.name, 900 + copy);
            let view = view(&face, &background, copy == 0, &mut dice)?.picture()?;
            let Some(found) = detected(seeing, &view)? else {
                continue;
            };
            let record = record(&photograph.name, copy == 0, &view, &found);
            let mut file = file.lock().map_err(|_| anyhow::anyhow!("a worker panicked"))?;
            file.write_all(&record)?;
        }
        Ok(())
    };
    observe::each("imitating", &photographs, seeing.threads, look)?;
    let mut file = file.into_inner().map_err(|_| anyhow::anyhow!("a worker panicked"))?;
    Ok(file.flush()?)
}

fn photographs(wanted: &Wanted) -> anyhow::Result<Vec<Photograph>> {
    let mut images = Lfw::open(&wanted.data)?.images;
    images.retain(|image| image.half == wanted.half);
    let (mut person, mut taken) = (usize::MAX, 0);
    images.retain(|image| {
        taken = if image.person == person { taken + 1 } else { 1 };
        person = image.person;
        taken <= OF_A_PERSON
    });
    let mut photographs: Vec<Photograph> = images
        .into_iter()
        .map(|image| Photograph {
            name: image.name,
            path: image.path,
        })
        .collect();
    let others = wanted.data.join("utkface");
    if others.is_dir() {
        let files = spoiled::files(&others)?;
        // One in two: they are all cut close to the face.
        photographs.extend(files.into_iter().step_by(2).map(|path| Photograph {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            path,
        }));
    }
    photographs
        .sort_by_cached_key(|photograph| (Dice::of(&photograph.name, 9).below(1 << 30), photograph.name.clone()));
    photographs.truncate(wanted.images);
    Ok(photographs)
}

/// What the camera sees. One living face in four is left as it is.
fn view(face: &Canvas, background: &Canvas, living: bool, dice: &mut Dice) -> anyhow::Result<Canvas> {
    let before = if !living {
        paint::imitated(face, background, dice)
    } else if dice.chance(0.25) {
        return Ok(cut(face.clone(), dice));
    } else if dice.chance(0.5) {
        paint::turned(face, dice)
    } else {
        face.clone()
    };
    let before = paint::photographed(&before, dice)?;
    Ok(cut(before, dice))
}

/// One in three is cut closer.
fn cut(view: Canvas, dice: &mut Dice) -> Canvas {
    if !dice.chance(0.33) {
        return view;
    }
    let (width, height) = (view.width as f32, view.height as f32);
    let mut edge = || dice.within(0.0, 0.2);
    let (left, top, right, bottom) = (edge(), edge(), 1.0 - edge(), 1.0 - edge());
    view.part(left * width, top * height, right * width, bottom * height).0
}

fn record(name: &str, living: bool, picture: &Picture, face: &Face) -> Vec<u8> {
    let mut record = name.as_bytes()[..name.len().min(NAME_BYTES)].to_vec();
    record.resize(NAME_BYTES, 0);
    record.push(u8::from(living));
    for patch in surface::sights(picture, face) {
        record.extend(patch.rgb.iter().map(|value| value.round().clamp(0.0, 255.0) as u8));
    }
    record
}
