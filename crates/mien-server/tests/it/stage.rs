//! The stage of the tests: an application that does what the request says, a running server, and a
//! client that writes raw bytes.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use mien_api::{Answer, Fetched, Record, Reply};
use mien_server::{Admission, Application, Bound, Cost, Drained, Names, Refused, ServerConfig, SystemNames};
use mien_wire::{Code, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Longest wait for something that must happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Largest body that the staged application takes, bytes.
pub const MAX_BODY_BYTES: usize = 100_000;

/// A staged application. The path says which cost a request has (`/read`, `/write`, `/compute`) and
/// the query what it does (`echo`, `hold`, `panic`, `fetch=URL`, `panic-early`, `no`).
#[derive(Default)]
pub struct Play {
    started: AtomicUsize,
    finished: AtomicUsize,
    gate: Mutex<bool>,
    opened: Condvar,
}

impl Play {
    /// Runs that have started.
    pub fn started(&self) -> usize {
        self.started.load(Ordering::SeqCst)
    }

    /// Runs that have ended.
    pub fn finished(&self) -> usize {
        self.finished.load(Ordering::SeqCst)
    }

    /// Lets everything go on that holds.
    pub fn release(&self) {
        *self.gate.lock().unwrap() = true;
        self.opened.notify_all();
    }

    fn hold(&self) {
        let mut open = self.gate.lock().unwrap();
        while !*open {
            open = self.opened.wait(open).unwrap();
        }
    }
}

impl Application for Play {
    type Admitted = String;

    fn max_body_bytes(&self, _head: &Request<'_>) -> usize {
        MAX_BODY_BYTES
    }

    fn admit(&self, request: &Request<'_>) -> Result<Admission<String>, Box<Reply>> {
        let (cost, action) = match request.path {
            "/write" => (Cost::Write, "Write"),
            "/compute" => (Cost::Compute, "Compute"),
            _ => (Cost::Read, "Read"),
        };
        match request.query {
            "panic-early" => panic!("on purpose"),
            "no" => Err(Box::new(reply(
                "refused by the application".to_owned(),
                Some(Code::InvalidAction),
            ))),
            act => Ok(Admission {
                admitted: act.to_owned(),
                account: 1,
                action,
                cost,
            }),
        }
    }

    fn run(&self, request: &Request<'_>, act: &String, fetched: &Fetched) -> Answer {
        self.started.fetch_add(1, Ordering::SeqCst);
        let said = match act.split_once('=') {
            Some(("fetch", url)) if !format!("{fetched:?}").contains(url) => {
                return Answer::Fetch(vec![url.to_owned()]);
            }
            Some(("fetch", _)) => format!("{fetched:?}"),
            _ if act == "hold" => {
                self.hold();
                "held".to_owned()
            }
            _ if act == "panic" => panic!("on purpose"),
            _ => format!("{} {} {}", request.method, host(request), request.body.len()),
        };
        self.finished.fetch_add(1, Ordering::SeqCst);
        Answer::Reply(reply(said, None))
    }

    fn refuse(&self, _request: &Request<'_>, _admitted: Option<&String>, refused: &Refused) -> Reply {
        reply(format!("{refused:?}"), Some(Code::RequestLimitExceeded))
    }
}

fn host(request: &Request<'_>) -> String {
    request
        .header("host")
        .map(|host| String::from_utf8_lossy(host).into_owned())
        .unwrap_or_default()
}

fn reply(said: String, code: Option<Code>) -> Reply {
    let record = Record {
        request_id: "staged".to_owned(),
        arrived_ms: 0,
        // The staged application lets in whom it does not refuse.
        account: code.is_none().then_some(1),
        secret_id: None,
        action: None,
        version: None,
        code,
        cause: None,
        bytes_in: 0,
        bytes_out: said.len(),
        micros: Default::default(),
    };
    Reply {
        body: said.into_bytes(),
        record,
    }
}

/// A server that runs in this process.
pub struct Running {
    /// Its application.
    pub play: Arc<Play>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Where health and metrics are.
    pub admin: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<Drained>,
}

/// A configuration on free ports.
pub fn config() -> ServerConfig {
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut config = ServerConfig {
        listen: free,
        admin_listen: Some(free),
        ..ServerConfig::default()
    };
    config.queue.compute_threads = 1;
    config.queue.write_threads = 1;
    config
}

/// Starts a server.
pub async fn start(config: ServerConfig) -> Running {
    start_with(config, Arc::new(SystemNames)).await
}

/// Starts a server with its own idea of names.
pub async fn start_with(config: ServerConfig, names: Arc<dyn Names>) -> Running {
    let bound = Bound::bind(config).await.unwrap();
    let (address, admin) = (bound.address(), bound.admin_address().unwrap());
    let play = Arc::new(Play::default());
    let (stop, stopped) = oneshot::channel();
    let serving = bound.serve(Arc::clone(&play), names, async {
        let _ = stopped.await;
    });
    let ended = tokio::spawn(async { serving.await.unwrap() });
    Running {
        play,
        address,
        admin,
        stop: Some(stop),
        ended,
    }
}

impl Running {
    /// Opens a connection.
    pub async fn connect(&self) -> Client {
        Client {
            stream: TcpStream::connect(self.address).await.unwrap(),
            read: Vec::new(),
        }
    }

    /// One GET on its own connection; gives the body.
    pub async fn get(&self, target: &str) -> String {
        let mut client = self.connect().await;
        client.send_get(target).await;
        client.answer().await.body
    }

    /// Tells the server to stop.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// Waits for the end of the server.
    pub async fn ended(self) -> Drained {
        in_time(self.ended).await.unwrap()
    }

    /// Waits until a line of the metrics reads so.
    pub async fn until_metric(&self, line: &str) {
        let mut client = Client {
            stream: TcpStream::connect(self.admin).await.unwrap(),
            read: Vec::new(),
        };
        until(
            || line.to_owned(),
            async || {
                client.send_get("/metrics").await;
                client.answer().await.body.lines().any(|found| found == line)
            },
        )
        .await;
    }

    /// Waits until so many runs have started.
    pub async fn until_started(&self, runs: usize) {
        until(|| format!("{runs} runs started"), async || self.play.started() == runs).await;
    }
}

/// Asks again and again until the answer is yes.
pub async fn until(what: impl Fn() -> String, mut yes: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !yes().await {
        assert!(started.elapsed() < PATIENCE, "never came true: {}", what());
        tokio::task::yield_now().await;
    }
}

/// Fails instead of hanging.
pub async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("took too long")
}

/// A client that writes raw bytes.
pub struct Client {
    /// The connection.
    pub stream: TcpStream,
    read: Vec<u8>,
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub struct Got {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Got {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Client {
    /// Writes bytes as they are.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        in_time(self.stream.write_all(bytes.as_ref())).await.unwrap();
    }

    /// Sends a GET without a body.
    pub async fn send_get(&mut self, target: &str) {
        self.send(format!("GET {target} HTTP/1.1\r\nHost: staged:1\r\n\r\n"))
            .await;
    }

    /// Reads one answer with a `Content-Length`.
    pub async fn answer(&mut self) -> Got {
        let head_end = loop {
            if let Some(at) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(
                self.read_more().await,
                "closed before an answer: {:?}",
                String::from_utf8_lossy(&self.read)
            );
        };
        let head = String::from_utf8(self.read.drain(..head_end).collect()).unwrap();
        let mut lines = head.split("\r\n").filter(|line| !line.is_empty());
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers
            .iter()
            .find(|(name, _)| name == "content-length")
            .map_or(0, |(_, v)| v.parse().unwrap());
        while self.read.len() < length {
            assert!(self.read_more().await, "closed in the middle of an answer");
        }
        let body = String::from_utf8(self.read.drain(..length).collect()).unwrap();
        Got { status, headers, body }
    }

    /// Waits for the server to close the connection.
    pub async fn closed(&mut self) {
        while self.read_more().await {}
    }

    async fn read_more(&mut self) -> bool {
        let mut buffer = [0; 4096];
        match in_time(self.stream.read(&mut buffer)).await {
            Ok(0) | Err(_) => false,
            Ok(length) => {
                self.read.extend_from_slice(&buffer[..length]);
                true
            }
        }
    }
}

/// A name server that says what the test wants, one answer after the other; the last one stays.
pub struct Lies(pub Mutex<Vec<Vec<IpAddr>>>);

impl Lies {
    /// Answers in turn.
    pub fn of(answers: &[&[&str]]) -> Arc<Self> {
        let parsed = answers
            .iter()
            .map(|answer| answer.iter().map(|text| text.parse().unwrap()).collect());
        Arc::new(Self(Mutex::new(parsed.collect())))
    }
}

impl Names for Lies {
    fn resolve(&self, _host: &str) -> std::pin::Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 {
            answers.remove(0)
        } else {
            answers[0].clone()
        };
        Box::pin(async move { Ok(answer) })
    }
}
