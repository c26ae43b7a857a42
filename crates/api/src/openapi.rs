//! The OpenAPI document, generated from the handlers' own types, and a page that shows it.

mod examples;
mod security;

use axum::Router;
use axum::http::Method;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::error::Failure;
use crate::failures;
use crate::idempotency;
use crate::query::Query;
use crate::routes;
use crate::state::ApiState;
use crate::web;

/// Types that clients send; what they may leave out is not required.
const INPUTS: &[&str] = &[
    "BulkTags",
    "CameraBody",
    "CameraInput",
    "CodeOnly",
    "GroupInput",
    "LoginBody",
    "LogoutBody",
    "NewApiToken",
    "NewOrganization",
    "NewUser",
    "PasswordBody",
    "PasswordOnly",
    "ProbeInput",
    "ProofBody",
    "RefreshBody",
    "SetupBody",
    "SourceInput",
    "StartPlayback",
    "TokenRights",
    "UserChange",
];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Nightjar",
        description = "Records cameras, accounts for every second, and plays it back.\n\n\
            Answers are JSON in an envelope: `success`, `data`, `error`, `timestamp`; failures also have a \
            `request_id`, which is in the header `x-request-id` of every answer and in the log. Unknown query \
            parameters, sort keys and values are errors (400) that name the valid ones. Times are RFC 3339 in UTC with \
            milliseconds; where a time is taken, a date like `2025-10-20` stands for the whole UTC day. Cameras can be \
            named by id or by key.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "auth", description = "Signing in and out, and one's own account"),
        (name = "users", description = "Accounts and organizations"),
        (name = "tokens", description = "API tokens, for programs"),
        (name = "cameras", description = "Cameras, as they should be and as they are"),
        (name = "events", description = "What happened, as a list and as it happens"),
        (name = "recordings", description = "What was recorded, and what was not"),
        (name = "recording", description = "Starting and stopping"),
        (name = "playback", description = "Watching and saving recorded footage"),
        (name = "storage", description = "The files behind the recordings"),
        (name = "system", description = "Health, for machines"),
    ),
    components(schemas(Failure))
)]
struct Base;

/// What all operations share.
pub(crate) fn base() -> utoipa::openapi::OpenApi {
    let mut base = Base::openapi();
    env!("CARGO_PKG_VERSION").clone_into(&mut base.info.version);
    base.info.contact = None;
    base
}

/// The document of all operations.
pub fn document() -> Value {
    let document = routes::api().merge(routes::system_routes()).into_openapi();
    let mut document = serde_json::to_value(document).expect("made of maps with text keys");
    add_idempotency_keys(&mut document);
    operations(&mut document).for_each(tell_optional_from_null);
    operations(&mut document).for_each(describe_successes);
    operations(&mut document).for_each(require_body);
    for_each_operation(&mut document, |method, path, operation| {
        failures::add(method, path, operation);
        security::add(method, path, operation);
    });
    document["components"]["responses"] = failures::shared();
    document["components"]["securitySchemes"] = security::schemes();
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        name_payloads(schemas);
        schemas
            .iter_mut()
            .filter(|(name, _)| !INPUTS.contains(&name.as_str()))
            .for_each(|(_, s)| require_all(s));
        add_changes(schemas);
    }
    examples::add(&mut document);
    document
}

/// `/api/openapi.json`, and `/api/docs`, which shows it: a page of the dashboard.
pub(crate) fn routes() -> Router<ApiState> {
    Router::new().route("/api/openapi.json", get(json)).route("/api/docs", get(web::index))
}

async fn json(Query(()): Query<()>) -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-cache")], axum::Json(document()))
}

fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    paths.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut).flat_map(Map::values_mut)
}

fn for_each_operation(document: &mut Value, mut act: impl FnMut(&Method, &str, &mut Value)) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let method = method.to_ascii_uppercase().parse().expect("a method");
            act(&method, path, operation);
        }
    }
}

/// A parameter can be left out, but it can't be null: a query or a header has no such thing.
fn tell_optional_from_null(operation: &mut Value) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        if let Some(types) = parameter.pointer("/schema/type").and_then(Value::as_array)
            && let [kind, _] = types.as_slice()
        {
            parameter["schema"]["type"] = kind.clone();
        }
    }
}

/// Bodies can't be left out; of one that is a reference, utoipa does not say so.
fn require_body(operation: &mut Value) {
    if let Some(body) = operation.get_mut("requestBody") {
        body["required"] = true.into();
    }
}

/// OpenAPI wants a description of every response.
fn describe_successes(operation: &mut Value) {
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        let usual = match status.as_str() {
            "200" => "What was asked for",
            "201" => "What was made",
            _ => continue,
        };
        if let Some(response) = response.as_object_mut() {
            response.entry("description").or_insert_with(|| usual.into());
        }
    }
}

/// The operations that make something take keys.
fn add_idempotency_keys(document: &mut Value) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, operations) in paths.into_iter().flatten() {
        if !idempotency::takes_key(&Method::POST, path) {
            continue;
        }
        let Some(operation) = operations.get_mut("post").and_then(Value::as_object_mut) else { continue };
        let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
        parameters.as_array_mut().expect("a list of parameters").push(json!({
            "name": idempotency::HEADER,
            "in": "header",
            "description": "Names this request, as a UUID. Sent again with the same body within 24 hours, it is answered as \
                it was, with `Idempotency-Replayed: true`, and nothing is made twice; with another body it is refused \
                (422 `IDEMPOTENCY_KEY_REUSED`), and while the first one is under way too (409). Failures are not remembered. \
                What holds a secret is not shown again: the answer is then 409 with the `id` of what was made.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" }
        }));
    }
}

/// Generic arguments are written out where they are used; clients want their names.
fn name_payloads(schemas: &mut Map<String, Value>) {
    let envelopes: Vec<String> =
        schemas.keys().filter(|name| name.starts_with("Success_")).cloned().collect();
    for envelope in envelopes {
        let payload = envelope.trim_start_matches("Success_").to_owned();
        let Some(slot) = schemas.get_mut(&envelope).and_then(|s| s.pointer_mut("/properties/data")) else {
            continue;
        };
        let mut inline = std::mem::replace(slot, reference(&payload));
        if let Some(item) = payload.strip_prefix("List_") {
            if let Some(items) = inline.pointer_mut("/properties/items/items") {
                *items = reference(item);
            }
            schemas.insert(payload, inline);
        }
    }
}

/// Answers always have all their fields; those without a value are null.
fn require_all(schema: &mut Value) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    schema["required"] = properties.keys().cloned().collect();
}

/// What a merge patch (RFC 7396) of a camera may hold: any of its fields.
fn add_changes(schemas: &mut Map<String, Value>) {
    for (whole, change) in [("CameraInput", "CameraChange"), ("SourceInput", "SourceChange")] {
        let Some(mut schema) = schemas.get(whole).cloned() else { continue };
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("required");
        }
        if let Some(source) = schema.pointer_mut("/properties/source") {
            *source = reference("SourceChange");
        }
        schemas.insert(change.to_owned(), schema);
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
