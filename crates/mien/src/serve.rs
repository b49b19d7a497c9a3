//! `mien serve`: the first start installs and welcomes, every later one is offline and quick.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use mien_api::Api;
use mien_core::{Core, SystemClock};
use mien_server::{Bound, SystemNames};

use crate::jobs::JobThread;
use crate::place::Place;
use crate::welcome::{self, Welcome};
use crate::{crops, models, progress, see};

/// Flags of the server; everything else is configuration.
#[derive(Debug, Default, clap::Args)]
pub struct Arguments {
    /// Address of the API, for example 0.0.0.0:8080.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

/// Serves until SIGINT or SIGTERM.
pub fn run(mut place: Place, arguments: Arguments) -> Result<()> {
    if let Some(listen) = arguments.listen {
        place.settings.server.listen = listen;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("threads cannot be started")?;
    runtime.block_on(serve(&place))
}

async fn serve(place: &Place) -> Result<()> {
    let mut started = Instant::now();
    // Bound first: a taken port is noticed before models are downloaded or loaded.
    let bound = Bound::bind(place.settings.server.clone()).await?;
    if models::install_missing(place, progress::shown().as_mut())? {
        started = Instant::now();
    }
    let stop = stop_signal()?;
    let pack = models::ready_pack(place)?;
    let (vision, engine) = see::open_warm(place, &pack)?;
    let clock = Arc::new(SystemClock);
    let core = Core::open(
        place.store()?,
        &place.index_directory(),
        see::spaces(&vision)?,
        place.settings.account_limits()?,
        clock.clone(),
    )
    .context("the data cannot be opened")?;
    let welcome = Welcome {
        endpoint: bound.address(),
        scheme: bound.scheme(),
        admin: bound.admin_address(),
        engine: &engine,
        pack: pack.manifest().name.as_str(),
        new_key: welcome::first_key(&core)?,
    };
    let config = mien_api::Config {
        crops: crops::open(place)?,
        ..place.settings.api_config()?
    };
    let api = Arc::new(Api::new(Arc::new(core), Arc::new(vision), clock, config));
    welcome.print(started.elapsed())?;
    let jobs = JobThread::start(Arc::clone(&api), place.settings.jobs.load_percent)?;
    let drained = bound.serve(api, Arc::new(SystemNames), stop).await?;
    jobs.stop();
    if drained.connections && drained.work {
        tracing::info!("stopped: every request was answered");
    } else {
        tracing::warn!("stopped before every request was answered");
    }
    Ok(())
}

/// Ready when the process is told to stop.
fn stop_signal() -> Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
