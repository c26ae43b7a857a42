//! Playback of recorded footage.

pub(super) mod delete;
pub(super) mod download;
pub(super) mod entry;
pub(super) mod extend;
pub(super) mod media;
pub(super) mod playlist;
pub(super) mod show;
pub(super) mod start;

use nightjar_model::{Caller, Permission, to_rfc3339};
use nightjar_playback::{SessionId, SessionInfo};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::BASE;
use super::recordings::seconds;
use crate::audit::Deed;
use crate::enums::StreamName;
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::media::{TokenQuery, is_first_use, still_may};
use crate::path;
use crate::state::ApiState;
use crate::time::Timestamp;

/// A playback session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaybackSession {
    id: Uuid,
    camera_id: Uuid,
    camera_key: String,
    stream: StreamName,
    /// First instant of the range. Earlier than asked for if that was newer than all footage.
    from: Timestamp,
    /// End of the range; null: as long as recording goes on (24 hours at most).
    to: Option<Timestamp>,
    /// Wall-clock time at which the playlist begins: it begins with a key frame, so a little
    /// before `from`, or later if nothing was recorded at `from`.
    starts_at: Timestamp,
    /// Seconds from the beginning of the playlist to `from`; also its `EXT-X-START`.
    start_offset_seconds: f64,
    /// Whether the playlist may still grow.
    growing: bool,
    /// HLS media playlist, relative to this server; needs no other credentials.
    playlist_url: String,
    /// The range as one MP4, relative to this server; needs no other credentials. Null without the
    /// permission `recording:export`.
    download_url: Option<String>,
    created_at: Timestamp,
    /// When all its addresses stop working, unless the session is extended.
    expires_at: Timestamp,
}

impl From<SessionInfo> for PlaybackSession {
    fn from(info: SessionInfo) -> Self {
        let url = |name: &str| format!("{}{name}?token={}", session_prefix(info.id), info.token);
        Self {
            id: info.id.0,
            camera_id: info.camera_id.0,
            camera_key: info.camera_key.to_string(),
            stream: info.stream.into(),
            from: Timestamp(info.from),
            to: info.to.map(Timestamp),
            starts_at: Timestamp(info.starts_at),
            start_offset_seconds: seconds(info.offset_micros),
            growing: info.growing,
            playlist_url: url("playlist.m3u8"),
            download_url: info.export.then(|| url("download.mp4")),
            created_at: Timestamp(info.created),
            expires_at: Timestamp(info.expires),
        }
    }
}

/// What a session shows, for the audit trail.
fn range_of(session: &SessionInfo) -> Value {
    json!({
        "camera": session.camera_key.as_str(),
        "stream": session.stream.as_str(),
        "from": to_rfc3339(session.from),
        "to": session.to.map(to_rfc3339),
    })
}

/// Writes down that footage is seen where it was not yet: by another client than the one that started
/// the session, which has its entry already.
async fn note_viewer(
    state: &ApiState,
    session: &SessionInfo,
    (token, caller): (&TokenQuery, &Caller),
    client: &Client,
) -> Result<(), ApiError> {
    if !is_first_use(state, token.text().unwrap_or_default(), client).await {
        return Ok(());
    }
    let deed = Deed::done("footage.view").to("camera", session.camera_id).with(range_of(session));
    deed.by(state, caller, client).await
}

/// The session of a signed address, and who asked for it, if that one may still do this to its footage.
async fn addressed(
    state: &ApiState,
    client: &Client,
    token: &TokenQuery,
    asked: &str,
    action: Permission,
) -> Result<(SessionInfo, Caller), ApiError> {
    let id = path::session_id(asked)?;
    let caller = token.check(state, client, &session_prefix(id)).await?;
    let session = state.playback.session(id, state.clock.now())?;
    let camera = (session.org_id, session.camera_id);
    still_may(state, &caller, action, camera, ApiError::session_not_found).await?;
    Ok((session, caller))
}

/// What a session's token is good for.
fn session_prefix(id: SessionId) -> String {
    format!("{BASE}/playback/sessions/{id}/")
}
