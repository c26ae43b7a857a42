//! The volume marker: proof that a folder is the volume that footage was written to, and not the
//! empty mount point of one that is missing.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use nightjar_model::{NodeId, WallTime, parse_rfc3339, to_rfc3339};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{TEMPORARY_SUFFIX, sync_folder};
use crate::private::private_file;
use crate::{Result, StorageError};

/// Name of the marker file in the footage folder.
pub const MARKER_NAME: &str = ".nightjar-volume";

/// What the marker file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeMarker {
    /// Unique to the volume.
    pub volume: Uuid,
    /// The node that made it.
    pub node: NodeId,
    /// When it was made, RFC 3339.
    created: String,
}

impl VolumeMarker {
    /// When it was made. Footage from before that was never seen on this volume.
    pub fn created(&self) -> WallTime {
        parse_rfc3339(&self.created).unwrap_or(WallTime::from_micros(i64::MAX))
    }

    /// The marker of a folder, if it has one.
    pub(super) fn read(root: &Path) -> Result<Option<Self>> {
        let path = root.join(MARKER_NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(StorageError::local("read", &path, e)),
        };
        let marker: Self = serde_json::from_str(&text)
            .map_err(|e| StorageError::BadMarker { path: path.clone(), reason: e.to_string() })?;
        if parse_rfc3339(&marker.created).is_none() {
            let reason = format!("`{}` is no time", marker.created);
            return Err(StorageError::BadMarker { path, reason });
        }
        Ok(Some(marker))
    }

    /// Marks a folder, whole or not at all.
    pub(super) fn create(root: &Path, node: &NodeId, now: WallTime) -> Result<Self> {
        let marker = Self { volume: Uuid::now_v7(), node: node.clone(), created: to_rfc3339(now) };
        let path = root.join(MARKER_NAME);
        let temporary = root.join(format!("{MARKER_NAME}{TEMPORARY_SUFFIX}"));
        let text = serde_json::to_string_pretty(&marker).expect("three plain fields always serialize");
        private_file()
            .create(true)
            .truncate(true)
            .open(&temporary)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&temporary, &path))
            .map_err(|e| StorageError::local("write", &path, e))?;
        sync_folder(root)?;
        Ok(marker)
    }
}
