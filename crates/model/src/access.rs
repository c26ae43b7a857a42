//! Who may do what with what: permissions, roles, callers, and the one function that decides.

mod caller;
mod decision;
mod permission;

pub use caller::{Caller, GroupScope, Via};
pub use decision::{Denial, Object, authorize};
pub use permission::{Permission, Permissions, Role, UnknownWord};
