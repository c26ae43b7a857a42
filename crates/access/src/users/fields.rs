//! What the fields of an account may hold.

use nightjar_model::User;
use nightjar_model::text::{is_line, is_plain};

use crate::{AccessError, Result};

pub(crate) const USERNAME_CHARS: usize = 64;
const NAME_CHARS: usize = 100;
const EMAIL_BYTES: usize = 254;

/// Fails for a field that can't be like that.
pub(crate) fn check_fields(user: &User) -> Result<()> {
    let name = &user.username;
    if name.is_empty() || name.len() > USERNAME_CHARS || !name.chars().all(is_in_usernames) {
        let why = format!("must be 1 to {USERNAME_CHARS} of A-Z a-z 0-9 . _ - @ +");
        return Err(AccessError::field("username", why));
    }
    check_name("display_name", &user.display_name)?;
    if user.email.as_deref().is_some_and(|email| !is_address(email)) {
        return Err(AccessError::field("email", "must be an address like name@example.org"));
    }
    Ok(())
}

/// Whether names of accounts may have this character.
pub(crate) fn is_in_usernames(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._-@+".contains(c)
}

/// Fails for a name for people that is empty, too long, or doesn't show what it holds.
pub(crate) fn check_name(field: &'static str, name: &str) -> Result<()> {
    let chars = name.chars().count();
    if name.trim().is_empty() || chars > NAME_CHARS || !is_line(name) {
        let why = format!("must have 1 to {NAME_CHARS} characters, all of them visible");
        return Err(AccessError::field(field, why));
    }
    Ok(())
}

/// Whether mail could go there: whether it does, only mail tells.
pub(crate) fn is_address(text: &str) -> bool {
    let plain = text.len() <= EMAIL_BYTES && !text.chars().any(|c| c.is_whitespace() || !is_plain(c));
    let parts = text.rsplit_once('@');
    plain && parts.is_some_and(|(name, host)| !name.is_empty() && !name.contains('@') && !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_at() {
        assert!(is_address("ada@example.org") && is_address("a+b@localhost"));
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a@b@c",
            "a b@c",
            "a@b\r\nBcc:x",
            &format!("{}@b", "a".repeat(300)),
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn a_name_is_visible() {
        assert!(check_name("name", "Ada Lovelace").is_ok());
        for bad in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert!(check_name("name", bad).is_err(), "{bad:?}");
        }
    }
}
