//! The list of a tenant's cameras: filtered, sorted, page by page.

use nightjar_model::{Camera, CameraId, CameraKey, Driver, GroupId, GroupScope, OrgId};
use sea_orm::sea_query::{Expr, LikeExpr, Query};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::{rows, tags};
use crate::entity::camera::{Column, Entity};
use crate::entity::camera_tag;
use crate::{Catalog, Result};

/// Takes the meaning from `%`, `_` and itself in a pattern.
const ESCAPE: char = '!';

/// Which cameras to list. The default is all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CameraFilter {
    /// Only those in reach.
    pub scope: GroupScope,
    /// Only these, 20,000 at most.
    pub ids: Option<Vec<CameraId>>,
    /// Only those of this group.
    pub group_id: Option<GroupId>,
    /// Only those with all of these tags.
    pub tags: Vec<String>,
    /// Only those with this text in their name, key, host, serial number, location or place, in
    /// upper or lower case.
    pub q: Option<String>,
    /// Only those that are talked to like this.
    pub driver: Option<Driver>,
    /// Only those that are switched on, or off.
    pub enabled: Option<bool>,
    /// Only the one with this key.
    pub key: Option<CameraKey>,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CameraSort {
    /// By what.
    pub by: CameraSortKey,
    /// The greatest first.
    pub descending: bool,
}

/// What cameras are sorted by; equal ones by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CameraSortKey {
    /// Their keys.
    #[default]
    Key,
    /// Their names, upper and lower case as one.
    Name,
    /// When they were added.
    CreatedAt,
    /// When they were last changed.
    UpdatedAt,
}

impl Catalog {
    /// A part of the list of a tenant's cameras, and the number of all that match. Three queries,
    /// however many cameras there are.
    pub async fn list_cameras(
        &self,
        org: OrgId,
        filter: &CameraFilter,
        sort: CameraSort,
        offset: u64,
        limit: u32,
    ) -> Result<(Vec<Camera>, u64)> {
        if filter.matches_nothing() {
            return Ok((Vec::new(), 0));
        }
        let select = filter.select(org);
        let total = select.clone().count(self.reader()).await?;
        let order = if sort.descending { Order::Desc } else { Order::Asc };
        let column = match sort.by {
            CameraSortKey::Key => Column::CameraKey,
            CameraSortKey::Name => Column::NameKey,
            CameraSortKey::CreatedAt => Column::CreatedAt,
            CameraSortKey::UpdatedAt => Column::UpdatedAt,
        };
        let page = select.order_by(column, order.clone()).order_by(Column::Id, order);
        let rows = page.offset(offset).limit(u64::from(limit)).all(self.reader()).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let tags = tags::of(self.reader(), &ids).await?;
        Ok((rows::to_cameras(self, rows, tags)?, total))
    }
}

impl CameraFilter {
    /// A NUL is in no text of ours, and PostgreSQL does not even take it in a question.
    fn matches_nothing(&self) -> bool {
        self.tags.iter().chain(&self.q).any(|text| text.contains('\0'))
    }

    fn select(&self, org: OrgId) -> Select<Entity> {
        let mut select = Entity::find().filter(Column::OrgId.eq(org.0)).filter(Column::DeletedAt.is_null());
        if let GroupScope::Only(groups) = &self.scope {
            select = select.filter(Column::GroupId.is_in(groups.iter().map(|group| group.0)));
        }
        if let Some(ids) = &self.ids {
            select = select.filter(Column::Id.is_in(ids.iter().map(|id| id.0)));
        }
        if let Some(group) = self.group_id {
            select = select.filter(Column::GroupId.eq(group.0));
        }
        if let Some(driver) = self.driver {
            select = select.filter(Column::Driver.eq(driver.as_str()));
        }
        if let Some(enabled) = self.enabled {
            select = select.filter(Column::Enabled.eq(enabled));
        }
        if let Some(key) = &self.key {
            select = select.filter(Column::CameraKey.eq(key.as_str()));
        }
        if let Some(q) = &self.q {
            let pattern = LikeExpr::new(contains(&q.to_lowercase())).escape(ESCAPE);
            select = select.filter(Expr::col((Entity, Column::SearchKey)).like(pattern));
        }
        self.tags.iter().fold(select, |select, tag| {
            let tagged = Query::select()
                .column(camera_tag::Column::CameraId)
                .from(camera_tag::Entity)
                .and_where(camera_tag::Column::Tag.eq(tag))
                .to_owned();
            select.filter(Column::Id.in_subquery(tagged))
        })
    }
}

/// A pattern for texts that contain this one.
fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | ESCAPE) {
            pattern.push(ESCAPE);
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
