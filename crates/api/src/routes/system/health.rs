//! `GET /health`.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use nightjar_cache::CacheHealth;
use nightjar_model::StorageStatus;
use serde::Serialize;
use utoipa::ToSchema;

use super::{database_answers, enabled_cameras};
use crate::state::ApiState;
use crate::time::Timestamp;

/// Used part of the volume above which it counts as degraded; the recorder makes room at 90 %.
const VOLUME_DEGRADED: f64 = 0.95;

/// How long the database may take; who asks for health wants to know it now.
const PATIENCE: Duration = Duration::from_millis(200);

/// How the process is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    status: HealthStatus,
    version: String,
    /// Time since the start.
    #[schema(example = "24h30m15s")]
    uptime: String,
    uptime_seconds: u64,
    timestamp: Timestamp,
    components: Components,
    details: HealthDetails,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HealthStatus {
    /// All is well.
    Healthy,
    /// It works, but somebody should look at it.
    Degraded,
    /// It does not do its work.
    Unhealthy,
}

/// How the parts are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Components {
    database: HealthStatus,
    /// In this process, or the server that all nodes share.
    cache: HealthStatus,
    /// The same as `cache`.
    redis: HealthStatus,
    /// In this process.
    bus: HealthStatus,
    storage: HealthStatus,
    cameras: CameraCounts,
}

/// What the parts are, or what is wrong with them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthDetails {
    database: String,
    cache: String,
    bus: String,
    storage: String,
}

/// How a part is.
struct Component {
    status: HealthStatus,
    /// What it is, or what is wrong with it.
    details: String,
}

/// Enabled cameras.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CameraCounts {
    total: u64,
    online: u64,
    offline: u64,
}

/// Get the health of the process
///
/// Always 200 while the process lives, always fast, and without the envelope: it is for
/// machines. Cameras that are offline degrade it, but never make it unhealthy.
#[utoipa::path(get, path = "/health", tag = "system", responses((status = 200, body = Health)))]
pub(crate) async fn health(State(state): State<ApiState>) -> Json<Health> {
    let now = state.clock.now();
    let (answers, cameras) =
        tokio::join!(database_answers(&state, PATIENCE), enabled_cameras(&state, PATIENCE));
    let database = if answers {
        Component { status: HealthStatus::Healthy, details: state.catalog.kind().as_str().to_owned() }
    } else {
        Component { status: HealthStatus::Unhealthy, details: "the database does not answer".to_owned() }
    };
    let storage = storage(&state.status.storage());
    let cache = cache(state.cache.health());
    let cameras = cameras.unwrap_or_default();
    let online = cameras.iter().filter(|(_, connected)| *connected).count();
    let offline = cameras.len() - online;
    let cameras_status = if offline == 0 { HealthStatus::Healthy } else { HealthStatus::Degraded };
    let uptime_seconds = now.saturating_since(state.started).as_secs();
    Json(Health {
        status: database.status.max(cache.status).max(storage.status).max(cameras_status),
        version: state.version.to_owned(),
        uptime: uptime(uptime_seconds),
        uptime_seconds,
        timestamp: Timestamp(now),
        components: Components {
            database: database.status,
            cache: cache.status,
            redis: cache.status,
            bus: HealthStatus::Healthy,
            storage: storage.status,
            cameras: CameraCounts {
                total: cameras.len() as u64,
                online: online as u64,
                offline: offline as u64,
            },
        },
        details: HealthDetails {
            database: database.details,
            cache: cache.details,
            bus: "in process".to_owned(),
            storage: storage.details,
        },
    })
}

/// As `24h30m15s`, `3m0s` or `7s`.
fn uptime(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest}s"),
        (0, _) => format!("{minutes}m{rest}s"),
        _ => format!("{hours}h{minutes}m{rest}s"),
    }
}

/// A cache that is away costs speed and the counting over all nodes, never an answer.
fn cache(health: CacheHealth) -> Component {
    let (status, details) = match health {
        CacheHealth::Embedded => (HealthStatus::Healthy, "in process".to_owned()),
        CacheHealth::Healthy => (HealthStatus::Healthy, "shared".to_owned()),
        CacheHealth::Degraded { since, reason } => {
            let since = nightjar_model::to_rfc3339(since);
            (HealthStatus::Degraded, format!("the shared cache is away since {since}: {reason}"))
        }
    };
    Component { status, details }
}

fn storage(status: &StorageStatus) -> Component {
    let used = status.volume_bytes.saturating_sub(status.free_bytes) as f64;
    let (status, details) = if status.bucket_ok == Some(false) {
        (HealthStatus::Degraded, format!("the bucket fails; {} uploads wait", status.uploads_pending))
    } else if status.volume_bytes > 0 && used / status.volume_bytes as f64 > VOLUME_DEGRADED {
        (HealthStatus::Degraded, "the volume is almost full".to_owned())
    } else {
        (
            HealthStatus::Healthy,
            if status.bucket_ok.is_some() { "local and bucket" } else { "local" }.to_owned(),
        )
    };
    Component { status, details }
}
