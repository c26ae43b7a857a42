//! Reading one table of the document: typed getters that note what is wrong and go on.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;

use nightjar_model::Secret;

use super::document::{Node, Table, Value};
use super::problem::{Origin, Problems, suggestion};
use super::schema::keys_of;

/// A table while it is read. Each getter gives none when the key is absent or wrong; in the
/// latter case the problem is noted, so that the caller can go on with a default.
pub(super) struct Reader<'a> {
    /// For messages: `[recording]`, `camera `front-door``.
    title: String,
    /// Where the table begins.
    place: Origin,
    table: Option<&'a Table>,
    problems: &'a mut Problems,
}

impl<'a> Reader<'a> {
    /// Begins to read `section` of the document.
    pub(super) fn section(document: &'a Table, section: &str, problems: &'a mut Problems) -> Self {
        let entry = document.entries.get(section);
        let place = entry.map_or(Origin::Nowhere, |entry| entry.key_origin.clone());
        let table = match entry.map(|entry| &entry.node.value) {
            Some(Value::Table(table)) => Some(table),
            Some(Value::Broken) | None => None,
            Some(other) => {
                let origin = entry.map_or(Origin::Nowhere, |entry| entry.key_origin.clone());
                problems.add(
                    &origin,
                    format!("`{section}` must be a section, [{section}], not {}", other.kind()),
                );
                None
            }
        };
        Self::new(section, format!("[{section}]"), place, table, problems)
    }

    /// Begins to read a table whose keys are those of `section`.
    pub(super) fn new(
        section: &str,
        title: String,
        place: Origin,
        table: Option<&'a Table>,
        problems: &'a mut Problems,
    ) -> Self {
        let known = keys_of(section);
        for (key, entry) in table.iter().flat_map(|table| &table.entries) {
            if !known.contains(&key.as_str()) {
                let near = suggestion(key, &known);
                problems.add(&entry.key_origin, format!("unknown key `{key}` in {title}{near}"));
            }
        }
        Self { title, place, table, problems }
    }

    /// Whether the key was given.
    pub(super) fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }

    /// Where the key's value was written; for a key that was not, where its table begins.
    pub(super) fn origin(&self, key: &str) -> Origin {
        self.node(key).map_or_else(|| self.place.clone(), |node| node.origin.clone())
    }

    /// Notes that a key's value can not be used.
    pub(super) fn wrong(&mut self, key: &str, problem: impl Display) {
        let origin = self.origin(key);
        let text = format!("{} `{key}`: {problem}", self.title);
        self.problems.add(&origin, text);
    }

    /// Notes that a key has to be given.
    pub(super) fn missing(&mut self, key: &str) {
        self.problems.add(&self.place, format!("{} has no `{key}`", self.title));
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match &self.node(key)?.value {
            Value::Text { text, .. } if text.trim().is_empty() => self.give_up(key, "is empty"),
            Value::Text { text, .. } => Some(text.clone()),
            Value::Broken => None,
            other => self.give_up(key, format!("must be text, in quotes, not {}", other.kind())),
        }
    }

    /// A text that is never shown; empty is allowed.
    pub(super) fn secret(&mut self, key: &str) -> Option<Secret> {
        match &self.node(key)?.value {
            Value::Text { text, .. } => Some(Secret::new(text.clone())),
            Value::Broken => None,
            other => self.give_up(key, format!("must be text, in quotes, not {}", other.kind())),
        }
    }

    /// A whole number within `range`.
    pub(super) fn number(&mut self, key: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let (low, high) = (*range.start(), *range.end());
        let shown = match &self.node(key)?.value {
            Value::Integer(number) => match u64::try_from(*number) {
                Ok(number) if range.contains(&number) => return Some(number),
                _ => number.to_string(),
            },
            Value::Text { text, untyped: true } => match text.trim().parse() {
                Ok(number) if range.contains(&number) => return Some(number),
                Ok(_) => text.trim().to_owned(),
                Err(_) => {
                    return self.give_up(key, format!("`{text}` is not a whole number ({low} to {high})"));
                }
            },
            Value::Broken => return None,
            other => {
                let kind = other.kind();
                return self.give_up(key, format!("must be a whole number from {low} to {high}, not {kind}"));
            }
        };
        self.give_up(key, format!("{shown} is not possible; give {low} to {high}"))
    }

    /// A number that may have a fraction, above zero and at most `high`.
    pub(super) fn positive(&mut self, key: &str, high: f64) -> Option<f64> {
        let number = match &self.node(key)?.value {
            Value::Integer(number) => *number as f64,
            Value::Float(number) => *number,
            Value::Text { text, untyped: true } => match text.trim().parse() {
                Ok(number) => number,
                Err(_) => return self.give_up(key, format!("`{text}` is not a number")),
            },
            Value::Broken => return None,
            other => return self.give_up(key, format!("must be a number, not {}", other.kind())),
        };
        if number > 0.0 && number <= high {
            return Some(number);
        }
        self.give_up(key, format!("{number} is not possible; give more than 0, at most {high}"))
    }

    /// A truth value.
    pub(super) fn truth(&mut self, key: &str) -> Option<bool> {
        match &self.node(key)?.value {
            Value::Bool(truth) => Some(*truth),
            Value::Text { text, untyped: true } => match text.trim().to_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Some(true),
                "false" | "0" | "no" | "off" => Some(false),
                _ => self.give_up(key, format!("`{text}` is neither true nor false")),
            },
            Value::Broken => None,
            other => self.give_up(key, format!("must be true or false, not {}", other.kind())),
        }
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let near = match super::problem::nearest(&text, words.iter().copied()) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => String::new(),
        };
        let all = words_of(choices);
        self.give_up(key, format!("`{text}` is not known; give {all}{near}"))
    }

    /// Words: a text with commas or blanks between them, or a list of texts.
    pub(super) fn words(&mut self, key: &str) -> Option<Vec<String>> {
        let apart = |text: &str| {
            let words = text.split([',', ' ']).filter(|word| !word.is_empty());
            words.map(str::to_owned).collect::<Vec<_>>()
        };
        let words = match &self.node(key)?.value {
            Value::Text { text, .. } => apart(text),
            Value::List(list) => {
                let mut words = Vec::with_capacity(list.len());
                for node in list {
                    match &node.value {
                        Value::Text { text, .. } => words.extend(apart(text)),
                        other => {
                            let problem = format!("must be a list of texts, without {}", other.kind());
                            return self.give_up(key, problem);
                        }
                    }
                }
                words
            }
            Value::Broken => return None,
            other => return self.give_up(key, format!("must be text, in quotes, not {}", other.kind())),
        };
        if words.is_empty() { self.give_up(key, "is empty") } else { Some(words) }
    }

    /// A table with one of several words under each of its keys, which may be anything.
    pub(super) fn choices<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> BTreeMap<String, T> {
        let mut chosen = BTreeMap::new();
        let table = match self.node(key).map(|node| &node.value) {
            Some(Value::Table(table)) => table,
            None | Some(Value::Broken) => return chosen,
            Some(other) => {
                let word = choices.first().map(|(word, _)| *word).unwrap_or_default();
                let kind = other.kind();
                self.wrong(key, format!("must be a table, as {{ \"a name\" = \"{word}\" }}, not {kind}"));
                return chosen;
            }
        };
        for (name, entry) in &table.entries {
            let found = match &entry.node.value {
                Value::Text { text, .. } => choices.iter().find(|(word, _)| word == text),
                _ => None,
            };
            match found {
                Some((_, value)) => {
                    chosen.insert(name.clone(), *value);
                }
                None => {
                    let all = words_of(choices);
                    let text = format!("{} `{key}`: `{name}` must be {all}", self.title);
                    self.problems.add(&entry.node.origin, text);
                }
            }
        }
        chosen
    }

    fn node(&self, key: &str) -> Option<&'a Node> {
        Some(&self.table?.entries.get(key)?.node)
    }

    fn give_up<T>(&mut self, key: &str, problem: impl Display) -> Option<T> {
        self.wrong(key, problem);
        None
    }
}

/// What there is to choose from, for messages.
fn words_of<T>(choices: &[(&str, T)]) -> String {
    choices.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(" or ")
}
