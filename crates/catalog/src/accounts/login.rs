//! What proves who somebody is: passwords and identities of other providers.

use nightjar_media::WallTime;
use nightjar_model::{Secret, User, UserId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::users::{NewUser, insert_user, not_found, to_user};
use crate::entity::Hidden;
use crate::entity::clean;
use crate::entity::user::{Column, Entity, Model, username_key};
use crate::seal::place;
use crate::sql::statement;
use crate::{Catalog, CatalogError, Result};

/// What signing in needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRecord {
    /// The account, active or not.
    pub user: User,
    /// The hash of its password, if it has one.
    pub password_hash: Option<Secret>,
    /// Which of its passwords that is: counts one up with each that is set.
    pub password_version: i64,
    /// Its second factor, if it was confirmed.
    pub totp: Option<TotpRecord>,
}

/// A confirmed second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpRecord {
    /// The shared secret, base32.
    pub secret: Secret,
    /// The last step that was used; only later ones are good.
    pub last_step: i64,
}

impl Catalog {
    /// What signing in with this username needs; case does not matter.
    pub async fn login_record(&self, username: &str) -> Result<Option<LoginRecord>> {
        let query = Entity::find().filter(Column::UsernameKey.eq(username_key(username)));
        self.to_login_record(query.one(self.reader()).await?).await
    }

    /// The same for a user whose first factor was proven already.
    pub async fn login_record_by_id(&self, id: UserId) -> Result<Option<LoginRecord>> {
        self.to_login_record(Entity::find_by_id(id.0).one(self.reader()).await?).await
    }

    async fn to_login_record(&self, row: Option<Model>) -> Result<Option<LoginRecord>> {
        let Some(mut row) = row else {
            return Ok(None);
        };
        let password_hash = row.password_hash.clone().map(Secret::from);
        let password_version = row.password_version;
        let totp = match (&row.totp_secret, row.totp_step) {
            (Some(Hidden(sealed)), Some(last_step)) => {
                let secret = self.open_sealed(&place("users.totp_secret", row.id), sealed)?;
                Some(TotpRecord { secret, last_step })
            }
            _ => None,
        };
        row.totp_pending = None;
        let user = to_user(self.reader(), Some(row)).await?;
        Ok(user.map(|user| LoginRecord { user, password_hash, password_version, totp }))
    }

    /// Sets or takes away the password, by its hash. [`CatalogError::Stale`] if another was set since
    /// the one of the expected version.
    pub async fn set_password(
        &self,
        id: UserId,
        hash: Option<&Secret>,
        expected_version: Option<i64>,
        now: WallTime,
    ) -> Result<()> {
        let mut update = Entity::update_many()
            .col_expr(Column::PasswordHash, Expr::value(hash.map(Hidden::from)))
            .col_expr(Column::PasswordVersion, Expr::col(Column::PasswordVersion).add(1))
            .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(id.0));
        if let Some(version) = expected_version {
            update = update.filter(Column::PasswordVersion.eq(version));
        }
        match self.update(update).await? {
            0 if expected_version.is_some() => Err(CatalogError::Stale),
            0 => Err(not_found(id)),
            _ => Ok(()),
        }
    }

    /// Keeps the same password by another hash, say of another cost, unless it was changed. That is no
    /// change of the account. Whether it was done.
    pub async fn replace_password_hash(&self, id: UserId, old: &Secret, new: &Secret) -> Result<bool> {
        let update = Entity::update_many()
            .col_expr(Column::PasswordHash, Expr::value(Hidden::from(new)))
            .filter(Column::Id.eq(id.0))
            .filter(Column::PasswordHash.eq(Hidden::from(old)));
        Ok(self.update(update).await? == 1)
    }

    /// Notes that somebody signed in. That is no change of the account.
    pub async fn note_login(&self, id: UserId, now: WallTime) -> Result<()> {
        let update = Entity::update_many()
            .col_expr(Column::LastLoginAt, Expr::value(now.micros()))
            .filter(Column::Id.eq(id.0));
        match self.update(update).await? {
            0 => Err(not_found(id)),
            _ => Ok(()),
        }
    }

    /// The user that a provider knows as `subject`.
    pub async fn user_by_identity(&self, provider: &str, subject: &str) -> Result<Option<User>> {
        match self.identity(self.reader(), provider, subject).await? {
            Some(id) => self.user_by_id(id).await,
            None => Ok(None),
        }
    }

    /// Links an identity to a user; [`CatalogError::Taken`] if it is another's.
    pub async fn link_identity(
        &self,
        id: UserId,
        provider: &str,
        subject: &str,
        now: WallTime,
    ) -> Result<()> {
        self.write(|| self.link_identity_once(id, provider, subject, now)).await
    }

    async fn link_identity_once(
        &self,
        id: UserId,
        provider: &str,
        subject: &str,
        now: WallTime,
    ) -> Result<()> {
        let transaction = self.begin().await?;
        if Entity::find_by_id(id.0).one(&transaction).await?.is_none() {
            return Err(not_found(id));
        }
        self.insert_identity(&transaction, id, (provider, subject), now).await?;
        Ok(transaction.commit().await?)
    }

    /// Adds a user and links it to an identity, `(provider, subject)`: both or nothing.
    /// [`CatalogError::Taken`] if somebody has its username, or is linked to that identity.
    pub async fn create_user_with_identity(
        &self,
        new: &NewUser,
        identity: (&str, &str),
        now: WallTime,
    ) -> Result<()> {
        self.write(|| async {
            let transaction = self.begin().await?;
            insert_user(&transaction, new).await?;
            self.insert_identity(&transaction, new.user.id, identity, now).await?;
            Ok(transaction.commit().await?)
        })
        .await
    }

    async fn insert_identity(
        &self,
        connection: &impl ConnectionTrait,
        id: UserId,
        (provider, subject): (&str, &str),
        now: WallTime,
    ) -> Result<()> {
        let text = "INSERT INTO user_identities (provider, subject, user_id, created_at)
                    VALUES ($1, $2, $3, $4) ON CONFLICT (provider, subject) DO NOTHING";
        let values = [clean(provider).into(), clean(subject).into(), id.0.into(), now.micros().into()];
        connection.execute_raw(statement(connection, text, values)).await?;
        match self.identity(connection, provider, subject).await? {
            Some(linked) if linked == id => Ok(()),
            _ => Err(CatalogError::Taken("identity")),
        }
    }

    async fn identity(
        &self,
        connection: &impl ConnectionTrait,
        provider: &str,
        subject: &str,
    ) -> Result<Option<UserId>> {
        let text = "SELECT user_id FROM user_identities WHERE provider = $1 AND subject = $2";
        let values = [clean(provider).into(), clean(subject).into()];
        let row = connection.query_one_raw(statement(connection, text, values)).await?;
        let id: Option<Uuid> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(id.map(UserId))
    }

    /// A user's identities, as provider and subject.
    pub async fn identities_of(&self, id: UserId) -> Result<Vec<(String, String)>> {
        let text =
            "SELECT provider, subject FROM user_identities WHERE user_id = $1 ORDER BY created_at, subject";
        let rows = self.reader().query_all_raw(statement(self.reader(), text, [id.0.into()])).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }
}
