//! Units of work: several operations in one transaction.
//!
//! - The transaction begins with the first write, so that a password can be hashed inside of a unit
//!   without holding the write lock of SQLite. Until then reads use the pool; afterwards they see
//!   what the unit has written.
//! - Transactions inside of a unit are savepoints. They don't retry: a transaction that was in the
//!   way ends the whole unit, and [`Database::atomically`] runs it again.
//! - Nothing of a unit is visible to others before its commit.

use std::sync::Arc;

use parking_lot::Mutex;
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    Statement, TransactionTrait,
};
use tokio::sync::{RwLock, RwLockReadGuard};

use crate::database::ATTEMPTS;
use crate::{CatalogError, Database, Result, dialect};

/// The connection that queries run on: a pool, or the transaction of a unit of work.
pub struct Connection {
    pool: DatabaseConnection,
    unit: Option<Arc<Unit>>,
    writes: bool,
}

/// One unit of work.
pub(crate) struct Unit {
    state: RwLock<State>,
    /// The failure for which the whole unit is to be run again.
    obstacle: Mutex<Option<CatalogError>>,
}

enum State {
    Waiting,
    Begun(DatabaseTransaction),
    Over,
}

impl Connection {
    /// A connection for reading outside of units.
    pub(crate) fn reader(pool: DatabaseConnection) -> Self {
        Self { pool, unit: None, writes: false }
    }

    /// A connection for writing outside of units.
    pub(crate) fn writer(pool: DatabaseConnection) -> Self {
        Self { pool, unit: None, writes: true }
    }

    /// The same within a unit.
    pub(crate) fn within(&self, unit: &Arc<Unit>) -> Self {
        Self { pool: self.pool.clone(), unit: Some(unit.clone()), writes: self.writes }
    }

    /// The pool itself, which knows nothing of units.
    pub(crate) fn pool(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// Begins a transaction that writes; within a unit, a savepoint.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = dialect::write_transaction();
        match self.transaction().await? {
            Some(transaction) => transaction.begin_with_options(options).await,
            None => self.pool.begin_with_options(options).await,
        }
    }

    /// The transaction of the unit; None outside of units, and for reading before the first write.
    async fn transaction(&self) -> Result<Option<RwLockReadGuard<'_, DatabaseTransaction>>, DbErr> {
        let Some(unit) = &self.unit else { return Ok(None) };
        if self.writes {
            unit.begin(&self.pool).await?;
        }
        let state = unit.state.read().await;
        match *state {
            State::Waiting => Ok(None),
            State::Over => Err(DbErr::Custom("the unit of work is over".to_owned())),
            State::Begun(_) => Ok(RwLockReadGuard::try_map(state, State::transaction).ok()),
        }
    }
}

impl State {
    fn transaction(&self) -> Option<&DatabaseTransaction> {
        match self {
            Self::Begun(transaction) => Some(transaction),
            Self::Waiting | Self::Over => None,
        }
    }
}

#[async_trait]
impl ConnectionTrait for Connection {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self.transaction().await? {
            Some(transaction) => transaction.execute_raw(statement).await,
            None => self.pool.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, text: &str) -> Result<ExecResult, DbErr> {
        match self.transaction().await? {
            Some(transaction) => transaction.execute_unprepared(text).await,
            None => self.pool.execute_unprepared(text).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self.transaction().await? {
            Some(transaction) => transaction.query_one_raw(statement).await,
            None => self.pool.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self.transaction().await? {
            Some(transaction) => transaction.query_all_raw(statement).await,
            None => self.pool.query_all_raw(statement).await,
        }
    }
}

impl Unit {
    fn new() -> Arc<Self> {
        Arc::new(Self { state: RwLock::new(State::Waiting), obstacle: Mutex::new(None) })
    }

    /// Notes why a write inside of the unit failed, if running the unit again may help.
    pub(crate) fn note<T>(&self, outcome: &Result<T>) {
        if let Err(error @ (CatalogError::Conflict(_) | CatalogError::Full(_))) = outcome {
            *self.obstacle.lock() = Some(error.clone());
        }
    }

    async fn begin(&self, pool: &DatabaseConnection) -> Result<(), DbErr> {
        if matches!(*self.state.read().await, State::Waiting) {
            let mut state = self.state.write().await;
            if matches!(*state, State::Waiting) {
                *state = State::Begun(pool.begin_with_options(dialect::write_transaction()).await?);
            }
        }
        Ok(())
    }

    /// Ends the unit. Whoever still holds it can do nothing more with it.
    async fn end(&self, keep: bool) -> Result<()> {
        let state = std::mem::replace(&mut *self.state.write().await, State::Over);
        match state {
            State::Begun(transaction) if keep => Ok(transaction.commit().await?),
            State::Begun(transaction) => Ok(transaction.rollback().await?),
            State::Waiting | State::Over => Ok(()),
        }
    }
}

impl Database {
    /// Runs several operations in one transaction: all of what they write is kept, or nothing if
    /// `work` or the commit fails. `work` gets a handle that is bound to the transaction, and runs
    /// again when another transaction was in the way: what it does beside the database must bear
    /// that. Within a unit, it is part of that unit.
    ///
    /// On SQLite the unit holds the write lock from its first write: writing with another handle
    /// than the one that `work` gets waits for the unit's own end.
    pub async fn atomically<T, E, F>(&self, work: impl Fn(Self) -> F) -> Result<T, E>
    where
        E: From<CatalogError>,
        F: Future<Output = Result<T, E>>,
    {
        if self.unit.is_some() {
            return work(self.clone()).await;
        }
        let (mut attempt, mut room_made) = (1, false);
        let outcome = loop {
            let unit = Unit::new();
            let outcome = match work(self.within(&unit)).await {
                Ok(value) => {
                    let ended = unit.end(true).await;
                    unit.note(&ended);
                    ended.map(|()| value).map_err(E::from)
                }
                Err(error) => {
                    if let Err(error) = unit.end(false).await {
                        // The connection is gone, and the transaction with it.
                        tracing::debug!(%error, "a transaction could not be rolled back");
                    }
                    Err(error)
                }
            };
            let obstacle = unit.obstacle.lock().take();
            match (outcome, obstacle) {
                (Err(_), Some(CatalogError::Conflict(_))) if attempt < ATTEMPTS => attempt += 1,
                (Err(_), Some(CatalogError::Full(_))) if !room_made => {
                    self.use_reserve().await?;
                    room_made = true;
                }
                (outcome, _) => break outcome,
            }
        };
        if outcome.is_ok() {
            self.keep_reserve().await;
        }
        outcome
    }
}
