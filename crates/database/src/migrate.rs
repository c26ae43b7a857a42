//! Bringing the tables up to date: each migration is one transaction, so that a kill in the middle
//! leaves the state before it, and is noted in `migrations` by the same transaction.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, TransactionTrait};

use crate::dialect;
use crate::sql::statement;
use crate::{CatalogError, DatabaseKind, Result};

/// One step of the schema. Released ones never change.
struct Migration {
    version: i32,
    name: &'static str,
    ddl: fn(DatabaseKind) -> String,
}

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "spine", ddl: spine },
    Migration {
        version: 2,
        name: "node_seen",
        ddl: |_| include_str!("migrations/0002_node_seen.sql").to_owned(),
    },
    Migration { version: 3, name: "accounts", ddl: accounts },
    Migration { version: 4, name: "cameras", ddl: cameras },
    Migration { version: 5, name: "events", ddl: events },
    Migration {
        version: 6,
        name: "purges",
        ddl: |kind| dialect::ddl(kind, include_str!("migrations/0006_purges.sql")),
    },
    Migration {
        version: 7,
        name: "password_versions",
        ddl: |_| include_str!("migrations/0007_password_versions.sql").to_owned(),
    },
    Migration {
        version: 8,
        name: "lost_answers",
        ddl: |kind| dialect::ddl(kind, include_str!("migrations/0008_lost_answers.sql")),
    },
    Migration {
        version: 9,
        name: "event_changes",
        ddl: |_| include_str!("migrations/0009_event_changes.sql").to_owned(),
    },
    Migration {
        version: 10,
        name: "events_by_type",
        ddl: |_| include_str!("migrations/0010_events_by_type.sql").to_owned(),
    },
    Migration {
        version: 11,
        name: "session_proofs",
        ddl: |_| include_str!("migrations/0011_session_proofs.sql").to_owned(),
    },
    Migration {
        version: 12,
        name: "serials_in_sight",
        ddl: |_| include_str!("migrations/0012_serials_in_sight.sql").to_owned(),
    },
    Migration {
        version: 13,
        name: "audit_keys",
        ddl: |_| include_str!("migrations/0013_audit_keys.sql").to_owned(),
    },
];

fn spine(kind: DatabaseKind) -> String {
    let tables = dialect::ddl(kind, include_str!("migrations/0001_spine.sql"));
    tables + &dialect::extras(kind)
}

fn accounts(kind: DatabaseKind) -> String {
    let extras = match kind {
        DatabaseKind::Sqlite => include_str!("migrations/0003_accounts_sqlite.sql"),
        DatabaseKind::Postgres => include_str!("migrations/0003_accounts_postgres.sql"),
    };
    dialect::ddl(kind, include_str!("migrations/0003_accounts.sql")) + extras
}

fn cameras(kind: DatabaseKind) -> String {
    let extras = match kind {
        DatabaseKind::Sqlite => "",
        DatabaseKind::Postgres => include_str!("migrations/0004_cameras_postgres.sql"),
    };
    dialect::ddl(kind, include_str!("migrations/0004_cameras.sql")) + extras
}

fn events(kind: DatabaseKind) -> String {
    let tables = dialect::ddl(kind, include_str!("migrations/0005_events.sql"));
    let partitions = match kind {
        DatabaseKind::Sqlite => "",
        DatabaseKind::Postgres => include_str!("migrations/0005_events_postgres.sql"),
    };
    tables + partitions + include_str!("migrations/0005_events_indexes.sql")
}

/// Runs what has not been run yet. Safe to be called by several processes at once.
pub(crate) async fn run<C>(kind: DatabaseKind, connection: &C) -> Result<()>
where
    C: TransactionTrait<Transaction = DatabaseTransaction>,
{
    run_these(kind, connection, MIGRATIONS).await
}

/// Runs the migrations up to this version: for tests of what comes after it.
pub async fn run_up_to<C>(kind: DatabaseKind, connection: &C, version: usize) -> Result<()>
where
    C: TransactionTrait<Transaction = DatabaseTransaction>,
{
    run_these(kind, connection, &MIGRATIONS[..version.min(MIGRATIONS.len())]).await
}

/// Runs the migrations up to this one.
pub(crate) async fn run_to<C>(kind: DatabaseKind, connection: &C, version: i32) -> Result<()>
where
    C: TransactionTrait<Transaction = DatabaseTransaction>,
{
    let count = MIGRATIONS.iter().take_while(|migration| migration.version <= version).count();
    let reached = MIGRATIONS[..count].last().map_or(0, |migration| migration.version);
    if reached != version {
        return Err(CatalogError::TooNew { found: version, known: newest() });
    }
    run_these(kind, connection, &MIGRATIONS[..count]).await
}

/// The newest schema version that this program knows.
pub fn newest() -> i32 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

/// The tables that migrations make and that hold what was put in: not `migrations` itself, nor the room
/// that SQLite keeps for a full disk.
pub(crate) fn tables(kind: DatabaseKind) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for migration in MIGRATIONS {
        let ddl = (migration.ddl)(kind);
        for part in ddl.split("CREATE TABLE ").skip(1) {
            let part = part.strip_prefix("IF NOT EXISTS ").unwrap_or(part).trim_start();
            let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(part.len());
            names.insert(part[..end].to_owned());
        }
    }
    names.remove("reserve");
    names
}

async fn run_these<C>(kind: DatabaseKind, connection: &C, migrations: &[Migration]) -> Result<()>
where
    C: TransactionTrait<Transaction = DatabaseTransaction>,
{
    let known = migrations.last().map_or(0, |migration| migration.version);
    for migration in migrations {
        let transaction = connection.begin_with_options(dialect::write_transaction()).await?;
        let found = applied(kind, &transaction).await?;
        if found > known {
            return Err(CatalogError::TooNew { found, known });
        }
        if found < migration.version {
            step(kind, &transaction, migration).await.map_err(|error| CatalogError::Migration {
                version: migration.version,
                message: CatalogError::from(error).to_string(),
            })?;
            tracing::info!(version = migration.version, name = migration.name, "catalog migrated");
        }
        transaction.commit().await?;
    }
    Ok(())
}

/// The newest migration that was run; waits for another process that is at it.
async fn applied(kind: DatabaseKind, transaction: &DatabaseTransaction) -> Result<i32> {
    if let Some(lock) = dialect::migration_lock(kind) {
        transaction.execute_unprepared(lock).await?;
    }
    transaction
        .execute_unprepared(
            "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL)",
        )
        .await?;
    let newest = statement(transaction, "SELECT max(version) FROM migrations", []);
    let row: Option<QueryResult> = transaction.query_one_raw(newest).await?;
    let version: Option<i32> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    Ok(version.unwrap_or(0))
}

async fn step(
    kind: DatabaseKind,
    transaction: &DatabaseTransaction,
    migration: &Migration,
) -> Result<(), DbErr> {
    transaction.execute_unprepared(&(migration.ddl)(kind)).await?;
    let note = "INSERT INTO migrations (version, name) VALUES ($1, $2)";
    let values = [migration.version.into(), migration.name.into()];
    transaction.execute_raw(statement(transaction, note, values)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CatalogOptions, Database};

    fn broken(_: DatabaseKind) -> String {
        "CREATE TABLE half (id BIGINT); CREATE TABLE half (id BIGINT);".to_owned()
    }

    fn whole(_: DatabaseKind) -> String {
        "CREATE TABLE half (id BIGINT);".to_owned()
    }

    #[tokio::test]
    async fn a_migration_that_breaks_off_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("catalog.db").display());
        let database = Database::connect(&url, &CatalogOptions::default()).await.expect("opens");
        let kind = database.kind();
        let newest = MIGRATIONS.last().expect("there are some").version;
        let next = |ddl| [Migration { version: newest + 1, name: "next", ddl }];
        let error = run_these(kind, database.writer().pool(), &next(broken)).await.expect_err("breaks off");
        assert!(matches!(error, CatalogError::Migration { version, .. } if version == newest + 1), "{error}");
        for _ in 0..2 {
            run_these(kind, database.writer().pool(), &next(whole)).await.expect("nothing is in the way");
        }
        let error = run(kind, database.writer().pool()).await.expect_err("does not know the last");
        assert_eq!(error, CatalogError::TooNew { found: newest + 1, known: newest });
    }
}
