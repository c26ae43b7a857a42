//! The list of events: filtered, in the order of their starts, page by page.
//!
//! A page costs the same wherever it begins and whatever is asked for: one index gives the rows of
//! each combination of what a filter names in order, and the parts are merged. Only a filter that
//! names so many cameras or types that merging would cost more reads the organization's index and
//! leaves out what does not fit.

use nightjar_media::WallTime;
use nightjar_model::{CameraId, Event, EventId, EventType, OrgId, Severity};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement, Value};
use uuid::Uuid;

use super::counts::{DAY, EVER, HOUR, WHOLE, floor};
use crate::dialect::{self, Merge};
use crate::entity::event::{Column, Entity, severity_number};
use crate::entity::to_u64;
use crate::sql::{Values, statement};
use crate::{Catalog, DatabaseKind, Page, PageStart, Result, SortOrder};

/// Parts that are merged at most, …
const MOST_PARTS: usize = 256;
/// … and rows that they may give together.
const MOST_MERGED: u64 = 100_000;

/// Which events to list.
#[derive(Debug, Clone, PartialEq)]
pub struct EventFilter {
    /// The tenant.
    pub org: OrgId,
    /// Only those of these cameras; none: all, also those without a camera.
    pub cameras: Option<Vec<CameraId>>,
    /// Only those of these types; empty: all.
    pub types: Vec<EventType>,
    /// Only those of these severities; empty: all.
    pub severities: Vec<Severity>,
    /// Only those that somebody has seen, or nobody.
    pub acknowledged: Option<bool>,
    /// Only those that began at this time or later.
    pub from: Option<WallTime>,
    /// Only those that began before this time.
    pub to: Option<WallTime>,
}

impl EventFilter {
    /// All events of a tenant.
    pub fn all(org: OrgId) -> Self {
        Self {
            org,
            cameras: None,
            types: Vec::new(),
            severities: Vec::new(),
            acknowledged: None,
            from: None,
            to: None,
        }
    }

    fn tidy(&self) -> Self {
        let mut filter = self.clone();
        if let Some(cameras) = &mut filter.cameras {
            cameras.sort_unstable();
            cameras.dedup();
        }
        filter.types.sort_unstable();
        filter.types.dedup();
        filter.severities.sort_unstable();
        filter.severities.dedup();
        if filter.severities.len() == Severity::ALL.len() {
            filter.severities.clear();
        }
        filter
    }
}

/// One page of events.
#[derive(Debug, Clone, PartialEq)]
pub struct EventPage {
    /// The events.
    pub items: Vec<Event>,
    /// How many match in all. Counted only for pages by number: with a cursor it is none.
    pub total: Option<u64>,
    /// After which event the next page begins; none at the end of the list.
    pub next_cursor: Option<EventId>,
}

impl Catalog {
    /// One page of a tenant's events.
    pub async fn list_events(&self, filter: &EventFilter, page: &Page<EventId>) -> Result<EventPage> {
        let filter = filter.tidy();
        if filter.cameras.as_ref().is_some_and(Vec::is_empty) {
            return Ok(EventPage { items: Vec::new(), total: Some(0), next_cursor: None });
        }
        let kinds = if filter.needs_kinds() { self.kinds(filter.org).await? } else { Vec::new() };
        let select = page_statement(self.reader(), self.kind(), &filter, &kinds, page);
        let rows = self.reader().query_all_raw(select).await?;
        let ids: Result<Vec<Uuid>, _> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
        let mut ids = ids?;
        let more = ids.len() > page.limit as usize;
        ids.truncate(page.limit as usize);
        let next_cursor = ids.last().copied().filter(|_| more).map(EventId);
        let total = match page.start {
            PageStart::Number(_) => Some(self.count_events(&filter).await?),
            PageStart::After(_) => None,
        };
        Ok(EventPage { items: self.events_of(ids, page.order).await?, total, next_cursor })
    }

    pub(super) async fn events_of(&self, ids: Vec<Uuid>, order: SortOrder) -> Result<Vec<Event>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = Entity::find().filter(Column::Id.is_in(ids)).all(self.reader()).await?;
        let mut events: Vec<Event> = rows.into_iter().map(Event::try_from).collect::<Result<_>>()?;
        events.sort_unstable_by_key(|event| event.id);
        if order == SortOrder::Descending {
            events.reverse();
        }
        Ok(events)
    }

    /// The types that there are: a step through the index from each to the next.
    async fn kinds(&self, org: OrgId) -> Result<Vec<String>> {
        let rows = self.reader().query_all_raw(statement(self.reader(), KINDS, [org.0.into()])).await?;
        let kinds: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
        Ok(kinds?)
    }

    async fn count_events(&self, filter: &EventFilter) -> Result<u64> {
        let row = self.reader().query_one_raw(count_statement(self.reader(), filter)).await?;
        let count: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(count.map_or(0, to_u64))
    }
}

pub(crate) const KINDS: &str = "
    WITH RECURSIVE kinds (event_type) AS (
      SELECT (SELECT min(event_type) FROM events WHERE org_id = $1)
      UNION ALL
      SELECT (SELECT min(event_type) FROM events WHERE org_id = $1 AND event_type > kinds.event_type)
      FROM kinds WHERE kinds.event_type IS NOT NULL)
    SELECT event_type FROM kinds WHERE event_type IS NOT NULL";

impl EventFilter {
    /// Whether it names severities and nothing that an index has in front of them.
    fn needs_kinds(&self) -> bool {
        self.types.is_empty()
            && !self.severities.is_empty()
            && self.acknowledged != Some(true)
            && self.cameras.as_ref().is_none_or(|cameras| cameras.len() > MOST_PARTS)
    }
}

/// The ids of a page, and one more.
pub(crate) fn page_statement(
    connection: &impl ConnectionTrait,
    kind: DatabaseKind,
    filter: &EventFilter,
    kinds: &[String],
    page: &Page<EventId>,
) -> Statement {
    let mut values = Values::default();
    let (direction, beyond) = match page.order {
        SortOrder::Ascending => ("ASC", ">"),
        SortOrder::Descending => ("DESC", "<"),
    };
    let wanted = u64::from(page.limit) + 1;
    let (mut rest, skip) = match page.start {
        PageStart::After(cursor) => (format!("id {beyond} {}", values.bind(cursor.0)), 0),
        PageStart::Number(number) => {
            ("1 = 1".to_owned(), u64::from(number.saturating_sub(1)) * u64::from(page.limit))
        }
    };
    rest += &times(filter.from, filter.to, &mut values);
    let limit = wanted + skip;
    let most = usize::try_from(MOST_MERGED / limit).unwrap_or(MOST_PARTS).min(MOST_PARTS);
    let parts = Parts::of(filter, kinds, most);
    rest += &parts.rest(filter, &mut values);
    let Parts { columns, index, rows: parts, .. } = parts;
    let merge = Merge { table: "events", columns, index, parts, rest: &rest, direction, limit };
    let merged = dialect::merged(kind, &merge, &mut values);
    let text =
        format!("SELECT id FROM ({merged}) AS merged ORDER BY id {direction} LIMIT {wanted} OFFSET {skip}");
    values.into_statement(connection, text)
}

/// What an index is asked for, one part after the other.
#[derive(Default)]
struct Parts {
    columns: &'static [&'static str],
    index: Option<&'static str>,
    rows: Vec<Vec<Value>>,
    /// Whether the index knows the cameras, the types and the severities.
    cameras: bool,
    types: bool,
    severities: bool,
}

impl Parts {
    fn of(filter: &EventFilter, kinds: &[String], most: usize) -> Self {
        let org: Value = filter.org.0.into();
        let by_org = Self { columns: &["org_id"], rows: vec![vec![org.clone()]], ..Self::default() };
        if filter.acknowledged == Some(true) {
            return Self { index: Some("events_acknowledged"), ..by_org };
        }
        if let Some(cameras) = &filter.cameras
            && cameras.len() <= most
        {
            // The types stand in the index too: one walk along a camera finds those of all that are
            // asked for.
            return Self {
                columns: &["org_id", "camera_id"],
                rows: cameras.iter().map(|camera| vec![org.clone(), camera.0.into()]).collect(),
                cameras: true,
                ..Self::default()
            };
        }
        let types = filter.types.iter().map(EventType::as_str);
        let kinds: Vec<&str> =
            if filter.needs_kinds() { kinds.iter().map(String::as_str).collect() } else { types.collect() };
        let severities = filter.severity_numbers();
        if !kinds.is_empty() && kinds.len() * severities.len() <= most {
            let pairs = kinds.iter().flat_map(|kind| severities.iter().map(move |severity| (kind, severity)));
            let row = |(kind, severity): (&&str, &i16)| vec![org.clone(), (*kind).into(), (*severity).into()];
            return Self {
                columns: &["org_id", "event_type", "severity"],
                rows: pairs.map(row).collect(),
                types: true,
                severities: true,
                ..Self::default()
            };
        }
        by_org
    }

    /// What the parts leave open. With `IS TRUE` behind it no index is taken for a condition.
    fn rest(&self, filter: &EventFilter, values: &mut Values) -> String {
        let mut rest = String::new();
        if !self.cameras {
            rest += &of_cameras(filter, values, true);
        }
        if !self.types {
            rest += &of_types(filter, values);
        }
        if !self.severities {
            rest += &of_severities(filter, values);
        }
        match filter.acknowledged {
            Some(true) => rest += " AND acknowledged_at IS NOT NULL",
            Some(false) => rest += " AND (acknowledged_at IS NULL) IS TRUE",
            None => {}
        }
        rest
    }
}

impl EventFilter {
    /// Those that are asked for.
    fn severity_numbers(&self) -> Vec<i16> {
        let asked = if self.severities.is_empty() { &Severity::ALL[..] } else { &self.severities };
        asked.iter().copied().map(severity_number).collect()
    }
}

/// The window of the filter: ids sort by time.
fn times(from: Option<WallTime>, to: Option<WallTime>, values: &mut Values) -> String {
    let mut times = String::new();
    if let Some(from) = from {
        times += &format!(" AND id >= {}", values.bind(EventId::floor(from).0));
    }
    if let Some(to) = to {
        times += &format!(" AND id < {}", values.bind(EventId::floor(to).0));
    }
    times
}

fn of_cameras(filter: &EventFilter, values: &mut Values, hidden: bool) -> String {
    let Some(cameras) = &filter.cameras else { return String::new() };
    let ids = values.bind_row(cameras.iter().map(|camera| camera.0.into()));
    if hidden { format!(" AND (camera_id IN {ids}) IS TRUE") } else { format!(" AND camera_id IN {ids}") }
}

fn of_types(filter: &EventFilter, values: &mut Values) -> String {
    if filter.types.is_empty() {
        return String::new();
    }
    let types = values.bind_row(filter.types.iter().map(|kind| kind.as_str().into()));
    format!(" AND (event_type IN {types}) IS TRUE")
}

fn of_severities(filter: &EventFilter, values: &mut Values) -> String {
    if filter.severities.is_empty() {
        return String::new();
    }
    let severities = values.bind_row(filter.severity_numbers().into_iter().map(Value::from));
    format!(" AND (severity IN {severities}) IS TRUE")
}

/// How many match: whole hours or days out of `event_counts`, and what is left at both ends counted.
pub(crate) fn count_statement(connection: &impl ConnectionTrait, filter: &EventFilter) -> Statement {
    let mut values = Values::default();
    let span = if filter.cameras.is_some() { DAY } else { HOUR };
    let first = filter.from.map(|from| -floor(WallTime::from_micros(-from.micros()), span));
    let end = filter.to.map(|to| floor(to, span));
    let terms = if first.zip(end).is_some_and(|(first, end)| first >= end) {
        vec![count_between(filter, filter.from, filter.to, &mut values)]
    } else {
        let mut terms = vec![sum_between(filter, first, end, &mut values)];
        let (first, end) = (first.map(WallTime::from_micros), end.map(WallTime::from_micros));
        if filter.from != first {
            terms.push(count_between(filter, filter.from, first, &mut values));
        }
        if filter.to != end {
            terms.push(count_between(filter, end, filter.to, &mut values));
        }
        terms
    };
    values.into_statement(connection, format!("SELECT CAST({} AS BIGINT)", terms.join(" + ")))
}

fn sum_between(filter: &EventFilter, first: Option<i64>, end: Option<i64>, values: &mut Values) -> String {
    let what = match filter.acknowledged {
        None => "events",
        Some(true) => "acknowledged",
        Some(false) => "events - acknowledged",
    };
    let mut rows = format!("org_id = {}", values.bind(filter.org.0));
    match &filter.cameras {
        None => rows += &format!(" AND camera_id = {}", values.bind(WHOLE)),
        Some(_) => rows += &of_cameras(filter, values, false),
    }
    match first {
        None if end.is_none() => rows += &format!(" AND from_at = {}", values.bind(EVER)),
        None => rows += &format!(" AND from_at > {}", values.bind(EVER)),
        Some(first) => rows += &format!(" AND from_at >= {}", values.bind(first)),
    }
    if let Some(end) = end {
        rows += &format!(" AND from_at < {}", values.bind(end));
    }
    rows += &of_types(filter, values);
    rows += &of_severities(filter, values);
    format!("(SELECT coalesce(sum({what}), 0) FROM event_counts WHERE {rows})")
}

fn count_between(
    filter: &EventFilter,
    from: Option<WallTime>,
    to: Option<WallTime>,
    values: &mut Values,
) -> String {
    let mut rows = format!("org_id = {}", values.bind(filter.org.0));
    rows += &of_cameras(filter, values, false);
    rows += &times(from, to, values);
    rows += &of_types(filter, values);
    rows += &of_severities(filter, values);
    if let Some(acknowledged) = filter.acknowledged {
        let not = if acknowledged { "NOT" } else { "" };
        rows += &format!(" AND (acknowledged_at IS {not} NULL) IS TRUE");
    }
    format!("(SELECT count(*) FROM events WHERE {rows})")
}
