//! The configuration as typed: a tree of values that remember where they were written.

use std::collections::BTreeMap;

use super::problem::Origin;

/// A value and its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Where the value was written.
    pub(super) origin: Origin,
    /// The value.
    pub(super) value: Value,
}

/// What can be typed.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// Text. `untyped` if it comes from the environment or a flag, where everything is text, so
    /// that it may also mean a number or a truth value.
    Text { text: String, untyped: bool },
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A date or time: TOML has them, we have no key for them.
    Datetime,
    /// An array.
    List(Vec<Node>),
    /// A table.
    Table(Table),
    /// Something of which a problem was already told; nobody complains about it again.
    Broken,
}

/// Keys and their values, each with the place of the key.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// By name.
    pub(super) entries: BTreeMap<String, Entry>,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Where the key was written.
    pub(super) key_origin: Origin,
    /// Its value.
    pub(super) node: Node,
}

impl Value {
    /// For messages: what kind of value it is.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Bool(_) => "true or false",
            Self::Datetime => "a date or time",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Broken => "unreadable",
        }
    }
}

impl Table {
    /// Sets a value that came from outside the file.
    pub(super) fn set(&mut self, key: &str, text: &str, origin: &Origin) {
        let value = Value::Text { text: text.to_owned(), untyped: true };
        let node = Node { origin: origin.clone(), value };
        self.entries.insert(key.to_owned(), Entry { key_origin: origin.clone(), node });
    }

    /// The table under `key`, made if there is none; none if something else is there.
    pub(super) fn table_mut(&mut self, key: &str, origin: &Origin) -> Option<&mut Self> {
        let entry = self.entries.entry(key.to_owned()).or_insert_with(|| Entry {
            key_origin: origin.clone(),
            node: Node { origin: origin.clone(), value: Value::Table(Self::default()) },
        });
        match &mut entry.node.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The list under `key`, made if there is none; none if something else is there.
    pub(super) fn list_mut(&mut self, key: &str, origin: &Origin) -> Option<&mut Vec<Node>> {
        let entry = self.entries.entry(key.to_owned()).or_insert_with(|| Entry {
            key_origin: origin.clone(),
            node: Node { origin: origin.clone(), value: Value::List(Vec::new()) },
        });
        match &mut entry.node.value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The text under `key`, if there is one.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match &self.entries.get(key)?.node.value {
            Value::Text { text, .. } => Some(text),
            _ => None,
        }
    }
}
