//! Secrets in JSON of which nobody says where they are: told by the names of their fields.

use nightjar_model::redact_url;
use serde_json::Value;
use url::Url;

/// What stands for a secret where it is not shown.
pub const REDACTED: &str = "***";

/// Parts of names that only secrets have.
const PARTS: [&str; 7] = ["password", "passwd", "passphrase", "passcode", "secret", "token", "credential"];
/// Names that are a secret's, alone or as the last word of a longer one, as in `wifi_key`.
const LAST_WORDS: [&str; 6] = ["key", "keys", "pass", "pwd", "psk", "pin"];

/// The value with all secrets in it replaced: whatever has the name of one, and the credentials and
/// parameters of addresses.
pub fn redacted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let shown = fields.iter().map(|(name, value)| {
                let hidden = is_secret(name) && !is_empty(value);
                (name.clone(), if hidden { REDACTED.into() } else { redacted(value) })
            });
            Value::Object(shown.collect())
        }
        Value::Array(values) => values.iter().map(redacted).collect(),
        Value::String(text) => Value::String(without_credentials(text)),
        other => other.clone(),
    }
}

/// The place of a secret that was taken from an answer that did not show it, as `wifi.password`.
pub fn placeholder_in(value: &Value) -> Option<String> {
    let join = |name: &str, inner: String| {
        if inner.is_empty() { name.to_owned() } else { format!("{name}.{inner}") }
    };
    match value {
        Value::Object(fields) => fields.iter().find_map(|(name, value)| match value {
            Value::String(text) if text == REDACTED && is_secret(name) => Some(name.clone()),
            value => placeholder_in(value).map(|inner| join(name, inner)),
        }),
        Value::Array(values) => {
            let mut places = values.iter().enumerate();
            places.find_map(|(at, value)| placeholder_in(value).map(|inner| join(&at.to_string(), inner)))
        }
        _ => None,
    }
}

/// Nothing that could be hidden.
fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(_)) || value.as_str() == Some("")
}

fn is_secret(name: &str) -> bool {
    let words = words(name);
    let together = words.concat();
    PARTS.iter().any(|part| together.contains(part))
        || words.last().is_some_and(|last| LAST_WORDS.contains(&last.as_str()))
}

/// The words of `snake_case`, `kebab-case` and `camelCase`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for character in name.chars() {
        if !character.is_alphanumeric() || (character.is_uppercase() && after_small) {
            words.push(String::new());
        }
        if character.is_alphanumeric() {
            words.last_mut().expect("there is one from the start").extend(character.to_lowercase());
        }
        after_small = character.is_lowercase() || character.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn without_credentials(text: &str) -> String {
    match Url::parse(text) {
        Ok(url)
            if url.has_host()
                && (!url.username().is_empty() || url.password().is_some() || url.query().is_some()) =>
        {
            redact_url(&url)
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_known_by_their_names_and_addresses_lose_theirs() {
        let value = json!({
            "wifi": { "ssid": "house", "password": "hunter2", "wpaKey": "hunter3", "hidden": true },
            "ftp": [{ "server": "ftp://ada:hunter4@host/folder", "userPass": "hunter5" }],
            "Push-Token": { "android": "hunter6" },
            "web_hook": "https://example.org/hook?code=hunter7",
            "PIN": 1234,
            "key_frame_interval": 2,
            "keyframe": "auto",
            "spin": "left",
            "password_set": true,
            "secret": null,
            "old_password": "",
        });
        let shown = json!({
            "wifi": { "ssid": "house", "password": "***", "wpaKey": "***", "hidden": true },
            "ftp": [{ "server": "ftp://***@host/folder", "userPass": "***" }],
            "Push-Token": "***",
            "web_hook": "https://example.org/hook?code=***",
            "PIN": "***",
            "key_frame_interval": 2,
            "keyframe": "auto",
            "spin": "left",
            "password_set": true,
            "secret": null,
            "old_password": "",
        });
        assert_eq!(redacted(&value), shown);
    }

    #[test]
    fn what_was_not_shown_is_found_when_it_comes_back() {
        let place = |value: Value| placeholder_in(&value);
        assert_eq!(place(json!({ "wifi": [{}, { "psk": "***" }] })), Some("wifi.1.psk".to_owned()));
        assert_eq!(place(json!({ "name": "***", "psk": "*" })), None);
    }
}
