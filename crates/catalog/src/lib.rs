//! The catalog: entities, migrations and queries for SQLite and PostgreSQL.
//!
//! Belongs here: everything that asks the database, as one set of queries for both kinds. Does not
//! belong here: the database itself, and where its kinds differ (`database`), files and objects (`storage`), the order between bytes and rows (`recorder`), types of the HTTP API (`api`).

mod accounts;
mod audit;
mod cameras;
mod catalog;
mod entity;
mod events;
mod gaps;
mod ledger;
mod nodes;
mod purges;
#[cfg(test)]
mod query_plans;
mod restore;
mod retention;
mod segments;
mod settings;
mod timeline;
#[cfg(test)]
mod upgrade;
mod uploads;
mod usage;
pub mod verify;
mod window;

// The database, by the names that queries use.
use nightjar_database::{dialect, seal, sql};

pub use accounts::{LoginRecord, NewUser, RefreshOutcome, SigningKey, TotpRecord, UserFilter};
pub use cameras::{CameraBook, CameraFilter, CameraSort, CameraSortKey, ConfigPart};
pub use catalog::Catalog;
pub use events::{EventChange, EventChanged, EventFilter, EventPage, EventWrite};
pub use ledger::{LedgerCursor, LedgerItem, LedgerRow, LedgerWrite};
pub use nightjar_audit::{AuditFilter, AuditHead, AuditReport, InvalidHead};
pub use nightjar_database::{CatalogError, CatalogOptions, DatabaseKind, Result, Sealer};
pub use nightjar_model::{
    InvalidCursor, Page, PageStart, SegmentCursor, SegmentFilter, SegmentPage, SortOrder,
};
pub use uploads::{UploadJob, UploadStats};
pub use usage::CameraUsage;
