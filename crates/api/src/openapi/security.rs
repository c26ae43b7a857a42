//! What each operation asks of whoever calls it, from the guard's own table.

use axum::http::Method;
use serde_json::{Value, json};

use crate::guard::rules::{Rule, rule};

/// The name of the only scheme: media addresses carry their proof in themselves.
const BEARER: &str = "bearer";

/// For `components/securitySchemes`.
pub(super) fn schemes() -> Value {
    json!({ BEARER: {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token of `/auth/login`, good for 15 minutes, or an API token (`njt_…`).",
    } })
}

/// Says what an operation needs.
pub(super) fn add(method: &Method, path: &str, operation: &mut Value) {
    let needed = match rule(method, path) {
        Some(Rule::SignedIn | Rule::Needs(_)) => json!([{ BEARER: [] }]),
        // Browsers give a token in the address instead.
        Some(Rule::Socket(_)) => json!([{ BEARER: [] }, {}]),
        Some(Rule::Public | Rule::Media) | None => json!([]),
    };
    operation["security"] = needed;
    if let Some(Rule::Needs(permission) | Rule::Socket(permission)) = rule(method, path) {
        operation["x-permission"] = permission.as_str().into();
    }
}
