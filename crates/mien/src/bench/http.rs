//! The wire under load: a real server on a free port and clients beside it, in one process.
//!
//! No model takes part: GetGroupInfo reads a group, so what is measured is sockets, parsing, signature,
//! decoding, one read of the store, sealing. The clients sign before the clock starts.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use mien_api::{Api, Config, Eyes, FetchError, Stage};
use mien_core::{Core, Curve, Limits, ModelVersion, Point, Space, SystemClock};
use mien_server::{Bound, LogRequests, ServerConfig, SystemNames};
use mien_store::{Options, Store};
use mien_vision::face::Face;
use mien_vision::picture::Picture;
use mien_vision::vision::{DetectOptions, Mirror, VisionError};
use mien_wire::Secret;
use mien_wire::client::{Call, Credentials, Signed, tc3_json};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::quantile;

/// Host that the clients sign for.
const HOST: &str = "bench";

/// Base64 characters of the long body.
const LONG_BODY_CHARACTERS: usize = 5_242_880;

/// How the load looks.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Connections at once, each with one request under way.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Seconds of load.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Write the log of requests, as a server does by default.
    #[arg(long)]
    log_requests: bool,
}

/// Measures and prints one JSON object.
pub fn run(arguments: Arguments) -> Result<()> {
    let folder = tempfile::tempdir().context("no temporary directory")?;
    let (api, credentials) = served(folder.path())?;
    let wire = wire(&api, &credentials)?;
    let long_ms = long_body(&api, &credentials)?;
    let load = under_load(api, &credentials, &arguments)?;
    let report = json!({
        "bench": "http",
        "action": "GetGroupInfo",
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "connections": arguments.connections,
        "load": load,
        "wire_us": wire,
        "body_5mb_ms": long_ms,
    });
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}

/// An API over an empty store with one group.
fn served(folder: &std::path::Path) -> Result<(Arc<Api>, Credentials)> {
    let store = Store::open(&folder.join("mien.db"), Options::default())?;
    let points = vec![Point { cosine: 0.0, far: 1.0 }, Point { cosine: 0.9, far: 1e-6 }];
    let space = Space {
        version: ModelVersion::V3,
        fingerprint: "bench".to_owned(),
        dim: 64,
        curve: Curve::new(points)?,
    };
    let clock = Arc::new(SystemClock);
    let core = Core::open(
        store,
        &folder.join("index"),
        vec![space],
        Limits::default(),
        clock.clone(),
    )?;
    let account = core.accounts().create("bench")?;
    let key = core.accounts().create_key(account, "bench")?;
    let credentials = Credentials {
        secret_id: key.secret_id,
        secret: Secret::new(key.secret),
        token: None,
    };
    let api = Arc::new(Api::new(Arc::new(core), Arc::new(Blind), clock, Config::default()));
    let created = ask(
        &api,
        &signed(
            &credentials,
            "CreateGroup",
            json!({"GroupId": "bench", "GroupName": "bench"}),
        )?,
    );
    ensure!(!created.contains("Error"), "CreateGroup failed: {created}");
    Ok((api, credentials))
}

fn signed(credentials: &Credentials, action: &str, parameters: Value) -> Result<Signed> {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .context("the clock is before 1970")?;
    let call = Call::new(HOST, action, "2020-03-03", now.as_secs() as i64);
    Ok(tc3_json(&call, credentials, serde_json::to_vec(&parameters)?))
}

fn ask(api: &Api, signed: &Signed) -> String {
    let headers = signed.headers();
    let reply = api.call(&signed.request(&headers), |_| {
        Err(FetchError::Unreachable("no downloads here".to_owned()))
    });
    String::from_utf8_lossy(&reply.body).into_owned()
}

/// Medians of the stages without sockets, microseconds with a fraction.
fn wire(api: &Api, credentials: &Credentials) -> Result<Value> {
    const RUNS: usize = 20_000;
    let request = signed(credentials, "GetGroupInfo", json!({"GroupId": "bench"}))?;
    let headers = request.headers();
    let request = request.request(&headers);
    let mut admitting = Vec::with_capacity(RUNS);
    let mut running = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
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
    let request = signed(credentials, "DetectFace", json!({"Image": image}))?;
    let headers = request.headers();
    let request = request.request(&headers);
    let mut verify = Vec::new();
    let mut decode = Vec::new();
    for _ in 0..21 {
        let reply = api.call(&request, |_| {
            Err(FetchError::Unreachable("no downloads here".to_owned()))
        });
        let stage = |stage| u32::try_from(reply.record.stage(stage)).unwrap_or(u32::MAX);
        verify.push(stage(Stage::Open) + stage(Stage::Verify));
        decode.push(stage(Stage::Decode) + stage(Stage::Images));
    }
    verify.sort_unstable();
    decode.sort_unstable();
    let ms = |sorted: &[u32]| f64::from(quantile(sorted, 0.5)) / 1e3;
    Ok(json!({"verify": ms(&verify), "decode": ms(&decode)}))
}

fn under_load(api: Arc<Api>, credentials: &Credentials, arguments: &Arguments) -> Result<Value> {
    let request = signed(credentials, "GetGroupInfo", json!({"GroupId": "bench"}))?;
    let bytes = http_bytes(&request);
    let log_requests = if arguments.log_requests {
        LogRequests::All
    } else {
        LogRequests::Failures
    };
    let config = ServerConfig {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        admin_listen: None,
        log_requests,
        ..ServerConfig::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let bound = runtime.block_on(Bound::bind(config))?;
    let address = bound.address();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = runtime.spawn(bound.serve(api, Arc::new(SystemNames), async {
        let _ = stopped.await;
    }));
    let load = hammer(address, &bytes, arguments);
    let _ = stop.send(());
    runtime.block_on(serving)??;
    load
}

fn http_bytes(request: &Signed) -> Vec<u8> {
    let mut bytes = b"POST / HTTP/1.1\r\n".to_vec();
    for (name, value) in &request.headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", request.body.len()).as_bytes());
    bytes.extend_from_slice(&request.body);
    bytes
}

/// Clients on threads of their own, one request under way each.
fn hammer(address: SocketAddr, request: &[u8], arguments: &Arguments) -> Result<Value> {
    let began = Instant::now();
    let until = began + Duration::from_secs(arguments.seconds);
    let results: Vec<Result<Vec<u32>>> = std::thread::scope(|scope| {
        let client = || scope.spawn(|| one_client(address, request, until));
        let clients: Vec<_> = (0..arguments.connections.max(1)).map(|_| client()).collect();
        let panicked = |_| Err(anyhow::anyhow!("a client panicked"));
        clients
            .into_iter()
            .map(|client| client.join().unwrap_or_else(panicked))
            .collect()
    });
    let took = began.elapsed();
    let mut micros = Vec::new();
    for result in results {
        micros.extend(result?);
    }
    micros.sort_unstable();
    Ok(json!({
        "requests": micros.len(),
        "requests_per_second": (micros.len() as f64 / took.as_secs_f64()).round(),
        "p50_us": quantile(&micros, 0.5),
        "p99_us": quantile(&micros, 0.99),
        "max_us": quantile(&micros, 1.0),
    }))
}

fn one_client(address: SocketAddr, request: &[u8], until: Instant) -> Result<Vec<u32>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut micros = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    while Instant::now() < until {
        let began = Instant::now();
        stream.write_all(request)?;
        let answer = read_answer(&mut stream, &mut buffer)?;
        micros.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
        ensure!(
            answer.windows(9).any(|window| window == b"GroupName"),
            "{}",
            String::from_utf8_lossy(answer)
        );
    }
    Ok(micros)
}

fn read_answer<'b>(stream: &mut TcpStream, buffer: &'b mut [u8]) -> Result<&'b [u8]> {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..])?;
        ensure!(read > 0, "the server closed the connection");
        filled += read;
        let Some(head) = buffer[..filled].windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let length = content_length(&buffer[..head]).context("no Content-Length in the answer")?;
        if filled >= head + 4 + length {
            return Ok(&buffer[head + 4..filled]);
        }
    }
}

fn content_length(head: &[u8]) -> Option<usize> {
    let head = std::str::from_utf8(head).ok()?;
    let line = head
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("content-length:"))?;
    line.split_once(':')?.1.trim().parse().ok()
}

/// No eyes: what looks at pictures answers that there is no model.
struct Blind;

impl Eyes for Blind {
    fn detect(&self, _picture: &Picture, _options: &DetectOptions) -> Result<Vec<Face>, VisionError> {
        Err(VisionError::Missing("detector"))
    }

    fn embed(
        &self,
        _picture: &Picture,
        _face: &Face,
        _space: &Space,
        _mirror: Mirror,
    ) -> Result<Vec<f32>, VisionError> {
        Err(VisionError::Missing("embedder"))
    }
}
