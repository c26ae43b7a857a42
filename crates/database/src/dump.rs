//! All tables as rows of plain values: read in one snapshot, written in one transaction, the same for
//! both databases. What one of them dumped, the other can load.
//!
//! # Invariants
//!
//! - The tables are those that the migrations make, with the columns that the database says they have:
//!   a new table or column needs no change here, but one of a new type does.
//! - Tables come in an order in which each stands behind those that its rows refer to.
//! - A load happens whole or not at all, at the schema version of the dump; newer migrations run after it.

mod cell;
mod load;
mod schema;
mod snapshot;

pub use cell::{Cell, ColumnKind};
pub use load::Load;
pub use schema::{ColumnSchema, TableSchema};
pub use snapshot::Snapshot;
