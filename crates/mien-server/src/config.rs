//! Settings of the edge. Each field is a key of the configuration file; unknown keys are errors.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Everything the edge can be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Address of the API. Keep it on the loopback unless other machines must reach it.
    pub listen: SocketAddr,
    /// Address of health and metrics; an empty string switches them off.
    #[serde(with = "optional_address")]
    pub admin_listen: Option<SocketAddr>,
    /// Certificate chain (PEM). Together with `tls_key` it turns HTTPS on.
    pub tls_certificate: Option<PathBuf>,
    /// Private key of the certificate (PEM).
    pub tls_key: Option<PathBuf>,
    /// Connections held at once; more wait in the backlog of the operating system.
    pub max_connections: usize,
    /// Seconds for the headers of a request, and for an idle connection to send its next one.
    pub header_seconds: u64,
    /// Seconds for the whole body of a request.
    pub body_seconds: u64,
    /// Memory for the bodies of all requests under way, MiB. When it is full, new ones are refused.
    pub body_memory_mib: usize,
    /// Seconds that requests under way get to finish when the server is told to stop.
    pub drain_seconds: u64,
    /// Which requests are logged.
    pub log_requests: LogRequests,
    /// The queue in front of the processor cores.
    pub queue: QueueConfig,
    /// Download of images given by URL.
    pub download: DownloadConfig,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            admin_listen: Some(SocketAddr::from(([127, 0, 0, 1], 8081))),
            tls_certificate: None,
            tls_key: None,
            max_connections: 4096,
            header_seconds: 60,
            body_seconds: 30,
            body_memory_mib: 512,
            drain_seconds: 10,
            log_requests: LogRequests::All,
            queue: QueueConfig::default(),
            download: DownloadConfig::default(),
        }
    }
}

/// Which requests leave a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogRequests {
    /// Every request.
    All,
    /// Requests that were answered with an error.
    Failures,
    /// Only internal errors.
    InternalErrors,
}

/// The queue in front of the processor cores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueueConfig {
    /// Threads for pictures and searches; 0 means one for each core.
    pub compute_threads: usize,
    /// Threads for writes that wait for the disk (they sleep, and their commits are grouped).
    pub write_threads: usize,
    /// Longest wait for a thread, milliseconds. A request that would wait longer is refused at once
    /// with `RequestLimitExceeded`.
    pub max_wait_ms: u64,
}

impl Default for QueueConfig {
    fn default() -> Self {
        Self {
            compute_threads: 0,
            write_threads: 16,
            max_wait_ms: 5_000,
        }
    }
}

impl QueueConfig {
    /// Longest wait as a duration.
    pub(crate) fn max_wait(&self) -> Duration {
        Duration::from_millis(self.max_wait_ms)
    }
}

/// Download of images given by URL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DownloadConfig {
    /// Whether URLs are fetched at all.
    pub enabled: bool,
    /// Seconds for one picture, redirects included.
    pub seconds: u64,
    /// Largest picture, bytes. The default is what 5 MB of base64 text hold (BEHAVIOUR 8).
    pub max_bytes: usize,
    /// Redirects that are followed.
    pub max_redirects: usize,
    /// Downloads under way at once.
    pub max_concurrent: usize,
    /// Ports that may be asked.
    pub ports: Vec<u16>,
    /// Networks that may be asked although they are private, on any port, for example the address of
    /// your own image store: `["10.1.2.3/32"]`.
    pub allow_networks: Vec<IpNet>,
}

impl Default for DownloadConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            seconds: 10,
            max_bytes: 5_242_880 / 4 * 3,
            max_redirects: 3,
            max_concurrent: 64,
            ports: vec![80, 443, 8080, 8443],
            allow_networks: Vec::new(),
        }
    }
}

/// An address, or an empty string for none.
mod optional_address {
    use std::net::SocketAddr;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(address: &Option<SocketAddr>, serializer: S) -> Result<S::Ok, S::Error> {
        match address {
            Some(address) => serializer.collect_str(address),
            None => serializer.serialize_str(""),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(None);
        }
        text.parse()
            .map(Some)
            .map_err(|_| D::Error::custom(format!("`{text}` is not an address like 127.0.0.1:8081")))
    }
}
