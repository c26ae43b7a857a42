//! `[[cameras]]`.

use std::collections::HashMap;

use nightjar_model::{AudioPolicy, CameraKey, CameraSource, Mode, RtspTransport};
use url::Url;

use super::build::{AUDIO, retention, segment_secs};
use super::document::{Table, Value};
use super::problem::{Origin, Problems};
use super::reader::Reader;
use super::types::{CameraConfig, Retention};

/// What a camera takes from other sections.
#[derive(Debug, Clone, Copy)]
pub(super) struct CameraDefaults {
    /// `recording.segment_duration_secs`
    pub(super) segment_secs: u32,
    /// `recording.audio_codec`
    pub(super) audio: AudioPolicy,
    /// `[retention]`
    pub(super) retention: Retention,
}

/// Reads all cameras; those with a problem are left out, after it was noted.
pub(super) fn cameras(
    document: &Table,
    defaults: CameraDefaults,
    problems: &mut Problems,
) -> Vec<CameraConfig> {
    let Some(entry) = document.entries.get("cameras") else { return Vec::new() };
    let Value::List(list) = &entry.node.value else {
        problems.add(&entry.key_origin, "`cameras` must be a list: begin each camera with [[cameras]]");
        return Vec::new();
    };
    let mut seen: HashMap<CameraKey, Origin> = HashMap::new();
    let mut cameras = Vec::with_capacity(list.len());
    for (at, node) in list.iter().enumerate() {
        let Value::Table(table) = &node.value else {
            problems.add(&node.origin, "a camera must be a table: begin each camera with [[cameras]]");
            continue;
        };
        let id = table.text("id").map_or_else(|| format!("number {}", at + 1), |id| format!("`{id}`"));
        let mut reader =
            Reader::new("cameras", format!("camera {id}"), node.origin.clone(), Some(table), problems);
        let Some(camera) = camera(&mut reader, defaults) else { continue };
        let origin = reader.origin("id");
        if let Some(first) = seen.insert(camera.key.clone(), origin) {
            let place = first.to_string();
            reader.wrong("id", format!("is taken: {}", place.trim_end_matches([' ', ':'])));
        }
        cameras.push(camera);
    }
    cameras
}

fn camera(reader: &mut Reader<'_>, defaults: CameraDefaults) -> Option<CameraConfig> {
    let key = key(reader);
    let source = source(reader);
    let name = reader.text("name");
    let own = retention(reader, "retention_days", "retention_gb");
    let modes = [("continuous", Mode::Continuous), ("off", Mode::Off)];
    let mode = reader.choice("mode", &modes).unwrap_or_default();
    let audio = reader.choice("audio", &AUDIO).unwrap_or(defaults.audio);
    let segment_secs = segment_secs(reader).unwrap_or(defaults.segment_secs);
    let enabled = reader.truth("enabled").unwrap_or(true);
    let key = key?;
    Some(CameraConfig {
        name: name.unwrap_or_else(|| key.to_string()),
        key,
        source: source?,
        enabled,
        mode,
        audio,
        segment_secs,
        retention: Retention {
            max_age_secs: own.max_age_secs.or(defaults.retention.max_age_secs),
            max_bytes: own.max_bytes.or(defaults.retention.max_bytes),
        },
    })
}

fn key(reader: &mut Reader<'_>) -> Option<CameraKey> {
    if !reader.has("id") {
        reader.missing("id");
        return None;
    }
    match reader.text("id")?.parse() {
        Ok(key) => Some(key),
        Err(error) => {
            reader.wrong("id", error);
            None
        }
    }
}

fn source(reader: &mut Reader<'_>) -> Option<CameraSource> {
    let username = reader.text("username");
    let password = reader.secret("password");
    let transports = [("tcp", RtspTransport::Tcp), ("udp", RtspTransport::Udp)];
    let transport = reader.choice("transport", &transports).unwrap_or_default();
    let sub = reader.has("sub_rtsp_url").then(|| stream_url(reader, "sub_rtsp_url"));
    if !reader.has("rtsp_url") {
        reader.missing("rtsp_url");
        return None;
    }
    let main_url = stream_url(reader, "rtsp_url")?;
    let source = CameraSource { main_url, sub_url: sub.flatten(), username, password, transport };
    Some(source.with_credentials_apart())
}

/// An `rtsp://` address. Messages never repeat it, because it may hold a password in a form that
/// we do not understand.
fn stream_url(reader: &mut Reader<'_>, key: &str) -> Option<Url> {
    let text = reader.text(key)?;
    let url = match Url::parse(text.trim()) {
        Ok(url) => url,
        Err(error) => {
            reader.wrong(
                key,
                format!(
                    "is not a valid address: {error} (if the password has `#`, `/`, `?` or `%` in it, write \
                     them %23, %2F, %3F, %25, or give `username` and `password` apart)"
                ),
            );
            return None;
        }
    };
    if url.scheme() != "rtsp" {
        // What stands in front of the colon may be half of a password: only known words are repeated.
        let typed = ["http", "https", "rtsps", "rtmp", "rtmps"].into_iter().find(|it| *it == url.scheme());
        let not = typed.map_or(String::new(), |scheme| format!(", not {scheme}://"));
        reader.wrong(key, format!("must begin with rtsp://{not}"));
        return None;
    }
    if url.host_str().is_none_or(str::is_empty) {
        reader.wrong(key, "names no host");
        return None;
    }
    Some(url)
}
