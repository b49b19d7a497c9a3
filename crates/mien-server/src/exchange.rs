//! One request from its first byte to its answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Response};
use mien_api::{Answer, Fetched, Reply};
use mien_wire::{Header, Request as WireRequest};
use tokio::sync::Semaphore;

use crate::application::{Admission, Application, Cost, Refused};
use crate::body::{self, BodyError, Memory, Received};
use crate::config::{LogRequests, ServerConfig};
use crate::fetch::Downloader;
use crate::journal::{self, Waits};
use crate::pool::{Load, Overload, Pool};

/// A signed body beyond this size is hashed beside the asynchronous threads, bytes.
const LONG_HASH_BYTES: usize = 64 * 1024;

/// Where the time of a request went (W3C Server Timing).
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Everything that requests share.
pub(crate) struct Exchange<A> {
    application: Arc<A>,
    compute: Pool,
    writes: Pool,
    hashing: Semaphore,
    downloader: Downloader,
    memory: Arc<Memory>,
    body_time: Duration,
    log_requests: LogRequests,
}

/// A request with its whole body.
struct Arrival {
    parts: Parts,
    body: Received,
    waits: Waits,
}

impl<A: Application> Exchange<A> {
    /// Starts the thread pools.
    ///
    /// # Errors
    /// The operating system refused a thread.
    pub(crate) fn start(application: Arc<A>, downloader: Downloader, config: &ServerConfig) -> std::io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let compute_threads = if config.queue.compute_threads == 0 {
            cores
        } else {
            config.queue.compute_threads
        };
        let max_wait = config.queue.max_wait();
        Ok(Self {
            compute: Pool::start("compute", compute_threads, max_wait)?,
            writes: Pool::start("write", config.queue.write_threads.max(1), max_wait)?,
            hashing: Semaphore::new(cores),
            downloader,
            memory: Memory::new(config.body_memory_mib * 1024 * 1024),
            body_time: Duration::from_secs(config.body_seconds),
            log_requests: config.log_requests,
            application,
        })
    }

    /// Answers one request. Dropping the future gives up what has not started yet.
    pub(crate) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let started = Instant::now();
        let (parts, body) = request.into_parts();
        let mut waits = Waits::default();
        let max_bytes = with_wire_request(&parts, &[], |head| self.application.max_body_bytes(head));
        match body::read(body, max_bytes, self.body_time, &self.memory).await {
            Ok(body) => {
                waits.body = started.elapsed();
                let arrival = Arc::new(Arrival { parts, body, waits });
                let (reply, waits) = self.serve(arrival).await;
                respond(reply, &waits)
            }
            Err(error) => self.without_body(parts, error),
        }
    }

    async fn serve(self: &Arc<Self>, arrival: Arc<Arrival>) -> (Reply, Waits) {
        let admission = match self.admit(&arrival).await {
            Ok(admission) => Arc::new(admission),
            Err(reply) => return (self.finished(*reply, &arrival.waits), arrival.waits.clone()),
        };
        let mut waits = arrival.waits.clone();
        let mut fetched = Arc::new(Fetched::none());
        loop {
            let (answer, queued) = match self.run(&arrival, &admission, &fetched, &waits).await {
                Ok(ran) => ran,
                Err(Overload) => {
                    let reply = self.refuse(&arrival.parts, Some(&admission.admitted), &Refused::Overload);
                    return (self.finished(reply, &waits), waits);
                }
            };
            waits.queue += queued;
            match answer {
                Answer::Reply(reply) => return (reply, waits),
                Answer::Fetch(urls) => {
                    let started = Instant::now();
                    fetched = Arc::new(self.fetch(urls).await);
                    waits.download += started.elapsed();
                }
            }
        }
    }

    async fn admit(self: &Arc<Self>, arrival: &Arc<Arrival>) -> Result<Admission<A::Admitted>, Box<Reply>> {
        if arrival.body.bytes.len() <= LONG_HASH_BYTES {
            return self.admit_here(arrival);
        }
        let permit = self.hashing.acquire().await;
        let (exchange, moved) = (Arc::clone(self), Arc::clone(arrival));
        let admitted = tokio::task::spawn_blocking(move || exchange.admit_here(&moved)).await;
        drop(permit);
        // The closure catches its own panics, so this happens only while the runtime is going down.
        admitted.unwrap_or_else(|_| Err(Box::new(self.refuse(&arrival.parts, None, &Refused::Overload))))
    }

    fn admit_here(&self, arrival: &Arrival) -> Result<Admission<A::Admitted>, Box<Reply>> {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            with_wire_request(&arrival.parts, &arrival.body.bytes, |request| {
                self.application.admit(request)
            })
        }));
        caught.unwrap_or_else(|panic| Err(Box::new(self.refuse(&arrival.parts, None, &panicked(panic.as_ref())))))
    }

    /// Runs on the threads that fit the cost. The second value is the time spent waiting for one.
    async fn run(
        self: &Arc<Self>,
        arrival: &Arc<Arrival>,
        admission: &Arc<Admission<A::Admitted>>,
        fetched: &Arc<Fetched>,
        waits: &Waits,
    ) -> Result<(Answer, Duration), Overload> {
        let pool = match admission.cost {
            Cost::Read => return Ok((self.run_here(arrival, admission, fetched, waits), Duration::ZERO)),
            Cost::Write => &self.writes,
            Cost::Compute => &self.compute,
        };
        let (exchange, arrival) = (Arc::clone(self), Arc::clone(arrival));
        let (moved, fetched) = (Arc::clone(admission), Arc::clone(fetched));
        let (queued_at, mut waits) = (Instant::now(), waits.clone());
        let work = move || {
            let queued = queued_at.elapsed();
            waits.queue += queued;
            (exchange.run_here(&arrival, &moved, &fetched, &waits), queued)
        };
        pool.run(admission.account, admission.action, work).await
    }

    /// Runs on this thread. The record is written here, so that a request whose client hung up
    /// meanwhile is in the log as well.
    fn run_here(
        &self,
        arrival: &Arrival,
        admission: &Admission<A::Admitted>,
        fetched: &Fetched,
        waits: &Waits,
    ) -> Answer {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            with_wire_request(&arrival.parts, &arrival.body.bytes, |request| {
                self.application.run(request, &admission.admitted, fetched)
            })
        }));
        let answer = caught.unwrap_or_else(|panic| {
            let refused = panicked(panic.as_ref());
            Answer::Reply(self.refuse(&arrival.parts, Some(&admission.admitted), &refused))
        });
        match answer {
            Answer::Reply(reply) => Answer::Reply(self.finished(reply, waits)),
            fetch @ Answer::Fetch(_) => fetch,
        }
    }

    async fn fetch(&self, urls: Vec<String>) -> Fetched {
        let downloads = urls.into_iter().map(|url| async {
            let result = self.downloader.fetch(&url).await;
            journal::note_download(&result);
            (url, result.map_err(Into::into))
        });
        futures_util::future::join_all(downloads).await.into_iter().collect()
    }

    fn without_body(&self, parts: Parts, error: BodyError) -> Response<Full<Bytes>> {
        let refused = match error {
            BodyError::TooLarge => Refused::TooLarge,
            BodyError::TooSlow => Refused::TooSlow {
                seconds: self.body_time.as_secs(),
            },
            BodyError::MemoryFull | BodyError::Broken => Refused::Overload,
        };
        let reply = self.finished(self.refuse(&parts, None, &refused), &Waits::default());
        let mut response = respond(reply, &Waits::default());
        if parts.version < hyper::Version::HTTP_2 {
            // The rest of the body may still be on its way: this connection cannot carry another request.
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    fn refuse(&self, parts: &Parts, admitted: Option<&A::Admitted>, refused: &Refused) -> Reply {
        with_wire_request(parts, &[], |request| {
            self.application.refuse(request, admitted, refused)
        })
    }

    fn finished(&self, reply: Reply, waits: &Waits) -> Reply {
        journal::note(&reply.record, waits, self.log_requests);
        reply
    }

    /// How full the queues are: (compute, writes).
    pub(crate) fn load(&self) -> (Load, Load) {
        (self.compute.load(), self.writes.load())
    }

    /// Bytes of bodies held at this moment.
    pub(crate) fn body_bytes(&self) -> usize {
        self.memory.used()
    }
}

/// The only way an answer leaves: status 200 and exactly this content type (BEHAVIOUR 10.2, 10.3).
fn respond(reply: Reply, waits: &Waits) -> Response<Full<Bytes>> {
    let timing = journal::server_timing(&reply.record, waits);
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(mien_wire::CONTENT_TYPE));
    if let Some(timing) = timing {
        headers.insert(SERVER_TIMING, timing);
    }
    response
}

fn with_wire_request<T>(parts: &Parts, body: &[u8], work: impl FnOnce(&WireRequest<'_>) -> T) -> T {
    let mut headers: Vec<Header<'_>> = Vec::with_capacity(parts.headers.len() + 1);
    if let (None, Some(authority)) = (parts.headers.get(HOST), parts.uri.authority()) {
        headers.push(("host", authority.as_str().as_bytes()));
    }
    headers.extend(
        parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes())),
    );
    work(&WireRequest {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &headers,
        body,
    })
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Refused {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = text.or_else(|| panic.downcast_ref::<String>().cloned());
    Refused::Panicked {
        message: message.unwrap_or_else(|| "a panic without a message".to_owned()),
    }
}
