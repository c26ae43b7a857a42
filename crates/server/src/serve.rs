//! `nightjar serve`: the composition root. Read top to bottom it is the life of the process:
//! configuration → parts → recovery → tasks → ready → wait → drain.

pub(crate) mod accounts;
mod audit;
mod happenings;
pub(crate) mod http;
pub(crate) mod keys;
mod limits;
mod metrics;
pub(crate) mod open;
pub(crate) mod privacy;
pub(crate) mod probe;
mod signals;
mod upkeep;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use nightjar_api::{ApiState, Clock};
use nightjar_cache::Concurrency;
use nightjar_hub::{GopLimits, Hub};
use nightjar_media::WallTime;
use nightjar_model::StatusBoard;
use nightjar_recorder::{Downtime, Recorder, Surroundings};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cli::ServeArgs;
use crate::config::Config;
use crate::exclusive::{self, Exclusive};
use crate::fleet::Fleet;

/// Accounts and tokens that may have requests running at the same time.
const MAX_SUBJECTS: usize = 10_000;
/// How long a stop may take besides uploads: finishing all segments is a matter of a second.
const FINISH_LIMIT: Duration = Duration::from_secs(20);

/// Runs until stopped by a signal.
pub(crate) fn run(args: &ServeArgs) -> ExitCode {
    let config = match args.load() {
        Ok(config) => config,
        Err(errors) => {
            eprint!("{errors}");
            return ExitCode::from(2);
        }
    };
    crate::logging::init(&config.service);
    config.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    limits::raise_open_files();
    match locked(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            eprintln!("nightjar: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Serves while nobody else may write where we do.
fn locked(config: Config) -> Result<()> {
    let _exclusive = Exclusive::acquire(&config, "serve")?;
    privacy::mend(&config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("nightjar").build();
    let runtime = runtime.context("can't start the runtime")?;
    let served = runtime.block_on(serve(config));
    // Whatever still blocks (a dead network mount, say) must not hold the exit up.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

async fn serve(config: Config) -> Result<()> {
    let started = now();
    let mut signals = signals::Signals::listen()?;
    let metrics = metrics::Exposition::install()?;
    let listeners = http::Listeners::bind(&config).await?;

    let status = StatusBoard::default();
    let claim = exclusive::claim_node(&config, "serve").await?;
    let footage = open::all(&config, status.clone()).await?;
    let catalog = footage.catalog.clone();
    let last_seen =
        catalog.node_started(&footage.node, started).await.context("can't note the start in the catalog")?;
    open::desired_cameras(&catalog, &config).await?;
    let hub = Hub::new(GopLimits::default());

    let tasks = TaskTracker::new();
    let serving = CancellationToken::new();
    claim.map(|claim| tasks.spawn(exclusive::keep_node(claim, serving.clone())));
    privacy::mend_footage(&footage, &tasks, &serving);
    let recorders_started = Arc::new(AtomicBool::new(false));
    let accounts = accounts::Accounts::open(&config, &catalog).await?;
    accounts.announce_setup(&config, started).await?;
    accounts.keep(&tasks, &serving);
    let trail = audit::AuditTrail::start(&config, &footage, started).await?;
    let happenings = happenings::Happenings::start(&config, &footage, &accounts.access, last_seen).await?;
    let playback = open::playback(&config, &footage)?;
    let state = ApiState {
        catalog: catalog.clone(),
        limiter: accounts.cache.limiter(),
        running: Concurrency::new(MAX_SUBJECTS),
        access: accounts.access,
        oidc: accounts.oidc,
        camera_cache: open::camera_cache(&footage, &accounts.cache, &tasks, &serving),
        cache: accounts.cache,
        playback,
        events: happenings.events.clone(),
        live: happenings.live.clone(),
        status: status.clone(),
        prober: probe::prober(open::camera_reach(&config), config.service.refuse_basic_cameras, &tasks),
        changes: tasks.clone(),
        metrics: metrics.renderer(),
        clock: Clock::system(),
        version: env!("CARGO_PKG_VERSION"),
        started,
        recorders_started: recorders_started.clone(),
        config: open::api_config(&config),
    };
    tasks.spawn(metrics.run(catalog.clone(), status.clone(), serving.clone()));
    listeners.serve(&config, &state, &tasks, &serving);

    upkeep::recover(&footage).await?;
    let upkeep = upkeep::Upkeep::start(&config, &footage);
    let recorder = Arc::new(
        Recorder::start(
            open::recorder_config(&config)?,
            Surroundings {
                catalog: catalog.clone(),
                tier: footage.local.clone(),
                hub: hub.clone(),
                status: status.clone(),
                room: upkeep.room(),
                clock: now,
                down: last_seen.map(|from| Downtime { from, until: started }),
            },
        )
        .context("can't start recording")?,
    );
    let sources = Arc::new(open::sources(&config, hub, status)?);
    let reconciling = CancellationToken::new();
    let fleet = Fleet { catalog: catalog.clone(), sources: sources.clone(), recorder: recorder.clone() };
    tasks.spawn(fleet.run(reconciling.clone()));
    happenings.watch(&footage);
    recorders_started.store(true, Ordering::Release);
    http::announce(&config);

    signals.stop_asked().await;
    tracing::info!("stopping: finishing segments");
    let drain = async {
        happenings.stop_watching().await;
        reconciling.cancel();
        sources.stop().await;
        if !recorder.stop(FINISH_LIMIT).await {
            tracing::warn!("not everything was finished in time; the rest is recovered at the next start");
        }
        upkeep.stop(config.service.drain).await;
        happenings.stop().await;
        serving.cancel();
        tasks.close();
        tasks.wait().await;
        trail.stop().await;
        catalog.close().await;
    };
    tokio::select! {
        () = drain => tracing::info!("stopped"),
        () = signals.stop_now() => tracing::warn!("stopped at once; the rest is recovered at the next start"),
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the composition root gives the clock to everybody else")]
pub(crate) fn now() -> WallTime {
    std::time::SystemTime::now().into()
}
