//! `mien eval`: accuracy measured on data sets of the operator, and the files that are fitted to them.
//!
//! Results go to standard output (one JSON object with `--json`), progress to standard error.

mod ages;
mod all;
mod attributes;
mod calibrate;
mod cover;
mod dataset;
mod detection;
mod fit;
mod identity;
mod landmarks;
mod lfw;
mod liveness;
mod masks;
mod observe;
mod paint;
mod pairs;
mod quality;
mod scenes;
mod seeing;
mod spoiled;

use clap::{Args, Subcommand};
use mien_vision::home::Home;

pub use all::MeasureArgs;
pub use calibrate::CalibrateArgs;
pub use cover::CoverArgs;
pub use fit::FitArgs;
pub use lfw::LfwArgs;
pub use liveness::LivenessArgs;
pub use masks::MasksArgs;
pub use quality::QualityArgs;

/// What to measure or fit.
#[derive(Debug, Subcommand)]
pub enum EvalCommand {
    /// Every evaluation that needs nothing but data, as one JSON object.
    All(MeasureArgs),
    /// Faces found and missed: LFW, turned, small, filling the frame, at the edge, and pictures without faces.
    Detection(MeasureArgs),
    /// The 90 points against the documented sample, mirror images and shifts; the head pose.
    Landmarks(MeasureArgs),
    /// Verification of turned, compressed and small faces, and of those that QualityControl lets through.
    Identity(MeasureArgs),
    /// Verification on the 6,000 pairs of LFW, and the true accept rate over all impostor pairs.
    Lfw(LfwArgs),
    /// Attributes of labelled faces of LFW: accuracy, calibration, and how often each class is answered.
    Attributes(MeasureArgs),
    /// Age and gender on UTKFace.
    Ages(MeasureArgs),
    /// Quality: falls with blur, darkness and glare; covered parts; what rejecting by Score gives.
    Quality(QualityArgs),
    /// Masks: seen or not, how worn, and masked faces compared.
    Masks(MasksArgs),
    /// Liveness: faces of the living and pictures of pictures.
    Liveness(LivenessArgs),
    /// The curve from cosine to false accept rate: fitted on one half of the people, checked on the other.
    Calibrate(CalibrateArgs),
    /// The mean vectors and the projection of an embedder of several networks, fitted on one half of the people.
    Fit(FitArgs),
    /// Faces spoiled on purpose, with what was done to them: for training the cover network.
    Cover(CoverArgs),
}

/// What every evaluation needs to know.
#[derive(Clone, Debug, Args)]
pub struct SeeingArgs {
    /// Name of an installed model pack, or the directory of one.
    #[arg(long, default_value = "human")]
    pub pack: String,
    /// Threads; as many as processors when absent.
    #[arg(long)]
    pub threads: Option<usize>,
    /// Compute in 32-bit floats even where the processor has faster arithmetic.
    #[arg(long)]
    pub f32: bool,
}

/// Runs one evaluation.
///
/// # Errors
/// Whatever is missing or wrong with the data, the pack or the engine.
pub fn run(command: &EvalCommand, home: &Home) -> anyhow::Result<()> {
    match command {
        EvalCommand::All(args) => all::run(args, home),
        EvalCommand::Detection(args) => all::one("detection", args, home),
        EvalCommand::Landmarks(args) => all::one("landmarks", args, home),
        EvalCommand::Identity(args) => all::one("identity", args, home),
        EvalCommand::Lfw(args) => lfw::run(args, home),
        EvalCommand::Attributes(args) => all::one("attributes", args, home),
        EvalCommand::Ages(args) => all::one("ages", args, home),
        EvalCommand::Calibrate(args) => calibrate::run(args, home),
        EvalCommand::Fit(args) => fit::run(args, home),
        EvalCommand::Quality(args) => quality::run(args, home),
        EvalCommand::Masks(args) => masks::run(args, home),
        EvalCommand::Liveness(args) => liveness::run(args, home),
        EvalCommand::Cover(args) => cover::run(args, home),
    }
}
