//! The catalog: entities, migrations and queries for SQLite and PostgreSQL.
//!
//! Belongs here: everything that touches the database, as one set of queries for both kinds; where
//! they must differ, the difference stands in `dialect`. Does not belong here: files and objects
//! (`storage`), the order between bytes and rows (`recorder`), types of the HTTP API (`api`).

mod accounts;
mod audit;
mod cameras;
mod catalog;
mod dialect;
mod entity;
mod error;
mod events;
mod gaps;
mod ledger;
mod migrate;
mod nodes;
mod page;
#[cfg(test)]
mod query_plans;
mod restore;
mod retention;
mod seal;
mod segments;
mod settings;
mod sql;
mod timeline;
mod uploads;
mod usage;
pub mod verify;
mod window;

pub use accounts::{LoginRecord, NewUser, RefreshOutcome, SigningKey, TotpRecord, UserFilter};
pub use audit::{AuditFilter, AuditReport};
pub use cameras::{CameraFilter, CameraSort, CameraSortKey};
pub use catalog::{Catalog, CatalogOptions, DatabaseKind};
pub use error::CatalogError;
pub use events::{EventFilter, EventPage, EventWrite};
pub use ledger::{LedgerCursor, LedgerItem, LedgerRow, LedgerWrite};
pub use page::{InvalidCursor, Page, PageStart, SegmentCursor, SegmentFilter, SegmentPage, SortOrder};
pub use seal::Sealer;
pub use uploads::{UploadJob, UploadStats};
pub use usage::CameraUsage;

/// What every operation of the catalog gives.
pub type Result<T, E = CatalogError> = std::result::Result<T, E>;
