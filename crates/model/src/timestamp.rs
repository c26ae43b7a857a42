//! Wall-clock times as text: RFC 3339 in UTC with milliseconds.

use chrono::{DateTime, SecondsFormat, Utc};
use nightjar_media::WallTime;

/// `2026-11-20T13:38:41.123Z`. Times beyond the calendar are clamped to its ends.
pub fn to_rfc3339(time: WallTime) -> String {
    let fallback = if time.micros() < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
    DateTime::<Utc>::from_timestamp_micros(time.micros())
        .unwrap_or(fallback)
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Reads RFC 3339 with any offset; none if it is not that.
pub fn parse_rfc3339(text: &str) -> Option<WallTime> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(WallTime::from_micros(time.timestamp_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_back() {
        let time = parse_rfc3339("2026-11-20T15:38:41.123+02:00").expect("valid");
        assert_eq!(to_rfc3339(time), "2026-11-20T13:38:41.123Z");
        assert_eq!(parse_rfc3339("2026-11-20"), None);
    }
}
