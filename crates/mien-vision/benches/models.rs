//! Milliseconds for each run of every model of the installed packs: `cargo bench -p mien-vision --bench models`.
//!
//! One thread. Every model of `MIEN_HOME` is run with OpenVINO in 32 bits and in bfloat16 and with tract.

use std::error::Error;
use std::time::Instant;

use mien_vision::engine::{Engine, LoadOptions, ModelFile, OpenVino, Precision, TensorView, Tract, runtime_directory};
use mien_vision::home::Home;
use mien_vision::pack::Pack;

fn main() -> Result<(), Box<dyn Error>> {
    let home = Home::from_environment()?;
    let openvino = OpenVino::open(&runtime_directory(&home))?;
    println!(
        "{:46}{:>14}{:>14}{:>14}{:>14}{:>14}",
        "milliseconds", "load", "f32", "bf16", "tract load", "tract"
    );
    for listed in Pack::list(&home)? {
        let pack = listed.pack?;
        let uses = pack.manifest().roles.uses();
        let mut files: Vec<_> = uses.iter().filter_map(|used| Some((used.file, used.input?))).collect();
        files.dedup_by_key(|(file, _)| *file);
        for (file, input) in files {
            let model = pack.model(file)?;
            let shape = input.shape(1);
            let (load, full) = measure(&openvino, &model, &shape, Precision::F32)?;
            let (_, half) = measure(&openvino, &model, &shape, Precision::Bf16)?;
            let (tract_load, tract) = measure(&Tract, &model, &shape, Precision::F32)?;
            let name = format!("{}/{file} {}x{}", pack.manifest().name, input.width, input.height);
            println!("{name:46}{load:14.1}{full:14.2}{half:14.2}{tract_load:14.1}{tract:14.2}");
        }
    }
    Ok(())
}

/// Milliseconds to load, and the median of the runs.
fn measure(
    engine: &dyn Engine,
    model: &ModelFile,
    shape: &[usize],
    precision: Precision,
) -> Result<(f64, f64), Box<dyn Error>> {
    let options = LoadOptions {
        parallel_runs: 1,
        ..LoadOptions::default().with_shape(shape).with_precision(precision)
    };
    let start = Instant::now();
    let network = engine.load(model, &options)?;
    let load = milliseconds(start);
    let values: Vec<f32> = (0..shape.iter().product())
        .map(|place: usize| (place * 7919 % 1009) as f32 / 1009.0)
        .collect();
    let input = TensorView::new(shape, &values)?;
    let mut runs = Vec::new();
    let begin = Instant::now();
    while runs.len() < 20 || (runs.len() < 400 && milliseconds(begin) < 1000.0) {
        let start = Instant::now();
        network.run(&[input])?;
        runs.push(milliseconds(start));
    }
    runs.sort_by(f64::total_cmp);
    Ok((load, runs[runs.len() / 2]))
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}
