//! Statements as text with bound values. Both databases understand `$1`.

use sea_orm::{ConnectionTrait, Statement, Value};

/// Bound values of one statement at most: SQLite takes 32,766, PostgreSQL 65,535.
const MOST_VALUES: usize = 30_000;
/// Rows of one statement at most: more are hardly faster, and a prepared statement grows with them.
const MOST_ROWS: usize = 512;

/// A statement out of a text and its values.
pub fn statement(
    connection: &impl ConnectionTrait,
    text: impl Into<String>,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(connection.get_database_backend(), text, values)
}

/// Values that are bound while a text is put together.
#[derive(Debug, Clone, Default)]
pub struct Values(Vec<Value>);

impl Values {
    /// Binds a value and gives its place, as `$3`.
    pub fn bind(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }

    /// Binds values and gives their places in parentheses, as `($3, $4)`.
    pub fn bind_row(&mut self, values: impl IntoIterator<Item = Value>) -> String {
        let places: Vec<String> = values.into_iter().map(|value| self.bind(value)).collect();
        format!("({})", places.join(", "))
    }

    /// Binds rows and gives their places, as `($1, $2), ($3, $4)`.
    pub fn bind_rows<R>(&mut self, rows: impl IntoIterator<Item = R>) -> String
    where
        R: IntoIterator<Item = Value>,
    {
        let rows: Vec<String> = rows.into_iter().map(|row| self.bind_row(row)).collect();
        rows.join(", ")
    }

    /// The statement.
    pub fn into_statement(self, connection: &impl ConnectionTrait, text: impl Into<String>) -> Statement {
        statement(connection, text, self.0)
    }
}

/// Cuts rows of so many columns into batches that one statement can take. The batches' sizes are
/// powers of two: few different statements, so that the prepared ones are found again.
pub fn batches<T>(rows: &[T], columns: usize) -> impl Iterator<Item = &[T]> {
    let most = (MOST_VALUES / columns.max(1)).clamp(1, MOST_ROWS);
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = 1 << rest.len().min(most).checked_ilog2()?;
        let (batch, after) = rest.split_at(size);
        rest = after;
        Some(batch)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_cover_all_rows_in_few_sizes() {
        for count in [0, 1, 2, 3, 500, 511, 512, 513, 10_000] {
            for columns in [1, 8, 25, 40_000] {
                let rows: Vec<usize> = (0..count).collect();
                let batches: Vec<&[usize]> = batches(&rows, columns).collect();
                assert_eq!(batches.concat(), rows);
                assert!(batches.iter().all(|batch| batch.len().is_power_of_two()));
                assert!(batches.iter().all(|batch| batch.len() == 1 || batch.len() * columns <= MOST_VALUES));
            }
        }
    }
}
