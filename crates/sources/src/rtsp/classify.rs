//! What the library says went wrong, in words for people.

use crate::SourceError;

/// Bytes of what a camera said that are worth showing.
const MOST_SHOWN: usize = 200;

/// `step` is what was asked for.
pub(super) fn classify(step: &'static str, error: &retina::Error) -> SourceError {
    match error.status_code() {
        Some(status @ (401 | 403)) => SourceError::Unauthorized { status },
        Some(status @ (404 | 454)) => SourceError::NoSuchStream { status },
        _ => of_text(step, &error.to_string()),
    }
}

/// The library's errors are texts of several lines; the first one says what happened.
fn of_text(step: &'static str, text: &str) -> SourceError {
    let line = shown(text.lines().next().unwrap_or_default());
    let after = |start: &str| line.strip_prefix(start).map(reason);
    if let Some(reason) = after("Unable to connect to RTSP server: ") {
        return SourceError::Connect(reason);
    }
    let lost =
        ["Error reading from RTSP peer: ", "Error writing to RTSP peer: ", "Error receiving UDP packet: "];
    if let Some(reason) = lost.into_iter().find_map(after) {
        return SourceError::Lost { step, reason };
    }
    match after("RTSP framing error: ") {
        Some(reason) => SourceError::NotRtsp { step, reason },
        None => SourceError::Protocol { step, reason: line },
    }
}

/// Without the system's number of the error, which says nothing to people.
fn reason(text: &str) -> String {
    let text = text.split_once(" (os error ").map_or(text, |(text, _)| text);
    // "Connection reset by peer", behind a colon.
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// What a camera said may be anything.
fn shown(line: &str) -> String {
    let plain = |letter: char| if letter.is_control() { '\u{fffd}' } else { letter };
    let mut shown: String = line.chars().take(MOST_SHOWN).map(plain).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        of_text("DESCRIBE", text).to_string()
    }

    #[test]
    fn what_happened_is_said_in_plain_words() {
        let refused = "Unable to connect to RTSP server: Connection refused (os error 111)";
        assert_eq!(said(refused), "can't connect: connection refused");
        let reset = "Error reading from RTSP peer: Connection reset by peer (os error 104)\n\nconn: …";
        assert_eq!(said(reset), "the connection was lost at DESCRIBE: connection reset by peer");
        let framing = "RTSP framing error: Invalid RTSP message; buffered: \u{1}\u{2}\n\nconn: …";
        assert_eq!(
            said(framing),
            "the camera sent something at DESCRIBE that is not RTSP: invalid RTSP message; buffered: \u{fffd}\u{fffd}"
        );
        assert_eq!(said("Timeout"), "DESCRIBE failed: Timeout");
        assert_eq!(said(""), "DESCRIBE failed: ");
    }

    #[test]
    fn what_a_camera_says_at_length_is_cut() {
        let long = said(&"é".repeat(10_000));
        assert!(long.ends_with('…') && long.chars().count() < 250, "{long}");
    }
}
