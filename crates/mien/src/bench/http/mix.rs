//! Heavy work with cheap work, another account and a health probe beside it: who waits for whom.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mien_wire::client::Credentials;
use serde_json::{Value, json};

use super::client::{Client, Seen};
use super::server::{Addresses, Serving, Stage};
use crate::place::Place;
use crate::{models, see};

/// Pause between two calls of the clients that only look how long others make them wait.
const PROBE_PAUSE: Duration = Duration::from_millis(5);

/// What to mix.
pub struct Mix<'a> {
    pub photographs: &'a [PathBuf],
    pub action: HeavyAction,
    pub connections: usize,
    pub seconds: u64,
    /// The heavy clients end after so many answers of theirs, if that is before the time.
    pub requests: Option<usize>,
    pub log_requests: bool,
}

/// What the heavy clients ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum HeavyAction {
    /// Detect, align, embed, search.
    SearchFaces,
    /// Detect.
    DetectFace,
}

/// Everybody beside everybody.
pub fn run(place: &Place, mix: &Mix<'_>) -> Result<Value> {
    let pack = models::ready_pack(place)?;
    let (vision, engine) = see::open_warm(place, &pack)?;
    let spaces = see::spaces(&vision)?;
    let folder = tempfile::tempdir().context("no temporary directory")?;
    let stage = Stage::open(folder.path(), spaces, Arc::new(vision), place.settings.api_config()?)?;
    let pictures = enrolled(&stage, mix)?;
    let serving = Serving {
        log_requests: mix.log_requests,
        queue: place.settings.server.queue.clone(),
    };
    let ready_mib = resident_mib();
    let mut report = stage.serve(serving, |addresses| hammer(&stage, addresses, &pictures, mix))?;
    report["pack"] = json!(pack.manifest().name.to_string());
    report["engine"] = json!(engine);
    report["photographs"] = json!(mix.photographs.len());
    report["max_wait_ms"] = json!(place.settings.server.queue.max_wait_ms);
    report["resident_mib"]["ready"] = json!(ready_mib);
    Ok(report)
}

/// The bodies of the heavy requests; whoever is on the photographs is enrolled with both accounts.
fn enrolled(stage: &Stage, mix: &Mix<'_>) -> Result<Vec<Vec<u8>>> {
    ensure!(!mix.photographs.is_empty(), "--mix needs photographs, each with a face");
    for credentials in &stage.credentials {
        stage.prepare(
            credentials,
            "CreateGroup",
            &json!({"GroupId": "bench", "GroupName": "bench"}),
        )?;
    }
    let mut bodies = Vec::new();
    for (index, path) in mix.photographs.iter().enumerate() {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let image = STANDARD.encode(bytes);
        for credentials in &stage.credentials {
            let person = json!({
                "GroupId": "bench", "PersonId": format!("p{index}"), "PersonName": "bench", "Image": image,
            });
            stage
                .prepare(credentials, "CreatePerson", &person)
                .with_context(|| path.display().to_string())?;
        }
        let body = match mix.action {
            HeavyAction::SearchFaces => json!({"GroupIds": ["bench"], "Image": image}),
            HeavyAction::DetectFace => json!({"Image": image}),
        };
        bodies.push(serde_json::to_vec(&body)?);
    }
    Ok(bodies)
}

fn hammer(stage: &Stage, addresses: Addresses, bodies: &[Vec<u8>], mix: &Mix<'_>) -> Result<Value> {
    let [loud, quiet] = &stage.credentials;
    let action = match mix.action {
        HeavyAction::SearchFaces => "SearchFaces",
        HeavyAction::DetectFace => "DetectFace",
    };
    let run = Run {
        until: Instant::now() + Duration::from_secs(mix.seconds),
        left: AtomicUsize::new(mix.requests.unwrap_or(usize::MAX)),
        resident: AtomicUsize::new(0),
        warm_at: mix
            .requests
            .unwrap_or(usize::MAX)
            .saturating_sub(mix.requests.unwrap_or(0) / 20),
    };
    let began = Instant::now();
    let (heavy, cheap, other, health) = std::thread::scope(|scope| {
        let heavy = || scope.spawn(|| heavy(addresses.api, loud, action, bodies, &run));
        let heavy: Vec<_> = (0..mix.connections.max(1)).map(|_| heavy()).collect();
        let cheap = scope.spawn(|| cheap(addresses.api, loud, &run));
        let other = scope.spawn(|| one_by_one(addresses.api, quiet, action, bodies, &run));
        let health = scope.spawn(|| health(addresses.admin, &run));
        let heavy = heavy.into_iter().map(joined).collect::<Result<Vec<_>>>();
        run.end();
        Ok::<_, anyhow::Error>((Seen::together(heavy?), joined(cheap)?, joined(other)?, joined(health)?))
    })?;
    let took = began.elapsed();
    Ok(json!({
        "action": action,
        "connections": mix.connections,
        "heavy": heavy.report(took),
        "cheap": cheap.report(took),
        "other_account": other.report(took),
        "health": health.report(took),
        "resident_mib": { "early": run.resident.load(Ordering::Relaxed), "end": resident_mib() },
    }))
}

/// When to stop, and what is noted on the way.
struct Run {
    until: Instant,
    /// Heavy requests that are still to be sent.
    left: AtomicUsize,
    /// MiB, noted when the first twentieth of the requests is done.
    resident: AtomicUsize,
    warm_at: usize,
}

impl Run {
    fn goes_on(&self) -> bool {
        Instant::now() < self.until && self.left.load(Ordering::Relaxed) > 0
    }

    fn end(&self) {
        self.left.store(0, Ordering::Relaxed);
    }

    /// Takes one heavy request, unless the run is over.
    fn take(&self) -> bool {
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if taken == Ok(self.warm_at) {
            self.resident.store(resident_mib(), Ordering::Relaxed);
        }
        taken.is_ok() && Instant::now() < self.until
    }
}

fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().unwrap_or_else(|_| bail!("a client panicked"))
}

/// One request after the other without a pause.
fn heavy(address: SocketAddr, key: &Credentials, action: &str, bodies: &[Vec<u8>], run: &Run) -> Result<Seen> {
    let mut client = Client::connect(address)?;
    let mut seen = Seen::default();
    for body in bodies.iter().cycle() {
        if !run.take() {
            break;
        }
        let (took, code) = client.call(key, action, body.clone())?;
        seen.note(took, code);
    }
    Ok(seen)
}

/// The same for an account that is alone with its one request under way.
fn one_by_one(address: SocketAddr, key: &Credentials, action: &str, bodies: &[Vec<u8>], run: &Run) -> Result<Seen> {
    let mut client = Client::connect(address)?;
    let mut seen = Seen::default();
    for body in bodies.iter().cycle() {
        if !run.goes_on() {
            break;
        }
        let (took, code) = client.call(key, action, body.clone())?;
        seen.note(took, code);
    }
    Ok(seen)
}

/// Cheap actions of the account that makes all the load.
fn cheap(address: SocketAddr, key: &Credentials, run: &Run) -> Result<Seen> {
    let mut client = Client::connect(address)?;
    let mut seen = Seen::default();
    while run.goes_on() {
        let (took, code) = client.call(key, "GetGroupInfo", br#"{"GroupId":"bench"}"#.to_vec())?;
        seen.note(took, code);
        std::thread::sleep(PROBE_PAUSE);
    }
    Ok(seen)
}

fn health(address: SocketAddr, run: &Run) -> Result<Seen> {
    let mut client = Client::connect(address)?;
    let mut seen = Seen::default();
    while run.goes_on() {
        let (took, status) = client.get("/health/ready")?;
        seen.note(took, (status != "HTTP/1.1 200 OK").then_some(status));
        std::thread::sleep(PROBE_PAUSE);
    }
    Ok(seen)
}

/// Memory of this process, server and clients, MiB; 0 where the operating system does not say.
fn resident_mib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<usize>().ok());
    kib.unwrap_or(0) / 1024
}
