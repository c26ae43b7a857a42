//! A row as a line of JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nightjar_database::dump::Cell;
use serde_json::Value;

use crate::format::{Kind, Table};
use crate::{BackupError, Result};

/// Appends a row.
pub(crate) fn write(row: &[Cell], into: &mut Vec<u8>) -> Result<()> {
    let values = row.iter().map(|cell| match cell {
        Cell::Null => Value::Null,
        Cell::Integer(number) => Value::from(*number),
        Cell::Boolean(truth) => Value::from(*truth),
        Cell::Real(number) => Value::from(*number),
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Bytes(bytes) => Value::from(STANDARD.encode(bytes)),
    });
    let values: Vec<Value> = values.collect();
    serde_json::to_writer(&mut *into, &values).map_err(|error| BackupError::Damaged(error.to_string()))?;
    into.push(b'\n');
    Ok(())
}

/// Reads all rows of an entry.
pub(crate) fn read_all(table: &Table, content: &[u8]) -> Result<Vec<Vec<Cell>>> {
    let lines = content.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| read(table, line)).collect()
}

fn read(table: &Table, line: &[u8]) -> Result<Vec<Cell>> {
    let damaged = || BackupError::Damaged(format!("a row of the table `{}` is not readable", table.name));
    let values: Vec<Value> = serde_json::from_slice(line).map_err(|_| damaged())?;
    if values.len() != table.columns.len() {
        return Err(damaged());
    }
    let cells = values.into_iter().zip(&table.columns).map(|(value, (_, kind))| cell(value, *kind));
    cells.map(|cell| cell.ok_or_else(damaged)).collect()
}

fn cell(value: Value, kind: Kind) -> Option<Cell> {
    Some(match (kind, value) {
        (_, Value::Null) => Cell::Null,
        (Kind::Integer, Value::Number(number)) => Cell::Integer(number.as_i64()?),
        (Kind::Boolean, Value::Bool(truth)) => Cell::Boolean(truth),
        (Kind::Real, Value::Number(number)) => Cell::Real(number.as_f64()?),
        (Kind::Text, Value::String(text)) => Cell::Text(text),
        (Kind::Bytes, Value::String(text)) => Cell::Bytes(STANDARD.decode(text).ok()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_comes_back_as_it_was() {
        let columns = [Kind::Integer, Kind::Boolean, Kind::Real, Kind::Text, Kind::Bytes];
        let columns = columns.into_iter().enumerate().map(|(number, kind)| (format!("c{number}"), kind));
        let table = Table { name: "t".into(), columns: columns.collect() };
        let rows = [
            vec![
                Cell::Integer(i64::MIN),
                Cell::Boolean(true),
                Cell::Real(0.1),
                Cell::Text("ä\n\"\u{1f980}".into()),
                Cell::Bytes((0..=255).collect()),
            ],
            vec![
                Cell::Integer(i64::MAX),
                Cell::Boolean(false),
                Cell::Real(-1e300),
                Cell::Text(String::new()),
                Cell::Bytes(Vec::new()),
            ],
            vec![Cell::Null; 5],
        ];
        let mut content = Vec::new();
        rows.iter().for_each(|row| write(row, &mut content).expect("is written"));
        assert_eq!(read_all(&table, &content).expect("is readable"), rows);
        for wrong in ["[1]", "[1,true,1.5,\"a\",\"*\"]", "[\"1\",true,1.5,\"a\",\"\"]", "{}", "[1,true"] {
            assert!(matches!(read_all(&table, wrong.as_bytes()), Err(BackupError::Damaged(_))), "{wrong}");
        }
    }
}
