//! A node's name in a shared database: one process at a time goes by it.
//!
//! Two machines that both call themselves `node-1` would each take the open segments of the other for
//! leftovers of a crash of its own. On PostgreSQL a process holds an advisory lock for the life of a
//! connection of its own; SQLite files are locked beside the file instead (`storage`).

use std::str::FromStr;
use std::time::Duration;

use sea_orm::sqlx::ConnectOptions;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::{ConnectionTrait, DatabaseConnection, SqlxPostgresConnector};

use crate::sql::statement;
use crate::{CatalogError, DatabaseKind, Result, dialect};

/// The first half of the lock's key; the second one is the hash of the node's name. Any number will
/// do, as long as it is always the same.
const LOCK_CLASS: i32 = 0x6e6a;
/// PostgreSQL cuts application names after that.
const MAX_NAME: usize = 63;
/// A killed process of this machine is gone from the server within moments.
const PATIENCE: Duration = Duration::from_secs(2);
/// The server notices that a machine is gone by the keep-alives below: 10 s, then 3 times 5 s.
const PATIENCE_WITH_OTHERS: Duration = Duration::from_secs(30);
const KEEP_ALIVE: [(&str, &str); 3] =
    [("tcp_keepalives_idle", "10"), ("tcp_keepalives_interval", "5"), ("tcp_keepalives_count", "3")];
const RETRY: Duration = Duration::from_millis(250);

/// The right to a node's name, until it is dropped.
#[derive(Debug)]
pub struct NodeClaim {
    connection: DatabaseConnection,
    node: String,
}

/// What came of asking for a node's name.
#[derive(Debug)]
pub enum NodeClaimed {
    /// It is ours.
    Ours(NodeClaim),
    /// Another process goes by it; says which one, as far as it is known.
    Held(String),
    /// SQLite: whoever has the file has its only node.
    Alone,
}

impl NodeClaim {
    /// Asks for a node's name. `host` is this machine's name, `process` is what others are told of us.
    pub async fn acquire(url: &str, node: &str, host: &str, process: &str) -> Result<NodeClaimed> {
        if dialect::kind_of(url) != Some(DatabaseKind::Postgres) {
            return Ok(NodeClaimed::Alone);
        }
        let name: String = format!("nightjar {process}").chars().take(MAX_NAME).collect();
        let connect = PgConnectOptions::from_str(url)
            .map_err(|_| CatalogError::InvalidUrl("expected postgres://user:password@host/name".into()))?
            .application_name(&name)
            .options(KEEP_ALIVE)
            .disable_statement_logging();
        let pool = PgPoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.connect_with(connect).await?);
        let claim = Self { connection, node: node.to_owned() };
        let mut waited = Duration::ZERO;
        loop {
            if claim.try_lock().await? {
                return Ok(NodeClaimed::Ours(claim));
            }
            let holder = claim.holder().await?.unwrap_or_default();
            let patience = if holder.contains(host) { PATIENCE } else { PATIENCE_WITH_OTHERS };
            if waited >= patience {
                return Ok(NodeClaimed::Held(holder));
            }
            tokio::time::sleep(RETRY).await;
            waited += RETRY;
        }
    }

    /// Whether the name is still ours. A lock ends with its connection, when the server restarts, say: then
    /// it is asked for again, and false if another process was quicker.
    pub async fn keep(&self) -> Result<bool> {
        let text = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted
                      AND pid = pg_backend_pid() AND classid::bigint = $1
                      AND objid::bigint = (hashtext($2)::bigint & 4294967295))";
        let ask = statement(&self.connection, text, [i64::from(LOCK_CLASS).into(), self.node.clone().into()]);
        let row = self.connection.query_one_raw(ask).await?;
        let ours: Option<bool> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        if ours == Some(true) { Ok(true) } else { self.try_lock().await }
    }

    async fn try_lock(&self) -> Result<bool> {
        let text = "SELECT pg_try_advisory_lock($1, hashtext($2))";
        let ask = statement(&self.connection, text, [LOCK_CLASS.into(), self.node.clone().into()]);
        let row = self.connection.query_one_raw(ask).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(false))
    }

    /// What the server knows of the process that goes by the name.
    async fn holder(&self) -> Result<Option<String>> {
        let text = "SELECT application_name, coalesce(host(client_addr), 'the database''s own machine')
                    FROM pg_locks JOIN pg_stat_activity USING (pid)
                    WHERE locktype = 'advisory' AND granted AND classid::bigint = $1
                      AND objid::bigint = (hashtext($2)::bigint & 4294967295)
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let ask = statement(&self.connection, text, [i64::from(LOCK_CLASS).into(), self.node.clone().into()]);
        let Some(row) = self.connection.query_one_raw(ask).await? else { return Ok(None) };
        let (name, address): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok(Some(format!("`{name}`, connected from {address}")))
    }
}
