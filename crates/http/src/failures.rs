//! Which failures each operation can end in. Most of it follows from what every request passes: the
//! guard's rule of the operation, its parameters and its body. What only the handler knows stands
//! beside the handler, as a status without content; here it gets the envelope.

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::guard::rules::{Rule, rule};
use crate::idempotency;

/// Operations that take any query.
const ANY_QUERY: &[&str] = &["/health", "/api/v1/auth/oidc/{provider}/callback"];

/// A failure that many operations share.
struct Shared {
    status: u16,
    /// In `components/responses`.
    name: &'static str,
    description: &'static str,
    /// An example: `error.code` and `error.message`.
    code: &'static str,
    message: &'static str,
}

const SHARED: &[Shared] = &[
    Shared {
        status: 400,
        name: "BadRequest",
        description: "The request is wrong: `error.details` has an entry for each field or parameter",
        code: "VALIDATION_FAILED",
        message: "`limit` must be a whole number from 1 to 500.",
    },
    Shared {
        status: 401,
        name: "Unauthorized",
        description: "Nobody is signed in, or what proves it is not valid (any more)",
        code: "AUTH_TOKEN_INVALID",
        message: "The token is not valid, or not any more. Get the next one at /auth/refresh, or sign in again.",
    },
    Shared {
        status: 403,
        name: "Forbidden",
        description: "You may not do this",
        code: "AUTH_INSUFFICIENT_PERMISSIONS",
        message: "This needs the permission `camera:write`, which you do not have.",
    },
    Shared {
        status: 404,
        name: "NotFound",
        description: "It is not there, or you may not know of it",
        code: "CAMERA_NOT_FOUND",
        message: "There is no such camera.",
    },
    Shared {
        status: 409,
        name: "Conflict",
        description: "It does not go together with what is there already, or was changed meanwhile",
        code: "VERSION_CONFLICT",
        message: "It was changed by somebody else meanwhile. Load it again.",
    },
    Shared {
        status: 413,
        name: "PayloadTooLarge",
        description: "The body is too large",
        code: "PAYLOAD_TOO_LARGE",
        message: "The body is too large.",
    },
    Shared {
        status: 415,
        name: "UnsupportedMediaType",
        description: "The body is not JSON",
        code: "UNSUPPORTED_MEDIA_TYPE",
        message: "The body must be JSON, with `Content-Type: application/json`.",
    },
    Shared {
        status: 416,
        name: "RangeNotSatisfiable",
        description: "The byte range lies outside the file; `Content-Range` tells its length",
        code: "RANGE_NOT_SATISFIABLE",
        message: "The byte range is outside the file.",
    },
    Shared {
        status: 422,
        name: "UnprocessableContent",
        description: "The `Idempotency-Key` belongs to another request",
        code: "IDEMPOTENCY_KEY_REUSED",
        message: "This Idempotency-Key was used for another request. Give each request a key of its own.",
    },
    Shared {
        status: 429,
        name: "TooManyRequests",
        description: "Too many requests in this time, or at once",
        code: "RATE_LIMIT_EXCEEDED",
        message: "Too many requests. Try again in 12 s.",
    },
    Shared {
        status: 500,
        name: "InternalServerError",
        description: "A defect of Nightjar; the log tells more under the `request_id`",
        code: "INTERNAL",
        message: "Something went wrong on our side. The log has more under this request id.",
    },
    Shared {
        status: 502,
        name: "BadGateway",
        description: "The camera can't be reached, or answers with an error: `error.details.reason` says which",
        code: "CAMERA_UNREACHABLE",
        message: "The camera did not answer in time. Check the address, the camera's power and firewalls.",
    },
    Shared {
        status: 503,
        name: "ServiceUnavailable",
        description: "The database or the footage storage does not answer, or the answer took too long",
        code: "DATABASE_UNAVAILABLE",
        message: "The database does not answer. Try again shortly.",
    },
];

/// The failures that operations refer to, for `components/responses`.
pub fn shared() -> Value {
    SHARED.iter().map(|failure| (failure.name.to_owned(), failure.response())).collect::<Map<_, _>>().into()
}

/// Adds its failures to an operation.
pub fn add(method: &Method, path: &str, operation: &mut Value) {
    let statuses = statuses(method, path, operation);
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for status in statuses {
        responses.entry(status.to_string()).or_insert_with(|| reference(status));
    }
    for (status, response) in responses {
        let failure = SHARED.iter().find(|failure| failure.status.to_string() == *status);
        if let (Some(failure), None, None) = (failure, response.get("content"), response.get("$ref")) {
            let description = response["description"].take();
            *response = failure.response();
            if description.as_str().is_some_and(|text| !text.is_empty()) {
                response["description"] = description;
            }
        }
    }
}

fn statuses(method: &Method, path: &str, operation: &Value) -> Vec<u16> {
    let mut statuses = vec![500, 503];
    if !ANY_QUERY.contains(&path) {
        statuses.push(400);
    }
    statuses.extend(match rule(method, path) {
        Some(Rule::Media) => [401].as_slice(),
        Some(Rule::Public | Rule::More(_)) | None => [429].as_slice(),
        Some(_) => [401, 403, 429].as_slice(),
    });
    if path.contains('{') {
        statuses.push(404);
    }
    if operation.get("requestBody").is_some() {
        statuses.extend([413, 415]);
    }
    if idempotency::takes_key(method, path) {
        statuses.extend([409, 413, 422]);
    }
    let parameters = operation["parameters"].as_array();
    if parameters.into_iter().flatten().any(|parameter| parameter["name"] == "If-Match") {
        statuses.push(409);
    }
    statuses
}

impl Shared {
    fn response(&self) -> Value {
        let mut response = json!({
            "description": self.description,
            "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/Failure" },
                "example": {
                    "success": false,
                    "data": null,
                    "error": { "code": self.code, "message": self.message, "details": {} },
                    "timestamp": "2026-11-20T13:38:41.123Z",
                    "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                },
            } },
        });
        match self.status {
            401 => {
                response["headers"] = json!({ "WWW-Authenticate": {
                    "description": "How to prove who you are", "required": true,
                    "schema": { "type": "string", "enum": ["Bearer"] },
                } });
            }
            429 => {
                response["headers"] = json!({ "Retry-After": {
                    "description": "Seconds to wait", "required": true,
                    "schema": { "type": "integer", "minimum": 0 },
                } });
            }
            _ => {}
        }
        response
    }
}

fn reference(status: u16) -> Value {
    let failure = SHARED.iter().find(|failure| failure.status == status).expect("one of the shared failures");
    json!({ "$ref": format!("#/components/responses/{}", failure.name) })
}
