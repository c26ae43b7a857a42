//! The text of a session's media playlist (RFC 8216, and draft-pantos-hls-rfc8216bis for
//! `EXT-X-GAP` and delta updates).
//!
//! A day has some 17,000 entries, so the text is put together here by hand, without an
//! allocation an entry.

use bytes::Bytes;
use nightjar_model::{WallTime, to_rfc3339};

use crate::window::{Part, Row, Window};

/// Least `EXT-X-TARGETDURATION`: entries are cut at the first random access point after 4 s.
const MIN_TARGET_SECS: u32 = 6;
/// `EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL` in target durations; the least that is allowed.
const SKIP_TARGETS: i64 = 6;

/// A playlist, ready to be served.
#[derive(Debug, Clone)]
pub struct Playlist {
    /// UTF-8 text.
    pub text: Bytes,
    /// Whether nothing will be added to it.
    pub ended: bool,
}

/// What is said besides the entries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    /// `EXT-X-TARGETDURATION`.
    pub(crate) target_secs: u32,
    /// Whether nothing will be added.
    pub(crate) ended: bool,
    /// Whether it was given out without an end before.
    pub(crate) was_growing: bool,
    /// Where players should begin, in microseconds.
    pub(crate) start_micros: i64,
    /// What is put behind each address.
    pub(crate) token: &'a str,
    /// Whether the player has the older entries already (a delta update).
    pub(crate) skip: bool,
}

/// The target duration that a playlist needs.
pub(crate) fn target_secs(window: &Window) -> u32 {
    let longest = window.rows().map(|row| row.micros()).max().unwrap_or(0);
    u32::try_from((longest + 500_000) / 1_000_000).unwrap_or(u32::MAX).max(MIN_TARGET_SECS)
}

/// Writes the playlist.
pub(crate) fn write(window: &Window, frame: &Frame<'_>) -> Playlist {
    let skipped = if frame.skip && !frame.ended { skippable(window, frame.target_secs) } else { 0 };
    let entries: usize = window.parts.iter().map(|part| part.entries.len() + 1).sum();
    let mut text = Text(Vec::with_capacity(256 + (entries - skipped.min(entries)) * 150));
    head(&mut text, frame, skipped);
    let mut row = 0;
    for (number, part) in window.parts.iter().enumerate() {
        let rows =
            part.entries.len() + usize::from(window.seam(number).is_some_and(|seam| seam.gap.is_some()));
        if row + rows > skipped {
            write_part(&mut text, window, number, skipped.saturating_sub(row), frame.token);
        }
        row += rows;
    }
    if frame.ended {
        text.line("#EXT-X-ENDLIST");
    }
    Playlist { text: text.0.into(), ended: frame.ended }
}

fn head(text: &mut Text, frame: &Frame<'_>, skipped: usize) {
    text.line("#EXTM3U");
    // 9: EXT-X-SKIP; 6: EXT-X-MAP without I-FRAMES-ONLY (RFC 8216 §7).
    text.line(if skipped > 0 { "#EXT-X-VERSION:9" } else { "#EXT-X-VERSION:6" });
    text.add("#EXT-X-TARGETDURATION:").number(u64::from(frame.target_secs)).end();
    text.line("#EXT-X-MEDIA-SEQUENCE:0");
    let event = frame.was_growing || !frame.ended;
    text.line(if event { "#EXT-X-PLAYLIST-TYPE:EVENT" } else { "#EXT-X-PLAYLIST-TYPE:VOD" });
    text.line("#EXT-X-INDEPENDENT-SEGMENTS");
    if !frame.ended {
        let until = i64::from(frame.target_secs) * SKIP_TARGETS;
        text.add("#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=").number(until.unsigned_abs()).end();
    }
    if skipped > 0 {
        text.add("#EXT-X-SKIP:SKIPPED-SEGMENTS=").number(skipped as u64).end();
    } else {
        // Without it, players would begin at the end of a playlist that grows.
        text.add("#EXT-X-START:TIME-OFFSET=").seconds(frame.start_micros).add(",PRECISE=YES").end();
    }
}

/// How many entries lie before the skip boundary.
fn skippable(window: &Window, target_secs: u32) -> usize {
    let mut left = i64::from(target_secs) * SKIP_TARGETS * 1_000_000;
    let all = window.rows().count();
    let kept = window.rows().rev().take_while(|row| {
        let wanted = left > 0;
        left -= row.micros();
        wanted
    });
    all - kept.count()
}

/// A part without its first `skip` rows.
fn write_part(text: &mut Text, window: &Window, number: usize, mut skip: usize, token: &str) {
    let part = &window.parts[number];
    let uri = format!("media/{}.mp4?token={token}", part.segment.id);
    let seam = window.seam(number);
    let whole = skip == 0;
    if let Some(gap) = seam.and_then(|seam| seam.gap) {
        if whole {
            text.date(gap.start);
            text.line("#EXT-X-GAP");
            text.add("#EXTINF:").seconds(gap.micros).add(",").end();
            text.add("media/gap.mp4?token=").add(token).end();
        }
        skip = skip.saturating_sub(1);
    }
    if skip == 0 {
        if seam.is_some_and(|seam| seam.discontinuity) {
            text.line("#EXT-X-DISCONTINUITY");
        }
        if seam.is_none_or(|seam| seam.new_init) {
            text.add("#EXT-X-MAP:URI=\"").add(&uri).add("\",BYTERANGE=\"");
            text.number(u64::from(part.segment.init_len)).add("@");
            text.number(u64::from(part.segment.init_offset)).add("\"").end();
        }
    }
    write_entries(text, part, part.entries.start + skip, &uri);
}

fn write_entries(text: &mut Text, part: &Part, first: usize, uri: &str) {
    text.date(part.entry_start(first));
    let mut offset = part.bytes(first).start;
    for entry in &part.index.entries[first..part.entries.end] {
        text.add("#EXTINF:").seconds(part.to_micros(entry.duration)).add(",").end();
        text.add("#EXT-X-BYTERANGE:").number(u64::from(entry.bytes)).add("@").number(offset).end();
        text.line(uri);
        offset += u64::from(entry.bytes);
    }
}

/// Where entry `index` is; none if there is no such entry, or no media in it.
pub(crate) fn entry(window: &Window, index: usize) -> Option<(&Part, usize)> {
    match window.rows().nth(index)? {
        Row::Gap(_) => None,
        Row::Media(part, number) => Some((part, number)),
    }
}

/// Text that grows.
struct Text(Vec<u8>);

impl Text {
    fn add(&mut self, text: &str) -> &mut Self {
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    fn end(&mut self) {
        self.0.push(b'\n');
    }

    fn line(&mut self, text: &str) {
        self.add(text).end();
    }

    fn number(&mut self, number: u64) -> &mut Self {
        self.digits(number, 1)
    }

    /// Microseconds as seconds, with as many decimals as they need: 3 or 6.
    fn seconds(&mut self, micros: i64) -> &mut Self {
        let micros = micros.max(0).unsigned_abs();
        self.digits(micros / 1_000_000, 1).add(".");
        let rest = micros % 1_000_000;
        if rest.is_multiple_of(1_000) { self.digits(rest / 1_000, 3) } else { self.digits(rest, 6) }
    }

    fn date(&mut self, time: WallTime) {
        self.add("#EXT-X-PROGRAM-DATE-TIME:").add(&to_rfc3339(time)).end();
    }

    /// Decimal, filled up with zeros to `width`.
    fn digits(&mut self, mut number: u64, width: usize) -> &mut Self {
        let mut digits = [b'0'; 20];
        let mut at = digits.len();
        while number > 0 || digits.len() - at < width {
            at -= 1;
            digits[at] = b'0' + (number % 10) as u8;
            number /= 10;
        }
        self.0.extend_from_slice(&digits[at..]);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::tests::{cut, part};

    fn frame(ended: bool) -> Frame<'static> {
        Frame { target_secs: 6, ended, was_growing: false, start_micros: 1_000_000, token: "T", skip: false }
    }

    fn window(parts: Vec<(nightjar_model::Segment, std::sync::Arc<nightjar_model::SegmentIndex>)>) -> Window {
        let parts = parts.into_iter().filter_map(|part| cut(part, 0, i64::MAX)).collect();
        Window { parts, covered: None }
    }

    fn text(window: &Window, frame: &Frame<'_>) -> String {
        String::from_utf8(write(window, frame).text.to_vec()).expect("UTF-8")
    }

    #[test]
    fn neighbours_go_on_and_a_hole_is_a_short_gap_entry() {
        let window = window(vec![part(1, 1, 0, 2), part(2, 1, 8, 1), part(3, 2, 3_612, 1)]);
        let id = |n: u32| format!("00000000-0000-0000-0000-00000000000{n}");
        let expected = format!(
            "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0\n\
             #EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-START:TIME-OFFSET=1.000,PRECISE=YES\n\
             #EXT-X-MAP:URI=\"media/{a}.mp4?token=T\",BYTERANGE=\"700@16\"\n\
             #EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z\n\
             #EXTINF:4.000,\n#EXT-X-BYTERANGE:1000@900\nmedia/{a}.mp4?token=T\n\
             #EXTINF:4.000,\n#EXT-X-BYTERANGE:1000@1900\nmedia/{a}.mp4?token=T\n\
             #EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:08.000Z\n\
             #EXTINF:4.000,\n#EXT-X-BYTERANGE:1000@900\nmedia/{b}.mp4?token=T\n\
             #EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:12.000Z\n\
             #EXT-X-GAP\n#EXTINF:1.000,\nmedia/gap.mp4?token=T\n\
             #EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:1970-01-01T01:00:12.000Z\n\
             #EXTINF:4.000,\n#EXT-X-BYTERANGE:1000@900\nmedia/{c}.mp4?token=T\n\
             #EXT-X-ENDLIST\n",
            a = id(1),
            b = id(2),
            c = id(3),
        );
        assert_eq!(text(&window, &frame(true)), expected);
    }

    #[test]
    fn a_growing_playlist_has_no_end_and_its_type_stays() {
        let window = window(vec![part(1, 1, 0, 2)]);
        let growing = text(&window, &frame(false));
        assert!(growing.contains("PLAYLIST-TYPE:EVENT") && !growing.contains("ENDLIST"), "{growing}");
        let ended = text(&window, &Frame { was_growing: true, ..frame(true) });
        assert!(ended.contains("PLAYLIST-TYPE:EVENT") && ended.ends_with("#EXT-X-ENDLIST\n"), "{ended}");
    }

    #[test]
    fn a_delta_update_is_the_tail_of_the_whole() {
        let window = window(vec![part(1, 1, 0, 30), part(2, 2, 200, 5), part(3, 2, 220, 3)]);
        let whole = text(&window, &frame(false));
        let delta = text(&window, &Frame { skip: true, ..frame(false) });
        // 39 rows with the gap; at least 36 s of them must stay: 8 entries, the gap, 1 entry.
        let skipped = 29;
        assert!(delta.contains(&format!("#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}\n")), "{delta}");
        assert_eq!(whole.matches("#EXTINF").count() - skipped, delta.matches("#EXTINF").count());
        let tail = delta.split_once("#EXT-X-SKIP").expect("it skips").1;
        // Its first two lines: the tag itself, and the time of its first entry.
        let tail = tail.splitn(3, '\n').nth(2).expect("entries");
        assert!(whole.ends_with(tail), "{tail}");
    }

    #[test]
    fn rows_are_numbered_with_the_gaps() {
        let window = window(vec![part(1, 1, 0, 2), part(2, 2, 100, 1)]);
        let at = |index| entry(&window, index).map(|(part, number)| (part.segment.id.0.as_u128(), number));
        assert_eq!(
            [at(0), at(1), at(2), at(3), at(4)],
            [Some((1, 0)), Some((1, 1)), None, Some((2, 0)), None]
        );
    }

    #[test]
    fn an_empty_window_is_an_empty_playlist() {
        let playlist = text(&Window::default(), &frame(false));
        assert!(playlist.starts_with("#EXTM3U\n") && !playlist.contains("#EXTINF"), "{playlist}");
        assert_eq!(target_secs(&Window::default()), MIN_TARGET_SECS);
    }
}
