//! `cargo run --release -p mien-index --example search -- --faces 1000000 --dim 512 ...`: what `mien bench search` does, without the
//! rest of mien.

use std::path::PathBuf;
use std::str::FromStr;

use mien_index::bench::{Plan, Soak, SoakPiece, Spectrum, run, soak};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let dir = option::<PathBuf>(&words, "--dir")?;
    let dir = dir.unwrap_or_else(|| std::env::temp_dir().join("mien-bench-search"));
    if let Some(seconds) = option(&words, "--soak")? {
        let dim = option(&words, "--dim")?.unwrap_or(512);
        let rows = option(&words, "--faces")?.unwrap_or(20_000);
        let plan = Soak {
            seconds,
            stable: rows / 2,
            volatile: rows / 2,
            dim,
            dir,
            progress,
        };
        println!("{}", serde_json::to_string_pretty(&soak(&plan)?)?);
        return Ok(());
    }
    let plan = Plan {
        faces: option(&words, "--faces")?.unwrap_or(100_000),
        dim: option(&words, "--dim")?.unwrap_or(512),
        galleries: option(&words, "--groups")?.unwrap_or(1),
        threads: option(&words, "--threads")?.unwrap_or(2),
        spectrum: match option::<String>(&words, "--spectrum")? {
            Some(name) => Spectrum::parse(&name).ok_or("no such spectrum")?,
            None => Spectrum::Isotropic,
        },
        bits: option(&words, "--bits")?,
        floor: option(&words, "--floor")?,
        queries: option(&words, "--queries")?.unwrap_or(200),
        dir,
        keep: words.iter().any(|word| word == "--keep"),
        prepare: words.iter().any(|word| word == "--prepare"),
        dump: option(&words, "--dump")?,
    };
    println!("{}", serde_json::to_string_pretty(&run(&plan)?)?);
    Ok(())
}

fn progress(piece: &SoakPiece) {
    eprintln!(
        "{:.0} s: {:.2} MiB, {} searches, median {:.2} ms, 99 % {:.2} ms, {} wrong",
        piece.until_seconds,
        piece.resident_bytes as f64 / f64::from(1 << 20),
        piece.searches,
        piece.p50_ms,
        piece.p99_ms,
        piece.wrong_answers,
    );
}

fn option<T: FromStr>(words: &[String], name: &str) -> Result<Option<T>, String> {
    let Some(at) = words.iter().position(|word| word == name) else {
        return Ok(None);
    };
    let value = words.get(at + 1).ok_or_else(|| format!("{name} wants a value"))?;
    value
        .parse()
        .map(Some)
        .map_err(|_| format!("{name} {value}: not understood"))
}
