//! Writing the audit trail: what changes something in the same transaction, everything else before
//! the answer goes out, so that nothing is done that is not in it.

use std::sync::Arc;

use nightjar_access::Access;
use nightjar_catalog::{Catalog, CatalogError};
use nightjar_model::{Actor, AuditRecord, Caller, OrgId, Outcome, Via, WallTime};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::error::ApiError;
use crate::guard::client::Client;
use crate::redact::redacted;
use crate::state::ApiState;

/// Something that somebody did.
#[derive(Debug, Clone)]
pub struct Deed {
    action: &'static str,
    object: Option<(&'static str, String)>,
    outcome: Outcome,
    details: Value,
}

impl Deed {
    /// It was done.
    pub fn done(action: &'static str) -> Self {
        Self { action, object: None, outcome: Outcome::Done, details: json!({}) }
    }

    /// It was refused.
    pub fn refused(action: &'static str) -> Self {
        Self { outcome: Outcome::Refused, ..Self::done(action) }
    }

    /// To which object.
    pub fn to(self, kind: &'static str, id: impl ToString) -> Self {
        Self { object: Some((kind, id.to_string())), ..self }
    }

    /// What else is known; never a secret.
    pub fn with(self, details: Value) -> Self {
        Self { details, ..self }
    }

    /// What changed between two states of an object, field by field.
    pub fn change(self, before: &Value, after: &Value) -> Self {
        self.with(difference(before, after))
    }

    /// Writes it down as `caller`'s: what was only read or refused. A change is written down by
    /// [`Work::note`], in the transaction that makes it.
    pub async fn by(self, state: &ApiState, caller: &Caller, client: &Client) -> Result<(), ApiError> {
        self.write(state, caller.org, actor(caller), client).await
    }

    /// Writes it down as `actor`'s, in the trail of that organization.
    pub async fn write(
        self,
        state: &ApiState,
        org: OrgId,
        actor: Actor,
        client: &Client,
    ) -> Result<(), ApiError> {
        let record = self.into_record(org, actor, client, state.clock.now());
        Ok(state.catalog.append_audit(&[record]).await?)
    }

    fn into_record(self, org: OrgId, actor: Actor, client: &Client, at: WallTime) -> AuditRecord {
        let (object_kind, object_id) = self.object.unwrap_or_default();
        AuditRecord {
            id: Uuid::now_v7(),
            org_id: org,
            at,
            actor,
            action: self.action.to_owned(),
            object_kind: object_kind.to_owned(),
            object_id,
            outcome: self.outcome,
            ip: client.ip,
            request_id: client.request_id,
            details: self.details,
        }
    }
}

/// A change and its audit entries, in one transaction. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Work {
    /// Changes accounts within the transaction.
    pub access: Access,
    records: Arc<Mutex<Vec<AuditRecord>>>,
    client: Client,
    now: WallTime,
}

impl Work {
    /// Changes everything else within the transaction.
    pub fn catalog(&self) -> &Catalog {
        self.access.catalog()
    }

    /// Adds an entry to the trail, as `caller`'s, once the work is done.
    pub fn note(&self, caller: &Caller, deed: Deed) {
        self.note_in(caller.org, caller, deed);
    }

    /// The same in the trail of that organization.
    pub fn note_in(&self, org: OrgId, caller: &Caller, deed: Deed) {
        self.note_by(org, actor(caller), deed);
    }

    /// The same as `actor`'s.
    pub fn note_by(&self, org: OrgId, actor: Actor, deed: Deed) {
        let record = deed.into_record(org, actor, &self.client, self.now);
        self.records.lock().push(record);
    }
}

impl ApiState {
    /// Makes a change and writes what it notes into the audit trail, in one transaction: if the trail
    /// can't be written, nothing has changed. `work` may run several times, and writes only with the
    /// handles that it gets.
    pub async fn audited<T, E, F>(&self, client: &Client, work: impl Fn(Work) -> F) -> Result<T, E>
    where
        E: From<CatalogError>,
        F: Future<Output = Result<T, E>>,
    {
        let now = self.clock.now();
        let run = |access: Access| {
            let bound = Work { access, records: Arc::default(), client: client.clone(), now };
            let working = work(bound.clone());
            async move {
                let value = working.await?;
                let records = std::mem::take(&mut *bound.records.lock());
                bound.catalog().append_audit(&records).await?;
                Ok(value)
            }
        };
        self.access.atomically(run).await
    }
}

fn actor(caller: &Caller) -> Actor {
    let name = caller.username.to_string();
    match caller.via {
        Via::Session(_) => Actor::User { id: caller.user, name },
        Via::Token(id) => Actor::Token { id, user: caller.user, name },
    }
}

/// What changed between two states of something whose fields nobody knows beforehand; of what is
/// secret only that it changed.
pub fn redacted_difference(before: &Value, after: &Value) -> Value {
    redacted(&difference(before, after))
}

/// `{"field": {"from": …, "to": …}}` for each field that differs; one that is not there is null.
fn difference(before: &Value, after: &Value) -> Value {
    let empty = Map::new();
    let (old, new) = (before.as_object().unwrap_or(&empty), after.as_object().unwrap_or(&empty));
    let gone = old.keys().filter(|field| !new.contains_key(*field));
    let changed = new.keys().chain(gone).filter(|field| old.get(*field) != new.get(*field));
    let changed =
        changed.map(|field| (field.clone(), json!({ "from": old.get(field), "to": new.get(field) })));
    Value::Object(changed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_only_what_differs() {
        let before = json!({ "name": "Door", "tags": ["a"], "enabled": true, "floor": 2 });
        let after = json!({ "name": "Gate", "tags": ["a"], "enabled": true, "place": "yard" });
        let expected = json!({
            "name": { "from": "Door", "to": "Gate" },
            "place": { "from": null, "to": "yard" },
            "floor": { "from": 2, "to": null },
        });
        assert_eq!(difference(&before, &after), expected);
    }

    #[test]
    fn of_a_secret_only_the_change_is_told() {
        let before = json!({ "wifi": { "ssid": "a", "psk": "one" }, "token": "one", "pin": "1" });
        let after = json!({ "wifi": { "ssid": "a", "psk": "two" }, "token": "two", "pin": "1" });
        let wifi = json!({ "ssid": "a", "psk": "***" });
        let expected = json!({ "wifi": { "from": wifi, "to": wifi }, "token": "***" });
        assert_eq!(redacted_difference(&before, &after), expected);
    }
}
