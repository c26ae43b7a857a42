//! Numbers, times and strings as playlists have them.

use std::borrow::Cow;
use std::fmt;

use nightjar_media::WallTime;

/// A text without what may not be in a quoted string or an address (RFC 8216 §4.2).
pub(super) fn quoted(text: &str) -> Cow<'_, str> {
    let forbidden = |c: char| c == '"' || c.is_control();
    if text.contains(forbidden) { text.replace(forbidden, "").into() } else { text.into() }
}

/// Microseconds as decimal seconds.
pub(super) fn seconds(micros: i64) -> impl fmt::Display {
    let micros = micros.max(0);
    fmt::from_fn(move |f| write!(f, "{}.{:06}", micros / 1_000_000, micros % 1_000_000))
}

/// ISO 8601 in UTC with milliseconds.
pub(super) fn timestamp(time: WallTime) -> impl fmt::Display {
    let millis = time.micros().div_euclid(1000);
    let (days, of_day) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let (year, month, day) = civil(days);
    let (hours, minutes) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (seconds, millis) = (of_day / 1000 % 60, of_day % 1000);
    fmt::from_fn(move |f| {
        write!(f, "{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z")
    })
}

/// Year, month and day of a day since 1970-01-01 in the Gregorian calendar: years are counted
/// from March, so that the leap day is the last day of one, and in eras of 400.
fn civil(days: i64) -> (i64, i64, i64) {
    let from_march_of_0 = days + 719_468;
    let era = from_march_of_0.div_euclid(146_097);
    let day_of_era = from_march_of_0.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let cases = [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (1_709_251_200_000, "2024-03-01T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ];
        for (millis, text) in cases {
            assert_eq!(timestamp(WallTime::from_millis(millis)).to_string(), text);
        }
    }

    #[test]
    fn durations_keep_their_microseconds() {
        assert_eq!(seconds(4_004_001).to_string(), "4.004001");
        assert_eq!(seconds(-5).to_string(), "0.000000");
    }
}
