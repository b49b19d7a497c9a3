//! The seeing path as the server opens it, for evaluations.

use std::path::Path;

use anyhow::Context;
use mien_vision::engine::{self, Precision};
use mien_vision::home::Home;
use mien_vision::pack::Pack;
use mien_vision::vision::{Vision, VisionOptions};

use super::SeeingArgs;

/// The facade and what to say about it.
pub struct Seeing {
    pub vision: Vision,
    pub pack: String,
    pub engine: String,
    pub threads: usize,
}

impl Seeing {
    /// Opens the pack; `calibrated` is false for those who are about to make a calibration.
    pub fn open(args: &SeeingArgs, home: &Home, calibrated: bool) -> anyhow::Result<Self> {
        let directory = Path::new(&args.pack);
        let pack = if directory.join(mien_vision::pack::MANIFEST_FILE).is_file() {
            Pack::open(directory)?
        } else {
            Pack::installed(home, &args.pack.parse()?)?
        };
        let engine = engine::best(home);
        let available = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = args.threads.unwrap_or(available).max(1);
        let precision = if args.f32 { Precision::F32 } else { Precision::Bf16 };
        let options = VisionOptions {
            precision,
            parallel_runs: threads,
            calibrated,
        };
        let vision = Vision::open(&pack, engine.as_ref(), &options).context("the seeing path cannot be opened")?;
        Ok(Self {
            vision,
            pack: pack.manifest().name.to_string(),
            engine: engine.name(),
            threads,
        })
    }
}
