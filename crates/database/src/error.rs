//! What can go wrong with the catalog.

use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// A failed operation. None of its texts holds a bound value, so that no password can come out of
/// it. A failed write has left nothing half done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// The address is not one that the catalog understands.
    #[error("the database address is not usable: {0}")]
    InvalidUrl(String),
    /// No connection, or none became free in time: try again later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Another transaction was in the way: try again at once.
    #[error("the database is busy: {0}")]
    Conflict(String),
    /// There is no room for the database to grow.
    #[error("no room for the database: {0}")]
    Full(String),
    /// A migration failed; the database is as it was before it.
    #[error("migration {version} failed: {message}")]
    Migration {
        /// Number of the migration.
        version: i32,
        /// What the database said.
        message: String,
    },
    /// The database was written by a newer Nightjar.
    #[error("the database has schema version {found}, this program knows {known} at most")]
    TooNew {
        /// What the database has.
        found: i32,
        /// What this program knows.
        known: i32,
    },
    /// A stored value can't be what it should be.
    #[error("the catalog holds a damaged value: {0}")]
    Damaged(String),
    /// A row that the operation needs is not there.
    #[error("not in the catalog: {0}")]
    NotFound(String),
    /// A value that must be unique is used already; names the field.
    #[error("the {0} is taken already")]
    Taken(&'static str),
    /// The row was changed since the version that the caller has seen.
    #[error("the row has been changed since")]
    Stale,
    /// The camera is the configuration file's: only that changes it.
    #[error("the camera is managed by the configuration file")]
    ManagedByFile,
    /// A secret is to be sealed or opened, and no key was given.
    #[error("no secret key is configured")]
    NoSecretKey,
    /// A row breaks a rule of the schema, or a value has no place in its column; other rows may be
    /// fine.
    #[error("the database refuses a row: {0}")]
    Refused(String),
    /// Everything else that the database says.
    #[error("the database failed: {0}")]
    Database(String),
}

impl CatalogError {
    /// Whether the same call may go well later without anything being changed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Conflict(_) | Self::Full(_))
    }

    /// What a write failed with that may have met a unique index on `field`.
    pub fn or_taken(error: DbErr, field: &'static str) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Taken(field),
            _ => error.into(),
        }
    }
}

impl From<DbErr> for CatalogError {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => from_sqlx(&error),
            DbErr::ConnectionAcquire(error) => Self::Unavailable(error.to_string()),
            other => Self::Database(other.to_string()),
        }
    }
}

impl From<sqlx::Error> for CatalogError {
    fn from(error: sqlx::Error) -> Self {
        from_sqlx(&error)
    }
}

fn from_sqlx(error: &sqlx::Error) -> CatalogError {
    match error {
        // The message alone: the details of PostgreSQL quote the row.
        sqlx::Error::Database(error) => {
            let message = error.message().to_owned();
            let code = error.code().unwrap_or_default();
            if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                from_sqlite(code.parse().unwrap_or(0), message)
            } else {
                from_postgres(&code, message)
            }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => CatalogError::Unavailable(error.to_string()),
        other => CatalogError::Database(other.to_string()),
    }
}

/// By primary result code (<https://sqlite.org/rescode.html>), the low byte of the extended one.
fn from_sqlite(code: u32, message: String) -> CatalogError {
    const SHORT_WRITE: u32 = 10 | (3 << 8);
    match (code, code & 0xff) {
        // A write that the disk takes only a part of: it is full.
        (SHORT_WRITE, _) | (_, 13) => CatalogError::Full(message),
        (_, 5 | 6) => CatalogError::Conflict(message),
        (_, 10 | 14) => CatalogError::Unavailable(message),
        (_, 11 | 26) => CatalogError::Damaged(message),
        (_, 18..=20) => CatalogError::Refused(message),
        _ => CatalogError::Database(message),
    }
}

/// By SQLSTATE (PostgreSQL manual, appendix A).
fn from_postgres(code: &str, message: String) -> CatalogError {
    match code {
        "40001" | "40P01" | "55P03" => CatalogError::Conflict(message),
        "53100" => CatalogError::Full(message),
        _ if ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => {
            CatalogError::Unavailable(message)
        }
        _ if code.starts_with("XX") => CatalogError::Damaged(message),
        _ if ["22", "23"].iter().any(|class| code.starts_with(class)) => CatalogError::Refused(message),
        _ => CatalogError::Database(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transient_failures_are_told_from_lasting_ones() {
        let text = String::new;
        assert_eq!(from_sqlite(13, text()), CatalogError::Full(text()));
        assert_eq!(from_sqlite(517, text()), CatalogError::Conflict(text()));
        assert_eq!(from_sqlite(778, text()), CatalogError::Full(text()));
        assert_eq!(from_sqlite(1555, text()), CatalogError::Refused(text()));
        assert_eq!(from_postgres("40P01", text()), CatalogError::Conflict(text()));
        assert_eq!(from_postgres("53100", text()), CatalogError::Full(text()));
        assert_eq!(from_postgres("57P01", text()), CatalogError::Unavailable(text()));
        assert_eq!(from_postgres("23505", text()), CatalogError::Refused(text()));
    }
}
