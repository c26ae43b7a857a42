//! A player in a nutshell: reads playlists as others do, and fetches what they point at.

use std::process::{Command, Stdio};

use futures::TryStreamExt;
use m3u8_rs::{MediaPlaylist, MediaSegment};
use nightjar_model::{StreamName, UserId, Via, WallTime};
use nightjar_playback::{
    Delivery, Footage, Holder, PlaybackConfig, PlaybackError, PlaybackService, SessionId, SessionInfo,
};
use tempfile::NamedTempFile;
use uuid::Uuid;

use crate::studio::Studio;

/// A sign-in.
const VIA: Via = Via::Session(nightjar_model::SessionId(Uuid::from_u128(2)));

pub(crate) fn service(studio: &Studio) -> PlaybackService {
    with_config(studio, PlaybackConfig::default())
}

pub(crate) fn with_config(studio: &Studio, config: PlaybackConfig) -> PlaybackService {
    PlaybackService::new(studio.catalog.clone(), studio.local.clone(), None, [7; 32], config)
}

pub(crate) async fn start(
    service: &PlaybackService,
    studio: &Studio,
    from: WallTime,
    to: Option<WallTime>,
    now: WallTime,
) -> Result<SessionInfo, PlaybackError> {
    let path = |id: SessionId| format!("/{id}/");
    service.start(&studio.camera, StreamName::Main, (from, to), &holder(), now, path).await
}

/// Somebody who may do everything.
pub(crate) fn holder() -> Holder {
    Holder { user: UserId(Uuid::from_u128(1)), via: VIA, ip: None, export: true }
}

pub(crate) async fn text(service: &PlaybackService, id: SessionId, now: WallTime) -> String {
    let playlist = service.playlist(id, false, now).await.expect("a playlist");
    String::from_utf8(playlist.text.to_vec()).expect("UTF-8")
}

pub(crate) fn parse(text: &str) -> MediaPlaylist {
    let (rest, playlist) = m3u8_rs::parse_media_playlist(text.as_bytes()).expect("a media playlist");
    assert!(rest.is_empty(), "{}", String::from_utf8_lossy(rest));
    playlist
}

pub(crate) fn is_gap(segment: &MediaSegment) -> bool {
    segment.unknown_tags.iter().any(|tag| tag.tag == "X-GAP")
}

/// Seconds of media that the entries say they have.
pub(crate) fn seconds(playlist: &MediaPlaylist) -> f64 {
    playlist
        .segments
        .iter()
        .filter(|segment| !is_gap(segment))
        .map(|segment| f64::from(segment.duration))
        .sum()
}

pub(crate) fn bytes(delivery: Delivery) -> Footage {
    match delivery {
        Delivery::Bytes(footage) => footage,
        Delivery::Elsewhere(url) => panic!("sent to {url}"),
    }
}

/// Fetches everything that a playlist points at, in order: what a decoder would be fed with, in
/// runs between discontinuities.
pub(crate) async fn fetch(
    service: &PlaybackService,
    session: &SessionInfo,
    text: &str,
    now: WallTime,
) -> Vec<Vec<u8>> {
    let mut runs: Vec<Vec<u8>> = vec![Vec::new()];
    let mut init = Vec::new();
    for segment in parse(text).segments.iter().filter(|segment| !is_gap(segment)) {
        if let Some(map) = &segment.map {
            let range = map.byte_range.as_ref().expect("a byte range");
            init =
                part(service, session, &map.uri, range.offset.expect("an offset"), range.length, now).await;
        }
        if segment.discontinuity {
            runs.push(Vec::new());
        }
        let run = runs.last_mut().expect("never empty");
        if run.is_empty() {
            run.extend_from_slice(&init);
        }
        let range = segment.byte_range.as_ref().expect("a byte range");
        run.extend(
            part(service, session, &segment.uri, range.offset.expect("an offset"), range.length, now).await,
        );
    }
    runs
}

async fn part(
    service: &PlaybackService,
    session: &SessionInfo,
    uri: &str,
    offset: u64,
    len: u64,
    now: WallTime,
) -> Vec<u8> {
    let (path, query) = uri.split_once('?').expect("a token");
    let token = query.strip_prefix("token=").expect("a token");
    assert_eq!(service.tokens().verify(token, &format!("/{}/", session.id), None, now), Ok(VIA));
    let id = path.strip_prefix("media/").and_then(|name| name.strip_suffix(".mp4")).expect("a file");
    let segment = nightjar_model::SegmentId(id.parse().expect("an id"));
    let footage = bytes(service.session_media(session.id, segment, now).await.expect("there"));
    collect(&footage, offset..offset + len).await
}

pub(crate) async fn collect(footage: &Footage, range: std::ops::Range<u64>) -> Vec<u8> {
    let blocks: Vec<bytes::Bytes> = footage.stream(range).try_collect().await.expect("readable");
    blocks.concat()
}

/// Decodes a file with ffmpeg, without a word of complaint; gives the number of its pictures.
pub(crate) fn decoded_frames(file: &[u8]) -> usize {
    let named = NamedTempFile::with_suffix(".mp4").expect("a file");
    std::fs::write(named.path(), file).expect("room");
    let out = Command::new("ffmpeg")
        .args(["-v", "warning", "-xerror", "-i"])
        .arg(named.path())
        .args(["-f", "framemd5", "-"])
        .stdin(Stdio::null())
        .output()
        .expect("ffmpeg runs");
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && said.is_empty(), "{said}");
    String::from_utf8_lossy(&out.stdout).lines().filter(|line| !line.starts_with('#')).count()
}
