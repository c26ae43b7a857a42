//! `gaps`: one row a time without footage.

use nightjar_media::WallTime;
use nightjar_model::{CameraId, Gap, GapCause, GapId, OrgId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

use super::segment::parse_stream;
use super::unknown;
use crate::CatalogError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "gaps")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) org_id: Uuid,
    pub(crate) camera_id: Uuid,
    pub(crate) stream: String,
    pub(crate) start_at: i64,
    pub(crate) end_at: Option<i64>,
    pub(crate) cause: String,
    pub(crate) details: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The row of a gap.
pub(crate) fn to_row(gap: &Gap) -> ActiveModel {
    ActiveModel {
        id: Set(gap.id.0),
        org_id: Set(gap.org_id.0),
        camera_id: Set(gap.camera_id.0),
        stream: Set(gap.stream.as_str().to_owned()),
        start_at: Set(gap.start.micros()),
        end_at: Set(gap.end.map(WallTime::micros)),
        cause: Set(gap.cause.as_str().to_owned()),
        details: Set(gap.details.clone()),
    }
}

impl TryFrom<Model> for Gap {
    type Error = CatalogError;

    fn try_from(row: Model) -> Result<Self, Self::Error> {
        Ok(Self {
            id: GapId(row.id),
            org_id: OrgId(row.org_id),
            camera_id: CameraId(row.camera_id),
            stream: parse_stream(&row.stream)?,
            start: WallTime::from_micros(row.start_at),
            end: row.end_at.map(WallTime::from_micros),
            cause: parse_cause(&row.cause)?,
            details: row.details,
        })
    }
}

/// All rows as gaps.
pub(crate) fn to_gaps(rows: Vec<Model>) -> crate::Result<Vec<Gap>> {
    rows.into_iter().map(Gap::try_from).collect()
}

pub(crate) fn parse_cause(word: &str) -> crate::Result<GapCause> {
    word.parse().map_err(|_| unknown("gap cause", word))
}
