//! The TOML file, as a [`Table`] with places.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::{Entry, Node, Table, Value};
use super::interpolate::interpolate;
use super::problem::{Origin, Problems};

/// Reads the file and puts variables in. None, and a problem, if it is not readable as a whole.
pub(super) fn read(path: &Path, environment: &[(String, String)], problems: &mut Problems) -> Option<Table> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            problems.add(&Origin::Nowhere, format!("can not read {}: {error}", path.display()));
            return None;
        }
    };
    let reader = Reader::new(path, &text, environment);
    let (root, errors) = DeTable::parse_recoverable(&text);
    for error in &errors {
        problems.add(
            &reader.origin(error.span().unwrap_or(0..0)),
            format!("not valid TOML: {}", error.message()),
        );
    }
    errors.is_empty().then(|| reader.table(root.get_ref(), problems))
}

struct Reader<'a> {
    path: Arc<PathBuf>,
    text: &'a str,
    line_starts: Vec<usize>,
    environment: &'a [(String, String)],
}

impl<'a> Reader<'a> {
    fn new(path: &Path, text: &'a str, environment: &'a [(String, String)]) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { path: Arc::new(path.to_owned()), text, line_starts, environment }
    }

    fn origin(&self, span: Range<usize>) -> Origin {
        let line = self.line_starts.partition_point(|start| *start <= span.start);
        let start = self.line_starts[line - 1];
        let column = self.text.get(start..span.start).map_or(0, |before| before.chars().count()) + 1;
        Origin::File { path: Arc::clone(&self.path), line, column }
    }

    fn table(&self, table: &DeTable<'_>, problems: &mut Problems) -> Table {
        let mut out = Table::default();
        for (key, value) in table.iter() {
            let entry = Entry { key_origin: self.origin(key.span()), node: self.node(value, problems) };
            out.entries.insert(key.get_ref().to_string(), entry);
        }
        out
    }

    fn node(&self, value: &Spanned<DeValue<'_>>, problems: &mut Problems) -> Node {
        let origin = self.origin(value.span());
        let value = match value.get_ref() {
            DeValue::String(text) => self.text(text, &origin, problems),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => {
                    problems.add(&origin, format!("the number {} is too large", number.as_str()));
                    Value::Broken
                }
            },
            DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(truth) => Value::Bool(*truth),
            DeValue::Datetime(_) => Value::Datetime,
            DeValue::Array(list) => Value::List(list.iter().map(|item| self.node(item, problems)).collect()),
            DeValue::Table(table) => Value::Table(self.table(table, problems)),
        };
        Node { origin, value }
    }

    fn text(&self, text: &str, origin: &Origin, problems: &mut Problems) -> Value {
        let lookup = |name: &str| {
            self.environment.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        };
        match interpolate(text, &lookup) {
            Ok((text, untyped)) => Value::Text { text, untyped },
            Err(problem) => {
                problems.add(origin, problem);
                Value::Broken
            }
        }
    }
}
