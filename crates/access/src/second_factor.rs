//! Switching one's second factor on and off.

use nightjar_catalog::LoginRecord;
use nightjar_model::{Caller, Secret, SessionEnd, Via, WallTime};

use crate::backoff::Suspects;
use crate::login::Claimed;
use crate::{Access, ClientInfo, Result, TotpFault, rights, totp};

/// A second factor that was begun: nothing changes until a code of it is confirmed.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The shared secret in base32, to be typed.
    pub secret: Secret,
    /// `otpauth://…`, to be shown as a picture.
    pub uri: Secret,
}

impl Access {
    /// Begins with a second factor.
    pub async fn enroll_totp(
        &self,
        caller: &Caller,
        password: &Secret,
        client: &ClientInfo,
        now: WallTime,
    ) -> Result<Enrolment> {
        let record = self.check_own_password(caller, password, client, now).await?;
        if record.totp.is_some() {
            return Err(TotpFault::AlreadyOn.into());
        }
        let secret = totp::new_secret()?;
        self.catalog().begin_totp(caller.user, &secret).await?;
        let uri = totp::address(&secret, &self.inner.config.totp_issuer, &record.user.username);
        Ok(Enrolment { secret, uri })
    }

    /// Switches it on, with a code of it. Gives the recovery codes: they are shown only now. Other sign-ins
    /// end, because they were made without it.
    pub async fn confirm_totp(&self, caller: &Caller, code: &str, now: WallTime) -> Result<Vec<Secret>> {
        rights::needs_session(caller)?;
        let pending = self.catalog().pending_totp(caller.user).await?.ok_or(TotpFault::NotBegun)?;
        let suspects = Suspects::of_caller(caller, &ClientInfo::default());
        self.refuse_waiting(&suspects, now).await?;
        let Some(step) = totp::matching_step(&pending, code, now) else {
            self.note_attempt(&suspects, now).await;
            return Err(TotpFault::CodeWrong.into());
        };
        let (codes, digests) = totp::recovery_codes(caller.user)?;
        if !self.catalog().confirm_totp(caller.user, step, &digests, now).await? {
            return Err(TotpFault::NotBegun.into());
        }
        let current = match caller.via {
            Via::Session(id) => Some(id),
            Via::Token(_) => None,
        };
        self.end_sessions_of(caller.user, current, now, SessionEnd::Revoked).await?;
        self.user_changed(caller.user).await;
        Ok(codes)
    }

    /// Does without it, from now on.
    pub async fn disable_totp(
        &self,
        caller: &Caller,
        password: &Secret,
        client: &ClientInfo,
        now: WallTime,
    ) -> Result<()> {
        self.check_own_password(caller, password, client, now).await?;
        self.catalog().clear_totp(caller.user, now).await?;
        self.user_changed(caller.user).await;
        Ok(())
    }

    /// The caller's account, once the password was typed again: who walks by an open screen does
    /// not know it.
    pub(crate) async fn check_own_password(
        &self,
        caller: &Caller,
        password: &Secret,
        client: &ClientInfo,
        now: WallTime,
    ) -> Result<LoginRecord> {
        rights::needs_session(caller)?;
        let suspects = Suspects::of_caller(caller, client);
        let record = self.check_password_of(Claimed::Id(caller.user), password, &suspects, now).await?;
        self.note_success(&suspects).await;
        Ok(record)
    }
}
