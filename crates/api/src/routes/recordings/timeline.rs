//! `GET /recordings/timeline/{camera_id}`.

use std::time::Duration;

use axum::extract::State;
use nightjar_model::{Gap, GapId, Permission, Timeline as DomainTimeline, TimelineSpan, WallTime};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::seconds;
use crate::answer::{ApiResult, Success};
use crate::enums::{GapCause, StreamName};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::path::{self, UrlPath};
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;
use crate::time::{Bound, TimeInput, Timestamp};
use nightjar_model::ErrorCode;

/// The window unless said otherwise.
const DEFAULT_WINDOW: Duration = Duration::from_secs(24 * 3600);
/// The longest window.
const MAX_WINDOW: Duration = Duration::from_secs(31 * 24 * 3600);
/// Most bins of an answer.
const MAX_BINS: i64 = 5_000;

/// Which window.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Window` reads")]
struct Params {
    /// A time, or the beginning of a day; default: 24 hours before `to`.
    #[param(value_type = Option<TimeInput>)]
    from: Option<String>,
    /// A time, or the end of a day; default: now. At most 31 days after `from`.
    #[param(value_type = Option<TimeInput>)]
    to: Option<String>,
    /// Which stream.
    #[param(default = "main")]
    stream: Option<StreamName>,
    /// Seconds of a bin: with it, `bins` says how much of each was recorded. At most 5,000 bins.
    #[param(minimum = 1, maximum = 86400)]
    resolution: Option<u64>,
}

/// What was asked for.
pub(crate) struct Window {
    from: Option<WallTime>,
    to: Option<WallTime>,
    stream: StreamName,
    resolution: Option<u64>,
}

impl FromQuery for Window {
    fn from_query(reader: &mut QueryReader) -> Self {
        Self {
            from: reader.time("from", Bound::Start),
            to: reader.time("to", Bound::End),
            stream: reader.value("stream").unwrap_or(StreamName::Main),
            resolution: reader.number("resolution", 1, 86_400),
        }
    }
}

/// What was recorded in a window, and what was not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Timeline {
    camera_id: Uuid,
    camera_key: String,
    stream: StreamName,
    from: Timestamp,
    to: Timestamp,
    /// From when on every second is accounted for; null if it was never to be recorded.
    recording_since: Option<Timestamp>,
    /// Where there is footage, in order.
    spans: Vec<Span>,
    /// Where there is none, in order.
    gaps: Vec<TimelineGap>,
    slo: Slo,
    /// The same in equal steps, if `resolution` was given.
    bins: Option<Vec<Bin>>,
}

/// A gapless run of footage, clipped to the window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Span {
    start: Timestamp,
    end: Timestamp,
    recording_id: Uuid,
    /// Bytes of its files.
    bytes: u64,
    /// Number of its files.
    segments: u32,
    /// Whether it is being recorded.
    open: bool,
}

/// A time without footage, clipped to the window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimelineGap {
    id: Uuid,
    start: Timestamp,
    end: Timestamp,
    /// Whether it is not over yet.
    ongoing: bool,
    cause: GapCause,
    /// Whether the camera was meant to be recorded: it counts against the objective.
    loss: bool,
    /// For a person.
    details: String,
}

/// How much of what should have been recorded was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Slo {
    /// `recorded / (recorded + lost)`; 1 when nothing should have been recorded.
    #[schema(minimum = 0, maximum = 1)]
    ratio: f64,
    recorded_seconds: f64,
    /// Time in gaps that count as loss.
    lost_seconds: f64,
}

/// One step of a binned timeline.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Bin {
    start: Timestamp,
    recorded_seconds: f64,
    /// Time in gaps that count as loss.
    lost_seconds: f64,
}

/// Get a camera's timeline
///
/// Recorded spans and gaps (each with its cause) of a window, and how well the promise to record
/// was kept in it.
#[utoipa::path(
    get,
    path = "/recordings/timeline/{camera_id}",
    tag = "recordings",
    params(("camera_id" = String, Path, description = "Id or key of the camera"), Params),
    responses((status = 200, body = Success<Timeline>))
)]
pub(crate) async fn camera_timeline(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    UrlPath(id): UrlPath<String>,
    Query(window): Query<Window>,
) -> ApiResult<Timeline> {
    let now = state.clock.now();
    let (from, to) = window.bounds(now)?;
    let camera = path::recorded_camera(&state, &caller, Permission::RecordingRead, &id).await?;
    let stream = window.stream.into();
    let timeline = state.catalog.timeline(camera.id, stream, from, to, now).await?;
    let slo = state.catalog.slo(camera.id, stream, from, to, now).await?;
    let open_gap = state.catalog.open_gap(camera.id, stream).await?.map(|gap| gap.id);
    Ok(state.ok(Timeline {
        camera_id: camera.id.0,
        camera_key: camera.key.to_string(),
        stream: window.stream,
        from: Timestamp(from),
        to: Timestamp(to),
        recording_since: camera.recording_since.map(Timestamp),
        bins: window.resolution.map(|seconds| bins(&timeline, from, to, seconds)),
        spans: timeline.spans.iter().map(Span::new).collect(),
        gaps: timeline.gaps.into_iter().map(|gap| TimelineGap::new(gap, open_gap, to)).collect(),
        slo: Slo {
            ratio: slo.ratio(),
            recorded_seconds: seconds(slo.recorded_micros),
            lost_seconds: seconds(slo.lost_micros),
        },
    }))
}

impl Window {
    fn bounds(&self, now: WallTime) -> Result<(WallTime, WallTime), ApiError> {
        let wrong = |field, reason: String| Err(ApiError::field(ErrorCode::InvalidTimeRange, field, reason));
        // A window that begins in the past ends now unless it says otherwise; so does one that
        // begins in the future, which is then reversed.
        let to = self.to.unwrap_or(now);
        let from = self.from.unwrap_or(to - DEFAULT_WINDOW);
        if from >= to {
            return wrong(
                if self.to.is_some() { "to" } else { "from" },
                match self.to {
                    Some(_) => "must be later than `from`".to_owned(),
                    None => "must not be in the future".to_owned(),
                },
            );
        }
        if to > from + MAX_WINDOW {
            return wrong("to", "must not be more than 31 days after `from`".to_owned());
        }
        if let Some(seconds) = self.resolution {
            let step = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000);
            if to.micros_since(from) / step >= MAX_BINS {
                let reason = format!("gives more than {MAX_BINS} bins in this window");
                return Err(ApiError::field(ErrorCode::ValidationFailed, "resolution", reason));
            }
        }
        Ok((from, to))
    }
}

impl Span {
    fn new(span: &TimelineSpan) -> Self {
        Self {
            start: Timestamp(span.start),
            end: Timestamp(span.end),
            recording_id: span.recording_id.0,
            bytes: span.bytes,
            segments: span.segments,
            open: span.open,
        }
    }
}

impl TimelineGap {
    fn new(gap: Gap, open_gap: Option<GapId>, to: WallTime) -> Self {
        Self {
            id: gap.id.0,
            start: Timestamp(gap.start),
            end: Timestamp(gap.end.unwrap_or(to)),
            ongoing: gap.end.is_none() || open_gap == Some(gap.id),
            cause: gap.cause.into(),
            loss: gap.cause.is_loss(),
            details: gap.details,
        }
    }
}

fn bins(timeline: &DomainTimeline, from: WallTime, to: WallTime, seconds_each: u64) -> Vec<Bin> {
    let step = i64::try_from(seconds_each).unwrap_or(i64::MAX).saturating_mul(1_000_000);
    let count = usize::try_from((to.micros_since(from) + step - 1) / step).unwrap_or(0);
    let (mut recorded, mut lost) = (vec![0i64; count], vec![0i64; count]);
    for span in &timeline.spans {
        spread(&mut recorded, from, step, (span.start, span.end));
    }
    for gap in timeline.gaps.iter().filter(|gap| gap.cause.is_loss()) {
        spread(&mut lost, from, step, (gap.start, gap.end.unwrap_or(to)));
    }
    let bin = |(number, (recorded, lost)): (usize, (i64, i64))| Bin {
        start: Timestamp(from.plus_micros(step * number as i64)),
        recorded_seconds: seconds(recorded),
        lost_seconds: seconds(lost),
    };
    recorded.into_iter().zip(lost).enumerate().map(bin).collect()
}

/// Adds a stretch of time to the bins that it lies in.
fn spread(bins: &mut [i64], from: WallTime, step: i64, (start, end): (WallTime, WallTime)) {
    let (mut at, end) = (start.micros_since(from).max(0), end.micros_since(from));
    while at < end {
        let number = at / step;
        let Some(bin) = usize::try_from(number).ok().and_then(|number| bins.get_mut(number)) else { return };
        let until = ((number + 1) * step).min(end);
        *bin += until - at;
        at = until;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_spread_over_the_bins_that_it_lies_in() {
        let from = WallTime::from_micros(1_000);
        let mut bins = [0; 4];
        spread(&mut bins, from, 10, (from.plus_micros(-5), from.plus_micros(3)));
        spread(&mut bins, from, 10, (from.plus_micros(8), from.plus_micros(25)));
        spread(&mut bins, from, 10, (from.plus_micros(39), from.plus_micros(1_000)));
        assert_eq!(bins, [5, 10, 5, 1]);
    }
}
