//! The asynchronous edge of Mien: sockets, TLS, limits on what comes in, the queue in front of the
//! processor cores, downloads of images, health, metrics and the log of requests.
//!
//! What the requests mean is the business of an [`Application`], which does no IO on the network.
//! The way of a request through the edge is [`exchange`](self) in the source: body, admit, threads,
//! downloads, answer.

mod admin;
mod application;
mod body;
mod config;
mod exchange;
mod fetch;
mod journal;
mod listen;
mod pool;
mod server;
mod tls;

pub use application::{Admission, Application, Cost, Refused};
pub use config::{DownloadConfig, LogRequests, QueueConfig, ServerConfig};
pub use fetch::{Downloader, FetchError, Names, SystemNames};
pub use server::{Bound, Drained, ServerError};
pub use tls::TlsError;
