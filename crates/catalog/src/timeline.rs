//! The timeline and the recording SLO: read in one window, put together by pure functions.

use nightjar_media::WallTime;
use nightjar_model::{
    CameraId, Gap, GapCause, GapId, OrgId, RecordingId, SegmentState, Slo, StreamName, Timeline, TimelineSpan,
};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::entity::segment::parse_state;
use crate::entity::to_u64;
use crate::window::Window;
use crate::{Catalog, CatalogError, Result};

/// What a timeline must know of a segment.
const COLUMNS: &str = "id, org_id, recording_id, start_at, end_at, bytes, state";

impl Catalog {
    /// Recorded spans and gaps in `from..to`, clipped to it; an open gap ends at `now` at the
    /// latest. Neighbouring segments of one recording are joined; segments that are being deleted
    /// are shown as gaps.
    pub async fn timeline(
        &self,
        camera: CameraId,
        stream: StreamName,
        from: WallTime,
        to: WallTime,
        now: WallTime,
    ) -> Result<Timeline> {
        let window = Window { camera, stream, from, to };
        let pieces = self.pieces(&window).await?;
        let gaps = self.gaps_in(&window).await?;
        Ok(assemble(&window, now, &pieces, gaps))
    }

    /// How much of `from..to` was recorded and how much was lost.
    pub async fn slo(
        &self,
        camera: CameraId,
        stream: StreamName,
        from: WallTime,
        to: WallTime,
        now: WallTime,
    ) -> Result<Slo> {
        let window = Window { camera, stream, from, to };
        let pieces = self.pieces(&window).await?;
        let gaps = self.gaps_in(&window).await?;
        Ok(measure(&window, now, &pieces, &gaps))
    }

    async fn pieces(&self, window: &Window) -> Result<Vec<Piece>> {
        let select = window.select(self.reader(), ("segments", COLUMNS), "1 = 1", u32::MAX);
        let rows = PieceRow::find_by_statement(select).all(self.reader()).await?;
        let mut pieces: Vec<Piece> = rows.into_iter().map(Piece::try_from).collect::<Result<_>>()?;
        pieces.sort_by_key(|piece| (piece.start, piece.id));
        Ok(pieces)
    }
}

#[derive(FromQueryResult)]
struct PieceRow {
    id: Uuid,
    org_id: Uuid,
    recording_id: Uuid,
    start_at: i64,
    end_at: i64,
    bytes: i64,
    state: String,
}

/// A segment as a timeline sees it.
#[derive(Debug, Clone, Copy)]
struct Piece {
    id: Uuid,
    org: OrgId,
    recording: RecordingId,
    start: WallTime,
    end: WallTime,
    bytes: u64,
    state: SegmentState,
}

impl TryFrom<PieceRow> for Piece {
    type Error = CatalogError;

    fn try_from(row: PieceRow) -> Result<Self> {
        Ok(Self {
            id: row.id,
            org: OrgId(row.org_id),
            recording: RecordingId(row.recording_id),
            start: WallTime::from_micros(row.start_at),
            end: WallTime::from_micros(row.end_at),
            bytes: to_u64(row.bytes),
            state: parse_state(&row.state)?,
        })
    }
}

/// Pieces and gaps are in order of start.
fn assemble(window: &Window, now: WallTime, pieces: &[Piece], gaps: Vec<Gap>) -> Timeline {
    let mut timeline = Timeline::default();
    for piece in pieces {
        let Some((start, end)) = window.clip(piece.start, piece.end) else { continue };
        if piece.state == SegmentState::Deleting {
            timeline.gaps.push(being_deleted(window, piece, start, end));
            continue;
        }
        let open = piece.state == SegmentState::Open;
        match timeline.spans.last_mut() {
            Some(span) if span.end == start && span.recording_id == piece.recording => {
                span.end = end;
                span.bytes += piece.bytes;
                span.segments += 1;
                span.open = open;
            }
            _ => timeline.spans.push(TimelineSpan {
                start,
                end,
                recording_id: piece.recording,
                bytes: piece.bytes,
                segments: 1,
                open,
            }),
        }
    }
    timeline.gaps.extend(gaps.into_iter().filter_map(|gap| clip_gap(window, now, gap)));
    timeline.gaps.sort_by_key(|gap| (gap.start, gap.id));
    timeline
}

/// The gap that a segment is about to become.
fn being_deleted(window: &Window, piece: &Piece, start: WallTime, end: WallTime) -> Gap {
    Gap {
        id: GapId(piece.id),
        org_id: piece.org,
        camera_id: window.camera,
        stream: window.stream,
        start,
        end: Some(end),
        cause: GapCause::Deleted,
        details: "being deleted".to_owned(),
    }
}

fn clip_gap(window: &Window, now: WallTime, gap: Gap) -> Option<Gap> {
    let (start, end) = window.clip(gap.start, gap.end.unwrap_or(now))?;
    Some(Gap { start, end: Some(end), ..gap })
}

/// Time that two segments share counts once.
fn measure(window: &Window, now: WallTime, pieces: &[Piece], gaps: &[Gap]) -> Slo {
    let mut recorded_micros = 0;
    let mut counted = window.from;
    for piece in pieces.iter().filter(|piece| piece.state != SegmentState::Deleting) {
        if let Some((start, end)) = window.clip(piece.start.max(counted), piece.end) {
            recorded_micros += end.micros_since(start);
            counted = end;
        }
    }
    let lost_micros = gaps
        .iter()
        .filter(|gap| gap.cause.is_loss())
        .filter_map(|gap| window.clip(gap.start, gap.end.unwrap_or(now)))
        .map(|(start, end)| end.micros_since(start))
        .sum();
    Slo { recorded_micros, lost_micros }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> WallTime {
        WallTime::from_micros(micros)
    }

    fn piece(recording: u128, start: i64, end: i64, state: SegmentState) -> Piece {
        Piece {
            id: Uuid::from_u128(start.unsigned_abs().into()),
            org: OrgId::DEFAULT,
            recording: RecordingId(Uuid::from_u128(recording)),
            start: at(start),
            end: at(end),
            bytes: 10,
            state,
        }
    }

    fn window(from: i64, to: i64) -> Window {
        Window { camera: CameraId(Uuid::nil()), stream: StreamName::Main, from: at(from), to: at(to) }
    }

    #[test]
    fn neighbours_of_one_recording_are_one_span() {
        use SegmentState::{Finished, Open};
        let pieces = [
            piece(1, 0, 10, Finished),
            piece(1, 10, 20, Finished),
            piece(2, 20, 30, Finished),
            piece(2, 31, 40, Open),
        ];
        let spans = assemble(&window(5, 100), at(40), &pieces, Vec::new()).spans;
        let shown: Vec<_> =
            spans.iter().map(|s| (s.start.micros(), s.end.micros(), s.segments, s.open)).collect();
        assert_eq!(shown, [(5, 20, 2, false), (20, 30, 1, false), (31, 40, 1, true)]);
        assert_eq!(spans[0].bytes, 20);
    }

    #[test]
    fn what_is_being_deleted_is_a_gap_already() {
        let pieces = [piece(1, 0, 10, SegmentState::Deleting), piece(1, 10, 20, SegmentState::Finished)];
        let timeline = assemble(&window(0, 100), at(40), &pieces, Vec::new());
        assert_eq!(timeline.spans.len(), 1);
        assert_eq!(timeline.gaps[0].cause, GapCause::Deleted);
        assert_eq!(measure(&window(0, 100), at(40), &pieces, &[]).recorded_micros, 10);
    }

    #[test]
    fn shared_time_counts_once() {
        let pieces = [piece(1, 0, 10, SegmentState::Finished), piece(2, 4, 12, SegmentState::Finished)];
        assert_eq!(measure(&window(2, 11), at(40), &pieces, &[]).recorded_micros, 9);
    }
}
