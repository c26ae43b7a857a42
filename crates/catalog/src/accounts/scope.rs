//! The groups that users and tokens are limited to: a flag for "all", or rows of a join table. A
//! scope that lost its last group covers nothing.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use nightjar_model::{GroupId, GroupScope, OrgId};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::sql::{Values, batches, statement};
use crate::{CatalogError, Result};

/// A join table between owners of scopes and groups.
pub(super) struct ScopeTable {
    table: &'static str,
    owner: &'static str,
    owners: &'static str,
}

pub(super) const OF_USERS: ScopeTable =
    ScopeTable { table: "user_groups", owner: "user_id", owners: "users" };
pub(super) const OF_TOKENS: ScopeTable =
    ScopeTable { table: "token_groups", owner: "token_id", owners: "api_tokens" };

/// Groups by owner.
pub(super) struct Scopes(HashMap<Uuid, BTreeSet<GroupId>>);

impl Scopes {
    /// The owner's scope.
    pub(super) fn take(&mut self, owner: Uuid, all_groups: bool) -> GroupScope {
        match all_groups {
            true => GroupScope::All,
            false => GroupScope::Only(Arc::new(self.0.remove(&owner).unwrap_or_default())),
        }
    }
}

impl ScopeTable {
    /// The groups of those who do not have all.
    pub(super) async fn read(
        &self,
        connection: &impl ConnectionTrait,
        owners: impl IntoIterator<Item = (Uuid, bool)>,
    ) -> Result<Scopes> {
        let limited: Vec<Uuid> =
            owners.into_iter().filter(|(_, all_groups)| !all_groups).map(|(owner, _)| owner).collect();
        let mut scopes: HashMap<Uuid, BTreeSet<GroupId>> = HashMap::with_capacity(limited.len());
        let Self { table, owner, .. } = self;
        for batch in batches(&limited, 1) {
            let mut values = Values::default();
            let ids = values.bind_row(batch.iter().map(|id| (*id).into()));
            let text = format!("SELECT {owner}, group_id FROM {table} WHERE {owner} IN {ids}");
            for row in connection.query_all_raw(values.into_statement(connection, text)).await? {
                scopes.entry(row.try_get_by_index(0)?).or_default().insert(GroupId(row.try_get_by_index(1)?));
            }
        }
        Ok(Scopes(scopes))
    }

    /// Replaces the owner's groups. They must be of its organization.
    pub(super) async fn write(
        &self,
        connection: &impl ConnectionTrait,
        org: OrgId,
        owner_id: Uuid,
        scope: &GroupScope,
    ) -> Result<()> {
        let Self { table, owner, owners } = self;
        let clear = format!("DELETE FROM {table} WHERE {owner} = $1");
        connection.execute_raw(statement(connection, clear, [owner_id.into()])).await?;
        let GroupScope::Only(groups) = scope else {
            return Ok(());
        };
        let text = format!(
            "INSERT INTO {table} ({owner}, group_id)
             SELECT owner.id, camera_groups.id FROM {owners} AS owner, camera_groups
             WHERE owner.id = $1 AND owner.org_id = $2 AND camera_groups.id = $3 AND camera_groups.org_id = $2"
        );
        for group in groups.iter() {
            let values = [owner_id.into(), org.0.into(), group.0.into()];
            let inserted = connection.execute_raw(statement(connection, text.as_str(), values)).await?;
            if inserted.rows_affected() == 0 {
                return Err(CatalogError::NotFound(format!("camera group {group}")));
            }
        }
        Ok(())
    }
}
