//! Names for accounts that are made when somebody comes for the first time.

use super::Result;
use super::claims::Claims;
use crate::random;
use crate::users::{USERNAME_CHARS, is_in_usernames};

/// Names that are tried before a random one.
const NUMBERED: u32 = 9;
/// Room for what is put behind a name that is taken.
const ROOM: usize = 9;

/// Names to try, best first: `ada`, `ada-2`, … and one that nobody can have.
pub(super) fn candidates(claims: &Claims) -> Result<Vec<String>> {
    let wanted = [claims.text("preferred_username"), claims.email(), claims.text("name")];
    let name = wanted.into_iter().flatten().map(plain).find(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| "user".to_owned());
    let [a, b, c, d] = random::bytes::<4>()?;
    let last = format!("{name}-{:08x}", u32::from_be_bytes([a, b, c, d]));
    let numbered = (2..=NUMBERED).map(|number| format!("{name}-{number}"));
    Ok([name.clone()].into_iter().chain(numbered).chain([last]).collect())
}

/// What a name may hold of a text: blanks become dots, the rest goes.
fn plain(text: &str) -> String {
    let kept = text.trim().chars().map(|c| if c.is_whitespace() { '.' } else { c });
    let kept: String = kept.filter(|c| is_in_usernames(*c)).take(USERNAME_CHARS - ROOM).collect();
    kept.trim_matches(['.', '_', '-', '@', '+']).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::claims::claims;
    use super::*;

    fn first(said: Value) -> String {
        candidates(&claims(said)).expect("random").remove(0)
    }

    #[test]
    fn the_name_is_the_one_that_the_person_knows() {
        assert_eq!(first(json!({ "preferred_username": "ada", "email": "a@b.c" })), "ada");
        assert_eq!(first(json!({ "email": "ada@example.org" })), "ada@example.org");
        assert_eq!(first(json!({ "preferred_username": " ", "name": "Ada King\u{202e}" })), "Ada.King");
        assert_eq!(first(json!({ "name": "阿达" })), "user");
        assert_eq!(first(json!({ "preferred_username": "../../etc" })), "etc");
    }

    #[test]
    fn every_candidate_is_a_name_and_they_differ() {
        let long = "x".repeat(500);
        let all = candidates(&claims(json!({ "preferred_username": long }))).expect("random");
        assert!(all.iter().all(|name| name.len() <= USERNAME_CHARS && name.chars().all(is_in_usernames)));
        let mut unique = all.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), all.len());
    }
}
