//! Times at the edge: RFC 3339 in UTC with milliseconds out; any offset, or a bare date, in.

use nightjar_model::{WallTime, parse_rfc3339, to_rfc3339};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AnyOfBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// Microseconds of a UTC day (the wall clock counts no leap seconds).
const DAY_MICROS: i64 = 86_400_000_000;
/// `0001-01-02T00:00:00Z`: a day before it can still be written in RFC 3339, whose years have four digits.
const FIRST: WallTime = WallTime::from_micros(-62_135_510_400_000_000);
/// `9999-12-31T23:59:59.999999Z`.
const LAST: WallTime = WallTime::from_micros(253_402_300_799_999_999);

/// An instant: RFC 3339, UTC, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-20T13:38:41.123Z")]
pub struct Timestamp(pub WallTime);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_rfc3339(self.0))
    }
}

impl From<WallTime> for Timestamp {
    fn from(time: WallTime) -> Self {
        Self(time)
    }
}

/// Which end of a range a text stands for: a bare date is a whole UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// First instant of the day.
    Start,
    /// First instant after the day.
    End,
}

/// Reads RFC 3339 or `YYYY-MM-DD`. What lies outside [`FIRST`] to [`LAST`] by its offset, or because
/// the last day of all has an end, becomes the nearest of these.
pub fn parse_time(text: &str, bound: Bound) -> Result<WallTime, String> {
    parse_any(text, bound).map(|time| time.clamp(FIRST, LAST))
}

fn parse_any(text: &str, bound: Bound) -> Result<WallTime, String> {
    // A `+` that was not escaped in a query has become a space.
    let text = text.replacen(' ', "+", usize::from(text.len() > 19));
    if let Some(time) = parse_rfc3339(&text) {
        return Ok(time);
    }
    let day = (text.len() == 10).then(|| parse_rfc3339(&format!("{text}T00:00:00Z"))).flatten();
    match (day, bound) {
        (Some(day), Bound::Start) => Ok(day),
        (Some(day), Bound::End) => Ok(day.plus_micros(DAY_MICROS)),
        (None, _) => Err("must be a time like 2026-11-20T13:38:41Z or a date like 2026-11-20".to_owned()),
    }
}

/// A time in a JSON body; which end of a range a date stands for is known when it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeInput(String);

impl ToSchema for TimeInput {}

impl PartialSchema for TimeInput {
    fn schema() -> RefOr<Schema> {
        let text = |format| {
            ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)))
        };
        AnyOfBuilder::new()
            .description(Some("A time, or a day: RFC 3339, as `2026-11-20T13:38:41Z` or `2026-11-20`."))
            .item(text(KnownFormat::DateTime))
            .item(text(KnownFormat::Date))
            .examples([Some("2026-11-20T13:38:41Z")])
            .into()
    }
}

impl TimeInput {
    /// The instant that is meant.
    pub fn at(&self, bound: Bound) -> Result<WallTime, String> {
        parse_time(&self.0, bound)
    }
}

impl<'de> Deserialize<'de> for TimeInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_time(&text, Bound::Start).map_err(de::Error::custom)?;
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_whole_day() {
        let start = parse_time("2025-10-20", Bound::Start).expect("valid");
        let end = parse_time("2025-10-20", Bound::End).expect("valid");
        assert_eq!(to_rfc3339(start), "2025-10-20T00:00:00.000Z");
        assert_eq!(to_rfc3339(end), "2025-10-21T00:00:00.000Z");
    }

    #[test]
    fn every_time_that_is_read_can_be_written() {
        for (text, written) in [
            ("9999-12-31", "9999-12-31T23:59:59.999Z"),
            ("9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59.999Z"),
            ("0001-01-01T00:00:00+12:00", "0001-01-02T00:00:00.000Z"),
            ("0001-01-02", "0001-01-03T00:00:00.000Z"),
        ] {
            assert_eq!(parse_time(text, Bound::End).map(to_rfc3339).as_deref(), Ok(written), "{text}");
        }
    }

    #[test]
    fn an_offset_survives_a_query_string() {
        let plain = parse_time("2025-10-20T02:00:00+02:00", Bound::Start);
        assert_eq!(parse_time("2025-10-20T02:00:00 02:00", Bound::Start), plain);
        assert_eq!(plain.map(to_rfc3339), Ok("2025-10-20T00:00:00.000Z".to_owned()));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for bad in
            ["", "yesterday", "2025-13-01", "2025-02-30", "1697760000", "2025-10-20T25:00:00Z", "ä025-10-2"]
        {
            assert!(parse_time(bad, Bound::Start).is_err(), "{bad} was let in");
        }
    }
}
