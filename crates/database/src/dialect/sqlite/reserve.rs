//! Room for the database on a full disk.
//!
//! Footage shares the volume with the catalog, and deleting footage begins with a row. So the file
//! always holds some free pages, and the log some length, that nobody else can take: with them the
//! gap can be noted and rows can be marked while not one more byte fits on the volume.

use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult};

use crate::sql::statement;
use crate::{CatalogError, Result};

/// Fewer free pages than this are made more.
const LOW_PAGES: i64 = 256;
/// What is added then: 4 MiB. Also about what the log grows to before a checkpoint.
const FILLER_BYTES: i64 = 4 << 20;

/// At start: gives the log its length and the file its free pages. On a full disk there is nothing
/// to do but to go on with what there is.
pub(crate) async fn fill(writer: &DatabaseConnection) -> Result<()> {
    // A transaction written and then taken back would leave no pages behind, hence two.
    let filled = writer
        .execute_raw(statement(
            writer,
            "INSERT INTO reserve (filler) VALUES (zeroblob($1))",
            [FILLER_BYTES.into()],
        ))
        .await
        .map_err(CatalogError::from);
    if let Err(error) = filled {
        if matches!(error, CatalogError::Full(_)) {
            tracing::warn!("no room to reserve for the catalog");
            return Ok(());
        }
        return Err(error);
    }
    // Only the checkpoint writes the pages to the file itself.
    writer.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await?;
    writer.execute_unprepared("DELETE FROM reserve").await?;
    Ok(())
}

/// After a write: keeps the free pages up.
pub(crate) async fn keep(writer: &DatabaseConnection) -> Result<()> {
    let count = statement(writer, "PRAGMA freelist_count", []);
    let row: Option<QueryResult> = writer.query_one_raw(count).await?;
    let free: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    if free < LOW_PAGES { fill(writer).await } else { Ok(()) }
}

/// After a write found no room: lets the log begin at its start again, over what it has already.
pub(crate) async fn rewind(writer: &DatabaseConnection) -> Result<()> {
    writer.execute_unprepared("DELETE FROM reserve; PRAGMA wal_checkpoint(RESTART)").await?;
    Ok(())
}
