//! Stored files.

pub(super) mod download;
pub(super) mod segments;
pub(super) mod usage;

use nightjar_model::{SegmentId, WallTime};
use nightjar_playback::Holder;

use super::BASE;
use crate::state::ApiState;

/// What a token for a file's download is good for.
fn download_prefix(id: SegmentId) -> String {
    format!("{BASE}/storage/segments/{id}/")
}

/// A ready-to-use address of a file.
pub(crate) fn download_url(state: &ApiState, holder: &Holder, id: SegmentId, expires: WallTime) -> String {
    let prefix = download_prefix(id);
    let token = state.playback.tokens().sign(&prefix, expires, holder);
    format!("{prefix}download?token={token}")
}
