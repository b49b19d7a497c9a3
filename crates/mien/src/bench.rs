//! `mien bench`: speed on this machine, as one JSON object.

mod http;
mod search;
mod vision;

use anyhow::Result;

use crate::place::Place;

/// What to measure.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// The wire under load: signed GetGroupInfo and the time of its stages, or photographs with others beside them.
    Http(http::Arguments),
    /// Exact search over synthetic faces, compared with brute force.
    Search(search::SearchBench),
    /// The seeing path on photographs: decoding, detection, embedding.
    Vision(vision::Arguments),
}

impl Command {
    /// Whether lines of the request log are to be written.
    pub fn logs_requests(&self) -> bool {
        matches!(self, Self::Http(arguments) if arguments.log_requests)
    }
}

/// Measures and prints.
pub fn run(place: &Place, command: Command) -> Result<()> {
    match command {
        Command::Http(arguments) => http::run(place, arguments),
        Command::Search(arguments) => {
            println!("{}", serde_json::to_string_pretty(&search::run(arguments)?)?);
            Ok(())
        }
        Command::Vision(arguments) => vision::run(place, arguments),
    }
}

/// The value below which a share of the sorted values lies; 0 when there are none.
fn quantile(sorted: &[u32], share: f64) -> u32 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or(0)
}
