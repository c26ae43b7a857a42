//! Fresh proofs: a person proves once more to be there, before what a stolen session must not do.
//!
//! A sign-in proves it, and so does the password or a code of the second factor within a session that
//! goes on. A session that a provider began counts from when the provider says it asked the person.

use std::time::Duration;

use nightjar_model::{Caller, Secret, Via, WallTime};

use crate::backoff::Suspects;
use crate::{Access, AccessError, ClientInfo, Forbidden, Result, rights};

/// How long a proof counts as fresh.
pub const FRESH_FOR: Duration = Duration::from_secs(10 * 60);

/// How much clocks may differ.
const SKEW: Duration = Duration::from_secs(60);

/// What a person who is signed in proves to be there with.
#[derive(Debug, Clone)]
pub enum Proof {
    /// The account's password.
    Password(Secret),
    /// A code of the second factor, or a recovery code.
    Code(String),
}

impl Access {
    /// Returns whether the caller is a person who proved to be there within [`FRESH_FOR`].
    pub async fn is_freshly_proven(&self, caller: &Caller, now: WallTime) -> Result<bool> {
        let Via::Session(id) = caller.via else { return Ok(false) };
        let live = self.inner.live.session(self.catalog(), id, now).await?;
        Ok(live.is_some_and(|(session, _)| is_fresh(session.proved_at, now)))
    }

    /// Checks a proof and notes it in the caller's session. Returns until when it counts as fresh.
    ///
    /// # Errors
    /// If the proof is wrong, or if it follows too many wrong ones.
    pub async fn prove_presence(
        &self,
        caller: &Caller,
        proof: &Proof,
        client: &ClientInfo,
        now: WallTime,
    ) -> Result<WallTime> {
        rights::needs_session(caller)?;
        let Via::Session(session) = caller.via else { return Err(Forbidden::NeedsSession.into()) };
        match proof {
            Proof::Password(password) => {
                self.check_own_password(caller, password, client, now).await?;
            }
            Proof::Code(code) => self.check_own_code(caller, code, client, now).await?,
        }
        if !self.catalog().prove_session(session, now).await? {
            return Err(AccessError::Refresh);
        }
        self.session_changed(session).await;
        Ok(now + FRESH_FOR)
    }

    async fn check_own_code(
        &self,
        caller: &Caller,
        code: &str,
        client: &ClientInfo,
        now: WallTime,
    ) -> Result<()> {
        let suspects = Suspects::of_caller(caller, client);
        self.refuse_waiting(&suspects, now).await?;
        let record = self.catalog().login_record_by_id(caller.user).await?;
        let factor = record.and_then(|record| record.totp);
        let factor = factor.ok_or_else(|| AccessError::field("code", "this account has no second factor"))?;
        self.note_attempt(&suspects, now).await;
        if !self.use_code(caller.user, &factor, code, now).await? {
            self.note_failure(&suspects, now).await;
            return Err(AccessError::TotpWrong);
        }
        self.note_success(&suspects).await;
        Ok(())
    }
}

/// Whether a proof of this time still counts. Clocks of nodes and providers may differ a little.
pub(crate) fn is_fresh(proved_at: WallTime, now: WallTime) -> bool {
    now.saturating_since(proved_at) < FRESH_FOR && proved_at.saturating_since(now) < SKEW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_fresh_for_ten_minutes() {
        let at = WallTime::from_millis;
        assert!(is_fresh(at(0), at(0)) && is_fresh(at(0), at(599_999)));
        assert!(!is_fresh(at(0), at(600_000)));
        assert!(is_fresh(at(59_999), at(0)), "a clock that is ahead");
        assert!(!is_fresh(at(60_000), at(0)), "nobody proves anything in the future");
    }
}
