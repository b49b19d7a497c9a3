//! Download of images given by URL.
//!
//! Every socket is opened by [`connect::GuardedConnector`], which judges the address after the name
//! has been resolved: a literal, a redirect or a name that changes its address between two look-ups
//! all end at the same check. Redirects are followed here, one by one, so that each target is parsed
//! and judged like the first URL.

mod address;
mod connect;

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Empty};
use hyper::header::{ACCEPT, LOCATION, USER_AGENT};
use hyper::{Method, Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::Semaphore;
use url::Url;

pub use self::connect::{Names, SystemNames};

use self::address::AddressGuard;
use self::connect::{GuardedConnector, Refused};
use crate::config::DownloadConfig;

/// Longest URL that is looked at, bytes.
const MAX_URL_BYTES: usize = 8 * 1024;

/// Why an image could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Not an http or https URL that can be asked.
    #[error("the url is not usable: {0}")]
    Url(&'static str),
    /// The address or port is not open to downloads.
    #[error("the address is not open to downloads")]
    Closed,
    /// Downloads are switched off.
    #[error("downloads are switched off on this server")]
    SwitchedOff,
    /// The name could not be resolved.
    #[error("the name of the host cannot be resolved")]
    Name,
    /// No connection, a broken one, or TLS failed.
    #[error("the connection failed: {0}")]
    Connection(String),
    /// Another status than 200.
    #[error("the host answered with status {0}")]
    Status(u16),
    /// More redirects than are followed.
    #[error("too many redirects")]
    Redirects,
    /// More bytes than an image may have.
    #[error("the image has more than {max_bytes} bytes")]
    TooLarge {
        /// The limit.
        max_bytes: usize,
    },
    /// The time was up.
    #[error("the image did not arrive within {seconds} s")]
    Timeout {
        /// The limit.
        seconds: u64,
    },
    /// Too many downloads are under way.
    #[error("too many downloads are under way")]
    Busy,
}

/// What the client may know: nothing of the inside of the network.
impl From<FetchError> for mien_api::FetchError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Url(reason) => Self::Illegal(reason.to_owned()),
            FetchError::TooLarge { max_bytes } => Self::TooLarge { limit_bytes: max_bytes },
            FetchError::Connection(_) => Self::Unreachable("the connection failed".to_owned()),
            other => Self::Unreachable(other.to_string()),
        }
    }
}

/// Fetches images.
pub struct Downloader {
    client: Client<HttpsConnector<GuardedConnector>, Empty<Bytes>>,
    permits: Semaphore,
    config: DownloadConfig,
}

impl Downloader {
    /// A downloader that resolves names through `names` ([`SystemNames`] outside tests).
    ///
    /// # Errors
    /// The TLS library could not be set up.
    pub fn new(config: &DownloadConfig, names: Arc<dyn Names>) -> Result<Self, rustls::Error> {
        let guard = AddressGuard::new(config.allow_networks.clone(), config.ports.clone());
        let connector = GuardedConnector::new(guard, names);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(trust_of_the_system()?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(20))
            .pool_max_idle_per_host(4)
            .build(https);
        Ok(Self {
            client,
            permits: Semaphore::new(config.max_concurrent),
            config: config.clone(),
        })
    }

    /// Fetches one image.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn fetch(&self, url: &str) -> Result<Bytes, FetchError> {
        if !self.config.enabled {
            return Err(FetchError::SwitchedOff);
        }
        let url = parse(url)?;
        let limit = Duration::from_secs(self.config.seconds);
        let work = async {
            let _permit = self.permits.acquire().await.map_err(|_| FetchError::Busy)?;
            self.follow(url).await
        };
        tokio::time::timeout(limit, work)
            .await
            .unwrap_or(Err(FetchError::Timeout {
                seconds: self.config.seconds,
            }))
    }

    async fn follow(&self, mut url: Url) -> Result<Bytes, FetchError> {
        for _ in 0..=self.config.max_redirects {
            let response = self.ask(&url).await?;
            match redirect_target(&url, &response)? {
                Some(next) => url = next,
                None if response.status().as_u16() == 200 => return self.read(response).await,
                None => return Err(FetchError::Status(response.status().as_u16())),
            }
        }
        Err(FetchError::Redirects)
    }

    async fn ask(&self, url: &Url) -> Result<Response<hyper::body::Incoming>, FetchError> {
        let uri: Uri = without_fragment(url)
            .parse()
            .map_err(|_| FetchError::Url("it cannot be written as a request"))?;
        let request = Request::builder()
            .method(Method::GET)
            .uri(uri)
            .header(USER_AGENT, concat!("mien/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, "image/*,*/*;q=0.5")
            .body(Empty::new())
            .map_err(|_| FetchError::Url("it cannot be written as a request"))?;
        self.client.request(request).await.map_err(|error| failure_of(&error))
    }

    async fn read(&self, response: Response<hyper::body::Incoming>) -> Result<Bytes, FetchError> {
        let max_bytes = self.config.max_bytes;
        let mut body = response.into_body();
        if hyper::body::Body::size_hint(&body).lower() > max_bytes as u64 {
            return Err(FetchError::TooLarge { max_bytes });
        }
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| FetchError::Connection(chain_of(&error)))?;
            if let Ok(data) = frame.into_data() {
                if bytes.len() + data.len() > max_bytes {
                    return Err(FetchError::TooLarge { max_bytes });
                }
                bytes.extend_from_slice(&data);
            }
        }
        Ok(bytes.freeze())
    }
}

/// Trusts what the operating system trusts. A machine without certificates still serves http URLs.
fn trust_of_the_system() -> Result<rustls::ClientConfig, rustls::Error> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = rustls::RootCertStore::empty();
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable == 0 {
        tracing::warn!(errors = ?found.errors, "no certificates of the system found: images behind https URLs cannot be fetched");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Parses a URL as a browser would (so `http://0x7f.1/` is 127.0.0.1 and judged as that).
fn parse(url: &str) -> Result<Url, FetchError> {
    if url.len() > MAX_URL_BYTES {
        return Err(FetchError::Url("it is too long"));
    }
    judged(Url::parse(url).map_err(|_| FetchError::Url("it cannot be parsed"))?)
}

fn judged(url: Url) -> Result<Url, FetchError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::Url("only http and https are fetched"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(FetchError::Url("it carries a user name or password"));
    }
    Ok(url)
}

fn without_fragment(url: &Url) -> &str {
    let text = url.as_str();
    text.split_once('#').map_or(text, |(before, _)| before)
}

fn redirect_target(url: &Url, response: &Response<hyper::body::Incoming>) -> Result<Option<Url>, FetchError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()) else {
        return Err(FetchError::Status(response.status().as_u16()));
    };
    let target = url
        .join(location)
        .map_err(|_| FetchError::Url("a redirect leads to something that is no url"))?;
    judged(target).map(Some)
}

/// Finds our own refusal inside the layers of the client's error.
fn failure_of(error: &hyper_util::client::legacy::Error) -> FetchError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(layer) = cause {
        match refusal_in(layer) {
            Some(Refused::Closed) => return FetchError::Closed,
            Some(Refused::Name) => return FetchError::Name,
            None => cause = layer.source(),
        }
    }
    FetchError::Connection(chain_of(error))
}

fn refusal_in<'a>(layer: &'a (dyn std::error::Error + 'static)) -> Option<&'a Refused> {
    let inside_io = || {
        layer
            .downcast_ref::<std::io::Error>()?
            .get_ref()?
            .downcast_ref::<Refused>()
    };
    layer.downcast_ref::<Refused>().or_else(inside_io)
}

/// An error and its causes in one line.
pub(crate) fn chain_of(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(layer) = cause {
        line.push_str(": ");
        line.push_str(&layer.to_string());
        cause = layer.source();
    }
    line
}
