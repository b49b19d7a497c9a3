//! Inference alone: each network of a pack on one thread, without decoding, warping and reading answers.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{Context, Result};
use mien_vision::engine::{Engine, LoadOptions, Precision, TensorView};
use mien_vision::pack::{Colour, Input, Layout, Pack, Points};
use serde_json::{Value, json};

use crate::bench::quantile;

/// Runs of each network that count.
const RUNS: usize = 300;

/// Median time of each network. `path` tells those that a search for one face runs.
pub fn measure(pack: &Pack, engine: &dyn Engine) -> Result<Value> {
    let roles = &pack.manifest().roles;
    let meshed = matches!(roles.points, Some(Points::Mesh));
    let mut seen = BTreeSet::new();
    let mut networks = Vec::new();
    for network in roles.uses() {
        let Some(input) = network.input else { continue };
        let in_path = network.role.starts_with("detector")
            || network.role.starts_with("points")
            || (meshed && network.role.starts_with("mesh"))
            || network.role.starts_with("embedder.\"3.0\"");
        if !seen.insert((network.file.clone(), in_path)) {
            continue;
        }
        let shape = shape(input);
        let options = LoadOptions {
            precision: Precision::Bf16,
            parallel_runs: 1,
            ..LoadOptions::default()
        };
        let loaded = engine
            .load(&pack.model(network.file)?, &options.with_shape(&shape))
            .with_context(|| network.file.to_string())?;
        let values = vec![0.5; shape.iter().product()];
        let view = TensorView::new(&shape, &values)?;
        let mut nanos = Vec::with_capacity(RUNS);
        for run in 0..RUNS + 20 {
            let began = Instant::now();
            loaded.run(&[view])?;
            if run >= 20 {
                nanos.push(began.elapsed().as_nanos() as u32);
            }
        }
        nanos.sort_unstable();
        networks.push(json!({
            "role": network.role,
            "file": network.file.to_string(),
            "shape": shape,
            "path": in_path,
            "ms": f64::from(quantile(&nanos, 0.5)) / 1e6,
        }));
    }
    Ok(Value::Array(networks))
}

/// The input for a picture of 4:3 where the network takes any size, else its own.
fn shape(input: &Input) -> [usize; 4] {
    let (width, mut height) = (input.width as usize, input.height as usize);
    if let Some(multiple) = input.multiple {
        height = (height * 3 / 4).div_ceil(multiple as usize) * multiple as usize;
    }
    let channels = match input.colour {
        Colour::Grey => 1,
        Colour::Rgb | Colour::Bgr => 3,
    };
    match input.layout {
        Layout::Nchw => [1, channels, height, width],
        Layout::Nhwc => [1, height, width, channels],
    }
}
