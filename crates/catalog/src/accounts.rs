//! Accounts: organizations, users, and what hangs on them.
//!
//! Belongs here: rows and their rules (unique names, versions, things that work once). Does not
//! belong here: hashing, signing, and who may do what (`access`).

mod groups;
mod login;
mod organizations;
mod refresh;
mod scope;
mod sessions;
mod signing_keys;
mod tokens;
mod totp;
mod users;

pub(crate) use organizations::lock_organization;

pub use login::{LoginRecord, TotpRecord};
pub use refresh::RefreshOutcome;
pub use signing_keys::SigningKey;
pub use users::{NewUser, UserFilter};
