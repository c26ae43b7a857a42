//! A camera as clients write it.

use std::ops::RangeInclusive;

use nightjar_model::{
    Caller, Camera, CameraId, CameraKey, CameraSource, Driver as DomainDriver, ErrorCode, GroupId,
    Permission, Secret, normalize_tags,
};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::body::whole;
use crate::enums::{AudioPolicy, Driver, Mode, Transport};
use crate::error::ApiError;
use crate::guard;
use crate::state::ApiState;
use crate::words::Tag;

/// Seconds that footage is kept, where that is limited: a hundred years at most.
const RETENTION_SECONDS: RangeInclusive<u64> = 60..=3_155_760_000;
/// Bytes of a camera's footage, where they are limited: what JSON carries without loss at most.
const RETENTION_BYTES: RangeInclusive<u64> = 1..=9_007_199_254_740_991;

/// A camera as it should be. What is left out gets its default.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CameraInput {
    /// Readable id: letters, digits, `_` and `-`. It is part of file names, so it can't be changed
    /// later. Default: made from the name.
    #[schema(
        example = "front-door",
        max_length = 64,
        min_length = 1,
        pattern = r"^[A-Za-z0-9_][A-Za-z0-9_-]*$"
    )]
    key: Option<String>,
    #[schema(
        example = "Front door",
        max_length = 255,
        min_length = 1,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb][^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*$"
    )]
    name: String,
    /// How it is talked to.
    driver: Option<Driver>,
    source: SourceInput,
    /// Whether anything is done with it at all; default: yes.
    enabled: Option<bool>,
    /// When it is recorded; default: `continuous`.
    mode: Option<Mode>,
    /// What happens to G.711 sound; default: `aac`.
    audio: Option<AudioPolicy>,
    /// Seconds of a recorded file; default: 900.
    #[schema(minimum = 10, maximum = 86400)]
    #[serde(default, deserialize_with = "whole")]
    segment_seconds: Option<u32>,
    /// Footage older than this is deleted; default: kept until space is needed.
    #[schema(minimum = 60, maximum = 3155760000u64)]
    #[serde(default, deserialize_with = "whole")]
    retention_seconds: Option<u64>,
    /// The oldest footage beyond this is deleted; default: no such limit.
    #[schema(minimum = 1, maximum = 9007199254740991u64)]
    #[serde(default, deserialize_with = "whole")]
    retention_bytes: Option<u64>,
    /// The group it is in.
    group_id: Option<Uuid>,
    /// At most 32 of at most 64 characters.
    #[serde(default)]
    #[schema(max_items = 32, value_type = Vec<Tag>)]
    tags: Vec<String>,
    /// Who made it.
    #[serde(default)]
    #[schema(
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*$"
    )]
    company: String,
    /// What the maker calls it.
    #[serde(default)]
    #[schema(
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*$"
    )]
    model: String,
    /// Unique in the organization.
    #[schema(
        max_length = 100,
        pattern = r"^([^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb][^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*)?$"
    )]
    serial_number: Option<String>,
    /// Where it is: site or building.
    #[serde(default)]
    #[schema(
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*$"
    )]
    location: String,
    /// Where it is there: floor, door, pole.
    #[serde(default)]
    #[schema(
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*$"
    )]
    place: String,
}

/// Where its streams come from.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceInput {
    /// Address of the main stream, which is recorded. May hold user name and password.
    #[schema(value_type = String, example = "rtsp://192.0.2.10/main", format = "rtsp-uri", max_length = 2048)]
    main_url: Secret,
    /// Address of the sub stream.
    #[schema(value_type = Option<String>, example = "rtsp://192.0.2.10/sub", format = "rtsp-uri", max_length = 2048)]
    sub_url: Option<Secret>,
    /// How RTP travels; default: `tcp`.
    transport: Option<Transport>,
    /// User name for the camera. Left out: it stays as it is; null: none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 255, pattern = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*$")]
    username: Option<Option<String>>,
    /// Password for the camera; it is never shown. Left out: it stays as it is; null: none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Option<Secret>>,
}

/// Tells a null from what was left out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl CameraInput {
    /// The new camera that is asked for.
    pub(crate) fn camera(self, state: &ApiState, caller: &Caller) -> Result<Camera, ApiError> {
        let key = match &self.key {
            Some(key) => parse_key(key)?,
            None => key_of(&self.name),
        };
        let source = CameraSource::new(parse_url("source.main_url", &self.source.main_url)?);
        let id = CameraId(Uuid::now_v7());
        let empty = Camera::new(id, caller.org, key, source, state.clock.now());
        self.apply_to(state, empty)
    }

    /// `camera` with these values: what an answer never shows stays unless it is given.
    pub(crate) fn change(self, state: &ApiState, camera: &Camera) -> Result<Camera, ApiError> {
        if self.key.as_deref().is_some_and(|key| key != camera.key.as_str()) {
            let reason = "can't be changed: it is part of the names of recorded files";
            return Err(ApiError::field(ErrorCode::ValidationFailed, "key", reason));
        }
        let says_password = self.source.password.is_some();
        let changed = self.apply_to(state, camera.clone())?;
        if !says_password && takes_password_elsewhere(&camera.source, &changed.source) {
            let reason = "must be entered again: the address leads to another device, which would learn it";
            return Err(wrong("source.password", reason.to_owned()));
        }
        Ok(changed)
    }

    fn apply_to(self, state: &ApiState, mut camera: Camera) -> Result<Camera, ApiError> {
        let old = &camera.source;
        // What stands in the new address is what is meant, not what was kept.
        let main_url = parse_url("source.main_url", &self.source.main_url)?;
        let username = old.username.clone().filter(|_| main_url.username().is_empty());
        let password = old.password.clone().filter(|_| main_url.password().is_none());
        let source = CameraSource {
            main_url,
            sub_url: self
                .source
                .sub_url
                .as_ref()
                .map(|text| parse_url("source.sub_url", text))
                .transpose()?,
            username: self.source.username.unwrap_or(username),
            password: self.source.password.unwrap_or(password),
            transport: self.source.transport.unwrap_or(Transport::Tcp).into(),
        };
        camera.source = source.with_credentials_apart();
        camera.name = self.name.trim().to_owned();
        camera.driver = self.driver.map_or(DomainDriver::default(), Into::into);
        camera.enabled = self.enabled.unwrap_or(true);
        camera.mode = self.mode.unwrap_or(Mode::Continuous).into();
        camera.audio = self.audio.unwrap_or(AudioPolicy::Aac).into();
        camera.segment_secs = self.segment_seconds.unwrap_or(Camera::SEGMENT_SECS);
        camera.retention_secs = self.retention_seconds;
        camera.retention_bytes = self.retention_bytes;
        camera.group_id = self.group_id.map(GroupId);
        camera.tags = normalize_tags(&self.tags).map_err(|error| wrong("tags", error.to_string()))?;
        camera.company = self.company;
        camera.model = self.model;
        camera.serial_number = self.serial_number.filter(|serial| !serial.is_empty());
        camera.location = self.location;
        camera.place = self.place;
        check(&camera)?;
        check_reach(state, "source.main_url", &camera.source.main_url)?;
        if let Some(url) = &camera.source.sub_url {
            check_reach(state, "source.sub_url", url)?;
        }
        Ok(camera)
    }
}

/// Whether the password that is kept would be sent to a device that does not have it yet.
fn takes_password_elsewhere(old: &CameraSource, new: &CameraSource) -> bool {
    let device = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default().or(Some(554)));
    let devices = |source: &CameraSource| -> Vec<_> {
        std::iter::once(&source.main_url).chain(&source.sub_url).map(device).collect()
    };
    let known = devices(old);
    old.password.is_some()
        && new.password == old.password
        && devices(new).iter().any(|device| !known.contains(device))
}

/// What a client may write of a camera, as it is now: what a merge patch (RFC 7396) changes.
pub(crate) fn as_input(camera: &Camera) -> Value {
    json!({
        "key": camera.key.as_str(),
        "name": camera.name,
        "driver": camera.driver.as_str(),
        "source": {
            "main_url": camera.source.main_url.as_str(),
            "sub_url": camera.source.sub_url.as_ref().map(Url::as_str),
            "transport": Transport::from(camera.source.transport),
        },
        "enabled": camera.enabled,
        "mode": Mode::from(camera.mode),
        "audio": AudioPolicy::from(camera.audio),
        "segment_seconds": camera.segment_secs,
        "retention_seconds": camera.retention_secs,
        "retention_bytes": camera.retention_bytes,
        "group_id": camera.group_id.map(|group| group.0),
        "tags": camera.tags,
        "company": camera.company,
        "model": camera.model,
        "serial_number": camera.serial_number,
        "location": camera.location,
        "place": camera.place,
    })
}

/// As it goes into the audit trail: addresses without what may be secret in them, and whether
/// there are credentials.
pub(crate) fn for_audit(camera: &Camera) -> Value {
    let mut value = as_input(camera);
    value["source"]["main_url"] = nightjar_model::redact_url(&camera.source.main_url).into();
    value["source"]["sub_url"] = camera.source.sub_url.as_ref().map(nightjar_model::redact_url).into();
    value["source"]["has_credentials"] =
        (camera.source.username.is_some() || camera.source.password.is_some()).into();
    value
}

/// Whether the camera's group is one that the caller may put cameras into. Whoever is limited to groups
/// gets one answer for groups that are hidden and for those that don't exist.
pub(crate) async fn check_group(state: &ApiState, caller: &Caller, camera: &Camera) -> Result<(), ApiError> {
    guard::may(caller, Permission::CameraWrite, camera.group_id, || {
        wrong("group_id", "must be one of the groups that you are limited to".to_owned())
    })?;
    let missing = || wrong("group_id", "there is no such camera group".to_owned());
    if let Some(group) = camera.group_id {
        state.catalog.camera_group(caller.org, group).await?.ok_or_else(missing)?;
    }
    Ok(())
}

fn check(camera: &Camera) -> Result<(), ApiError> {
    let mut faults = camera.faults().into_iter().map(|fault| {
        let field = match fault.field {
            "main_url" | "sub_url" | "username" => format!("source.{}", fault.field),
            field => field.to_owned(),
        };
        (field, fault.message)
    });
    let Some((field, message)) = faults.next() else { return check_retention(camera) };
    let first = ApiError::field(ErrorCode::ValidationFailed, &field, message);
    Err(faults.fold(first, |error, (field, message)| error.detail(&field, message)))
}

/// Whether its footage is kept for a time, and up to a size, that can be.
fn check_retention(camera: &Camera) -> Result<(), ApiError> {
    for (field, value, range) in [
        ("retention_seconds", camera.retention_secs, RETENTION_SECONDS),
        ("retention_bytes", camera.retention_bytes, RETENTION_BYTES),
    ] {
        if value.is_some_and(|value| !range.contains(&value)) {
            return Err(wrong(field, format!("must be {} to {}", range.start(), range.end())));
        }
    }
    Ok(())
}

/// Whether the address may lead where it says it does. What its name resolves to is judged when
/// it is connected to.
pub(crate) fn check_reach(state: &ApiState, field: &str, url: &Url) -> Result<(), ApiError> {
    let own = (state.config.own_addresses)();
    state.config.camera_reach.check_host(url, &own).map_err(|refused| wrong(field, refused.to_string()))
}

pub(crate) fn parse_url(field: &str, text: &Secret) -> Result<Url, ApiError> {
    // The parser's own words could repeat the address, and with it a password.
    let reason = "is no address: write it as rtsp://host/path";
    text.expose().trim().parse().map_err(|_| ApiError::field(ErrorCode::ValidationFailed, field, reason))
}

fn parse_key(text: &str) -> Result<CameraKey, ApiError> {
    let reason = "must be 1 to 64 letters, digits, `_` or `-`, not beginning with `-`";
    text.parse().map_err(|_| wrong("key", reason.to_owned()))
}

/// A key out of a name, with a random end so that names need not be unique.
fn key_of(name: &str) -> CameraKey {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .take(40)
        .collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let stem = if words.is_empty() { "camera".to_owned() } else { words.join("-") };
    let random = Uuid::new_v4().simple().to_string();
    format!("{stem}-{}", &random[..6])
        .parse()
        .expect("letters, digits and hyphens, beginning with a letter or digit")
}

fn wrong(field: &str, reason: String) -> ApiError {
    ApiError::field(ErrorCode::ValidationFailed, field, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_of_any_name() {
        for (name, stem) in
            [("Front door", "front-door-"), ("Büro 1", "b-ro-1-"), ("门", "camera-"), ("--x", "x-")]
        {
            let key = key_of(name);
            assert!(key.as_str().starts_with(stem), "{name}: {key:?}");
        }
        assert_ne!(key_of("a"), key_of("a"));
    }
}
