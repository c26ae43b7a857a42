//! Opening what the process stands on, with errors that say what to do.

use std::sync::Arc;

use anyhow::{Context, Result};
use nightjar_api::{ApiConfig, CameraCache, Clock};
use nightjar_cache::Cache;
use nightjar_catalog::{Catalog, CatalogOptions, Sealer};
use nightjar_hub::Hub;
use nightjar_media::WallTime;
use nightjar_model::{CameraId, CameraKey, OrgId, Reach, StatusBoard};
use nightjar_playback::{PlaybackConfig, PlaybackService, RemoteDelivery};
use nightjar_recorder::{Footage, KeyTemplate, RecorderConfig, Uploading};
use nightjar_sources::{Sources, SourcesConfig};
use nightjar_storage::{LocalTier, RemoteConfig, RemoteTier, create_private_folder};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::config::{Config, Delivery, Storage};

/// Catalog, footage folder and bucket.
pub(crate) async fn all(config: &Config, status: StatusBoard) -> Result<Footage> {
    Ok(Footage {
        local: footage_folder(config, crate::serve::now())?,
        catalog: catalog(config).await?,
        remote: bucket(config)?,
        uploading: Uploading::default(),
        status,
        node: config.service.node.clone(),
        clock: Arc::new(crate::serve::now),
    })
}

fn footage_folder(config: &Config, now: WallTime) -> Result<LocalTier> {
    let folder = &config.recording.footage_dir;
    LocalTier::open(folder, &config.service.node, now)
        .with_context(|| format!("can't use the footage folder {} (recording.temp_dir)", folder.display()))
}

/// Cameras in the shared cache, written until stopped.
pub(super) fn camera_cache(
    footage: &Footage,
    cache: &Cache,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> CameraCache {
    let (catalog, board) = (footage.catalog.clone(), footage.status.clone());
    let cameras = CameraCache::new(cache.clone(), &catalog, &footage.node.0);
    tasks.spawn(cameras.clone().run(catalog, board, Clock::system(), stop.clone()));
    cameras
}

/// The catalog alone.
pub(crate) async fn catalog(config: &Config) -> Result<Catalog> {
    let data = &config.service.data_dir;
    create_private_folder(data)
        .with_context(|| format!("can't create {} (service.data_dir)", data.display()))?;
    let options =
        CatalogOptions { max_connections: config.database.max_connections, sealer: Some(sealer(config)?) };
    Catalog::connect(config.database.url.expose(), &options)
        .await
        .context("can't open the catalog (database.url)")
}

/// What seals secrets in the catalog.
pub(crate) fn sealer(config: &Config) -> Result<Sealer> {
    super::keys::sealer(&config.service.data_dir)
}

/// The bucket, if one is configured; nothing is asked of it yet.
fn bucket(config: &Config) -> Result<Option<RemoteTier>> {
    config.storage.as_ref().map(remote_tier).transpose()
}

fn remote_tier(storage: &Storage) -> Result<RemoteTier> {
    let mut remote = RemoteConfig::new(
        storage.endpoint.clone(),
        storage.bucket.clone(),
        storage.access_key_id.expose(),
        storage.secret_access_key.clone(),
    );
    remote.region.clone_from(&storage.region);
    RemoteTier::new(remote).context("can't use the bucket ([storage])")
}

/// Brings the cameras of the file into the catalog.
pub(crate) async fn desired_cameras(catalog: &Catalog, config: &Config) -> Result<()> {
    let now = crate::serve::now();
    for camera in &config.cameras {
        let desired = camera.desired(OrgId::DEFAULT, CameraId(Uuid::now_v7()), now);
        catalog.upsert_camera(&desired).await.context("can't write the cameras into the catalog")?;
    }
    let keys: Vec<CameraKey> = config.cameras.iter().map(|camera| camera.key.clone()).collect();
    let gone = catalog.disable_file_cameras_except(OrgId::DEFAULT, &keys, now).await;
    let gone = gone.context("can't write the cameras into the catalog")?;
    if gone > 0 {
        tracing::info!(
            cameras = gone,
            "cameras are no longer in the configuration: disabled, their footage stays"
        );
    }
    Ok(())
}

/// The recorder's share of the configuration.
pub(crate) fn recorder_config(config: &Config) -> Result<RecorderConfig> {
    Ok(RecorderConfig {
        node: config.service.node.clone(),
        key_template: KeyTemplate::parse(&config.recording.key_template).context("recording.key_template")?,
        at_clock_time: config.recording.at_clock_time,
        flush_interval: config.recording.flush_interval,
        upload: config.storage.is_some(),
        ..RecorderConfig::default()
    })
}

/// The API's share of the configuration.
pub(crate) fn api_config(config: &Config) -> ApiConfig {
    ApiConfig {
        user_rate: config.limits.user_per_minute,
        ip_rate: config.limits.ip_per_minute,
        concurrent: config.limits.concurrent,
        tls: config.tls.is_some(),
        public_tls: config.service.public_url.as_ref().is_some_and(|url| url.scheme() == "https"),
        sockets: config.limits.sockets,
        trusted_proxies: config.service.trusted_proxies.clone(),
        media_bound_to_ip: config.playback.bind_to_ip,
        cors_origins: config.service.cors_origins.clone(),
        media_origin: config
            .storage
            .as_ref()
            .filter(|storage| storage.delivery == Delivery::Redirect)
            .map(|storage| storage.endpoint.origin().ascii_serialization()),
        camera_reach: camera_reach(config),
        own_addresses: nightjar_sources::own_addresses,
        ..ApiConfig::default()
    }
}

/// Where cameras may be that somebody adds or tries over the API.
pub(crate) fn camera_reach(config: &Config) -> Reach {
    Reach::Camera {
        this_machine: config.service.allow_loopback_cameras,
        link_local: config.service.allow_link_local_cameras,
    }
}

/// The sources' share of the configuration.
pub(crate) fn sources_config(config: &Config) -> SourcesConfig {
    SourcesConfig {
        api_cameras: camera_reach(config),
        refuse_basic: config.service.refuse_basic_cameras,
        ..SourcesConfig::default()
    }
}

/// Starts the threads of the cameras.
pub(super) fn sources(config: &Config, hub: Hub, status: StatusBoard) -> Result<Sources> {
    Sources::start(hub, status, sources_config(config)).context("can't start the cameras' threads")
}

/// Opens playback.
pub(super) fn playback(config: &Config, footage: &Footage) -> Result<PlaybackService> {
    let key = super::keys::media_key(&config.service.data_dir)?;
    let (local, remote) = (footage.local.clone(), footage.remote.clone());
    Ok(PlaybackService::new(footage.catalog.clone(), local, remote, key, playback_config(config)))
}

/// Playback's share of the configuration.
fn playback_config(config: &Config) -> PlaybackConfig {
    let remote = match config.storage.as_ref().map(|storage| storage.delivery) {
        Some(Delivery::Proxy) => RemoteDelivery::Proxy,
        Some(Delivery::Redirect) | None => RemoteDelivery::Redirect,
    };
    PlaybackConfig {
        session_ttl: config.playback.session_ttl,
        max_range: config.playback.max_range,
        remote,
        ..PlaybackConfig::default()
    }
}
