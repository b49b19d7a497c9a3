//! Health and metrics, on an address of their own so that they can stay closed to the outside.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the time histograms, seconds.
const BUCKETS: &[f64] = &[
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// How often finished measurements are folded into the histograms.
const UPKEEP: Duration = Duration::from_secs(5);

/// Whether requests are served: false while the server starts and once it drains.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Says whether requests are served.
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Release);
    }

    /// Whether requests are served.
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Answers a request to the admin address. `gauges` writes the values of this moment.
pub(crate) fn answer(
    method: &Method,
    path: &str,
    readiness: &Readiness,
    gauges: impl FnOnce() -> String,
) -> Response<Full<Bytes>> {
    if method != Method::GET && method != Method::HEAD {
        return text(StatusCode::METHOD_NOT_ALLOWED, "only GET is served here\n");
    }
    match path {
        "/health/live" => text(StatusCode::OK, "live\n"),
        "/health/ready" if readiness.is_ready() => text(StatusCode::OK, "ready\n"),
        "/health/ready" => text(StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
        "/metrics" => text(
            StatusCode::OK,
            exposition().map(PrometheusHandle::render).unwrap_or_default() + &gauges(),
        ),
        _ => text(
            StatusCode::NOT_FOUND,
            "served here: /health/live, /health/ready, /metrics\n",
        ),
    }
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"),
    );
    response
}

/// The process-wide metrics. `None` when another recorder was installed first.
pub(crate) fn exposition() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let builder = builder
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS)
            .ok()?;
        let handle = builder.install_recorder().ok()?;
        describe();
        Some(handle)
    });
    handle.as_ref()
}

/// Keeps the histograms small; runs until dropped.
pub(crate) async fn upkeep() {
    let mut tick = tokio::time::interval(UPKEEP);
    loop {
        tick.tick().await;
        if let Some(handle) = exposition() {
            handle.run_upkeep();
        }
    }
}

fn describe() {
    metrics::describe_counter!("mien_requests_total", "Answered requests by action, version and code.");
    metrics::describe_histogram!(
        "mien_request_seconds",
        "Time from the first byte of the body to the answer."
    );
    metrics::describe_histogram!("mien_stage_seconds", "Time of each stage of a request.");
    metrics::describe_counter!("mien_downloads_total", "Images fetched by URL, by outcome.");
    metrics::describe_gauge!("mien_connections", "Open connections.");
}
