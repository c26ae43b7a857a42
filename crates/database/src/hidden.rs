//! A column that no row shows.

use std::fmt;

use nightjar_model::Secret;
use sea_orm::DeriveValueType;

/// A hash or a sealed secret as it lies in its column. Its `Debug` hides it, because sea-orm wants
/// rows to have one.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

impl From<&Secret> for Hidden {
    fn from(secret: &Secret) -> Self {
        Self(secret.expose().to_owned())
    }
}

impl From<Hidden> for Secret {
    fn from(hidden: Hidden) -> Self {
        Self::new(hidden.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_does_not_show_it() {
        let shown = format!("{:?}", Hidden::from(&Secret::new("hunter2")));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
