//! An example of each body and each main answer, put together from the examples of the types.
//!
//! A type's example stands in `examples.json`, by its name, or beside its fields. It may leave out
//! fields whose own type has an example.

use serde_json::{Map, Value};

/// Examples of types, by name; one story: Ada's cameras.
const EXAMPLES: &str = include_str!("examples.json");
/// Types in types; more would be one that contains itself.
const MAX_DEPTH: usize = 12;

/// Adds an example to every body and to every success that is JSON, unless it has one.
pub(super) fn add(document: &mut Value) {
    let maker = Maker {
        schemas: document["components"]["schemas"].as_object().cloned().unwrap_or_default(),
        examples: serde_json::from_str(EXAMPLES).expect("examples.json is JSON"),
    };
    for operation in super::operations(document) {
        if let Some(content) = operation.pointer_mut("/requestBody/content/application~1json") {
            maker.complete(content);
        }
        for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            if let Some(content) = response.pointer_mut("/content/application~1json")
                && status.starts_with('2')
            {
                maker.complete(content);
            }
        }
    }
}

struct Maker {
    schemas: Map<String, Value>,
    examples: Map<String, Value>,
}

impl Maker {
    fn complete(&self, content: &mut Value) {
        if content.get("example").is_none()
            && let Some(example) = content.get("schema").and_then(|schema| self.example(schema, 0))
        {
            content["example"] = example;
        }
    }

    /// An example of this schema; none if somewhere in it nobody has given one.
    fn example(&self, schema: &Value, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            let named = self.schemas.get(name)?;
            return self.filled(named, self.examples.get(name).or(named.get("example")), depth);
        }
        self.filled(schema, schema.get("example"), depth)
    }

    /// What `given` leaves out is taken from the fields' own examples.
    fn filled(&self, schema: &Value, given: Option<&Value>, depth: usize) -> Option<Value> {
        let properties = schema["properties"].as_object();
        match (given, properties) {
            (Some(Value::Object(given)), Some(properties)) => {
                let mut object = given.clone();
                let required = schema["required"].as_array().cloned().unwrap_or_default();
                for (name, property) in properties {
                    if !object.contains_key(name) && required.contains(&Value::from(name.as_str())) {
                        object.insert(name.clone(), self.example(property, depth + 1)?);
                    }
                }
                Some(Value::Object(object))
            }
            (Some(given), _) => Some(given.clone()),
            (None, Some(properties)) => {
                let field = |(name, property): (&String, &Value)| {
                    Some((name.clone(), self.example(property, depth + 1)?))
                };
                properties.iter().map(field).collect::<Option<Map<_, _>>>().map(Value::Object)
            }
            (None, None) => self.plain(schema, depth),
        }
    }

    /// Of what has no fields.
    fn plain(&self, schema: &Value, depth: usize) -> Option<Value> {
        if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            return choices
                .iter()
                .filter(|choice| choice["type"] != "null")
                .find_map(|choice| self.example(choice, depth + 1));
        }
        if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
            return Some(first.clone());
        }
        let kind = &schema["type"];
        if kind == "array" {
            return Some(Value::Array(vec![self.example(&schema["items"], depth + 1)?]));
        }
        if kind == "boolean" {
            return Some(false.into());
        }
        kind.as_array().is_some_and(|kinds| kinds.contains(&"null".into())).then_some(Value::Null)
    }
}
