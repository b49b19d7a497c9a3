//! The wire under load: a real server on a free port and clients beside it, in one process on the same cores.
//!
//! Without `--mix` no model takes part: GetGroupInfo reads a group, so what is measured is sockets, parsing, signature,
//! decoding, one read of the store, sealing. The clients sign each request when they send it, and ask for 100 groups in
//! turn, so that no two requests of a second are the same bytes.

mod client;
mod mix;
mod server;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use mien_api::{Api, Stage as ApiStage};
use mien_server::QueueConfig;
use mien_wire::client::Credentials;
use serde_json::{Value, json};

use self::client::{Client, Seen, signed};
use self::mix::{HeavyAction, Mix};
use self::server::{Addresses, Serving, Stage, ask};
use super::quantile;
use crate::place::Place;

/// Base64 characters of the long body.
const LONG_BODY_CHARACTERS: usize = 5_242_880;

/// Groups that are asked for in turn.
const GROUPS: usize = 100;

/// How the load looks.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Connections at once, each with one request under way.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Seconds of load.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Write the log of requests to standard error, as a server does by default.
    #[arg(long)]
    pub log_requests: bool,
    /// Photographs with a face each: the connections send them with the configured model pack, beside them cheap requests of
    /// the same account, requests of another account, and a health probe.
    #[arg(long, num_args = 1.., value_name = "PHOTOGRAPH")]
    mix: Vec<PathBuf>,
    /// What the connections ask for with `--mix`.
    #[arg(long, value_enum, default_value = "search-faces")]
    action: HeavyAction,
    /// With `--mix`, end after so many answers, if that is before the time.
    #[arg(long)]
    requests: Option<usize>,
}

/// Measures and prints one JSON object.
pub fn run(place: &Place, arguments: Arguments) -> Result<()> {
    let mut report = if arguments.mix.is_empty() {
        wire_alone(&arguments)?
    } else {
        let mix = Mix {
            photographs: &arguments.mix,
            action: arguments.action,
            connections: arguments.connections,
            seconds: arguments.seconds,
            requests: arguments.requests,
            log_requests: arguments.log_requests,
        };
        mix::run(place, &mix)?
    };
    report["bench"] = json!("http");
    report["cores"] = json!(std::thread::available_parallelism().map_or(1, usize::from));
    report["log_requests"] = json!(arguments.log_requests);
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}

fn wire_alone(arguments: &Arguments) -> Result<Value> {
    let folder = tempfile::tempdir()?;
    let stage = Stage::blind(folder.path())?;
    let [credentials, _] = &stage.credentials;
    for index in 0..GROUPS {
        let group = json!({"GroupId": format!("bench-{index}"), "GroupName": format!("bench {index}")});
        stage.prepare(credentials, "CreateGroup", &group)?;
    }
    let wire = wire(&stage.api, credentials)?;
    let long_ms = long_body(&stage.api, credentials)?;
    let serving = Serving {
        log_requests: arguments.log_requests,
        queue: QueueConfig::default(),
    };
    let load = stage.serve(serving, |addresses| under_load(addresses, credentials, arguments))?;
    Ok(json!({
        "action": "GetGroupInfo",
        "connections": arguments.connections,
        "load": load,
        "wire_us": wire,
        "body_5mb_ms": long_ms,
    }))
}

fn group_body(index: usize) -> Vec<u8> {
    format!(r#"{{"GroupId":"bench-{}"}}"#, index % GROUPS).into_bytes()
}

/// Medians of the stages without sockets, microseconds with a fraction.
fn wire(api: &Api, credentials: &Credentials) -> Result<Value> {
    const RUNS: usize = 20_000;
    let mut admitting = Vec::with_capacity(RUNS);
    let mut running = Vec::with_capacity(RUNS);
    for index in 0..RUNS {
        let request = signed(credentials, "GetGroupInfo", group_body(index))?;
        let headers = request.headers();
        let request = request.request(&headers);
        let began = Instant::now();
        let Ok(admitted) = api.admit(&request) else {
            bail!("the signed request was turned away")
        };
        let between = Instant::now();
        let answer = api.run(&request, &admitted, &mien_api::Fetched::none());
        running.push(between.elapsed().as_nanos() as u32);
        admitting.push((between - began).as_nanos() as u32);
        drop(answer);
    }
    admitting.sort_unstable();
    running.sort_unstable();
    let us = |sorted: &[u32], share| f64::from(quantile(sorted, share)) / 1e3;
    Ok(json!({
        "open_verify_p50": us(&admitting, 0.5), "open_verify_p99": us(&admitting, 0.99),
        "decode_run_seal_p50": us(&running, 0.5), "decode_run_seal_p99": us(&running, 0.99),
    }))
}

/// Time to verify and decode a signed body with 5 MB of base64, milliseconds (median).
fn long_body(api: &Api, credentials: &Credentials) -> Result<Value> {
    let image = "A".repeat(LONG_BODY_CHARACTERS);
    let body = serde_json::to_vec(&json!({"Image": image}))?;
    let request = signed(credentials, "DetectFace", body)?;
    let mut verify = Vec::new();
    let mut decode = Vec::new();
    for _ in 0..21 {
        let reply = ask(api, &request);
        let stage = |stage| u32::try_from(reply.record.stage(stage)).unwrap_or(u32::MAX);
        verify.push(stage(ApiStage::Open) + stage(ApiStage::Verify));
        decode.push(stage(ApiStage::Decode) + stage(ApiStage::Images));
    }
    verify.sort_unstable();
    decode.sort_unstable();
    let ms = |sorted: &[u32]| f64::from(quantile(sorted, 0.5)) / 1e3;
    Ok(json!({"verify": ms(&verify), "decode": ms(&decode)}))
}

/// Clients on threads of their own, one request under way each.
fn under_load(addresses: Addresses, credentials: &Credentials, arguments: &Arguments) -> Result<Value> {
    let began = Instant::now();
    let until = began + Duration::from_secs(arguments.seconds);
    let results: Vec<Result<Seen>> = std::thread::scope(|scope| {
        let client = |number| scope.spawn(move || one_client(addresses, credentials, number, until));
        let clients: Vec<_> = (0..arguments.connections.max(1)).map(client).collect();
        let panicked = |_| Err(anyhow::anyhow!("a client panicked"));
        clients
            .into_iter()
            .map(|client| client.join().unwrap_or_else(panicked))
            .collect()
    });
    let took = began.elapsed();
    let seen = results.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(Seen::together(seen).report(took))
}

fn one_client(addresses: Addresses, credentials: &Credentials, number: usize, until: Instant) -> Result<Seen> {
    let mut client = Client::connect(addresses.api)?;
    let mut seen = Seen::default();
    let mut index = number;
    while Instant::now() < until {
        let (took, code) = client.call(credentials, "GetGroupInfo", group_body(index))?;
        seen.note(took, code);
        index += 1;
    }
    Ok(seen)
}
