//! Every operation shows an example of its body and of its main answer, and each fits its own schema.
//!
//! The check knows the keywords that our types make, but for `pattern` and `format`: those are checked by
//! `scripts/contract`, which sends the examples to a server.

use serde_json::{Map, Value};

/// Operations that have no JSON to show.
const WITHOUT_JSON: &[&str] = &["101", "204", "206", "303", "304", "307"];
/// Keywords that say nothing about the value, or that `scripts/contract` checks.
const NOT_CHECKED: &[&str] = &["description", "example", "examples", "format", "pattern", "default", "title"];

#[test]
fn every_operation_shows_examples_that_fit_its_schemas() {
    let document = nightjar_api::openapi_document();
    let mut faults = Vec::new();
    for (name, operation) in operations(&document) {
        if let Some(content) = operation.pointer("/requestBody/content/application~1json") {
            check(&document, &format!("{name}: body"), content, &mut faults);
        }
        let responses = operation["responses"].as_object().expect("responses");
        for (status, response) in responses.iter().filter(|(status, _)| status.as_str() < "400") {
            if !response["description"].is_string() {
                faults.push(format!("{name}: {status} needs a description"));
            }
            match response.pointer("/content/application~1json") {
                Some(content) => check(&document, &format!("{name}: {status}"), content, &mut faults),
                None if WITHOUT_JSON.contains(&status.as_str()) || response.get("content").is_some() => {}
                None => faults.push(format!("{name}: {status} does not say what it answers")),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_failure_is_documented_with_the_envelope() {
    let document = nightjar_api::openapi_document();
    for (name, operation) in operations(&document) {
        let responses = operation["responses"].as_object().expect("responses");
        assert!(!responses.contains_key("default"), "{name}: `default` would say nothing");
        for (status, response) in responses.iter().filter(|(status, _)| status.as_str() >= "400") {
            let response = match response["$ref"].as_str() {
                Some(path) => document.pointer(path.trim_start_matches('#')).expect("a shared response"),
                None => response,
            };
            assert!(response["description"].is_string(), "{name}: {status} needs a description");
            let schema = response.pointer("/content/application~1json/schema/$ref").and_then(Value::as_str);
            // Readiness is for machines, and has no envelope.
            let expected = if name == "GET /ready" && status == "503" { "Readiness" } else { "Failure" };
            assert!(schema.is_some_and(|schema| schema.ends_with(expected)), "{name}: {status}: {response}");
        }
    }
}

#[test]
fn the_check_finds_what_does_not_fit() {
    let document: Value = serde_json::json!({ "components": { "schemas": { "Door": {
        "type": "object", "required": ["name"], "additionalProperties": false,
        "properties": { "name": { "type": "string", "minLength": 1 }, "open": { "type": ["boolean", "null"] } },
    } } } });
    let schema = serde_json::json!({ "$ref": "#/components/schemas/Door" });
    for (value, fits) in [
        (serde_json::json!({ "name": "front" }), true),
        (serde_json::json!({ "name": "front", "open": null }), true),
        (serde_json::json!({ "open": true }), false),
        (serde_json::json!({ "name": "" }), false),
        (serde_json::json!({ "name": "front", "open": 1 }), false),
        (serde_json::json!({ "name": "front", "colour": "red" }), false),
    ] {
        let mut faults = Vec::new();
        fit(&document, "door", &schema, &value, &mut faults);
        assert_eq!(faults.is_empty(), fits, "{value}: {faults:?}");
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("operations");
        item.iter().map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    })
}

fn check(document: &Value, place: &str, content: &Value, faults: &mut Vec<String>) {
    match content.get("example") {
        Some(example) => fit(document, place, &content["schema"], example, faults),
        None => faults.push(format!("{place} has no example: name its types in src/openapi/examples.json")),
    }
}

/// Notes where `value` is not as `schema` says.
fn fit(document: &Value, place: &str, schema: &Value, value: &Value, faults: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else { return };
    for (keyword, rule) in schema {
        let fits = match keyword.as_str() {
            "$ref" => {
                let path = rule.as_str().expect("a path").trim_start_matches('#');
                fit(document, place, document.pointer(path).expect("a schema"), value, faults);
                true
            }
            "oneOf" => choices(document, rule, value) == 1,
            "anyOf" => choices(document, rule, value) > 0,
            "allOf" => {
                let parts = rule.as_array().expect("schemas");
                parts.iter().for_each(|part| fit(document, place, part, value, faults));
                true
            }
            "type" => has_type(rule, value),
            "enum" => rule.as_array().is_some_and(|values| values.contains(value)),
            "required" => {
                let names = rule.as_array().expect("names").iter().filter_map(Value::as_str);
                value.as_object().is_none_or(|object| names.into_iter().all(|name| object.contains_key(name)))
            }
            "properties" => {
                for (name, property) in rule.as_object().expect("properties") {
                    if let Some(inner) = value.get(name) {
                        fit(document, &format!("{place}.{name}"), property, inner, faults);
                    }
                }
                true
            }
            "items" => {
                for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                    fit(document, &format!("{place}[{number}]"), rule, item, faults);
                }
                true
            }
            "additionalProperties" => *rule != Value::Bool(false) || only_known(schema, value),
            "propertyNames" => true,
            "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap_or(f64::MAX)),
            "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap_or(f64::MIN)),
            "minLength" | "minItems" => length(value).is_none_or(|length| Some(length) >= rule.as_u64()),
            "maxLength" | "maxItems" => length(value).is_none_or(|length| Some(length) <= rule.as_u64()),
            keyword => NOT_CHECKED.contains(&keyword) || keyword.starts_with("x-"),
        };
        if !fits {
            faults.push(format!("{place}: {value} is not as `{keyword}` says: {rule}"));
        }
    }
}

fn choices(document: &Value, choices: &Value, value: &Value) -> usize {
    let fits = |choice: &&Value| {
        let mut faults = Vec::new();
        fit(document, "", choice, value, &mut faults);
        faults.is_empty()
    };
    choices.as_array().expect("schemas").iter().filter(fits).count()
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => false,
    };
    rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is))
}

fn only_known(schema: &Map<String, Value>, value: &Value) -> bool {
    let known = schema.get("properties").and_then(Value::as_object);
    let object = value.as_object();
    object.is_none_or(|object| object.keys().all(|name| known.is_some_and(|known| known.contains_key(name))))
}

fn length(value: &Value) -> Option<u64> {
    let length = value.as_str().map(|text| text.chars().count()).or(value.as_array().map(Vec::len));
    length.map(|length| length as u64)
}
