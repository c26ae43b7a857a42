//! Rows of a camera's ledger in a window of time, at the cost of the window.
//!
//! Rows tile, so of all rows that begin at or before the window's start, only the last reaches
//! into it: it is found by index. A few before it are looked at too, because a step of the clock
//! can make rows overlap; a row that began a year ago is found as fast as one of this minute.

use nightjar_media::WallTime;
use nightjar_model::{CameraId, StreamName};
use sea_orm::{ConnectionTrait, Statement, Value};

use crate::sql::statement;

/// How many rows that begin at or before an instant are looked at.
pub(crate) const LOOK_BACK: u32 = 8;

/// A window on one stream of one camera.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) camera: CameraId,
    pub(crate) stream: StreamName,
    pub(crate) from: WallTime,
    pub(crate) to: WallTime,
}

impl Window {
    /// Selects `columns` of `table` for all rows that begin in the window, at most `limit`, and
    /// those last ones that begin at or before it; `condition` holds for all of them.
    pub(crate) fn select(
        &self,
        connection: &impl ConnectionTrait,
        (table, columns): (&str, &str),
        condition: &str,
        limit: u32,
    ) -> Statement {
        let text = format!(
            "SELECT * FROM (
               SELECT {columns} FROM {table}
               WHERE camera_id = $1 AND stream = $2 AND start_at <= $3
               ORDER BY start_at DESC LIMIT {LOOK_BACK}) AS earlier WHERE {condition}
             UNION ALL
             SELECT * FROM (
               SELECT {columns} FROM {table}
               WHERE camera_id = $1 AND stream = $2 AND start_at > $3 AND start_at < $4 AND {condition}
               ORDER BY start_at LIMIT $5) AS inside"
        );
        let values: [Value; 5] = [
            self.camera.0.into(),
            self.stream.as_str().into(),
            self.from.micros().into(),
            self.to.micros().into(),
            i64::from(limit).into(),
        ];
        statement(connection, text, values)
    }

    /// Whether a row has something of the window; a row without an end has all after its start.
    pub(crate) fn touches(&self, start: WallTime, end: Option<WallTime>) -> bool {
        start < self.to && (start >= self.from || end.is_none_or(|end| end > self.from))
    }

    /// The part of a row that lies in the window; none if nothing does.
    pub(crate) fn clip(&self, start: WallTime, end: WallTime) -> Option<(WallTime, WallTime)> {
        let (start, end) = (start.max(self.from), end.min(self.to));
        (start < end).then_some((start, end))
    }
}
