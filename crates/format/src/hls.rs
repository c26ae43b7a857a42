//! HLS playlists (RFC 8216, draft-pantos-hls-rfc8216bis) over byte ranges of stored files.
//!
//! Belongs here: the text. What goes into a playlist and under which address is the callers'
//! business.

mod text;

use std::fmt::Write as _;

use nightjar_media::WallTime;

use text::{quoted, seconds, timestamp};

/// A media playlist.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MediaPlaylist {
    /// Whether and how it may still change.
    pub kind: PlaylistKind,
    /// Number of its first entry.
    pub media_sequence: u64,
    /// Number of discontinuities before its first entry.
    pub discontinuity_sequence: u64,
    /// Whether nothing will be added.
    pub ended: bool,
    /// What is in it.
    pub items: Vec<Item>,
}

/// `EXT-X-PLAYLIST-TYPE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlaylistKind {
    /// Will never change.
    #[default]
    Vod,
    /// Entries are only added.
    Event,
    /// Entries are added and old ones leave; no tag.
    Live,
}

/// A line or an entry of a media playlist, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// `EXT-X-DISCONTINUITY`: the next entry does not follow from the one before.
    Discontinuity,
    /// `EXT-X-MAP`: the init section from here on.
    Map(ByteRange),
    /// Media.
    Segment(MediaSegment),
    /// `EXT-X-GAP`: an entry of which there is no media.
    Gap {
        /// How long, in microseconds.
        duration_micros: i64,
        /// When it begins.
        start: Option<WallTime>,
    },
}

/// A part of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByteRange {
    /// Address.
    pub uri: String,
    /// First byte.
    pub offset: u64,
    /// Number of bytes.
    pub len: u64,
}

/// An entry with media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaSegment {
    /// Where its bytes are.
    pub range: ByteRange,
    /// How long, in microseconds.
    pub duration_micros: i64,
    /// `EXT-X-PROGRAM-DATE-TIME`, if it is to be said here.
    pub start: Option<WallTime>,
}

/// Address of an entry that is a gap: clients must not load it (rfc8216bis §4.4.4.7).
const GAP_URI: &str = "gap.m4s";

impl MediaPlaylist {
    /// The text.
    pub fn write(&self) -> String {
        let mut out = String::with_capacity(256 + 96 * self.items.len());
        // Version 7: EXT-X-MAP in any playlist (RFC 8216 §7); EXT-X-GAP is ignored by who does
        // not know it.
        out.push_str("#EXTM3U\n#EXT-X-VERSION:7\n");
        line(&mut out, format_args!("#EXT-X-TARGETDURATION:{}", self.target_duration()));
        line(&mut out, format_args!("#EXT-X-MEDIA-SEQUENCE:{}", self.media_sequence));
        if self.discontinuity_sequence > 0 {
            line(&mut out, format_args!("#EXT-X-DISCONTINUITY-SEQUENCE:{}", self.discontinuity_sequence));
        }
        match self.kind {
            PlaylistKind::Vod => out.push_str("#EXT-X-PLAYLIST-TYPE:VOD\n"),
            PlaylistKind::Event => out.push_str("#EXT-X-PLAYLIST-TYPE:EVENT\n"),
            PlaylistKind::Live => {}
        }
        out.push_str("#EXT-X-INDEPENDENT-SEGMENTS\n");
        self.items.iter().for_each(|item| item.write(&mut out));
        if self.ended {
            out.push_str("#EXT-X-ENDLIST\n");
        }
        out
    }

    /// The longest entry, rounded to the nearest second (RFC 8216 §4.3.3.1).
    fn target_duration(&self) -> i64 {
        let longest = self.items.iter().map(|item| match item {
            Item::Segment(MediaSegment { duration_micros, .. }) | Item::Gap { duration_micros, .. } => {
                *duration_micros
            }
            Item::Discontinuity | Item::Map(_) => 0,
        });
        ((longest.max().unwrap_or(0) + 500_000) / 1_000_000).max(1)
    }
}

impl Item {
    fn write(&self, out: &mut String) {
        match self {
            Self::Discontinuity => out.push_str("#EXT-X-DISCONTINUITY\n"),
            Self::Map(ByteRange { uri, offset, len }) => {
                let uri = quoted(uri);
                line(out, format_args!("#EXT-X-MAP:URI=\"{uri}\",BYTERANGE=\"{len}@{offset}\""));
            }
            Self::Segment(MediaSegment { range, duration_micros, start }) => {
                write_start(out, *start);
                line(out, format_args!("#EXTINF:{},", seconds(*duration_micros)));
                line(out, format_args!("#EXT-X-BYTERANGE:{}@{}", range.len, range.offset));
                line(out, format_args!("{}", quoted(&range.uri)));
            }
            Self::Gap { duration_micros, start } => {
                write_start(out, *start);
                out.push_str("#EXT-X-GAP\n");
                line(out, format_args!("#EXTINF:{},", seconds(*duration_micros)));
                line(out, format_args!("{GAP_URI}"));
            }
        }
    }
}

/// A variant of a multivariant playlist.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Address of its media playlist.
    pub uri: String,
    /// Peak bits a second.
    pub bandwidth: u64,
    /// Average bits a second.
    pub average_bandwidth: Option<u64>,
    /// RFC 6381 codec strings, comma-separated.
    pub codecs: String,
    /// Width and height.
    pub resolution: Option<(u32, u32)>,
    /// Frames a second.
    pub frame_rate: Option<f64>,
}

/// The text of a multivariant playlist.
pub fn write_multivariant(variants: &[Variant]) -> String {
    let mut out = String::from("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    for variant in variants {
        let mut attributes = format!("BANDWIDTH={}", variant.bandwidth);
        if let Some(average) = variant.average_bandwidth {
            attributes.push_str(&format!(",AVERAGE-BANDWIDTH={average}"));
        }
        attributes.push_str(&format!(",CODECS=\"{}\"", quoted(&variant.codecs)));
        if let Some((width, height)) = variant.resolution {
            attributes.push_str(&format!(",RESOLUTION={width}x{height}"));
        }
        if let Some(rate) = variant.frame_rate.filter(|rate| rate.is_finite()) {
            attributes.push_str(&format!(",FRAME-RATE={rate:.3}"));
        }
        line(&mut out, format_args!("#EXT-X-STREAM-INF:{attributes}"));
        line(&mut out, format_args!("{}", quoted(&variant.uri)));
    }
    out
}

fn write_start(out: &mut String, start: Option<WallTime>) {
    if let Some(start) = start {
        line(out, format_args!("#EXT-X-PROGRAM-DATE-TIME:{}", timestamp(start)));
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a string can not fail.
    let _ = out.write_fmt(text);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(offset: u64, len: u64) -> ByteRange {
        ByteRange { uri: "/media/a.mp4?token=t".to_owned(), offset, len }
    }

    fn playlist() -> MediaPlaylist {
        let start = WallTime::from_micros(1_795_181_921_123_456);
        let segment = |offset, start| {
            Item::Segment(MediaSegment { range: range(offset, 1000), duration_micros: 4_004_000, start })
        };
        MediaPlaylist {
            kind: PlaylistKind::Vod,
            media_sequence: 0,
            discontinuity_sequence: 0,
            ended: true,
            items: vec![
                Item::Map(range(44, 700)),
                segment(900, Some(start)),
                segment(1900, None),
                Item::Gap { duration_micros: 6_500_000, start: Some(start.plus_micros(8_008_000)) },
                Item::Discontinuity,
                Item::Map(range(44, 701)),
                segment(900, Some(start.plus_micros(14_508_000))),
            ],
        }
    }

    #[test]
    fn a_media_playlist_has_the_text_of_the_standard() {
        insta::assert_snapshot!(playlist().write());
    }

    #[test]
    fn another_parser_reads_the_same() {
        let text = playlist().write();
        let parsed = m3u8_rs::parse_media_playlist_res(text.as_bytes()).expect("a media playlist");
        assert_eq!(parsed.target_duration, 7);
        assert!(parsed.end_list && parsed.segments.len() == 4);
        let first = &parsed.segments[0];
        let map = first.map.as_ref().and_then(|map| map.byte_range.as_ref()).expect("a map");
        assert_eq!((map.length, map.offset), (700, Some(44)));
        let bytes = first.byte_range.as_ref().expect("a byte range");
        assert_eq!((bytes.length, bytes.offset), (1000, Some(900)));
        assert!((first.duration - 4.004).abs() < 1e-6 && parsed.segments[3].discontinuity);
        let time = first.program_date_time.expect("a time");
        assert_eq!(time.timestamp_millis(), 1_795_181_921_123);
    }

    #[test]
    fn a_growing_playlist_has_no_end() {
        let text = MediaPlaylist { kind: PlaylistKind::Event, ended: false, ..playlist() }.write();
        assert!(text.contains("#EXT-X-PLAYLIST-TYPE:EVENT\n") && !text.contains("ENDLIST"));
        let empty = MediaPlaylist { kind: PlaylistKind::Live, media_sequence: 7, ..Default::default() };
        assert!(empty.write().contains("#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:7\n"));
    }

    #[test]
    fn a_multivariant_playlist_names_codecs() {
        let variant = Variant {
            uri: "main.m3u8".to_owned(),
            bandwidth: 4_500_000,
            average_bandwidth: Some(4_000_000),
            codecs: "avc1.64001E,mp4a.40.2".to_owned(),
            resolution: Some((640, 360)),
            frame_rate: Some(25.0),
        };
        let text = write_multivariant(std::slice::from_ref(&variant));
        assert_eq!(
            text.lines().nth(3),
            Some(
                "#EXT-X-STREAM-INF:BANDWIDTH=4500000,AVERAGE-BANDWIDTH=4000000,\
                 CODECS=\"avc1.64001E,mp4a.40.2\",RESOLUTION=640x360,FRAME-RATE=25.000"
            )
        );
        let parsed = m3u8_rs::parse_master_playlist_res(text.as_bytes()).expect("a multivariant playlist");
        assert_eq!(parsed.variants[0].uri, "main.m3u8");
    }

    #[test]
    fn no_text_can_break_out_of_its_line() {
        let evil = ByteRange { uri: "a\"\r\n#EXT-X-ENDLIST\n".to_owned(), offset: 0, len: 1 };
        let items = vec![Item::Map(evil)];
        let text = MediaPlaylist { items, ..Default::default() }.write();
        assert_eq!(text.lines().last(), Some("#EXT-X-MAP:URI=\"a#EXT-X-ENDLIST\",BYTERANGE=\"1@0\""));
    }
}
