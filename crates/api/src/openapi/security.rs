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
    let rule = rule(method, path);
    let needed = match rule {
        Some(Rule::Public | Rule::Media) | None => json!([]),
        // Browsers give a token in the address instead; others learn less without a token.
        Some(Rule::Socket(_) | Rule::More(_)) => json!([{ BEARER: [] }, {}]),
        Some(_) => json!([{ BEARER: [] }]),
    };
    operation["security"] = needed;
    let Some(rule) = rule else { return };
    if let Some(permission) = rule.permission() {
        operation["x-permission"] = permission.as_str().into();
    }
    // `person`: no API token will do; `fresh`: a person with a proof of the last 10 minutes.
    if rule.wants_person() {
        operation["x-proof"] = if rule.wants_proof() { "fresh" } else { "person" }.into();
    }
}
