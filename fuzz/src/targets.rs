//! The targets: each feeds a parser of outside bytes, and asserts what has to hold whatever they are.

use nightjar_codec::{aac, h264, h265, nal};
use nightjar_format::scan::FragmentScanner;
use nightjar_media::WallTime;
use nightjar_model::{
    CameraId, CameraKey, EventId, EventType, Role, SegmentCursor, StreamName, parse_rfc3339, redact_url,
    to_rfc3339,
};
use nightjar_playback::MediaTokens;
use nightjar_protocol::rtp::Header;
use nightjar_protocol::rtsp::{
    Access, Incoming, MAX_BODY, MAX_HEADER, Mount, Parser, RtpInfo, ServerSession, SessionConfig,
};
use nightjar_recorder::KeyTemplate;
use nightjar_storage::validate_key;
use url::Url;

use crate::server::config;

pub(crate) type Target = fn(&[u8]);

pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("camera_frames", nightjar_sources::fuzzing::ingest),
    ("configuration", configuration),
    ("credentials", |data| with_text(data, nightjar_access::fuzzing::credentials)),
    ("headers", nightjar_http::fuzzing::headers),
    ("identifiers", |data| with_text(data, identifiers)),
    ("invalidation", |data| with_text(data, nightjar_cache::fuzzing::invalidation)),
    ("json_body", nightjar_http::fuzzing::body),
    ("keys", |data| with_text(data, keys)),
    ("media_token", |data| with_text(data, media_token)),
    ("oidc_discovery", nightjar_access::fuzzing::discovery),
    ("oidc_token", nightjar_access::fuzzing::id_token),
    ("parameter_sets", parameter_sets),
    ("query", |data| with_text(data, nightjar_http::fuzzing::query)),
    ("ranges", ranges),
    ("rtsp", rtsp),
    ("sealed", |data| with_text(data, sealed)),
    ("segment", segment),
    ("websocket", |data| with_text(data, nightjar_http::fuzzing::message)),
];

fn with_text(data: &[u8], target: fn(&str)) {
    if let Ok(text) = str::from_utf8(data) {
        target(text);
    }
}

/// Parameter sets and configuration records of all codecs, and NAL units.
fn parameter_sets(data: &[u8]) {
    let _ = (h264::Sps::parse(data), h264::parse_avcc(data), h264::avcc(data, data));
    let _ = (h265::Sps::parse(data), h265::parse_hvcc(data), h265::hvcc(data, data, data));
    let _ = (h264::codec_string(data), h265::codec_string(data), aac::codec_string(data));
    let _ = (h264::is_random_access_point(data), h265::is_random_access_point(data));
    let _ = (h264::parameter_sets(data), h265::parameter_sets(data));
    let _ = aac::AudioSpecificConfig::parse(data);
    let _ = nal::to_annex_b(&nal::from_annex_b(data));
}

/// The readers of segment files: recovery, scanner, init section.
fn segment(data: &[u8]) {
    if let Ok(recovered) = nightjar_format::recover(&data) {
        assert!(recovered.valid_len <= data.len() as u64);
        let _ = recovered.builder.finish();
    }
    if let Ok(mut scanner) = FragmentScanner::open(&data) {
        while let Ok(Some(fragment)) = scanner.next(&data) {
            assert!(fragment.offset + fragment.len <= data.len() as u64);
        }
    }
    let _ = nightjar_format::parse_init(&data.to_vec().into());
}

/// A client of the RTSP server, whose bytes arrive in pieces, and RTP packets. The first byte says how long the pieces are.
fn rtsp(data: &[u8]) {
    let _ = Header::parse(data);
    let Some((&step, data)) = data.split_first() else { return };
    let mut parser = Parser::default();
    let mut session = ServerSession::new(SessionConfig {
        session_id: "S1".to_owned(),
        nonce: "n".to_owned(),
        realm: "r".to_owned(),
        server: "fuzz".to_owned(),
        timeout_secs: 60,
        udp_ports: Some((7_000, 7_001)),
    });
    let digest = Access::Digest { user: "u".to_owned(), password: "p".to_owned() };
    let tracks = [RtpInfo { ssrc: 1, sequence: 2, timestamp: 3 }];
    for chunk in data.chunks(usize::from(step).max(1)) {
        parser.push(chunk);
        loop {
            match parser.next_message() {
                Ok(None) => break,
                Err(_) => return,
                Ok(Some(Incoming::Interleaved { data, .. })) => assert!(data.len() <= usize::from(u16::MAX)),
                Ok(Some(Incoming::Request(request))) => {
                    assert!(request.body.len() <= MAX_BODY && request.uri.len() <= MAX_HEADER);
                    for access in [&digest, &Access::Open] {
                        let mount = Mount { description: "v=0\r\n", tracks: &tracks, access };
                        let reply = session.handle(&request, Some(&mount));
                        assert!(reply.bytes.starts_with(b"RTSP/1.0 "));
                    }
                }
            }
        }
    }
}

/// The configuration file, and the variables in it.
fn configuration(data: &[u8]) {
    let path = std::env::temp_dir().join(format!("nightjar-fuzz-{}.toml", std::process::id()));
    if std::fs::write(&path, data).is_err() {
        return;
    }
    let environment =
        str::from_utf8(data).unwrap_or_default().lines().filter_map(|line| line.split_once('='));
    let inputs = config::Inputs {
        file: Some(path),
        environment: environment.map(|(name, value)| (name.trim().to_owned(), value.to_owned())).collect(),
        overrides: Vec::new(),
    };
    match config::load(&inputs) {
        Ok(config) => drop(config::summary(&config)),
        Err(problems) => assert!(!problems.to_string().is_empty()),
    }
}

/// Ids, keys, cursors, times and addresses.
fn identifiers(text: &str) {
    let _ = (text.parse::<CameraId>(), text.parse::<EventId>(), text.parse::<EventType>());
    let _ = (text.parse::<Role>(), text.parse::<StreamName>());
    if let Ok(key) = text.parse::<CameraKey>() {
        assert!(validate_key(&format!("{key}/x.mp4")).is_ok(), "the key {key} leaves its folder");
    }
    if let Ok(cursor) = text.parse::<SegmentCursor>() {
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
    if let Some(time) = parse_rfc3339(text) {
        let _ = to_rfc3339(time);
    }
    if let Ok(url) = text.parse::<Url>() {
        let _ = redact_url(&url);
    }
}

/// Templates of keys, and keys as they are found on a disk or in a bucket.
fn keys(text: &str) {
    let _ = KeyTemplate::parse(text);
    if validate_key(text).is_ok() {
        assert!(!text.split('/').any(|part| part.is_empty() || part.starts_with('.')));
    }
}

/// Signed addresses of media.
fn media_token(text: &str) {
    let tokens = MediaTokens::new([7; 32]);
    let now = WallTime::from_millis(1_763_645_921_000);
    assert!(tokens.verify(text, "/a/", None, now).is_err(), "a token was forged");
}

/// Sealed columns of the database.
fn sealed(text: &str) {
    let sealer = nightjar_catalog::Sealer::new([7; 32], Vec::new());
    let opened = sealer.open("cameras.password:7", text);
    assert!(!sealer.is_sealed(text) || opened.is_err(), "a seal was forged");
}

/// `Range` and its like, with the length of the file in the first two bytes.
fn ranges(data: &[u8]) {
    if let Some(([high, low], text)) = data.split_first_chunk() {
        let len = u64::from(u16::from_be_bytes([*high, *low]));
        if let Ok(text) = str::from_utf8(text) {
            nightjar_http::fuzzing::ranges(text, len);
        }
    }
}
