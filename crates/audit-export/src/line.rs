//! An entry as a line of JSON.

use nightjar_model::{Actor, AuditEntry, to_rfc3339};
use serde_json::{Value, json};

/// The entry as one line, without a line break.
pub(crate) fn json(entry: &AuditEntry) -> Value {
    let record = &entry.record;
    json!({
        "organization": record.org_id.to_string(),
        "seq": entry.seq,
        "id": record.id.to_string(),
        "at": to_rfc3339(record.at),
        "actor": actor(&record.actor),
        "action": record.action,
        "object": { "kind": record.object_kind, "id": record.object_id },
        "outcome": record.outcome.as_str(),
        "ip": record.ip.map(|ip| ip.to_string()),
        "request_id": record.request_id.map(|id| id.to_string()),
        "details": record.details,
        "previous": hex(entry.previous),
        "digest": hex(entry.digest),
        "key": entry.key,
    })
}

fn actor(actor: &Actor) -> Value {
    match actor {
        Actor::User { id, name } => json!({ "kind": "user", "id": id.to_string(), "name": name }),
        Actor::Token { id, user, name } => {
            json!({ "kind": "token", "id": id.to_string(), "user": user.to_string(), "name": name })
        }
        Actor::Anonymous { tried } => json!({ "kind": "anonymous", "name": tried }),
        Actor::System => json!({ "kind": "system" }),
    }
}

fn hex(digest: [u8; 32]) -> String {
    blake3::Hash::from_bytes(digest).to_hex().to_string()
}
