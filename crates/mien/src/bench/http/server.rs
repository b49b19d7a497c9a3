//! The server of a measurement: the real one, over an empty store in a temporary directory.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use mien_api::{Api, Config, Eyes, FetchError, Reply};
use mien_core::{Core, Curve, Limits, ModelVersion, Point, Space, SystemClock};
use mien_server::{Bound, LogRequests, QueueConfig, ServerConfig, SystemNames};
use mien_store::{Options, Store};
use mien_vision::face::Face;
use mien_vision::picture::Picture;
use mien_vision::vision::{DetectOptions, Mirror, VisionError};
use mien_wire::Secret;
use mien_wire::client::{Credentials, Signed};
use tokio::sync::oneshot;

use super::client::signed;

/// An API over an empty store, and the keys of two accounts.
pub struct Stage {
    pub api: Arc<Api>,
    pub credentials: [Credentials; 2],
}

impl Stage {
    /// Without eyes: for actions that look at no picture.
    pub fn blind(folder: &Path) -> Result<Self> {
        let points = vec![Point { cosine: 0.0, far: 1.0 }, Point { cosine: 0.9, far: 1e-6 }];
        let space = Space {
            version: ModelVersion::V3,
            fingerprint: "bench".to_owned(),
            dim: 64,
            curve: Curve::new(points)?,
        };
        Self::open(folder, vec![space], Arc::new(Blind), Config::default())
    }

    /// With eyes of their own.
    pub fn open(folder: &Path, spaces: Vec<Space>, eyes: Arc<dyn Eyes>, config: Config) -> Result<Self> {
        let store = Store::open(&folder.join("mien.db"), Options::default())?;
        let clock = Arc::new(SystemClock);
        let core = Core::open(
            store,
            &folder.join("index"),
            spaces,
            Limits::default().into(),
            clock.clone(),
        )?;
        let credentials = [account(&core, "bench")?, account(&core, "quiet")?];
        let api = Arc::new(Api::new(Arc::new(core), eyes, clock, config));
        Ok(Self { api, credentials })
    }

    /// Calls without a socket; the answer must be a success.
    pub fn prepare(&self, credentials: &Credentials, action: &str, parameters: &serde_json::Value) -> Result<()> {
        let request = signed(credentials, action, serde_json::to_vec(parameters)?)?;
        let answer = String::from_utf8_lossy(&ask(&self.api, &request).body).into_owned();
        ensure!(!answer.contains("\"Error\""), "{action} failed: {answer}");
        Ok(())
    }

    /// Serves while `work` runs.
    pub fn serve<T>(&self, config: Serving, work: impl FnOnce(Addresses) -> Result<T>) -> Result<T> {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let config = ServerConfig {
            listen: free,
            admin_listen: Some(free),
            log_requests: match config.log_requests {
                true => LogRequests::All,
                false => LogRequests::Failures,
            },
            queue: config.queue,
            ..ServerConfig::default()
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let bound = runtime.block_on(Bound::bind(config))?;
        let addresses = Addresses {
            api: bound.address(),
            admin: bound.admin_address().context("no admin address")?,
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = runtime.spawn(bound.serve(Arc::clone(&self.api), Arc::new(SystemNames), async {
            let _ = stopped.await;
        }));
        let worked = work(addresses);
        let _ = stop.send(());
        runtime.block_on(serving)??;
        worked
    }
}

/// What of the server can be chosen.
pub struct Serving {
    pub log_requests: bool,
    pub queue: QueueConfig,
}

/// Where the server listens.
#[derive(Clone, Copy)]
pub struct Addresses {
    pub api: SocketAddr,
    pub admin: SocketAddr,
}

/// Calls without a socket.
pub fn ask(api: &Api, signed: &Signed) -> Reply {
    let headers = signed.headers();
    api.call(&signed.request(&headers), |_| {
        Err(FetchError::Unreachable("no downloads here".to_owned()))
    })
}

fn account(core: &Core, name: &str) -> Result<Credentials> {
    let account = core.accounts().create(name)?;
    let key = core.accounts().create_key(account, name)?;
    Ok(Credentials {
        secret_id: key.secret_id,
        secret: Secret::new(key.secret),
        token: None,
    })
}

/// No eyes: what looks at pictures answers that there is no model.
struct Blind;

impl Eyes for Blind {
    fn detect(&self, _picture: &Picture, _options: &DetectOptions) -> Result<Vec<Face>, VisionError> {
        Err(VisionError::Missing("detector"))
    }

    fn embed(
        &self,
        _picture: &Picture,
        _face: &Face,
        _space: &Space,
        _mirror: Mirror,
    ) -> Result<Vec<f32>, VisionError> {
        Err(VisionError::Missing("embedder"))
    }
}
