//! The list of a tenant's segments: filtered, sorted, page by page.
//!
//! For a few cameras each stream's index is read in order and the parts are merged; for more, the
//! tenant's index is. Both begin at the cursor, so every page costs the same.

use nightjar_media::WallTime;
use nightjar_model::{Segment, SegmentState, StreamName};
use sea_orm::{ConnectionTrait, EntityTrait, Statement};

use super::COLUMNS;
use crate::entity::segment::{Entity, to_segments};
use crate::entity::to_u64;
use crate::sql::Values;
use crate::{Catalog, Page, PageStart, Result, SegmentCursor, SegmentFilter, SegmentPage, SortOrder};

/// Up to so many cameras are read each by its own index.
const FEW_CAMERAS: usize = 8;
/// No segment is longer than a day and its last group of pictures: what ends in a window has begun
/// less than this before it.
const LONGEST_MICROS: i64 = 25 * 3_600 * 1_000_000;

impl Catalog {
    /// One page of a tenant's segments.
    pub async fn list_segments(&self, filter: &SegmentFilter, page: &Page) -> Result<SegmentPage> {
        let (after, skip) = match page.start {
            PageStart::After(cursor) => (Some(cursor), 0),
            PageStart::Number(number) => (None, u64::from(number.saturating_sub(1)) * u64::from(page.limit)),
        };
        let mut items = self.select_page(filter, page, after, skip).await?;
        let more = items.len() > page.limit as usize;
        items.truncate(page.limit as usize);
        let next_cursor = if more { items.last().map(SegmentCursor::after) } else { None };
        let total = match page.start {
            PageStart::Number(_) => Some(self.count_segments(filter).await?),
            PageStart::After(_) => None,
        };
        Ok(SegmentPage { items, total, next_cursor })
    }

    /// One more than the page holds, to see whether there is a next one.
    async fn select_page(
        &self,
        filter: &SegmentFilter,
        page: &Page,
        after: Option<SegmentCursor>,
        skip: u64,
    ) -> Result<Vec<Segment>> {
        let select = page_statement(self.reader(), filter, page, after, skip);
        to_segments(Entity::find().from_raw_sql(select).all(self.reader()).await?)
    }

    async fn count_segments(&self, filter: &SegmentFilter) -> Result<u64> {
        let whole = SegmentFilter { cameras: filter.cameras.clone(), ..SegmentFilter::all(filter.org) };
        let select = if *filter == whole {
            count_whole_statement(self.reader(), filter)
        } else {
            count_statement(self.reader(), filter)
        };
        let row = self.reader().query_one_raw(select).await?;
        let count: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(count.map_or(0, to_u64))
    }
}

/// One more row than the page holds.
pub(crate) fn page_statement(
    connection: &impl ConnectionTrait,
    filter: &SegmentFilter,
    page: &Page,
    after: Option<SegmentCursor>,
    skip: u64,
) -> Statement {
    let mut values = Values::default();
    let (direction, beyond) = match page.order {
        SortOrder::Ascending => ("ASC", ">"),
        SortOrder::Descending => ("DESC", "<"),
    };
    let parts = parts(filter, &mut values);
    let mut shared = times(filter, &mut values);
    if let Some(after) = after {
        let place = values.bind_row([after.start.micros().into(), after.id.0.into()]);
        shared += &format!(" AND (start_at, id) {beyond} {place}");
    }
    let wanted = u64::from(page.limit) + 1;
    let order = format!("ORDER BY start_at {direction}, id {direction}");
    let parts: Vec<String> = parts
        .into_iter()
        .enumerate()
        .map(|(number, part)| {
            let each = wanted + skip;
            format!(
                "SELECT * FROM (SELECT {COLUMNS} FROM segments
                 WHERE {part}{shared} {order} LIMIT {each}) AS part{number}"
            )
        })
        .collect();
    let parts = parts.join(" UNION ALL ");
    let text = format!("SELECT * FROM ({parts}) AS parts {order} LIMIT {wanted} OFFSET {skip}");
    values.into_statement(connection, text)
}

pub(crate) fn count_statement(connection: &impl ConnectionTrait, filter: &SegmentFilter) -> Statement {
    let mut values = Values::default();
    let parts = parts(filter, &mut values);
    let times = times(filter, &mut values);
    let counts: Vec<String> =
        parts.iter().map(|part| format!("(SELECT count(*) FROM segments WHERE {part}{times})")).collect();
    values.into_statement(connection, format!("SELECT {}", counts.join(" + ")))
}

/// All segments of the filter's cameras but those being deleted, without looking at each: finished
/// ones and those being deleted are counted in `camera_usage`.
pub(crate) fn count_whole_statement(connection: &impl ConnectionTrait, filter: &SegmentFilter) -> Statement {
    let mut values = Values::default();
    let org = values.bind(filter.org.0);
    let mut those = format!("(org_id = {org}) IS TRUE");
    let mut cameras = format!("cameras.org_id = {org}");
    if !filter.cameras.is_empty() {
        let ids = values.bind_row(filter.cameras.iter().map(|camera| camera.0.into()));
        those += &format!(" AND (camera_id IN {ids}) IS TRUE");
        cameras += &format!(" AND cameras.id IN {ids}");
    }
    let text = format!(
        "SELECT CAST(
          (SELECT coalesce(sum(segments), 0) FROM camera_usage
           JOIN cameras ON cameras.id = camera_usage.camera_id WHERE {cameras})
          + (SELECT count(*) FROM segments WHERE state = 'open' AND node >= '' AND {those})
          - (SELECT count(*) FROM segments WHERE state = 'deleting' AND {those})
        AS BIGINT)"
    );
    values.into_statement(connection, text)
}

/// Disjoint parts that make up the cameras, streams and states of the filter, each written so that
/// one index is the obvious one: a comparison with `IS TRUE` behind it is one that no index is
/// taken for. Words are written out where a partial index must recognize them.
fn parts(filter: &SegmentFilter, values: &mut Values) -> Vec<String> {
    let org = values.bind(filter.org.0);
    let stream = filter.stream.map_or_else(String::new, |stream| format!(" AND stream = '{stream}'"));
    let state = match filter.state {
        None => "state <> 'deleting'",
        Some(SegmentState::Finished) => "state = 'finished'",
        // There are few of these among many others, and they have indexes of their own.
        Some(SegmentState::Open) => "state = 'open' AND node >= ''",
        Some(SegmentState::Deleting) => "state = 'deleting'",
    };
    let few_cameras = (1..=FEW_CAMERAS).contains(&filter.cameras.len());
    let rare = matches!(filter.state, Some(SegmentState::Open | SegmentState::Deleting));
    if few_cameras && !rare {
        return camera_parts(filter, values)
            .into_iter()
            .map(|part| format!("{part} AND (org_id = {org}) IS TRUE AND {state}"))
            .collect();
    }
    let org = if rare { format!("(org_id = {org}) IS TRUE") } else { format!("org_id = {org}") };
    let mut part = format!("{org} AND {state}{stream}");
    if !filter.cameras.is_empty() {
        let cameras = values.bind_row(filter.cameras.iter().map(|camera| camera.0.into()));
        part += &format!(" AND (camera_id IN {cameras}) IS TRUE");
    }
    vec![part]
}

/// One part a camera and stream.
fn camera_parts(filter: &SegmentFilter, values: &mut Values) -> Vec<String> {
    let streams =
        filter.stream.map_or_else(|| vec![StreamName::Main, StreamName::Sub], |stream| vec![stream]);
    let mut cameras = filter.cameras.clone();
    cameras.sort_unstable();
    cameras.dedup();
    let mut parts = Vec::new();
    for camera in cameras {
        let camera = values.bind(camera.0);
        parts.extend(streams.iter().map(|stream| format!("camera_id = {camera} AND stream = '{stream}'")));
    }
    parts
}

/// The window of the filter, as a condition on all parts.
fn times(filter: &SegmentFilter, values: &mut Values) -> String {
    let mut times = String::new();
    if let Some(from) = filter.from {
        let earliest = values.bind(from.plus_micros(-LONGEST_MICROS).micros());
        times += &format!(" AND start_at > {earliest} AND end_at > {}", values.bind(from.micros()));
    }
    if let Some(to) = filter.to.map(WallTime::micros) {
        times += &format!(" AND start_at < {}", values.bind(to));
    }
    times
}
