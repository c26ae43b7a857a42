//! Camera groups: what accounts and tokens can be limited to.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod show;
pub(super) mod update;

use nightjar_catalog::CatalogError;
use nightjar_model::text::{is_line, is_paragraph};
use nightjar_model::{Caller, CameraGroup as DomainGroup, ErrorCode, GroupId, GroupScope};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::ApiError;
use crate::state::ApiState;
use crate::time::Timestamp;

/// Characters of a name.
const MAX_NAME: usize = 255;
/// Characters of a description.
const MAX_DESCRIPTION: usize = 2_000;

/// A group of cameras.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CameraGroup {
    id: Uuid,
    #[schema(example = "Entrances")]
    name: String,
    description: String,
    /// Counts changes; also the `ETag`.
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// A group as clients write it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupInput {
    /// Unique in the organization.
    #[schema(
        example = "Entrances",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb][^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*$"
    )]
    name: String,
    #[serde(default)]
    #[schema(max_length = 2000)]
    description: String,
}

impl CameraGroup {
    fn new(group: DomainGroup) -> Self {
        Self {
            id: group.id.0,
            name: group.name,
            description: group.description,
            version: group.version,
            created_at: Timestamp(group.created_at),
            updated_at: Timestamp(group.updated_at),
        }
    }
}

impl GroupInput {
    fn apply_to(self, mut group: DomainGroup) -> Result<DomainGroup, ApiError> {
        self.name.trim().clone_into(&mut group.name);
        group.description = self.description;
        let length = group.name.chars().count();
        if length == 0 || length > MAX_NAME || !is_line(&group.name) {
            let reason = format!("must have 1 to {MAX_NAME} characters, all of them visible");
            return Err(ApiError::field(ErrorCode::ValidationFailed, "name", reason));
        }
        if group.description.chars().count() > MAX_DESCRIPTION || !is_paragraph(&group.description) {
            let reason = format!("must have {MAX_DESCRIPTION} characters at most, all of them visible");
            return Err(ApiError::field(ErrorCode::ValidationFailed, "description", reason));
        }
        Ok(group)
    }
}

/// A group that the caller may see.
async fn find(state: &ApiState, caller: &Caller, asked: &str) -> Result<DomainGroup, ApiError> {
    let hidden = || ApiError::group_not_found(asked);
    let id: GroupId = asked.parse().map_err(|_| hidden())?;
    if !caller.groups.covers(Some(id)) {
        return Err(hidden());
    }
    state.catalog.camera_group(caller.org, id).await?.ok_or_else(hidden)
}

/// Groups are what limits people, so only those who are not limited may change them.
fn unlimited(caller: &Caller) -> Result<(), ApiError> {
    if caller.groups == GroupScope::All {
        return Ok(());
    }
    let message = "You are limited to some camera groups, so you can't add, change or delete groups.";
    Err(ApiError::new(ErrorCode::AuthInsufficientPermissions, message))
}

fn taken(error: CatalogError) -> ApiError {
    match error {
        CatalogError::Taken(_) => ApiError::field(ErrorCode::Conflict, "name", "is that of another group"),
        error => error.into(),
    }
}

fn for_audit(group: &DomainGroup) -> Value {
    json!({ "name": group.name, "description": group.description })
}
