//! Vocabulary of the control plane: ids, cameras, segments, gaps, error codes, and the pure
//! state machines around them.
//!
//! Belongs here: plain data and decisions without I/O. Does not belong here: queries
//! (`catalog`), bytes (`storage`), HTTP types (`api`).

mod access;
mod account;
mod audit;
mod camera;
mod error_code;
mod event;
mod gap;
mod id;
mod page;
mod purge;
mod reach;
mod retry;
mod secret;
mod segment;
mod status;
pub mod text;
mod timeline;
mod timestamp;

pub use access::{
    Caller, Denial, GroupScope, Object, Permission, Permissions, Role, UnknownWord, Via, authorize,
};
pub use account::{ApiToken, CameraGroup, Organization, Session, SessionEnd, User};
pub use audit::{Actor, AuditEntry, AuditRecord, Outcome};
pub use camera::{
    AudioPolicy, Camera, CameraConfig, CameraConfigType, CameraSource, Driver, FieldFault, InvalidTags,
    ManagedBy, Mode, RtspTransport, address_fault, main_address, normalize_tags,
};
pub use error_code::ErrorCode;
pub use event::{Acknowledgement, Event, EventType, InvalidEventType, NewEvent, Severity};
pub use gap::{Gap, GapCause};
pub use id::{
    CameraId, CameraKey, EventId, GapId, GroupId, InvalidKey, NodeId, OrgId, PurgeId, RecordingId, SegmentId,
    SessionId, StreamName, TokenId, UserId,
};
pub use page::{InvalidCursor, Page, PageStart, SegmentCursor, SegmentFilter, SegmentPage, SortOrder};
pub use purge::Purge;
pub use reach::{AddressKind, OwnAddresses, Reach, Refused};
pub use retry::Backoff;
pub use secret::{Secret, redact_url};
pub use segment::{IndexEntry, Location, Segment, SegmentIndex, SegmentState};
pub use status::{CameraStatus, RecordingState, StatusBoard, StorageStatus};
pub use timeline::{Slo, Timeline, TimelineSpan};
pub use timestamp::{parse_rfc3339, to_rfc3339};
// The wall clock is part of this crate's signatures; crates above need no second name for it.
pub use nightjar_media::WallTime;
