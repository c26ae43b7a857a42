//! API tokens.

pub(super) mod create;
pub(super) mod list;
pub(super) mod revoke;
pub(super) mod rights;

use nightjar_model::{ApiToken as DomainToken, ErrorCode, Permissions, TokenId};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::auth::group_ids;
use crate::error::ApiError;
use crate::time::Timestamp;

/// An API token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiToken {
    id: Uuid,
    #[schema(example = "nightly export")]
    name: String,
    remark: String,
    /// The beginning of the secret, to tell tokens apart.
    #[schema(example = "njt_4fQ2xk9B")]
    prefix: String,
    /// Whose: it never may do more than its owner.
    user_id: Uuid,
    username: String,
    /// What it may do, as `camera:read`.
    permissions: Vec<String>,
    /// The camera groups it is limited to; null: all that its owner sees.
    groups: Option<Vec<Uuid>>,
    /// Requests an hour.
    rate_limit: u32,
    /// When it ends; null: never.
    expires_at: Option<Timestamp>,
    /// Addresses or networks it may be used from; empty: any.
    allowed_ips: Vec<String>,
    /// To the minute.
    last_used_at: Option<Timestamp>,
    last_used_ip: Option<String>,
    created_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

impl ApiToken {
    fn new(token: DomainToken, username: String) -> Self {
        let (last_used_at, last_used_ip) = token.last_used.unzip();
        Self {
            id: token.id.0,
            name: token.name,
            remark: token.remark,
            prefix: token.prefix,
            user_id: token.user_id.0,
            username,
            permissions: words(token.permissions),
            groups: group_ids(&token.groups),
            rate_limit: token.rate_limit,
            expires_at: token.expires_at.map(Timestamp),
            allowed_ips: token.allowed_ips,
            last_used_at: last_used_at.map(Timestamp),
            last_used_ip: last_used_ip.flatten().map(|ip| ip.to_string()),
            created_at: Timestamp(token.created_at),
            revoked_at: token.revoked_at.map(Timestamp),
        }
    }
}

fn words(permissions: Permissions) -> Vec<String> {
    permissions.iter().map(|permission| permission.to_string()).collect()
}

fn parse_permissions(words: &[String]) -> Result<Permissions, ApiError> {
    let parsed: Result<Permissions, _> = words.iter().map(|word| word.parse()).collect();
    parsed.map_err(|unknown: nightjar_model::UnknownWord| {
        let shown = crate::echo::word(&unknown.0).map(|word| format!("value `{word}`"));
        let reason = format!("has no {}", shown.as_deref().unwrap_or("such value"));
        ApiError::field(ErrorCode::ValidationFailed, "permissions", reason)
    })
}

fn parse_id(asked: &str) -> Result<TokenId, ApiError> {
    asked.parse().map_err(|_| ApiError::token_not_found(asked))
}

fn for_audit(token: &DomainToken) -> Value {
    json!({
        "name": token.name,
        "prefix": token.prefix,
        "owner": token.user_id.to_string(),
        "permissions": words(token.permissions),
        "groups": group_ids(&token.groups),
        "rate_limit": token.rate_limit,
        "allowed_ips": token.allowed_ips,
        "expires_at": token.expires_at.map(nightjar_model::to_rfc3339),
    })
}
