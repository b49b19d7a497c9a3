//! `mien eval cover`: faces spoiled on purpose, as the cover network sees them, with what was done to them: for training it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::Mutex;

use anyhow::Context;
use clap::Args;
use mien_vision::cover;
use mien_vision::face::Face;
use mien_vision::home::Home;
use mien_vision::picture::Picture;
use mien_vision::points::Mesh;
use mien_vision::vision::{Mirror, Slot};

use super::SeeingArgs;
use super::dataset::{Half, Lfw};
use super::lfw::central_face;
use super::observe;
use super::paint::{self, Canvas, Cloth, ClothKind, Dice, Part, Shape, Worn};
use super::pairs;
use super::seeing::Seeing;
use super::spoiled::same_face;

/// Options of `mien eval cover`.
#[derive(Clone, Debug, Args)]
pub struct CoverArgs {
    /// The folder that holds `lfw` and, if it is there, `utkface`.
    #[arg(long)]
    pub data: PathBuf,
    /// The file to write: records of a name (64 bytes), a picture (80 x 80 RGB) and numbers (32-bit floats: six shares
    /// covered, the mask's class, the cosine to the face before it was spoiled).
    #[arg(long)]
    pub out: PathBuf,
    /// Spoiled pictures of each photograph.
    #[arg(long, default_value_t = 4)]
    pub copies: u64,
    /// Only this part of the photographs, of so many: 0/4 is the first of four.
    #[arg(long, default_value = "0/1", value_parser = part)]
    pub part: (usize, usize),
    /// Which half of the people of LFW.
    #[arg(long, default_value = "first", value_parser = half)]
    pub half: Half,
    #[command(flatten)]
    pub seeing: SeeingArgs,
}

/// One photograph.
struct Photograph {
    name: String,
    path: PathBuf,
}

const NAME_BYTES: usize = 64;

pub fn run(args: &CoverArgs, home: &Home) -> anyhow::Result<()> {
    let seeing = Seeing::open(&args.seeing, home, false)?;
    let photographs = photographs(args)?;
    let file = Mutex::new(BufWriter::new(
        File::create(&args.out).with_context(|| format!("cannot write {}", args.out.display()))?,
    ));
    let look = |photograph: &Photograph| -> anyhow::Result<usize> {
        let other = &photographs[Dice::of(&photograph.name, 99).below(photographs.len())];
        let records = records(&seeing, photograph, other, args.copies)?;
        let mut file = file.lock().map_err(|_| anyhow::anyhow!("a worker panicked"))?;
        for record in &records {
            file.write_all(record)?;
        }
        Ok(records.len())
    };
    let (counts, _) = observe::each("spoiling", &photographs, seeing.threads, look)?;
    eprintln!("{} records", counts.iter().sum::<usize>());
    file.into_inner()
        .map_err(|_| anyhow::anyhow!("a worker panicked"))?
        .flush()?;
    Ok(())
}

fn photographs(args: &CoverArgs) -> anyhow::Result<Vec<Photograph>> {
    let lfw = Lfw::open(&args.data)?;
    let mut photographs: Vec<Photograph> = lfw
        .images
        .into_iter()
        .filter(|image| image.half == args.half)
        .map(|image| Photograph {
            name: image.name,
            path: image.path,
        })
        .collect();
    let others = args.data.join("utkface");
    if args.half == Half::First && others.is_dir() {
        for entry in std::fs::read_dir(&others)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            photographs.push(Photograph { name, path });
        }
    }
    // Shuffled, so that a part is like the whole.
    photographs
        .sort_by_cached_key(|photograph| (Dice::of(&photograph.name, 7).below(1 << 30), photograph.name.clone()));
    let (part, parts) = args.part;
    let mine = photographs.into_iter().enumerate();
    Ok(mine
        .filter(|(index, _)| index % parts == part)
        .map(|(_, photograph)| photograph)
        .collect())
}

fn records(seeing: &Seeing, photograph: &Photograph, other: &Photograph, copies: u64) -> anyhow::Result<Vec<Vec<u8>>> {
    let (picture, Some(face)) = central_face(seeing, &photograph.path)? else {
        return Ok(Vec::new());
    };
    let mesh = seeing.vision.mesh(&picture, &face)?.clone();
    let embedding = seeing.vision.embed(&picture, &face, Slot::V3, Mirror::Off)?;
    let clean = Canvas::of(&picture);
    let other = std::fs::read(&other.path)?;
    let other = Canvas::of(&Picture::open(other, &mien_vision::picture::PictureLimits::default())?);
    let mut records = Vec::new();
    for copy in 0..copies {
        let mut dice = Dice::of(&photograph.name, copy);
        let (canvas, worn) = spoiled(&clean, &mesh, &other, copy, &mut dice);
        let (canvas, mesh, face) = framed(canvas, &mesh, &face, &mut dice);
        let shares = Part::ALL.map(|part| paint::share_covered(&canvas, &mesh, part));
        let picture = canvas.picture()?;
        let Some(face) = same_face(seeing, &picture, &face)? else {
            continue;
        };
        let seen = seeing.vision.mesh(&picture, &face)?;
        let Some(patch) = cover::sight(&picture, seen) else {
            continue;
        };
        let found = seeing.vision.embed(&picture, &face, Slot::V3, Mirror::Off)?;
        let mut record = photograph.name.as_bytes()[..photograph.name.len().min(NAME_BYTES)].to_vec();
        record.resize(NAME_BYTES, 0);
        record.extend(patch.rgb.iter().map(|value| value.round().clamp(0.0, 255.0) as u8));
        let numbers = shares
            .into_iter()
            .chain([worn.map_or(0.0, |worn| f32::from(worn.number()))])
            .chain([pairs::cosine(&embedding, &found)]);
        record.extend(numbers.flat_map(f32::to_le_bytes));
        records.push(record);
    }
    Ok(records)
}

/// The first copy is only worsened by camera and light, or not at all; the others are covered too.
fn spoiled(clean: &Canvas, mesh: &Mesh, other: &Canvas, copy: u64, dice: &mut Dice) -> (Canvas, Option<Worn>) {
    let mut canvas = clean.clone();
    let eyes_px = paint::eyes_px(mesh);
    let cloth = Cloth::new(ClothKind::TRAINED[dice.below(6)], eyes_px, dice);
    let mut worn = None;
    match copy % 4 {
        0 => {}
        1 | 3 => {
            let kind = Worn::ALL[dice.below(4)];
            let cloth = Cloth::of_mask(eyes_px, dice);
            paint::paint_mask(&mut canvas, mesh, kind, &cloth, other, dice);
            worn = Some(kind);
        }
        _ => {
            let shape = [Shape::Outline, Shape::Ellipse, Shape::Rectangle][dice.below(3)];
            match dice.below(10) {
                0..7 => {
                    let part = Part::ALL[dice.below(6)];
                    paint::cover_part(&mut canvas, mesh, part, shape, &cloth, other, dice);
                }
                7 => {
                    for part in [Part::ALL[dice.below(6)], Part::ALL[dice.below(6)]] {
                        paint::cover_part(&mut canvas, mesh, part, shape, &cloth, other, dice);
                    }
                }
                _ => paint::cover_somewhere(&mut canvas, mesh, &cloth, other, dice),
            }
        }
    }
    if copy >= 4 || dice.chance(0.5) {
        canvas = paint::worsened(canvas, mesh, dice);
    } else if !copy.is_multiple_of(4) {
        // What was painted is as sharp as the screen; the photograph is not.
        canvas = paint::blurred(&canvas, dice.within(0.0, 0.7));
    }
    (canvas, worn)
}

/// One in three is cut close to the face, as pictures of faces often are.
fn framed(canvas: Canvas, mesh: &Mesh, face: &Face, dice: &mut Dice) -> (Canvas, Mesh, Face) {
    let mut moved = face.clone();
    if !dice.chance(0.35) {
        return (canvas, mesh.clone(), moved);
    }
    let region = face.region;
    let mut room = |side: f32| side * dice.within(-0.06, 0.3);
    let (part, start) = canvas.part(
        region.x - room(region.width),
        region.y - room(region.height),
        region.x + region.width + room(region.width),
        region.y + region.height + room(region.height),
    );
    moved.region.x -= start.x;
    moved.region.y -= start.y;
    let mesh = mesh.moved(-start.x, -start.y);
    (part, mesh, moved)
}

fn part(text: &str) -> Result<(usize, usize), String> {
    let (part, parts) = text.split_once('/').ok_or("must be like 0/4")?;
    match (part.parse(), parts.parse()) {
        (Ok(part), Ok(parts)) if part < parts => Ok((part, parts)),
        _ => Err("must be like 0/4".to_owned()),
    }
}

pub fn half(text: &str) -> Result<Half, String> {
    match text {
        "first" => Ok(Half::First),
        "second" => Ok(Half::Second),
        _ => Err("must be first or second".to_owned()),
    }
}
