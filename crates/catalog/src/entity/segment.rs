//! `segments`: one row a recorded file.

use nightjar_media::WallTime;
use nightjar_model::{
    CameraId, Location, NodeId, OrgId, RecordingId, Segment, SegmentId, SegmentState, StreamName,
};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

use super::{to_i64, to_u64, unknown};
use crate::CatalogError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "segments")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) org_id: Uuid,
    pub(crate) camera_id: Uuid,
    pub(crate) stream: String,
    pub(crate) recording_id: Uuid,
    pub(crate) object_key: String,
    pub(crate) start_at: i64,
    pub(crate) end_at: i64,
    pub(crate) media_start: i64,
    pub(crate) media_duration: i64,
    /// The 32-bit columns hold unsigned numbers bit by bit; nothing orders or adds them.
    pub(crate) timescale: i32,
    pub(crate) bytes: i64,
    pub(crate) init_offset: i32,
    pub(crate) init_len: i32,
    pub(crate) init_hash: i64,
    pub(crate) frames: i32,
    pub(crate) codecs: String,
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) blake3: Option<Vec<u8>>,
    pub(crate) state: String,
    pub(crate) is_local: bool,
    pub(crate) is_remote: bool,
    /// When the bucket confirmed it.
    pub(crate) uploaded_at: Option<i64>,
    pub(crate) node: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The row of a segment. A copy in the bucket counts as uploaded when the segment ended, until
/// something better is known.
pub(crate) fn to_row(segment: &Segment) -> ActiveModel {
    ActiveModel {
        id: Set(segment.id.0),
        org_id: Set(segment.org_id.0),
        camera_id: Set(segment.camera_id.0),
        stream: Set(segment.stream.as_str().to_owned()),
        recording_id: Set(segment.recording_id.0),
        object_key: Set(segment.key.clone()),
        start_at: Set(segment.start.micros()),
        end_at: Set(segment.end.micros()),
        media_start: Set(to_i64(segment.media_start)),
        media_duration: Set(to_i64(segment.media_duration)),
        timescale: Set(segment.timescale.cast_signed()),
        bytes: Set(to_i64(segment.bytes)),
        init_offset: Set(segment.init_offset.cast_signed()),
        init_len: Set(segment.init_len.cast_signed()),
        init_hash: Set(segment.init_hash),
        frames: Set(segment.frames.cast_signed()),
        codecs: Set(segment.codecs.clone()),
        width: Set(segment.width.cast_signed()),
        height: Set(segment.height.cast_signed()),
        blake3: Set(segment.blake3.map(|digest| digest.to_vec())),
        state: Set(segment.state.as_str().to_owned()),
        is_local: Set(segment.location.local),
        is_remote: Set(segment.location.remote),
        uploaded_at: Set(segment.location.remote.then(|| segment.end.micros())),
        node: Set(segment.node.0.clone()),
    }
}

impl TryFrom<Model> for Segment {
    type Error = CatalogError;

    fn try_from(row: Model) -> Result<Self, Self::Error> {
        Ok(Self {
            id: SegmentId(row.id),
            org_id: OrgId(row.org_id),
            camera_id: CameraId(row.camera_id),
            stream: parse_stream(&row.stream)?,
            recording_id: RecordingId(row.recording_id),
            key: row.object_key,
            start: WallTime::from_micros(row.start_at),
            end: WallTime::from_micros(row.end_at),
            media_start: to_u64(row.media_start),
            media_duration: to_u64(row.media_duration),
            timescale: row.timescale.cast_unsigned(),
            bytes: to_u64(row.bytes),
            init_offset: row.init_offset.cast_unsigned(),
            init_len: row.init_len.cast_unsigned(),
            init_hash: row.init_hash,
            frames: row.frames.cast_unsigned(),
            codecs: row.codecs,
            width: row.width.cast_unsigned(),
            height: row.height.cast_unsigned(),
            blake3: row.blake3.map(parse_digest).transpose()?,
            state: parse_state(&row.state)?,
            location: Location { local: row.is_local, remote: row.is_remote },
            node: NodeId(row.node),
        })
    }
}

/// All rows as segments.
pub(crate) fn to_segments(rows: Vec<Model>) -> crate::Result<Vec<Segment>> {
    rows.into_iter().map(Segment::try_from).collect()
}

pub(crate) fn parse_state(word: &str) -> crate::Result<SegmentState> {
    [SegmentState::Open, SegmentState::Finished, SegmentState::Deleting]
        .into_iter()
        .find(|state| state.as_str() == word)
        .ok_or_else(|| unknown("segment state", word))
}

pub(crate) fn parse_stream(word: &str) -> crate::Result<StreamName> {
    word.parse().map_err(|_| unknown("stream name", word))
}

fn parse_digest(bytes: Vec<u8>) -> crate::Result<[u8; 32]> {
    bytes.try_into().map_err(|_| CatalogError::Damaged("a BLAKE3 digest has not 32 bytes".to_owned()))
}
