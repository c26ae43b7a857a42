//! The audit trail: one hash chain an organization, only ever added to.
//!
//! - Each entry holds the digest of the one before, so an entry that was changed, removed, added or
//!   moved breaks the chain.
//! - Digests are keyed with a key that is derived from the secret key, so that whoever has only the
//!   database can't compute a chain anew. Entries from before there were keys stay as they are; the
//!   first keyed one says that the key has changed, and so does each after a change of the secret key.
//! - The head, in a row of its own, is what a writer locks. Whoever can write all rows can cut the end
//!   of a chain off and set the head back: against that, keep a head ([`AuditHead`]) somewhere else.
//!
//! Belongs here: the chain's form, adding, reading and verifying. Does not belong here: what is worth
//! an entry (`http`, `access`), exporting entries (`audit-export`).

mod chain;
mod head;
mod keys;
mod list;
mod row;
mod verify;

pub use chain::{append, append_all, rekey};
pub use head::{AuditHead, InvalidHead, heads};
pub use list::{AuditFilter, entries, entries_after, page_statement};
pub use verify::{AuditReport, verify};

use nightjar_database::Result;
