//! The operations as the document tells of them, to be attacked one by one.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::Value;

use super::{Lab, get};

/// An operation of the document.
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: String,
    /// Names of what stands in braces in the path.
    pub(super) places: Vec<String>,
    pub(super) parameters: Vec<String>,
    /// Names of the fields of its body that take texts.
    pub(super) texts: Vec<String>,
    pub(super) has_body: bool,
}

pub(super) fn operations() -> Vec<Operation> {
    let document = nightjar_api::openapi_document();
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("operations").iter();
        methods.map(|(method, operation)| read(&document, path, method, operation)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

fn read(document: &Value, path: &str, method: &str, operation: &Value) -> Operation {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let named = |place: &str| {
        let named = parameters.iter().filter(|parameter| parameter["in"] == place);
        named.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    Operation {
        method: method.to_uppercase().parse().expect("a method"),
        path: path.to_owned(),
        places: path
            .split('/')
            .filter_map(|part| Some(part.strip_prefix('{')?.strip_suffix('}')?.to_owned()))
            .collect(),
        parameters: named("query"),
        texts: fields(resolve(document, schema)),
        has_body: !schema.is_null(),
    }
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(place) => document.pointer(place.trim_start_matches('#')).expect("what a reference names"),
        None => schema,
    }
}

/// All fields: a text where another type belongs is junk, too.
fn fields(schema: &Value) -> Vec<String> {
    schema["properties"].as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
}

impl Operation {
    pub(super) fn told(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether nobody has to be known for it.
    pub(super) fn is_public(&self) -> bool {
        let public =
            ["/health", "/ready", "/setup", "/auth/login", "/auth/refresh", "/auth/providers", "/auth/oidc/"];
        public.iter().any(|part| self.path.trim_start_matches("/api/v1").starts_with(part))
    }

    /// Its path with these texts in their places.
    pub(super) fn at(&self, values: &BTreeMap<&str, &str>) -> String {
        let filled = values
            .iter()
            .fold(self.path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        assert!(!filled.contains('{'), "{filled} has a place that no value is for");
        filled
    }
}

/// What an attack must not change: the lists as an administrator sees them.
pub(super) async fn everything(lab: &Lab, bearer: &str) -> Vec<Value> {
    let lists = [
        "cameras",
        "camera-groups",
        "camera-tags",
        "users",
        "tokens",
        "organizations",
        "recordings",
        "events",
    ];
    let mut all = Vec::new();
    for list in lists {
        all.push(get(lab, &format!("/api/v1/{list}"), Some(bearer)).await.data());
    }
    all
}

/// Everything but ASCII letters and digits as `%XX`.
pub(super) fn escape(text: &str) -> String {
    let escape = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}
