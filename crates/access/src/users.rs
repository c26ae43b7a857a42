//! Accounts: who may make, change and remove them, and what ends when they change.

mod fields;

use nightjar_catalog::NewUser;
use nightjar_model::{
    Caller, GroupScope, OrgId, Permission, Role, Secret, SessionEnd, SessionId, User, UserId, Via, WallTime,
};
use uuid::Uuid;

use crate::password::Lane;
use crate::{Access, AccessError, ClientInfo, Forbidden, Result, check_password, rights};

pub(crate) use fields::{USERNAME_CHARS, check_fields, check_name, is_address, is_in_usernames};

/// An account to be made.
#[derive(Debug, Clone)]
pub struct UserDraft {
    /// What is typed to sign in.
    pub username: String,
    /// For people; empty: the username.
    pub display_name: String,
    /// Where messages go.
    pub email: Option<String>,
    /// What it may do.
    pub role: Role,
    /// Whether it also rules the installation.
    pub system_admin: bool,
    /// With which cameras.
    pub groups: GroupScope,
    /// Whether it may do anything at all.
    pub active: bool,
    /// Its password; none for a program, or for somebody who comes from a provider.
    pub password: Option<Secret>,
}

/// What is to be changed of an account.
#[derive(Debug, Clone, Default)]
pub struct UserPatch {
    /// For people.
    pub display_name: Option<String>,
    /// Where messages go; `Some(None)` takes it away.
    pub email: Option<Option<String>>,
    /// What it may do.
    pub role: Option<Role>,
    /// Whether it also rules the installation.
    pub system_admin: Option<bool>,
    /// With which cameras.
    pub groups: Option<GroupScope>,
    /// Whether it may do anything at all.
    pub active: Option<bool>,
    /// Whether its API tokens stay when it is disabled, and work again once it is enabled.
    pub keep_api_tokens: bool,
}

/// What outlives a new password.
struct Kept {
    session: Option<SessionId>,
    api_tokens: bool,
}

impl UserPatch {
    fn apply(self, user: &User) -> User {
        let Self { display_name, email, role, system_admin, groups, active, keep_api_tokens: _ } = self;
        User {
            display_name: display_name.unwrap_or_else(|| user.display_name.clone()),
            email: email.unwrap_or_else(|| user.email.clone()),
            role: role.unwrap_or(user.role),
            system_admin: system_admin.unwrap_or(user.system_admin),
            groups: groups.unwrap_or_else(|| user.groups.clone()),
            active: active.unwrap_or(user.active),
            ..user.clone()
        }
    }
}

impl Access {
    /// Makes an account; in another organization than the caller's only if it rules the installation.
    pub async fn create_user(
        &self,
        by: &Caller,
        org: OrgId,
        draft: UserDraft,
        now: WallTime,
    ) -> Result<User> {
        rights::needs_session(by)?;
        rights::needs(by, Permission::UserAdmin)?;
        if org != by.org {
            rights::needs(by, Permission::SystemAdmin).map_err(|_| AccessError::NotFound("organization"))?;
            self.catalog().organization(org).await?.ok_or(AccessError::NotFound("organization"))?;
        }
        let (user, password) = new_user(org, draft, now);
        rights::within_own(by, &user)?;
        self.check_groups(org, &user.groups).await?;
        self.add_user(user, password.as_ref()).await
    }

    /// Changes an account of the caller's organization. It counts at once; sign-ins end when the
    /// account may not sign in any more, and API tokens when it is disabled.
    pub async fn update_user(
        &self,
        by: &Caller,
        id: UserId,
        patch: UserPatch,
        expected_version: Option<i64>,
        now: WallTime,
    ) -> Result<User> {
        rights::needs_session(by)?;
        let _ruling = self.inner.ruling.lock().await;
        let before = self.user_in_reach(by, id).await?;
        let keep_api_tokens = patch.keep_api_tokens;
        if expected_version.is_some_and(|version| version != before.version) {
            return Err(AccessError::Stale);
        }
        let after = patch.apply(&before);
        check_fields(&after)?;
        rights::within_own(by, &after)?;
        if id == by.user && (!after.active || (before.system_admin && !after.system_admin)) {
            return Err(Forbidden::Oneself.into());
        }
        if after.groups != before.groups {
            self.check_groups(after.org_id, &after.groups).await?;
        }
        let user = self.write_user(&before, &after, now).await?;
        if before.active && !user.active && !keep_api_tokens {
            self.end_tokens_of(id, now).await?;
        }
        Ok(user)
    }

    /// Removes an account of the caller's organization, with its sign-ins and API tokens.
    pub async fn delete_user(&self, by: &Caller, id: UserId, now: WallTime) -> Result<()> {
        rights::needs_session(by)?;
        let _ruling = self.inner.ruling.lock().await;
        let user = self.user_in_reach(by, id).await?;
        if id == by.user {
            return Err(Forbidden::Oneself.into());
        }
        // First it may not do anything any more: that is refused for the last administrator.
        let idle = User { active: false, ..user.clone() };
        let (user, idle) = (&user, &idle);
        self.atomically(|access| async move {
            access.write_user(user, idle, now).await?;
            access.catalog().delete_user(user.org_id, id).await?;
            access.user_changed(id).await;
            Ok(())
        })
        .await
    }

    /// Gives an account of the caller's organization another password; all its sign-ins end, and its API
    /// tokens unless they are to be kept.
    pub async fn reset_password(
        &self,
        by: &Caller,
        id: UserId,
        password: &Secret,
        keep_api_tokens: bool,
        now: WallTime,
    ) -> Result<()> {
        rights::needs_session(by)?;
        let user = self.user_in_reach(by, id).await?;
        if id == by.user {
            // Your own is changed with `change_password`, which asks for the old one.
            return Err(Forbidden::Oneself.into());
        }
        let kept = Kept { session: None, api_tokens: keep_api_tokens };
        self.set_password(&user, password, kept, None, now).await
    }

    /// Takes the second factor from an account of the caller's organization, whose owner has lost it. Its
    /// sign-ins end: the lost device may hold one.
    pub async fn reset_totp(&self, by: &Caller, id: UserId, now: WallTime) -> Result<()> {
        rights::needs_session(by)?;
        self.user_in_reach(by, id).await?;
        if id == by.user {
            return Err(Forbidden::Oneself.into());
        }
        self.catalog().clear_totp(id, now).await?;
        self.end_sessions_of(id, None, now, SessionEnd::Revoked).await?;
        self.user_changed(id).await;
        Ok(())
    }

    /// Changes the caller's own password; its other sign-ins end, and its API tokens unless they are to be
    /// kept.
    pub async fn change_password(
        &self,
        caller: &Caller,
        current: &Secret,
        new: &Secret,
        keep_api_tokens: bool,
        client: &ClientInfo,
        now: WallTime,
    ) -> Result<()> {
        rights::needs_session(caller)?;
        check_password(new, &caller.username).map_err(|rule| AccessError::field("new_password", rule))?;
        let record = self.check_own_password(caller, current, client, now).await?;
        let Via::Session(session) = caller.via else { return Err(Forbidden::NeedsSession.into()) };
        let kept = Kept { session: Some(session), api_tokens: keep_api_tokens };
        match self.set_password(&record.user, new, kept, Some(record.password_version), now).await {
            // Somebody else gave the account another password just now: the current one was wrong.
            Err(AccessError::Stale) => Err(AccessError::Credentials),
            outcome => outcome,
        }
    }

    /// Gives an account another password and ends what the old one let in, except for what is kept. Where
    /// the old password was asked for, it must still be the one of this version.
    async fn set_password(
        &self,
        user: &User,
        password: &Secret,
        kept: Kept,
        version: Option<i64>,
        now: WallTime,
    ) -> Result<()> {
        check_password(password, &user.username)?;
        let hash = self.inner.hasher.turn(Lane::Known).await?.hash(password).await?;
        let hash = &hash;
        self.atomically(|access| async move {
            access.catalog().set_password(user.id, Some(hash), version, now).await?;
            access.end_sessions_of(user.id, kept.session, now, SessionEnd::Revoked).await?;
            if !kept.api_tokens {
                access.end_tokens_of(user.id, now).await?;
            }
            access.user_changed(user.id).await;
            Ok(())
        })
        .await
    }

    /// Adds an account whose rights were looked at.
    pub(crate) async fn add_user(&self, user: User, password: Option<&Secret>) -> Result<User> {
        check_fields(&user)?;
        let password_hash = match password {
            None => None,
            Some(password) => {
                check_password(password, &user.username)?;
                Some(self.inner.hasher.turn(Lane::Known).await?.hash(password).await?)
            }
        };
        self.catalog().create_user(&NewUser { user: user.clone(), password_hash }).await?;
        Ok(user)
    }

    /// An account that the caller may manage.
    pub(crate) async fn user_in_reach(&self, by: &Caller, id: UserId) -> Result<User> {
        rights::needs(by, Permission::UserAdmin)?;
        let user = self.catalog().user(by.org, id).await?.ok_or(AccessError::NotFound("user"))?;
        rights::within_own(by, &user)?;
        Ok(user)
    }

    /// Writes a changed account, unless its organization would be left without an administrator.
    pub(crate) async fn write_user(&self, before: &User, after: &User, now: WallTime) -> Result<User> {
        let steps_down = rights::rules(before) && !rights::rules(after);
        self.atomically(|access| async move {
            let user = access.catalog().update_user(after, Some(before.version), now).await?;
            // Counted after the change, which waits for those of the organization's other accounts.
            if steps_down && access.catalog().active_admins(before.org_id).await? == 0 {
                return Err(Forbidden::LastAdmin.into());
            }
            if !user.active || user.role == Role::ApiOnly {
                access.end_sessions_of(user.id, None, now, SessionEnd::Revoked).await?;
            }
            access.user_changed(user.id).await;
            Ok(user)
        })
        .await
    }

    /// Fails for groups that the organization does not have.
    pub(crate) async fn check_groups(&self, org: OrgId, scope: &GroupScope) -> Result<()> {
        let GroupScope::Only(groups) = scope else { return Ok(()) };
        let known = self.catalog().camera_groups(org).await?;
        match groups.iter().find(|id| known.iter().all(|group| group.id != **id)) {
            Some(id) => {
                Err(AccessError::field("groups", format!("names a camera group that is not there: {id}")))
            }
            None => Ok(()),
        }
    }
}

/// The account of a draft, and its password.
pub(crate) fn new_user(org: OrgId, draft: UserDraft, now: WallTime) -> (User, Option<Secret>) {
    let UserDraft { username, display_name, email, role, system_admin, groups, active, password } = draft;
    let username = username.trim().to_owned();
    let display_name = display_name.trim().to_owned();
    let user = User {
        id: UserId(Uuid::now_v7()),
        org_id: org,
        display_name: if display_name.is_empty() { username.clone() } else { display_name },
        username,
        email: email.map(|email| email.trim().to_owned()).filter(|email| !email.is_empty()),
        role,
        system_admin,
        groups,
        active,
        has_password: password.is_some(),
        totp: false,
        version: 1,
        created_at: now,
        updated_at: now,
        last_login_at: None,
    };
    (user, password)
}
