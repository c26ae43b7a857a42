//! The audit trail: one hash chain an organization, only ever added to.
//!
//! Each entry holds the digest of the one before, so an entry that was changed, taken out, put in
//! or moved breaks the chain; the head, in a row of its own, tells when the end was cut off. Who
//! can write all rows of the database could compute a chain anew: against that, keep a digest
//! somewhere else.

mod chain;
mod list;
mod verify;

pub use list::AuditFilter;
pub use verify::AuditReport;

pub(crate) use chain::append;

#[cfg(test)]
pub(crate) use list::page_statement;
