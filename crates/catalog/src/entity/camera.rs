//! `cameras`: one row a configured device.

use std::fmt;

use nightjar_media::WallTime;
use nightjar_model::{
    AudioPolicy, Camera, CameraId, CameraSource, GroupId, ManagedBy, Mode, OrgId, RtspTransport, Secret,
    main_address,
};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

use super::{to_i64, to_u64, unknown};
use crate::CatalogError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cameras")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) org_id: Uuid,
    pub(crate) camera_key: String,
    pub(crate) name: String,
    pub(crate) main_url: String,
    pub(crate) sub_url: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<StoredSecret>,
    pub(crate) transport: String,
    pub(crate) enabled: bool,
    pub(crate) mode: String,
    pub(crate) manual: Option<bool>,
    pub(crate) audio: String,
    pub(crate) segment_secs: i64,
    pub(crate) retention_secs: Option<i64>,
    pub(crate) retention_bytes: Option<i64>,
    pub(crate) managed_by: String,
    pub(crate) recording_since: Option<i64>,
    pub(crate) group_id: Option<Uuid>,
    pub(crate) driver: String,
    pub(crate) company: String,
    pub(crate) model: String,
    pub(crate) serial_number: Option<String>,
    pub(crate) location: String,
    pub(crate) place: String,
    pub(crate) firmware: Option<String>,
    pub(crate) version: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) deleted_at: Option<i64>,
    pub(crate) main_address: String,
    pub(crate) name_key: String,
    pub(crate) search_key: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A password as it lies in its column: sealed, unless it is from before there was sealing. Its
/// `Debug` hides it, because sea-orm wants rows to have one.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub(crate) struct StoredSecret(String);

impl fmt::Debug for StoredSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredSecret(…)")
    }
}

impl StoredSecret {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

/// The row of a camera that is not deleted, without its tags; `password` as it goes into the column.
pub(crate) fn to_row(camera: &Camera, password: Option<StoredSecret>) -> ActiveModel {
    let source = &camera.source;
    ActiveModel {
        id: Set(camera.id.0),
        org_id: Set(camera.org_id.0),
        camera_key: Set(camera.key.as_str().to_owned()),
        name: Set(camera.name.clone()),
        main_url: Set(source.main_url.as_str().to_owned()),
        sub_url: Set(source.sub_url.as_ref().map(|url| url.as_str().to_owned())),
        username: Set(source.username.clone()),
        password: Set(password),
        transport: Set(transport_word(source.transport).to_owned()),
        enabled: Set(camera.enabled),
        mode: Set(camera.mode.as_str().to_owned()),
        manual: Set(camera.manual),
        audio: Set(camera.audio.as_str().to_owned()),
        segment_secs: Set(i64::from(camera.segment_secs)),
        retention_secs: Set(camera.retention_secs.map(to_i64)),
        retention_bytes: Set(camera.retention_bytes.map(to_i64)),
        managed_by: Set(camera.managed_by.as_str().to_owned()),
        recording_since: Set(camera.recording_since.map(WallTime::micros)),
        group_id: Set(camera.group_id.map(|group| group.0)),
        driver: Set(camera.driver.as_str().to_owned()),
        company: Set(camera.company.clone()),
        model: Set(camera.model.clone()),
        serial_number: Set(camera.serial_number.clone()),
        location: Set(camera.location.clone()),
        place: Set(camera.place.clone()),
        firmware: Set(camera.firmware.clone()),
        version: Set(camera.version),
        created_at: Set(camera.created_at.micros()),
        updated_at: Set(camera.updated_at.micros()),
        deleted_at: Set(None),
        main_address: Set(main_address(&source.main_url)),
        name_key: Set(camera.name.to_lowercase()),
        search_key: Set(search_key(camera)),
    }
}

/// What a camera is found by, in lower case: both databases fold only some letters by themselves.
/// Of the address only the host: its query may hold a password.
pub(crate) fn search_key(camera: &Camera) -> String {
    let texts = [
        camera.name.as_str(),
        camera.key.as_str(),
        camera.source.main_url.host_str().unwrap_or_default(),
        camera.serial_number.as_deref().unwrap_or_default(),
        &camera.location,
        &camera.place,
    ];
    texts.join("\n").to_lowercase()
}

impl Model {
    /// The camera, with what lies elsewhere or sealed.
    pub(crate) fn into_camera(self, tags: Vec<String>, password: Option<Secret>) -> crate::Result<Camera> {
        let row = self;
        Ok(Camera {
            id: CameraId(row.id),
            org_id: OrgId(row.org_id),
            key: row.camera_key.clone().try_into().map_err(|_| unknown("camera key", &row.camera_key))?,
            name: row.name,
            group_id: row.group_id.map(GroupId),
            tags,
            company: row.company,
            model: row.model,
            serial_number: row.serial_number,
            location: row.location,
            place: row.place,
            firmware: row.firmware,
            driver: row.driver.parse().map_err(|_| unknown("driver", &row.driver))?,
            source: CameraSource {
                main_url: parse_url(&row.main_url)?,
                sub_url: row.sub_url.as_deref().map(parse_url).transpose()?,
                username: row.username,
                password,
                transport: parse_word(
                    "transport",
                    &row.transport,
                    transport_word,
                    [RtspTransport::Tcp, RtspTransport::Udp],
                )?,
            },
            enabled: row.enabled,
            mode: parse_word("recording mode", &row.mode, Mode::as_str, [Mode::Continuous, Mode::Off])?,
            manual: row.manual,
            audio: parse_word(
                "audio policy",
                &row.audio,
                AudioPolicy::as_str,
                [AudioPolicy::Aac, AudioPolicy::None],
            )?,
            segment_secs: u32::try_from(row.segment_secs).unwrap_or(u32::MAX),
            retention_secs: row.retention_secs.map(to_u64),
            retention_bytes: row.retention_bytes.map(to_u64),
            managed_by: parse_word(
                "camera manager",
                &row.managed_by,
                ManagedBy::as_str,
                [ManagedBy::File, ManagedBy::Api],
            )?,
            recording_since: row.recording_since.map(WallTime::from_micros),
            version: row.version,
            created_at: WallTime::from_micros(row.created_at),
            updated_at: WallTime::from_micros(row.updated_at),
        })
    }
}

fn transport_word(transport: RtspTransport) -> &'static str {
    match transport {
        RtspTransport::Tcp => "tcp",
        RtspTransport::Udp => "udp",
    }
}

fn parse_word<T: Copy, const N: usize>(
    what: &str,
    word: &str,
    name: impl Fn(T) -> &'static str,
    all: [T; N],
) -> crate::Result<T> {
    all.into_iter().find(|value| name(*value) == word).ok_or_else(|| unknown(what, word))
}

/// The address is not shown when it is damaged: nobody knows what is in it.
fn parse_url(text: &str) -> crate::Result<url::Url> {
    text.parse().map_err(|_| CatalogError::Damaged("a camera's address is none".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_does_not_show_its_password() {
        let shown = format!("{:?}", StoredSecret::new("hunter2".to_owned()));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
