//! `cameras`: one row a configured device.

use std::fmt;

use nightjar_media::WallTime;
use nightjar_model::{
    AudioPolicy, Camera, CameraId, CameraSource, ManagedBy, Mode, OrgId, RtspTransport, Secret,
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
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A secret as it lies in its column: the one place that will seal and open it. Its `Debug` hides
/// it, because sea-orm wants rows to have one.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub(crate) struct StoredSecret(String);

impl fmt::Debug for StoredSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredSecret(…)")
    }
}

impl StoredSecret {
    fn seal(secret: &Secret) -> Self {
        Self(secret.expose().to_owned())
    }

    fn open(self) -> Secret {
        Secret::new(self.0)
    }
}

/// The row of a camera.
pub(crate) fn to_row(camera: &Camera) -> ActiveModel {
    let source = &camera.source;
    ActiveModel {
        id: Set(camera.id.0),
        org_id: Set(camera.org_id.0),
        camera_key: Set(camera.key.as_str().to_owned()),
        name: Set(camera.name.clone()),
        main_url: Set(source.main_url.as_str().to_owned()),
        sub_url: Set(source.sub_url.as_ref().map(|url| url.as_str().to_owned())),
        username: Set(source.username.clone()),
        password: Set(source.password.as_ref().map(StoredSecret::seal)),
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
    }
}

impl TryFrom<Model> for Camera {
    type Error = CatalogError;

    fn try_from(row: Model) -> Result<Self, Self::Error> {
        Ok(Self {
            id: CameraId(row.id),
            org_id: OrgId(row.org_id),
            key: row.camera_key.clone().try_into().map_err(|_| unknown("camera key", &row.camera_key))?,
            name: row.name,
            source: CameraSource {
                main_url: parse_url(&row.main_url)?,
                sub_url: row.sub_url.as_deref().map(parse_url).transpose()?,
                username: row.username,
                password: row.password.map(StoredSecret::open),
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
        let shown = format!("{:?}", StoredSecret::seal(&Secret::new("hunter2")));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
