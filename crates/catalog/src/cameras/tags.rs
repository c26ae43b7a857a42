//! Tags of cameras.

use std::collections::HashMap;

use nightjar_media::WallTime;
use nightjar_model::{CameraId, GroupScope, ManagedBy, OrgId, normalize_tags};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, Set};
use uuid::Uuid;

use super::not_found;
use crate::entity::camera;
use crate::entity::camera_tag::{ActiveModel, Column, Entity, Model};
use crate::entity::to_u64;
use crate::sql::{Values, batches};
use crate::{Catalog, CatalogError, Result};

/// Values that a list of ids may bind in one statement.
const IDS_AT_ONCE: usize = 10_000;

impl Catalog {
    /// The tags of a tenant's cameras, as far as they are in reach, each with the number of its
    /// cameras; in order.
    pub async fn camera_tags(&self, org: OrgId, scope: &GroupScope) -> Result<Vec<(String, u64)>> {
        let mut values = Values::default();
        let mut text = format!(
            "SELECT tag, count(*) FROM camera_tags JOIN cameras ON cameras.id = camera_tags.camera_id
             WHERE cameras.org_id = {} AND cameras.deleted_at IS NULL",
            values.bind(org.0)
        );
        if let GroupScope::Only(groups) = scope {
            if groups.is_empty() {
                return Ok(Vec::new());
            }
            let groups = values.bind_row(groups.iter().map(|group| group.0.into()));
            text += &format!(" AND cameras.group_id IN {groups}");
        }
        text += " GROUP BY tag";
        let rows = self.reader().query_all_raw(values.into_statement(self.reader(), text)).await?;
        let mut tags = Vec::with_capacity(rows.len());
        for row in rows {
            tags.push((row.try_get_by_index(0)?, to_u64(row.try_get_by_index(1)?)));
        }
        tags.sort_unstable();
        Ok(tags)
    }

    /// Adds tags to cameras and takes others from them, and gives the number of cameras that this
    /// changed. All or nothing: one that is not there, is the configuration file's or would have
    /// too many tags fails the whole.
    pub async fn bulk_tags(
        &self,
        org: OrgId,
        ids: &[CameraId],
        add: &[String],
        remove: &[String],
        now: WallTime,
    ) -> Result<u64> {
        let refused = |error: nightjar_model::InvalidTags| CatalogError::Refused(error.to_string());
        let change = Change { add: normalize_tags(add).map_err(refused)?, remove };
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let changed = self.write(|| self.bulk_tags_once(org, &ids, &change, now)).await?;
        if changed > 0 {
            self.changed();
        }
        Ok(changed)
    }

    async fn bulk_tags_once(
        &self,
        org: OrgId,
        ids: &[CameraId],
        change: &Change<'_>,
        now: WallTime,
    ) -> Result<u64> {
        let transaction = self.begin().await?;
        crate::accounts::lock_organization(&transaction, org).await?;
        let mut changed = 0;
        for batch in ids.chunks(IDS_AT_ONCE) {
            check_changeable(&transaction, org, batch).await?;
            let keys: Vec<Uuid> = batch.iter().map(|id| id.0).collect();
            let mut tags = of(&transaction, &keys).await?;
            let mut new = Vec::new();
            for id in batch {
                let old = tags.remove(&id.0).unwrap_or_default();
                let wanted = change.applied_to(&old)?;
                if wanted != old {
                    new.push((*id, wanted));
                }
            }
            let keys: Vec<Uuid> = new.iter().map(|(id, _)| id.0).collect();
            delete(&transaction, &keys).await?;
            insert(&transaction, new.iter().map(|(id, tags)| (*id, tags.as_slice()))).await?;
            changed += touch(&transaction, &keys, now).await?;
        }
        transaction.commit().await?;
        Ok(changed)
    }
}

/// What happens to the tags of each camera.
struct Change<'a> {
    add: Vec<String>,
    remove: &'a [String],
}

impl Change<'_> {
    fn applied_to(&self, old: &[String]) -> Result<Vec<String>> {
        let removed = |tag: &&String| self.remove.iter().any(|removed| removed.trim() == tag.as_str());
        let kept = old.iter().filter(|tag| !removed(tag)).chain(&self.add);
        normalize_tags(kept).map_err(|error| CatalogError::Refused(error.to_string()))
    }
}

/// All must be there and the API's.
async fn check_changeable(connection: &impl ConnectionTrait, org: OrgId, ids: &[CameraId]) -> Result<()> {
    let rows = camera::Entity::find()
        .filter(camera::Column::OrgId.eq(org.0))
        .filter(camera::Column::DeletedAt.is_null())
        .filter(camera::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .all(connection)
        .await?;
    let managers: HashMap<Uuid, String> = rows.into_iter().map(|row| (row.id, row.managed_by)).collect();
    for id in ids {
        let manager = managers.get(&id.0).ok_or_else(|| not_found(*id))?;
        if manager == ManagedBy::File.as_str() {
            return Err(CatalogError::ManagedByFile);
        }
    }
    Ok(())
}

/// Counts a change of the cameras.
async fn touch(connection: &impl ConnectionTrait, ids: &[Uuid], now: WallTime) -> Result<u64> {
    use camera::Column;
    let update = camera::Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
        .filter(Column::Id.is_in(ids.iter().copied()));
    Ok(update.exec(connection).await?.rows_affected)
}

/// The tags of these cameras.
pub(super) async fn of(
    connection: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<String>>> {
    let mut rows = Vec::new();
    for batch in ids.chunks(IDS_AT_ONCE) {
        let select = Entity::find().filter(Column::CameraId.is_in(batch.iter().copied()));
        rows.extend(select.all(connection).await?);
    }
    Ok(by_camera(rows))
}

/// The tags of all cameras of a tenant, or of all tenants.
pub(super) async fn of_all(
    connection: &impl ConnectionTrait,
    org: Option<OrgId>,
) -> Result<HashMap<Uuid, Vec<String>>> {
    let mut values = Values::default();
    let mut text = String::from("SELECT camera_id, tag FROM camera_tags");
    if let Some(org) = org {
        text += " JOIN cameras ON cameras.id = camera_tags.camera_id WHERE cameras.org_id = ";
        text += &values.bind(org.0);
    }
    let select = values.into_statement(connection, text);
    Ok(by_camera(Entity::find().from_raw_sql(select).all(connection).await?))
}

/// In the order in which they are kept, whatever the database's collation is.
fn by_camera(rows: Vec<Model>) -> HashMap<Uuid, Vec<String>> {
    let mut tags: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in rows {
        tags.entry(row.camera_id).or_default().push(row.tag);
    }
    tags.values_mut().for_each(|tags| tags.sort_unstable());
    tags
}

pub(super) async fn insert<'a>(
    connection: &impl ConnectionTrait,
    cameras: impl IntoIterator<Item = (CameraId, &'a [String])>,
) -> Result<()> {
    let rows: Vec<ActiveModel> = cameras
        .into_iter()
        .flat_map(|(id, tags)| tags.iter().map(move |tag| (id, tag)))
        .map(|(id, tag)| ActiveModel { camera_id: Set(id.0), tag: Set(tag.clone()) })
        .collect();
    for batch in batches(&rows, 2) {
        Entity::insert_many(batch.to_vec()).exec_without_returning(connection).await?;
    }
    Ok(())
}

pub(super) async fn delete(connection: &impl ConnectionTrait, ids: &[Uuid]) -> Result<()> {
    Entity::delete_many().filter(Column::CameraId.is_in(ids.iter().copied())).exec(connection).await?;
    Ok(())
}
