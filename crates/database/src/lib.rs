//! The database under the catalog, SQLite or PostgreSQL.
//!
//! Belongs here: connections, transactions and their retries, migrations, the few places where the
//! two kinds differ ([`dialect`]), sealed secrets, and what an operation fails with. Does not belong
//! here: entities and queries (`catalog`).

mod database;
pub mod dialect;
pub mod dump;
mod error;
mod hidden;
pub mod migrate;
mod node_claim;
mod reseal;
pub mod seal;
pub mod sql;
mod unit;

pub use database::{CatalogOptions, Database, DatabaseKind};
pub use error::CatalogError;
pub use hidden::Hidden;
pub use node_claim::{NodeClaim, NodeClaimed};
pub use seal::Sealer;
pub use unit::Connection;

/// What every operation gives.
pub type Result<T, E = CatalogError> = std::result::Result<T, E>;
