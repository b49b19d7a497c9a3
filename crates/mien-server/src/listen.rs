//! The listener: connections, TLS, and a graceful end.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;

use crate::config::ServerConfig;

/// Room for the headers of one request, bytes. A GET may carry 32 KB of parameters (BEHAVIOUR 1.5);
/// what is beyond that must still be read to be refused with the documented code.
const HEADER_BYTES: usize = 256 * 1024;

/// Streams at once on one HTTP/2 connection.
const MAX_STREAMS: u32 = 64;

/// Time for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Pause after the operating system refused to hand over a connection, mostly because no file
/// descriptors are left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Where connections come from and how they are treated.
pub(crate) struct Listener {
    pub(crate) socket: TcpListener,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) max_connections: usize,
    pub(crate) header_time: Duration,
    pub(crate) drain_time: Duration,
}

impl Listener {
    /// A listener for the API.
    pub(crate) fn new(socket: TcpListener, tls: Option<TlsAcceptor>, config: &ServerConfig) -> Self {
        Self {
            socket,
            tls,
            max_connections: config.max_connections.max(1),
            header_time: Duration::from_secs(config.header_seconds.max(1)),
            drain_time: Duration::from_secs(config.drain_seconds),
        }
    }

    /// Serves until `stop` is ready, then lets requests under way finish within the drain time.
    /// Returns whether all of them did.
    pub(crate) async fn serve<F, R, B>(self, answer: F, stop: impl Future<Output = ()>) -> bool
    where
        F: Fn(Request<Incoming>) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Response<B>> + Send + 'static,
        B: hyper::body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let graceful = GracefulShutdown::new();
        let permits = Arc::new(Semaphore::new(self.max_connections));
        let builder = Arc::new(self.builder());
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                accepted = self.accept(&permits) => accepted,
                () = &mut stop => break,
            };
            let connection = Connection {
                _permit: accepted.1,
                tls: self.tls.clone(),
                builder: Arc::clone(&builder),
                watcher: graceful.watcher(),
            };
            tokio::spawn(connection.serve(accepted.0, answer.clone()));
        }
        drop(self.socket);
        tokio::time::timeout(self.drain_time, graceful.shutdown()).await.is_ok()
    }

    async fn accept(&self, permits: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
        let permit = Arc::clone(permits).acquire_owned().await.ok();
        loop {
            match self.socket.accept().await {
                Ok((stream, _)) => return (stream, permit),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn builder(&self) -> Builder<TokioExecutor> {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_time)
            .max_buf_size(HEADER_BYTES)
            .keep_alive(true);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(MAX_STREAMS)
            .max_header_list_size(HEADER_BYTES as u32)
            .adaptive_window(true)
            .keep_alive_interval(self.header_time)
            .keep_alive_timeout(self.header_time);
        builder
    }
}

struct Connection {
    _permit: Option<OwnedSemaphorePermit>,
    tls: Option<TlsAcceptor>,
    builder: Arc<Builder<TokioExecutor>>,
    watcher: Watcher,
}

impl Connection {
    async fn serve<F, R, B>(self, stream: TcpStream, answer: F)
    where
        F: Fn(Request<Incoming>) -> R + Send + Sync + 'static,
        R: Future<Output = Response<B>> + Send + 'static,
        B: hyper::body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        // Answers are small and written in one piece; waiting for more of them only costs time.
        let _ = stream.set_nodelay(true);
        match self.tls.clone() {
            None => self.talk(stream, answer).await,
            Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                Ok(Ok(stream)) => self.talk(stream, answer).await,
                Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                Err(_) => tracing::debug!("a TLS handshake took too long"),
            },
        }
    }

    async fn talk<S, F, R, B>(self, stream: S, answer: F)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        F: Fn(Request<Incoming>) -> R + Send + Sync + 'static,
        R: Future<Output = Response<B>> + Send + 'static,
        B: hyper::body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        metrics::gauge!("mien_connections").increment(1.0);
        let service = service_fn(move |request| {
            let answered = answer(request);
            async move { Ok::<_, std::convert::Infallible>(answered.await) }
        });
        let connection = self
            .builder
            .serve_connection(TokioIo::new(stream), service)
            .into_owned();
        if let Err(error) = self.watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
        metrics::gauge!("mien_connections").decrement(1.0);
    }
}
