//! Values of columns, in the few kinds that both databases have in common.

use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use crate::{CatalogError, DatabaseKind, Result};

/// The kind of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Whole numbers of up to 64 bits.
    Integer,
    /// True or false.
    Boolean,
    /// Numbers with a fraction.
    Real,
    /// Text.
    Text,
    /// Bytes; ids, too.
    Bytes,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// None.
    Null,
    /// Of [`ColumnKind::Integer`].
    Integer(i64),
    /// Of [`ColumnKind::Boolean`].
    Boolean(bool),
    /// Of [`ColumnKind::Real`].
    Real(f64),
    /// Of [`ColumnKind::Text`].
    Text(String),
    /// Of [`ColumnKind::Bytes`].
    Bytes(Vec<u8>),
}

/// A column's type, as its database calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnType {
    Integer,
    SmallInteger,
    BigInteger,
    Boolean,
    Real,
    Double,
    Text,
    Bytes,
    Uuid,
}

impl ColumnType {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "integer" => Self::Integer,
            "smallint" => Self::SmallInteger,
            "bigint" => Self::BigInteger,
            "boolean" => Self::Boolean,
            "real" => Self::Real,
            "double precision" => Self::Double,
            "text" => Self::Text,
            "blob" | "bytea" => Self::Bytes,
            "uuid" => Self::Uuid,
            _ => return None,
        })
    }

    pub(super) fn kind(self) -> ColumnKind {
        match self {
            Self::Integer | Self::SmallInteger | Self::BigInteger => ColumnKind::Integer,
            Self::Boolean => ColumnKind::Boolean,
            Self::Real | Self::Double => ColumnKind::Real,
            Self::Text => ColumnKind::Text,
            Self::Bytes | Self::Uuid => ColumnKind::Bytes,
        }
    }

    /// What is selected, so that a row gives the same types on both databases.
    pub(super) fn selected(self, database: DatabaseKind, column: &str) -> String {
        match (self, database) {
            (Self::Integer | Self::SmallInteger | Self::BigInteger, _)
            | (Self::Boolean, DatabaseKind::Sqlite) => format!("CAST(\"{column}\" AS BIGINT)"),
            (Self::Real | Self::Double, _) => format!("CAST(\"{column}\" AS DOUBLE PRECISION)"),
            (Self::Uuid, DatabaseKind::Postgres) => format!("uuid_send(\"{column}\")"),
            _ => format!("\"{column}\""),
        }
    }

    /// The value that is bound when a cell is inserted.
    pub(super) fn bound(self, cell: &Cell) -> Result<Value> {
        let misfit = || CatalogError::Refused("a value does not fit its column".to_owned());
        let narrow = |number: &i64| i32::try_from(*number).map_err(|_| misfit());
        let small = |number: &i64| i16::try_from(*number).map_err(|_| misfit());
        Ok(match (self, cell) {
            (_, Cell::Null) => self.null(),
            (Self::BigInteger, Cell::Integer(number)) => (*number).into(),
            (Self::Integer, Cell::Integer(number)) => narrow(number)?.into(),
            (Self::SmallInteger, Cell::Integer(number)) => small(number)?.into(),
            (Self::Boolean, Cell::Boolean(truth)) => (*truth).into(),
            (Self::Real, Cell::Real(number)) => (*number as f32).into(),
            (Self::Double, Cell::Real(number)) => (*number).into(),
            (Self::Text, Cell::Text(text)) => text.clone().into(),
            (Self::Bytes, Cell::Bytes(bytes)) => bytes.clone().into(),
            (Self::Uuid, Cell::Bytes(bytes)) => Uuid::from_slice(bytes).map_err(|_| misfit())?.into(),
            _ => return Err(misfit()),
        })
    }

    fn null(self) -> Value {
        match self {
            Self::Integer => None::<i32>.into(),
            Self::SmallInteger => None::<i16>.into(),
            Self::BigInteger => None::<i64>.into(),
            Self::Boolean => None::<bool>.into(),
            Self::Real => None::<f32>.into(),
            Self::Double => None::<f64>.into(),
            Self::Text => None::<String>.into(),
            Self::Bytes => None::<Vec<u8>>.into(),
            Self::Uuid => None::<Uuid>.into(),
        }
    }
}

/// Reads one column of a row that was selected with [`ColumnType::selected`].
pub(super) fn read(row: &QueryResult, at: usize, kind: ColumnKind, database: DatabaseKind) -> Result<Cell> {
    let cell = match kind {
        ColumnKind::Integer => row.try_get_by_index::<Option<i64>>(at)?.map(Cell::Integer),
        ColumnKind::Boolean if database == DatabaseKind::Sqlite => {
            row.try_get_by_index::<Option<i64>>(at)?.map(|number| Cell::Boolean(number != 0))
        }
        ColumnKind::Boolean => row.try_get_by_index::<Option<bool>>(at)?.map(Cell::Boolean),
        ColumnKind::Real => row.try_get_by_index::<Option<f64>>(at)?.map(Cell::Real),
        ColumnKind::Text => row.try_get_by_index::<Option<String>>(at)?.map(Cell::Text),
        ColumnKind::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(at)?.map(Cell::Bytes),
    };
    Ok(cell.unwrap_or(Cell::Null))
}
