//! Devices that have signed in before: each has a counter of failures of its own, so that strangers who
//! guess don't keep it out.
//!
//! A browser keeps a mark for each of the accounts that it has signed in with: an id, the time, and a
//! fingerprint of both and of the username under the installation's secret key. A mark proves nothing but
//! that: whoever steals one gets the few guesses of one more device.

use std::time::Duration;

use nightjar_model::{Secret, WallTime};

use crate::{Access, Result, random};

/// How long a mark is good after the last sign-in.
const LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Accounts that one browser is remembered for; the one that was used longest ago goes first.
const MOST_MARKS: usize = 4;
/// Bytes of one mark at most.
const MOST_BYTES: usize = 120;
const PURPOSE: &str = "device";

impl Access {
    /// Returns the id of the device, if a browser's marks show that it has signed in with this name.
    pub(crate) fn known_device(&self, marks: &Secret, username: &str, now: WallTime) -> Option<String> {
        let mut marks = marks.expose().split('.').take(MOST_MARKS);
        marks.find_map(|mark| self.id_of(mark, username, now)).map(str::to_owned)
    }

    /// Returns the marks that the browser keeps after it has signed in with this name; none if there is no
    /// secret key to sign with.
    pub fn mark_device(
        &self,
        before: Option<&Secret>,
        username: &str,
        now: WallTime,
    ) -> Result<Option<Secret>> {
        let known = before.and_then(|marks| self.known_device(marks, username, now));
        let id = match known {
            Some(id) => id,
            None => random::text()?,
        };
        let at = now.micros() / 1_000_000;
        let Some(proof) = self.fingerprint(username, &id, at) else { return Ok(None) };
        let mut marks = vec![format!("{id}~{at}~{proof}")];
        let others = before.map(Secret::expose).unwrap_or_default().split('.');
        let of_others = |mark: &&str| {
            (1..MOST_BYTES).contains(&mark.len())
                && mark.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte))
                && self.id_of(mark, username, now).is_none()
        };
        marks.extend(others.filter(of_others).take(MOST_MARKS - 1).map(str::to_owned));
        Ok(Some(Secret::new(marks.join("."))))
    }

    fn id_of<'a>(&self, mark: &'a str, username: &str, now: WallTime) -> Option<&'a str> {
        let (id, rest) = mark.split_once('~')?;
        let (at, proof) = rest.split_once('~')?;
        let at: i64 = at.parse().ok()?;
        let age = now.saturating_since(WallTime::from_micros(at.checked_mul(1_000_000)?));
        let expected = self.fingerprint(username, id, at)?;
        let is_ours = blake3::hash(proof.as_bytes()) == blake3::hash(expected.as_bytes());
        (random::is_text(id) && age < LIFETIME && is_ours).then_some(id)
    }

    fn fingerprint(&self, username: &str, id: &str, at: i64) -> Option<String> {
        let username = username.trim().to_lowercase();
        self.catalog().fingerprint(PURPOSE, &format!("{username}\0{id}\0{at}"))
    }
}
