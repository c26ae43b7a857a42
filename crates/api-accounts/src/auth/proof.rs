//! `POST /auth/proof`.

use axum::extract::State;
use nightjar_access::{AccessError, Proof};
use nightjar_model::{ErrorCode, Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{ApiResult, Success};
use crate::audit::{Deed, Work};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::query::Query;
use crate::state::ApiState;
use crate::time::Timestamp;

/// A proof that it is you: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProofBody {
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Secret>,
    /// A code of the second factor, or a recovery code.
    #[schema(example = "123456")]
    code: Option<String>,
}

/// A proof that was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FreshProof {
    /// Until when it counts.
    fresh_until: Timestamp,
}

/// Prove again that it is you
///
/// For operations that answer `AUTH_FRESH_PROOF_REQUIRED`: they take a proof of the last 10 minutes, and
/// signing in is one. An account without a password that has no second factor proves it at its provider:
/// `/auth/oidc/{provider}/start?proof=true`.
#[utoipa::path(
    post,
    path = "/auth/proof",
    tag = "auth",
    request_body = ProofBody,
    responses((status = 200, body = Success<FreshProof>), (status = 401, description = "The password or the code is wrong"))
)]
pub(crate) async fn prove(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<ProofBody>,
) -> ApiResult<FreshProof> {
    let proof = match (body.password, body.code) {
        (Some(password), None) => Proof::Password(password),
        (None, Some(code)) => Proof::Code(code),
        _ => {
            let reason = "must be given, or `code` in its place";
            return Err(ApiError::field(ErrorCode::ValidationFailed, "password", reason));
        }
    };
    let now = state.clock.now();
    let (caller, client, proof) = (&caller, &client, &proof);
    let prove = |work: Work| async move {
        let fresh_until = work.access.prove_presence(caller, proof, &client.for_access(), now).await?;
        work.note(caller, Deed::done("auth.proof").to("user", caller.user));
        Ok::<_, AccessError>(fresh_until)
    };
    match state.audited(client, prove).await {
        Ok(fresh_until) => Ok(state.ok(FreshProof { fresh_until: Timestamp(fresh_until) })),
        Err(error) => {
            if error.is_worth_noting() {
                Deed::refused("auth.proof").to("user", caller.user).by(&state, caller, client).await?;
            }
            Err(error.into())
        }
    }
}
