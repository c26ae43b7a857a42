//! Users.

use nightjar_media::WallTime;
use nightjar_model::{OrgId, Role, Secret, User, UserId};
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    Set,
};

use super::organizations::lock_organization;
use super::scope::OF_USERS;
use crate::entity::clean;
use crate::entity::user::{ActiveModel, Column, Entity, Model, settable, to_row};
use crate::{Catalog, CatalogError, Result};

/// A user to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The account; `has_password`, `totp` follow from what is stored.
    pub user: User,
    /// The hash of its password, in the form that `access` writes.
    pub password_hash: Option<Secret>,
}

/// Which users; what is not set is not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserFilter {
    /// Part of the username, the display name or the address, without regard to case.
    pub q: Option<String>,
    /// With this role.
    pub role: Option<Role>,
    /// Active or not.
    pub active: Option<bool>,
}

impl Catalog {
    /// How many users the installation has.
    pub async fn user_count(&self) -> Result<u64> {
        Ok(Entity::find().count(self.reader()).await?)
    }

    /// Adds a user; [`CatalogError::Taken`] if somebody in the installation has its username.
    pub async fn create_user(&self, new: &NewUser) -> Result<()> {
        self.write(|| self.create_user_once(new)).await
    }

    async fn create_user_once(&self, new: &NewUser) -> Result<()> {
        let transaction = self.begin().await?;
        insert_user(&transaction, new).await?;
        Ok(transaction.commit().await?)
    }

    /// The users of a tenant that the filter takes, ordered by username, and their number.
    pub async fn users(
        &self,
        org: OrgId,
        filter: &UserFilter,
        offset: u64,
        limit: u32,
    ) -> Result<(Vec<User>, u64)> {
        let query = filtered(org, filter);
        let total = query.clone().count(self.reader()).await?;
        let page = query.order_by_asc(Column::UsernameKey).offset(offset).limit(u64::from(limit));
        let rows = page.all(self.reader()).await?;
        Ok((to_users(self.reader(), rows).await?, total))
    }

    /// One user.
    pub async fn user(&self, org: OrgId, id: UserId) -> Result<Option<User>> {
        let row = Entity::find_by_id(id.0).filter(Column::OrgId.eq(org.0)).one(self.reader()).await?;
        to_user(self.reader(), row).await
    }

    /// One user, of whichever tenant: for those who hold a proof of its identity.
    pub async fn user_by_id(&self, id: UserId) -> Result<Option<User>> {
        to_user(self.reader(), Entity::find_by_id(id.0).one(self.reader()).await?).await
    }

    /// Writes names, address, role, `system_admin`, groups and `active`; counts its version up and
    /// gives it as it is now. [`CatalogError::Stale`] if it has not the expected version any more.
    /// The accounts of a tenant are changed one after the other, so that what is counted after a
    /// change still holds at its commit.
    pub async fn update_user(
        &self,
        user: &User,
        expected_version: Option<i64>,
        now: WallTime,
    ) -> Result<User> {
        self.write(|| self.update_user_once(user, expected_version, now)).await
    }

    async fn update_user_once(&self, user: &User, expected: Option<i64>, now: WallTime) -> Result<User> {
        let transaction = self.begin().await?;
        lock_organization(&transaction, user.org_id).await?;
        let set = ActiveModel { updated_at: Set(now.micros()), ..settable(user) };
        let mut update = Entity::update_many()
            .set(set)
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(user.id.0))
            .filter(Column::OrgId.eq(user.org_id.0));
        if let Some(version) = expected {
            update = update.filter(Column::Version.eq(version));
        }
        let updated = update.exec(&transaction).await;
        let updated = updated.map_err(|error| CatalogError::or_taken(error, "username"))?.rows_affected;
        let row = Entity::find_by_id(user.id.0).filter(Column::OrgId.eq(user.org_id.0));
        let row = row.one(&transaction).await?.ok_or_else(|| not_found(user.id))?;
        if updated == 0 {
            return Err(CatalogError::Stale);
        }
        OF_USERS.write(&transaction, user.org_id, user.id.0, &user.groups).await?;
        let user = row.into_user(user.groups.clone())?;
        transaction.commit().await?;
        Ok(user)
    }

    /// How many active administrators a tenant has.
    pub async fn active_admins(&self, org: OrgId) -> Result<u64> {
        let filter = UserFilter { role: Some(Role::Admin), active: Some(true), q: None };
        Ok(filtered(org, &filter).count(self.reader()).await?)
    }

    /// Removes a user with its sessions, tokens and identities. Whether it was there.
    pub async fn delete_user(&self, org: OrgId, id: UserId) -> Result<bool> {
        let delete = Entity::delete_many().filter(Column::Id.eq(id.0)).filter(Column::OrgId.eq(org.0));
        self.write(|| async { Ok(delete.clone().exec(self.writer()).await?.rows_affected > 0) }).await
    }
}

/// Adds the rows of a user.
pub(super) async fn insert_user(connection: &impl ConnectionTrait, new: &NewUser) -> Result<()> {
    let NewUser { user, password_hash } = new;
    Entity::insert(to_row(user, password_hash.as_ref().map(Into::into)))
        .exec_without_returning(connection)
        .await
        .map_err(|error| CatalogError::or_taken(error, "username"))?;
    OF_USERS.write(connection, user.org_id, user.id.0, &user.groups).await
}

fn filtered(org: OrgId, filter: &UserFilter) -> Select<Entity> {
    let mut query = Entity::find().filter(Column::OrgId.eq(org.0));
    if let Some(q) = filter.q.as_deref().filter(|q| !q.is_empty()) {
        query = query.filter(Expr::col(Column::SearchKey).like(containing(&clean(&q.to_lowercase()))));
    }
    if let Some(role) = filter.role {
        query = query.filter(Column::Role.eq(role.as_str()));
    }
    if let Some(active) = filter.active {
        query = query.filter(Column::Active.eq(active));
    }
    query
}

/// A pattern for texts with this text in them.
fn containing(text: &str) -> LikeExpr {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    LikeExpr::new(pattern + "%").escape('!')
}

/// The users of these rows, with their groups.
pub(super) async fn to_users(connection: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<User>> {
    let mut scopes = OF_USERS.read(connection, rows.iter().map(|row| (row.id, row.all_groups))).await?;
    let with_scope = |row: Model| {
        let scope = scopes.take(row.id, row.all_groups);
        row.into_user(scope)
    };
    rows.into_iter().map(with_scope).collect()
}

/// The user of this row, if there is one.
pub(super) async fn to_user(connection: &impl ConnectionTrait, row: Option<Model>) -> Result<Option<User>> {
    Ok(to_users(connection, row.into_iter().collect()).await?.pop())
}

pub(super) fn not_found(id: UserId) -> CatalogError {
    CatalogError::NotFound(format!("user {id}"))
}
