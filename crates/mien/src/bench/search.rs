//! `mien bench search`: the search engine on synthetic faces, one JSON object.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use mien_index::bench::{Plan, Spectrum, run as measure};

/// Measures search on synthetic faces and prints one JSON object.
///
/// Faces of one person have a cosine of 0.65 ± 0.1, strangers 0 ± 0.045 (512 dimensions); with --spectrum the vectors are spread over
/// dimensions as a pack's embeddings of LFW are. Every answer is compared with brute force.
#[derive(Debug, clap::Args)]
pub struct SearchBench {
    /// Faces enrolled.
    #[arg(long, default_value_t = 1_000_000)]
    faces: usize,
    /// Dimensions of a vector.
    #[arg(long, default_value_t = 512)]
    dim: usize,
    /// Groups that the faces are dealt out to; every search asks all of them.
    #[arg(long, default_value_t = 1)]
    groups: usize,
    /// Threads of one search.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Shape of the vectors: isotropic, omz or human.
    #[arg(long, default_value = "isotropic")]
    spectrum: String,
    /// Bits a dimension of the codes that are scanned [default: the engine's choice for the dimension].
    #[arg(long)]
    bits: Option<u8>,
    /// Lowest cosine that counts [default: what one stranger in a hundred reaches, a score of 30].
    #[arg(long, allow_hyphen_values = true)]
    floor: Option<f32>,
    /// Queries timed and compared.
    #[arg(long, default_value_t = 1000)]
    queries: usize,
    /// Directory for the index, which must not exist yet; removed afterwards [default: in the system's temporary directory].
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Leave the index there; the next run with the same faces and queries and --keep builds nothing.
    #[arg(long, requires = "dir")]
    keep: bool,
    /// Only build what the next run with --keep measures.
    #[arg(long, requires = "keep")]
    prepare: bool,
    /// Also write vectors, queries and truth into this directory, for bench/search_peers.py.
    #[arg(long)]
    dump: Option<PathBuf>,
    /// Print JSON (there is no other form).
    #[arg(long)]
    json: bool,
}

/// Runs the measurement.
pub fn run(arguments: SearchBench) -> Result<serde_json::Value> {
    let Some(spectrum) = Spectrum::parse(&arguments.spectrum) else {
        bail!("no spectrum {:?}: {}", arguments.spectrum, Spectrum::NAMES.join(", "));
    };
    let own = format!("mien-bench-search-{}", std::process::id());
    let dir = arguments.dir.unwrap_or_else(|| std::env::temp_dir().join(own));
    if dir.exists() && !arguments.keep {
        bail!("{} exists; the index wants a directory of its own", dir.display());
    }
    let plan = Plan {
        faces: arguments.faces,
        dim: arguments.dim,
        galleries: arguments.groups,
        threads: arguments.threads,
        spectrum,
        bits: arguments.bits,
        floor: arguments.floor,
        queries: arguments.queries,
        dir,
        keep: arguments.keep,
        prepare: arguments.prepare,
        dump: arguments.dump,
    };
    let report = measure(&plan).context("cannot measure search")?;
    Ok(serde_json::to_value(report)?)
}
