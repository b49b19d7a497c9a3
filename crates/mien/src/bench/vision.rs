//! The seeing path on photographs, stage by stage.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mien_vision::picture::{Picture, PictureLimits};
use mien_vision::vision::{DetectOptions, Mirror, Slot, Vision};
use serde_json::{Value, json};

mod networks;

use super::quantile;
use crate::place::Place;
use crate::{models, see};

/// What to look at.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Photographs with at least one face each.
    #[arg(required_unless_present = "networks")]
    images: Vec<PathBuf>,
    /// Also run each network of the pack alone, on one thread, with the input that a picture of 640 x 480 leads to.
    #[arg(long)]
    networks: bool,
    /// Seconds of measuring for each photograph.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Threads that look at the same time.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Which embedder: "2.0" or "3.0".
    #[arg(long, default_value = "3.0", value_parser = slot)]
    version: Slot,
}

/// Nanoseconds of one pass.
#[derive(Default)]
struct Stages {
    open: Vec<u32>,
    detect: Vec<u32>,
    embed: Vec<u32>,
    whole: Vec<u32>,
}

/// Measures and prints one JSON object.
pub fn run(place: &Place, arguments: Arguments) -> Result<()> {
    let pack = models::ready_pack(place)?;
    let engine = see::engine(place)?;
    let vision = see::vision(&pack, engine.as_ref())?;
    let networks = match arguments.networks {
        true => networks::measure(&pack, engine.as_ref())?,
        false => Value::Null,
    };
    let mut images = Vec::new();
    for path in &arguments.images {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned();
        images.push(measure(&vision, &name, &bytes, &arguments).with_context(|| path.display().to_string())?);
    }
    let report = json!({
        "bench": "vision",
        "pack": pack.manifest().name.to_string(),
        "engine": engine.name(),
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "threads": arguments.threads,
        "version": arguments.version.as_str(),
        "images": images,
        "networks": networks,
    });
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}

fn measure(vision: &Vision, name: &str, bytes: &[u8], arguments: &Arguments) -> Result<Value> {
    let picture = Picture::open(bytes, &PictureLimits::default())?;
    let faces = vision.detect(
        &picture,
        &DetectOptions {
            max_faces: 120,
            ..DetectOptions::default()
        },
    )?;
    // The first passes allocate and compile what later ones find ready.
    for _ in 0..3 {
        pass(vision, bytes, arguments.version, &mut Stages::default())?;
    }
    let began = Instant::now();
    let until = began + Duration::from_secs_f64(arguments.seconds.max(0.0));
    let results: Vec<Result<Stages>> = std::thread::scope(|scope| {
        let looking = || {
            let mut stages = Stages::default();
            while Instant::now() < until {
                pass(vision, bytes, arguments.version, &mut stages)?;
            }
            Ok(stages)
        };
        let threads: Vec<_> = (0..arguments.threads.max(1)).map(|_| scope.spawn(looking)).collect();
        let panicked = |_| Err(anyhow::anyhow!("a thread panicked"));
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(panicked))
            .collect()
    });
    let took = began.elapsed();
    let mut all = Stages::default();
    for stages in results {
        let stages = stages?;
        all.open.extend(stages.open);
        all.detect.extend(stages.detect);
        all.embed.extend(stages.embed);
        all.whole.extend(stages.whole);
    }
    let passes = all.whole.len();
    if passes == 0 {
        bail!("no pass finished in {} s", arguments.seconds);
    }
    Ok(json!({
        "image": name,
        "bytes": bytes.len(),
        "faces": faces.len(),
        "passes": passes,
        "passes_per_second": passes as f64 / took.as_secs_f64(),
        "open_ms": median_ms(all.open),
        "detect_ms": median_ms(all.detect),
        "embed_ms": median_ms(all.embed),
        "whole_ms": median_ms(all.whole),
    }))
}

/// What enrolment and search do with a picture: open it, find the largest face, embed it.
fn pass(vision: &Vision, bytes: &[u8], slot: Slot, stages: &mut Stages) -> Result<()> {
    let began = Instant::now();
    let picture = Picture::open(bytes, &PictureLimits::default())?;
    let opened = Instant::now();
    let faces = vision.detect(&picture, &DetectOptions::default())?;
    let detected = Instant::now();
    let face = faces.first().context("no face")?;
    vision.embed(&picture, face, slot, Mirror::Off)?;
    let embedded = Instant::now();
    stages.open.push((opened - began).as_nanos() as u32);
    stages.detect.push((detected - opened).as_nanos() as u32);
    stages.embed.push((embedded - detected).as_nanos() as u32);
    stages.whole.push((embedded - began).as_nanos() as u32);
    Ok(())
}

fn median_ms(mut nanos: Vec<u32>) -> f64 {
    nanos.sort_unstable();
    f64::from(quantile(&nanos, 0.5)) / 1e6
}

fn slot(text: &str) -> Result<Slot, String> {
    let found = Slot::ALL.into_iter().find(|slot| slot.as_str() == text);
    found.ok_or_else(|| "2.0 or 3.0".to_owned())
}
