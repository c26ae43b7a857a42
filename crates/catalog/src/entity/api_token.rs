//! `api_tokens`: one row a token, by the hash of its secret.

use nightjar_media::WallTime;
use nightjar_model::{ApiToken, GroupScope, OrgId, Permissions, TokenId, UserId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

use super::{clean, parse_ip, time, unknown};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_tokens")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) org_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) hash: Vec<u8>,
    pub(crate) name: String,
    pub(crate) remark: String,
    pub(crate) prefix: String,
    /// Words, separated by blanks; `allowed_ips` too.
    pub(crate) permissions: String,
    pub(crate) all_groups: bool,
    pub(crate) rate_limit: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) allowed_ips: String,
    pub(crate) last_used_at: Option<i64>,
    pub(crate) last_used_ip: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) revoked_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The row of a token.
pub(crate) fn to_row(token: &ApiToken, hash: &[u8; 32]) -> ActiveModel {
    ActiveModel {
        id: Set(token.id.0),
        org_id: Set(token.org_id.0),
        user_id: Set(token.user_id.0),
        hash: Set(hash.to_vec()),
        name: Set(clean(&token.name)),
        remark: Set(clean(&token.remark)),
        prefix: Set(token.prefix.clone()),
        permissions: Set(token.permissions.to_words()),
        all_groups: Set(token.groups == GroupScope::All),
        rate_limit: Set(i64::from(token.rate_limit)),
        expires_at: Set(token.expires_at.map(WallTime::micros)),
        allowed_ips: Set(token.allowed_ips.join(" ")),
        last_used_at: Set(token.last_used.map(|(at, _)| at.micros())),
        last_used_ip: Set(token.last_used.and_then(|(_, ip)| ip).map(|ip| ip.to_string())),
        created_at: Set(token.created_at.micros()),
        revoked_at: Set(token.revoked_at.map(WallTime::micros)),
    }
}

impl Model {
    /// The token, limited to `groups`.
    pub(crate) fn into_token(self, groups: GroupScope) -> crate::Result<ApiToken> {
        let last_ip = self.last_used_ip.as_deref().map(parse_ip).transpose()?;
        Ok(ApiToken {
            id: TokenId(self.id),
            org_id: OrgId(self.org_id),
            user_id: UserId(self.user_id),
            name: self.name,
            remark: self.remark,
            prefix: self.prefix,
            permissions: Permissions::from_words(&self.permissions)
                .map_err(|error| unknown("permission", &error.0))?,
            groups,
            rate_limit: u32::try_from(self.rate_limit).unwrap_or(u32::MAX),
            expires_at: time(self.expires_at),
            allowed_ips: self.allowed_ips.split_ascii_whitespace().map(str::to_owned).collect(),
            last_used: time(self.last_used_at).map(|at| (at, last_ip)),
            created_at: WallTime::from_micros(self.created_at),
            revoked_at: time(self.revoked_at),
        })
    }
}
