//! Signing in with a password and, where one is set up, a second factor.

use nightjar_catalog::{LoginRecord, TotpRecord};
use nightjar_model::{Role, Secret, User, UserId, WallTime};

use crate::backoff::Suspects;
use crate::password::{MAX_BYTES, Turn, Verdict};
use crate::{Access, AccessError, ClientInfo, Result, SignIn, totp};

/// What somebody signs in with.
#[derive(Debug, Clone)]
pub struct Login {
    /// The account's name; case does not count.
    pub username: String,
    /// Its password.
    pub password: Secret,
    /// A code of the second factor, or a recovery code.
    pub totp: Option<String>,
    /// Who tries.
    pub client: ClientInfo,
    /// What the browser keeps from sign-ins before, from [`Access::mark_device`].
    pub device: Option<Secret>,
}

/// Whose password is to be right.
#[derive(Clone, Copy)]
pub(crate) enum Claimed<'a> {
    Name(&'a str),
    Id(UserId),
}

impl Access {
    /// Signs somebody in. Whether an account exists is not told, by no answer and by no time; who
    /// has to wait is refused before any work is done.
    pub async fn login(&self, login: &Login, now: WallTime) -> Result<SignIn> {
        self.prepare_signer(now).await?;
        let marks = login.device.as_ref();
        let device = marks.and_then(|marks| self.known_device(marks, &login.username, now));
        let suspects = Suspects::of_login(&login.username, &login.client, device);
        let claimed = Claimed::Name(&login.username);
        let record = self.check_password_of(claimed, &login.password, &suspects, now).await?;
        if record.user.role == Role::ApiOnly {
            return Err(AccessError::RoleRestricted);
        }
        if let Some(factor) = &record.totp {
            let code = login.totp.as_deref().filter(|code| !code.trim().is_empty());
            let code = code.ok_or(AccessError::TotpRequired)?;
            if !self.use_code(record.user.id, factor, code, now).await? {
                self.note_failure(&suspects, now).await;
                return Err(AccessError::TotpWrong);
            }
        }
        self.note_success(&suspects).await;
        let version = Some(record.password_version);
        let signed_in = self.begin_session(record.user, (version, now), &login.client, now).await;
        if let Err(AccessError::Credentials) = &signed_in {
            // It was right when it was looked at. Now it is as wrong as any other.
            self.note_attempt(&suspects, now).await;
            self.note_failure(&suspects, now).await;
        }
        signed_in
    }

    /// The account that a typed name means. One that means none may be a password that was typed into
    /// the wrong field: it belongs into no log, event or audit entry.
    pub async fn account_named(&self, typed: &str) -> Result<Option<User>> {
        Ok(self.catalog().login_record(typed.trim()).await?.map(|record| record.user))
    }

    /// The active account whose password this is.
    pub(crate) async fn check_password_of(
        &self,
        claimed: Claimed<'_>,
        password: &Secret,
        suspects: &Suspects,
        now: WallTime,
    ) -> Result<LoginRecord> {
        self.refuse_waiting(suspects, now).await?;
        let lane = self.lane_of(suspects).await?;
        let turn = self.inner.hasher.turn(lane).await?;
        // Others may have failed while this one waited for its turn.
        self.refuse_waiting(suspects, now).await?;
        self.note_attempt(suspects, now).await;
        let record = match claimed {
            Claimed::Name(name) => self.catalog().login_record(name).await?,
            Claimed::Id(id) => self.catalog().login_record_by_id(id).await?,
        };
        let hash = record.as_ref().and_then(|record| record.password_hash.as_ref());
        let hash = hash.filter(|_| password.expose().len() <= MAX_BYTES);
        let verdict = turn.verify(password, hash).await?;
        match (record, verdict) {
            (Some(record), Verdict::Right { outdated }) if record.user.active => {
                if outdated {
                    self.rehash(&turn, &record, password).await?;
                }
                Ok(record)
            }
            _ => {
                self.note_failure(suspects, now).await;
                Err(AccessError::Credentials)
            }
        }
    }

    /// Keeps the password at the present cost, unless it was changed in the meantime.
    async fn rehash(&self, turn: &Turn, record: &LoginRecord, password: &Secret) -> Result<()> {
        let Some(old) = &record.password_hash else { return Ok(()) };
        let hash = turn.hash(password).await?;
        self.catalog().replace_password_hash(record.user.id, old, &hash).await?;
        Ok(())
    }

    /// Whether it is the code that is due, or a recovery code; each is good once.
    pub(crate) async fn use_code(
        &self,
        user: UserId,
        factor: &TotpRecord,
        code: &str,
        now: WallTime,
    ) -> Result<bool> {
        if let Some(step) = totp::matching_step(&factor.secret, code, now) {
            return Ok(self.catalog().use_totp_step(user, step).await?);
        }
        match totp::recovery_digest(user, code) {
            Some(digest) => Ok(self.catalog().use_recovery_code(user, &digest, now).await?),
            None => Ok(false),
        }
    }
}
