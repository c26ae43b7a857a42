//! What every request of the API passes, and what its operations are made of.
//!
//! Belongs here: who gets in ([`guard`]), the envelope and its errors, strict reading of paths, queries
//! and bodies, pages, versions, idempotency, the audit of deeds, and the sockets on which events
//! are told ([`live`]). Does not belong here: any operation (`api`), any business rule.

pub mod answer;
pub mod audit;
pub mod body;
pub mod camera_cache;
pub mod cookie;
pub mod echo;
pub mod enums;
pub mod error;
pub mod failures;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod guard;
pub mod idempotency;
pub mod live;
pub mod media;
pub mod page;
pub mod path;
pub mod probe;
pub mod query;
pub mod redact;
pub mod shell;
pub mod state;
pub mod time;
pub mod version;
pub mod words;
