//! `GET /organizations`, `POST /organizations`.

use axum::extract::State;
use nightjar_model::Organization as DomainOrganization;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::{ApiResult, List, Pagination, Success};
use crate::audit::{Deed, Work};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::query::Query;
use crate::state::ApiState;
use crate::time::Timestamp;

/// An organization: a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Organization {
    id: Uuid,
    name: String,
    created_at: Timestamp,
}

/// A new organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrganization {
    /// Unique in the installation.
    #[schema(
        example = "North campus",
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb][^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*$"
    )]
    name: String,
}

impl From<DomainOrganization> for Organization {
    fn from(organization: DomainOrganization) -> Self {
        Self {
            id: organization.id.0,
            name: organization.name,
            created_at: Timestamp(organization.created_at),
        }
    }
}

/// List organizations
#[utoipa::path(get, path = "/organizations", tag = "users", responses((status = 200, body = Success<List<Organization>>)))]
pub(crate) async fn list_organizations(
    State(state): State<ApiState>,
    Query(()): Query<()>,
) -> ApiResult<List<Organization>> {
    let items: Vec<_> = state.catalog.organizations().await?.into_iter().map(Organization::from).collect();
    let total = items.len() as u64;
    Ok(state.ok(List { items, pagination: Pagination::new(Some(1), total.max(1), Some(total), None) }))
}

/// Add an organization
///
/// Give it an administrator with `POST /users` and its `organization_id`. Takes a fresh proof that it is
/// you: see `/auth/proof`.
#[utoipa::path(
    post,
    path = "/organizations",
    tag = "users",
    request_body = NewOrganization,
    responses((status = 201, body = Success<Organization>), (status = 409, description = "Another organization has this name"))
)]
pub(crate) async fn create_organization(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<NewOrganization>,
) -> ApiResult<Organization> {
    let now = state.clock.now();
    let (caller, body) = (&caller, &body);
    let create = |work: Work| async move {
        let organization = work.access.create_organization(caller, &body.name, now).await?;
        let deed = Deed::done("organization.create").to("organization", organization.id);
        work.note(caller, deed.with(json!({ "name": organization.name })));
        Ok::<_, ApiError>(organization)
    };
    let organization = state.audited(&client, create).await?;
    Ok(state.created(organization.into()))
}
