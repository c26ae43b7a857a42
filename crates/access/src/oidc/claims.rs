//! What a provider says of somebody.

use nightjar_model::WallTime;
use nightjar_model::text::to_line;
use serde_json::{Map, Value};

/// Proven claims. Those of the ID token count more than those that were asked for afterwards.
#[derive(Debug, Clone)]
pub(super) struct Claims {
    subject: String,
    all: Map<String, Value>,
}

impl Claims {
    pub(super) fn new(subject: String, all: Map<String, Value>) -> Self {
        Self { subject, all }
    }

    /// Who it is, at this issuer and for ever (OpenID Connect Core 1.0 §5.7).
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    /// Adds what is not there yet. That an address is verified is said of that address only.
    pub(super) fn add(&mut self, mut more: Map<String, Value>) {
        if self.all.contains_key("email") && self.all.get("email") != more.get("email") {
            more.remove("email_verified");
        }
        for (name, value) in more {
            self.all.entry(name).or_insert(value);
        }
    }

    /// A claim that is a text, and not an empty one.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.all.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The e-mail address.
    pub(super) fn email(&self) -> Option<&str> {
        self.text("email")
    }

    /// When the person was asked who they are.
    pub(super) fn auth_time(&self) -> Option<WallTime> {
        let seconds = self.all.get("auth_time")?.as_u64()?;
        let micros = i64::try_from(seconds).ok()?.checked_mul(1_000_000)?;
        Some(WallTime::from_micros(micros))
    }

    /// Whether the provider says that it knows (`true`) or does not know (`false`) that the address
    /// is this person's. Some say it as a text.
    pub(super) fn email_verified(&self) -> Option<bool> {
        match self.all.get("email_verified")? {
            Value::Bool(verified) => Some(*verified),
            Value::String(text) => Some(text == "true"),
            _ => Some(false),
        }
    }

    /// The values of a claim: a text, a list of texts, or the names of an object's members. The
    /// claim is one of this name, or if there is none, one inside others: `realm_access.roles`.
    pub(super) fn values(&self, path: &str) -> Vec<&str> {
        match self.find(path) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            Some(Value::Object(members)) => members.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether there is such a claim.
    pub(super) fn has(&self, path: &str) -> bool {
        self.find(path).is_some()
    }

    fn find(&self, path: &str) -> Option<&Value> {
        if let Some(value) = self.all.get(path) {
            return Some(value);
        }
        let mut parts = path.split('.');
        let first = self.all.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    }

    /// What a person is known by, for the audit trail.
    pub(super) fn shown(&self) -> String {
        let name = self.text("preferred_username").or_else(|| self.email()).unwrap_or(&self.subject);
        to_line(name).chars().take(100).collect()
    }
}

#[cfg(test)]
pub(super) fn claims(value: Value) -> Claims {
    match value {
        Value::Object(all) => Claims::new("248289761001".into(), all),
        other => panic!("{other} is no object"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_found_however_a_provider_writes_them() {
        let claims = claims(json!({
            "role": "ops",
            "groups": ["a", 7, "b"],
            "realm_access": { "roles": ["deep"] },
            "https://example.org/roles": ["named"],
            "urn:project:roles": { "admin": {}, "viewer": {} },
            "number": 7,
        }));
        assert_eq!(claims.values("role"), ["ops"]);
        assert_eq!(claims.values("groups"), ["a", "b"]);
        assert_eq!(claims.values("realm_access.roles"), ["deep"]);
        assert_eq!(claims.values("https://example.org/roles"), ["named"]);
        assert_eq!(claims.values("urn:project:roles"), ["admin", "viewer"]);
        for none in ["number", "nothing", "realm_access.nothing", "groups.a", "", "."] {
            assert!(claims.values(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn what_is_added_does_not_change_what_was_proven() {
        let mut claims = claims(json!({ "email": "ada@example.org", "email_verified": "true" }));
        let more = json!({ "email": "eve@example.org", "name": "Ada", "sub": "other" });
        claims.add(more.as_object().expect("an object").clone());
        assert_eq!(claims.email(), Some("ada@example.org"));
        assert_eq!(claims.text("name"), Some("Ada"));
        assert_eq!(claims.subject(), "248289761001");
        assert_eq!(claims.email_verified(), Some(true));
    }

    #[test]
    fn an_address_is_not_verified_by_another_one() {
        let add = |email: &str| {
            let mut claims = claims(json!({ "email": "ada@example.org" }));
            let more = json!({ "email": email, "email_verified": true });
            claims.add(more.as_object().expect("an object").clone());
            claims.email_verified()
        };
        assert_eq!(add("ada@example.org"), Some(true));
        assert_eq!(add("eve@example.net"), None);
    }
}
