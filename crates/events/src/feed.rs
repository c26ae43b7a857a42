//! Telling those who listen what was stored. Nobody is waited for: who is too slow misses something
//! and is told how much.

use std::sync::Arc;

use nightjar_model::{CameraId, Event, OrgId, RecordingState, WallTime};
use tokio::sync::broadcast::{self, error::RecvError};

/// What listeners are told.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// An event was stored, or its end was.
    Event(Arc<Event>),
    /// A camera's state is not what it was.
    Status(Arc<StatusChange>),
    /// So much was missed: the listener was too slow.
    Missed(u64),
}

/// A camera's state.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusChange {
    /// The tenant.
    pub org_id: OrgId,
    /// The camera.
    pub camera_id: CameraId,
    /// Whether media is arriving.
    pub connected: bool,
    /// What the recorder is doing.
    pub state: RecordingState,
    /// For a person: why it is not recording; empty while it is.
    pub details: String,
    /// When this was noticed.
    pub at: WallTime,
}

/// What is told from now on.
#[derive(Debug)]
pub struct Notices {
    receiver: broadcast::Receiver<Notice>,
}

impl Notices {
    pub(crate) fn new(receiver: broadcast::Receiver<Notice>) -> Self {
        Self { receiver }
    }

    /// The next; none when there will be no more. Can be dropped half-way without losing anything.
    pub async fn next(&mut self) -> Option<Notice> {
        match self.receiver.recv().await {
            Ok(notice) => Some(notice),
            Err(RecvError::Lagged(missed)) => Some(Notice::Missed(missed)),
            Err(RecvError::Closed) => None,
        }
    }
}
