//! The one place where a download opens a socket.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::address::AddressGuard;

type Pending<T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send>>;

/// Turns a host name into addresses. A seam for tests, which play a name server that lies.
pub trait Names: Send + Sync {
    /// All addresses of `host`.
    fn resolve(&self, host: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
}

/// The resolver of the operating system.
#[derive(Debug, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn resolve(&self, host: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Why no connection was tried.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("the address is not open to downloads")]
    Closed,
    #[error("the name cannot be resolved")]
    Name,
}

/// Resolves, judges, then connects to exactly the addresses that were judged.
#[derive(Clone)]
pub(super) struct GuardedConnector {
    guard: Arc<AddressGuard>,
    names: Arc<dyn Names>,
}

impl GuardedConnector {
    pub(super) fn new(guard: AddressGuard, names: Arc<dyn Names>) -> Self {
        Self {
            guard: Arc::new(guard),
            names,
        }
    }

    async fn connect(self, uri: Uri) -> io::Result<TokioIo<TcpStream>> {
        let host = uri.host().ok_or_else(|| io::Error::other(Refused::Name))?;
        let port = uri
            .port_u16()
            .unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        let addresses = self.addresses(host).await?;
        let open: Vec<SocketAddr> = addresses
            .into_iter()
            .filter(|address| self.guard.permits(*address, port))
            .map(|address| SocketAddr::new(address, port))
            .collect();
        if open.is_empty() {
            return Err(io::Error::other(Refused::Closed));
        }
        let stream = TcpStream::connect(open.as_slice()).await?;
        stream.set_nodelay(true)?;
        Ok(TokioIo::new(stream))
    }

    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(literal) = bare.parse() {
            return Ok(vec![literal]);
        }
        match self.names.resolve(host).await {
            Ok(addresses) if !addresses.is_empty() => Ok(addresses),
            _ => Err(io::Error::other(Refused::Name)),
        }
    }
}

impl tower_service::Service<Uri> for GuardedConnector {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pending<Self::Response>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}
