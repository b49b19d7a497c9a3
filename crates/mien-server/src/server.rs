//! The server as a whole: bound first, served later.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;

use crate::admin::{self, Readiness};
use crate::application::Application;
use crate::config::ServerConfig;
use crate::exchange::Exchange;
use crate::fetch::{Downloader, Names};
use crate::listen::Listener;
use crate::tls::{Certificates, TlsError};

/// How often the pools are looked at while they run empty.
const DRAIN_TICK: Duration = Duration::from_millis(5);

/// How often the files of the certificate are looked at.
const CERTIFICATE_TICK: Duration = Duration::from_secs(30);

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// An address cannot be listened on.
    #[error("{key} = {address} cannot be listened on")]
    Bind {
        /// The key of the configuration.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// HTTPS cannot be offered.
    #[error("https cannot be offered")]
    Tls(#[source] TlsError),
    /// The TLS client for downloads cannot be set up.
    #[error("downloads cannot be set up")]
    Downloads(#[source] rustls::Error),
    /// The operating system refused threads.
    #[error("threads cannot be started")]
    Threads(#[source] io::Error),
}

/// Sockets that are bound, so that a taken port is noticed before anything slow is done.
pub struct Bound {
    config: ServerConfig,
    socket: TcpListener,
    address: SocketAddr,
    admin: Option<(TcpListener, SocketAddr)>,
    certificates: Option<Arc<Certificates>>,
}

impl Bound {
    /// Binds the addresses of the configuration and reads the certificate.
    ///
    /// # Errors
    /// An address is taken or a file is not usable.
    pub async fn bind(config: ServerConfig) -> Result<Self, ServerError> {
        let certificates = Certificates::open(config.tls_certificate.as_deref(), config.tls_key.as_deref())
            .map_err(ServerError::Tls)?;
        let (socket, address) = bind("listen", config.listen).await?;
        let admin = match config.admin_listen {
            Some(address) => Some(bind("admin_listen", address).await?),
            None => None,
        };
        Ok(Self {
            config,
            socket,
            address,
            admin,
            certificates,
        })
    }

    /// Where the API is reached.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where health and metrics are reached.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(|(_, address)| *address)
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.certificates.is_some() { "https" } else { "http" }
    }

    /// Serves `application` until `stop` is ready, then drains. Names in image URLs go through `names`.
    ///
    /// # Errors
    /// Threads or the TLS client could not be set up.
    pub async fn serve<A: Application>(
        self,
        application: Arc<A>,
        names: Arc<dyn Names>,
        stop: impl Future<Output = ()>,
    ) -> Result<Drained, ServerError> {
        let _ = admin::exposition();
        let downloader = Downloader::new(&self.config.download, names).map_err(ServerError::Downloads)?;
        let exchange = Exchange::start(application, downloader, &self.config).map_err(ServerError::Threads)?;
        let exchange = Arc::new(exchange);
        let readiness = Readiness::default();
        let side = tokio::spawn(serve_admin(self.admin, readiness.clone(), Arc::clone(&exchange)));

        let tls = self.certificates.as_ref().map(Certificates::acceptor).transpose();
        let tls = tls.map_err(ServerError::Tls)?;
        let renewal = self.certificates.map(|certificates| tokio::spawn(renew(certificates)));
        let listener = Listener::new(self.socket, tls, &self.config);
        let answering = Arc::clone(&exchange);
        let deadline = listener.drain_time;
        readiness.set(true);
        let stop_noted = async {
            stop.await;
            readiness.set(false);
            tracing::info!("stopping: requests under way get up to {} s", deadline.as_secs());
        };
        let connections = listener
            .serve(move |request| Arc::clone(&answering).answer(request), stop_noted)
            .await;
        let work = drain(&exchange, deadline).await;
        side.abort();
        if let Some(renewal) = renewal {
            renewal.abort();
        }
        Ok(Drained { connections, work })
    }
}

/// Looks at the files of the certificate from time to time, and at once on SIGHUP.
async fn renew(certificates: Arc<Certificates>) {
    #[cfg(unix)]
    let mut hangup = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok();
    let look = async move || {
        let tick = tokio::time::sleep(CERTIFICATE_TICK);
        #[cfg(unix)]
        if let Some(hangup) = &mut hangup {
            tokio::select! {
                () = tick => {}
                _ = hangup.recv() => {}
            }
            return;
        }
        tick.await;
    };
    certificates.keep_fresh(look).await;
}

/// How the end went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Whether every connection ended in time.
    pub connections: bool,
    /// Whether all work that had started ended in time.
    pub work: bool,
}

async fn bind(key: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServerError> {
    let failed = |source| ServerError::Bind { key, address, source };
    let socket = TcpListener::bind(address).await.map_err(failed)?;
    let bound = socket.local_addr().map_err(failed)?;
    Ok((socket, bound))
}

/// Waits for work that runs detached from its connection, writes above all.
async fn drain<A: Application>(exchange: &Exchange<A>, deadline: Duration) -> bool {
    let started = Instant::now();
    loop {
        let (compute, writes) = exchange.load();
        if compute.running + writes.running + compute.waiting + writes.waiting == 0 {
            return true;
        }
        if started.elapsed() > deadline {
            return false;
        }
        tokio::time::sleep(DRAIN_TICK).await;
    }
}

async fn serve_admin<A: Application>(
    admin: Option<(TcpListener, SocketAddr)>,
    readiness: Readiness,
    exchange: Arc<Exchange<A>>,
) {
    let Some((socket, _)) = admin else {
        return admin::upkeep().await;
    };
    let listener = Listener {
        socket,
        tls: None,
        max_connections: 64,
        header_time: Duration::from_secs(10),
        drain_time: Duration::ZERO,
    };
    let answer = move |request: hyper::Request<hyper::body::Incoming>| {
        let response = admin::answer(request.method(), request.uri().path(), &readiness, || gauges(&exchange));
        async move { response }
    };
    listener.serve(answer, admin::upkeep()).await;
}

/// What is asked for rather than counted, in the Prometheus text format.
fn gauges<A: Application>(exchange: &Exchange<A>) -> String {
    let (compute, writes) = exchange.load();
    format!(
        "# HELP mien_queue_waiting Requests that wait for a thread.\n\
         # TYPE mien_queue_waiting gauge\n\
         mien_queue_waiting{{queue=\"compute\"}} {}\n\
         mien_queue_waiting{{queue=\"write\"}} {}\n\
         # HELP mien_queue_running Requests that have a thread.\n\
         # TYPE mien_queue_running gauge\n\
         mien_queue_running{{queue=\"compute\"}} {}\n\
         mien_queue_running{{queue=\"write\"}} {}\n\
         # HELP mien_body_bytes Memory held by request bodies.\n\
         # TYPE mien_body_bytes gauge\n\
         mien_body_bytes {}\n",
        compute.waiting,
        writes.waiting,
        compute.running,
        writes.running,
        exchange.body_bytes()
    )
}
