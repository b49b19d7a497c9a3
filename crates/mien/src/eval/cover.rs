//! `mien eval cover`: faces spoiled on purpose, as the cover network sees them, with what was done to them: for training it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Context;
use clap::Args;
use mien_vision::cover;
use mien_vision::face::Face;
use mien_vision::home::Home;
use mien_vision::picture::{Picture, PictureLimits};
use mien_vision::points::Mesh;
use mien_vision::vision::{Mirror, Slot};

use super::SeeingArgs;
use super::dataset::{Half, Lfw};
use super::lfw::central_face;
use super::observe;
use super::paint::{self, Canvas, Cloth, ClothKind, Dice, Part, Shape, Worn};
use super::pairs;
use super::seeing::Seeing;
use super::spoiled::{self, same_face};

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
    /// No masks: patches instead, most of them on eyes, eyebrows and cheeks, and other ones than without this.
    #[arg(long)]
    pub patches: bool,
    /// Instead of LFW and UTKFace the first half of `masks`, photographs of real masks, only worsened.
    #[arg(long, conflicts_with = "patches")]
    pub real_masks: bool,
    #[command(flatten)]
    pub seeing: SeeingArgs,
}

/// One photograph.
struct Photograph {
    name: String,
    path: PathBuf,
    /// Worn by the person, not painted.
    mask: Option<Worn>,
}

const NAME_BYTES: usize = 64;

pub fn run(args: &CoverArgs, home: &Home) -> anyhow::Result<()> {
    let seeing = Seeing::open(&args.seeing, home, false)?;
    let photographs = if args.real_masks {
        real_masks(&args.data.join("masks"))?
    } else {
        photographs(args)?
    };
    let file = Mutex::new(BufWriter::new(
        File::create(&args.out).with_context(|| format!("cannot write {}", args.out.display()))?,
    ));
    let look = |photograph: &Photograph| -> anyhow::Result<usize> {
        let other = &photographs[Dice::of(&photograph.name, 99).below(photographs.len())];
        let records = records(&seeing, photograph, other, args)?;
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
            mask: None,
        })
        .collect();
    let others = args.data.join("utkface");
    if args.half == Half::First && others.is_dir() {
        for entry in std::fs::read_dir(&others)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            photographs.push(Photograph { name, path, mask: None });
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

fn real_masks(folder: &Path) -> anyhow::Result<Vec<Photograph>> {
    let mut photographs = Vec::new();
    for (name, mask) in [("with_mask", Some(Worn::Properly)), ("without_mask", None)] {
        let (first, _) = halves(spoiled::files(&folder.join(name))?);
        photographs.extend(first.into_iter().map(|path| Photograph {
            name: format!("{name}_{}", path.file_name().unwrap_or_default().to_string_lossy()),
            path,
            mask,
        }));
    }
    Ok(photographs)
}

/// Files by tens: what is chosen and trained on the first half of real masks is measured on the second. Neighbours by name
/// are often alike and stay together.
pub fn halves(files: Vec<PathBuf>) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (first, second): (Vec<_>, Vec<_>) = files
        .into_iter()
        .enumerate()
        .partition(|(index, _)| index / 10 % 2 == 0);
    let paths = |half: Vec<(usize, PathBuf)>| half.into_iter().map(|(_, path)| path).collect();
    (paths(first), paths(second))
}

/// What a mask over mouth and nose covers.
const COVERED_BY_MASK: [f32; 6] = [0.0, 0.0, 0.9, 0.5, 1.0, 1.0];

fn records(
    seeing: &Seeing,
    photograph: &Photograph,
    other: &Photograph,
    args: &CoverArgs,
) -> anyhow::Result<Vec<Vec<u8>>> {
    // Some photographs of masks are too small to be pictures.
    let Ok((picture, Some(face))) = central_face(seeing, &photograph.path) else {
        return Ok(Vec::new());
    };
    let mesh = seeing.vision.mesh(&picture, &face)?.clone();
    let embedding = seeing.vision.embed(&picture, &face, Slot::V3, Mirror::Off)?;
    let clean = Canvas::of(&picture);
    let limits = PictureLimits {
        min_short_edge: 1,
        ..PictureLimits::default()
    };
    let other = Canvas::of(&Picture::open(std::fs::read(&other.path)?, &limits)?);
    let mut records = Vec::new();
    for copy in 0..args.copies {
        let mut dice = Dice::of(&photograph.name, copy + if args.patches { 1000 } else { 0 });
        let (canvas, worn) = if args.real_masks {
            let canvas = if copy == 0 {
                clean.clone()
            } else {
                paint::worsened(clean.clone(), &mesh, &mut dice)
            };
            (canvas, photograph.mask)
        } else if args.patches {
            (patched(&clean, &mesh, &other, copy, &mut dice), None)
        } else {
            covered(&clean, &mesh, &other, copy, &mut dice)
        };
        let (canvas, mesh, face) = framed(canvas, &mesh, &face, &mut dice);
        let shares = match photograph.mask {
            Some(_) => COVERED_BY_MASK,
            None => Part::ALL.map(|part| paint::share_covered(&canvas, &mesh, part)),
        };
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
fn covered(clean: &Canvas, mesh: &Mesh, other: &Canvas, copy: u64, dice: &mut Dice) -> (Canvas, Option<Worn>) {
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

/// Every fourth copy is only worsened, the others have a patch on one part.
fn patched(clean: &Canvas, mesh: &Mesh, other: &Canvas, copy: u64, dice: &mut Dice) -> Canvas {
    const OFTEN: [Part; 9] = [
        Part::Eyebrow,
        Part::Eye,
        Part::Cheek,
        Part::Eyebrow,
        Part::Eye,
        Part::Cheek,
        Part::Nose,
        Part::Mouth,
        Part::Chin,
    ];
    let mut canvas = clean.clone();
    if !copy.is_multiple_of(4) {
        let cloth = Cloth::new(ClothKind::TRAINED[dice.below(6)], paint::eyes_px(mesh), dice);
        let shape = [Shape::Outline, Shape::Ellipse, Shape::Rectangle][dice.below(3)];
        paint::cover_part(&mut canvas, mesh, OFTEN[dice.below(9)], shape, &cloth, other, dice);
    }
    if dice.chance(0.4) {
        paint::worsened(canvas, mesh, dice)
    } else {
        paint::blurred(&canvas, dice.within(0.0, 0.7))
    }
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
