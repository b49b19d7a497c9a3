//! The trace that each request leaves: one line in the log, and the metrics.

use std::time::Duration;

use bytes::Bytes;
use hyper::header::HeaderValue;
use mien_api::shape::Version;
use mien_api::{Record, Stage};
use mien_wire::Code;

use crate::config::LogRequests;
use crate::fetch::FetchError;

/// Time spent outside the application.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waits {
    pub(crate) body: Duration,
    pub(crate) queue: Duration,
    pub(crate) download: Duration,
}

impl Waits {
    fn stages(&self) -> [(&'static str, Duration); 3] {
        [("body", self.body), ("queue", self.queue), ("download", self.download)]
    }
}

/// Notes a finished request.
pub(crate) fn note(record: &Record, waits: &Waits, log_requests: LogRequests) {
    count(record, waits);
    let wanted = match log_requests {
        LogRequests::All => true,
        LogRequests::Failures => record.code.is_some(),
        LogRequests::InternalErrors => record.is_internal(),
    };
    if wanted {
        write_line(record, waits);
    }
}

fn write_line(record: &Record, waits: &Waits) {
    let stages = stages_text(record, waits);
    let total_us = total(record, waits).as_micros() as u64;
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                target: "mien::request",
                id = record.request_id,
                account = record.account,
                key = record.secret_id,
                action = record.action,
                version = record.version.map(Version::as_str),
                code = record.code.map(Code::as_str),
                cause = record.cause,
                bytes_in = record.bytes_in,
                bytes_out = record.bytes_out,
                total_us,
                stages,
            )
        };
    }
    if record.is_internal() {
        line!(error);
    } else {
        line!(info);
    }
}

/// The stages as the value of a `Server-Timing` header, milliseconds. Only for verified callers: to others, the time that
/// a look into the ring of keys took would say what is in it.
pub(crate) fn server_timing(record: &Record, waits: &Waits) -> Option<HeaderValue> {
    use std::fmt::Write;
    record.account?;
    let mut text = String::with_capacity(128);
    let waited = waits.stages().map(|(name, time)| (name, time.as_micros() as u64));
    let spent = waited.into_iter().chain(stages_us(record));
    let whole = ("total", total(record, waits).as_micros() as u64);
    for (name, time_us) in spent.filter(|(_, time_us)| *time_us > 0).chain([whole]) {
        let separator = if text.is_empty() { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}{name};dur={}.{:03}", time_us / 1000, time_us % 1000);
    }
    HeaderValue::try_from(text).ok()
}

fn stages_text(record: &Record, waits: &Waits) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(96);
    let waited = waits.stages().map(|(name, time)| (name, time.as_micros() as u64));
    for (name, time_us) in waited
        .into_iter()
        .chain(stages_us(record))
        .filter(|(_, time_us)| *time_us > 0)
    {
        let separator = if text.is_empty() { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}{name}={time_us}");
    }
    text
}

fn stages_us(record: &Record) -> impl Iterator<Item = (&'static str, u64)> {
    Stage::ALL.iter().map(|stage| (stage.as_str(), record.stage(*stage)))
}

fn total(record: &Record, waits: &Waits) -> Duration {
    let waited: Duration = waits.stages().iter().map(|(_, time)| *time).sum();
    waited + Duration::from_micros(record.total())
}

fn count(record: &Record, waits: &Waits) {
    let action = record.action.unwrap_or("none");
    let version = record.version.map_or("none", Version::as_str);
    let code = record.code.map_or("ok", Code::as_str);
    metrics::counter!("mien_requests_total", "action" => action, "version" => version, "code" => code).increment(1);
    metrics::histogram!("mien_request_seconds", "action" => action).record(total(record, waits));
    for (stage, time) in waits.stages() {
        if !time.is_zero() {
            metrics::histogram!("mien_stage_seconds", "stage" => stage).record(time);
        }
    }
    for (stage, time_us) in stages_us(record) {
        if time_us > 0 {
            metrics::histogram!("mien_stage_seconds", "stage" => stage).record(Duration::from_micros(time_us));
        }
    }
}

/// Notes a download.
pub(crate) fn note_download(result: &Result<Bytes, FetchError>) {
    let outcome = match result {
        Ok(_) => "ok",
        Err(FetchError::Url(_)) => "url",
        Err(FetchError::Closed) => "closed",
        Err(FetchError::SwitchedOff) => "switched_off",
        Err(FetchError::Name) => "name",
        Err(FetchError::Connection(_)) => "connection",
        Err(FetchError::Status(_)) => "status",
        Err(FetchError::Redirects) => "redirects",
        Err(FetchError::TooLarge { .. }) => "too_large",
        Err(FetchError::Timeout { .. }) => "timeout",
        Err(FetchError::Busy) => "busy",
    };
    metrics::counter!("mien_downloads_total", "outcome" => outcome).increment(1);
    if let Err(error) = result {
        tracing::info!(target: "mien::download", %error, "an image was not fetched");
    }
}
