//! The first account: made with a link that works once, or with a password from the environment.

use nightjar_model::{
    Actor, AuditRecord, GroupScope, OrgId, Organization, Outcome, Role, Secret, User, WallTime,
};
use serde_json::json;
use uuid::Uuid;

use crate::random;
use crate::users::{UserDraft, check_name, new_user};
use crate::{Access, AccessError, ClientInfo, Result, SignIn, check_password};

const SETTING: &str = "setup_token";

/// The first administrator.
#[derive(Debug, Clone)]
pub struct FirstAdmin {
    /// From the link.
    pub token: Secret,
    /// What is typed to sign in.
    pub username: String,
    /// Its password.
    pub password: Secret,
    /// For people; empty: the username.
    pub display_name: String,
    /// Name of the organization; none: as it is.
    pub organization: Option<String>,
}

impl Access {
    /// Whether there is an account.
    pub async fn is_set_up(&self) -> Result<bool> {
        Ok(self.catalog().user_count().await? > 0)
    }

    /// The token of a new set-up link, while there is no account. Links made before stop working.
    pub async fn setup_token(&self) -> Result<Option<Secret>> {
        if self.is_set_up().await? {
            return Ok(None);
        }
        let token = Secret::new(random::text()?);
        self.catalog().set_setting(SETTING, &kept(&token)).await?;
        Ok(Some(token))
    }

    /// Makes the first administrator, who rules the installation too, and signs it in. A link works
    /// once, however many try at the same time; a mistyped field does not use it up.
    pub async fn set_up(&self, first: &FirstAdmin, client: &ClientInfo, now: WallTime) -> Result<SignIn> {
        let kept = kept(&first.token);
        // Before the password is hashed: a wrong link costs nothing.
        let is_right = self.catalog().setting(SETTING).await?.as_deref() == Some(kept.as_str());
        if !is_right || self.is_set_up().await? {
            return Err(AccessError::SetupClosed);
        }
        check_password(&first.password, &first.username)?;
        if let Some(organization) = &first.organization {
            check_name("organization", organization)?;
        }
        let user = first_admin(&first.username, &first.display_name, now);
        self.prepare_signer(now).await?;
        let (user, kept) = (&user, &kept);
        self.atomically(|access| async move {
            if !access.catalog().take_setting(SETTING, kept).await? {
                return Err(AccessError::SetupClosed);
            }
            let organization = first.organization.as_deref();
            let made = access.make_first(user.clone(), &first.password, organization, now).await?;
            access.sign_in(made, client, now).await
        })
        .await
    }

    /// Makes the user `admin` with this password if there is no account at all; whether it did.
    pub async fn ensure_admin(&self, password: &Secret, now: WallTime) -> Result<bool> {
        if self.is_set_up().await? {
            return Ok(false);
        }
        let made = self.atomically(|access| async move {
            let user = access.make_first(first_admin("admin", "", now), password, None, now).await?;
            access.catalog().append_audit(&[made_at_start(&user, now)]).await?;
            Ok(())
        });
        match made.await {
            Ok(()) => Ok(true),
            // Another node was faster.
            Err(AccessError::Taken(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn make_first(
        &self,
        user: User,
        password: &Secret,
        organization: Option<&str>,
        now: WallTime,
    ) -> Result<User> {
        let known = self.catalog().organization(user.org_id).await?;
        match (known, organization) {
            (Some(known), Some(name)) if known.name != name.trim() => {
                self.catalog().rename_organization(known.id, name.trim()).await?;
            }
            (Some(_), _) => {}
            (None, name) => {
                let name = name.unwrap_or("Default").trim().to_owned();
                let organization = Organization { id: user.org_id, name, created_at: now };
                self.catalog().create_organization(&organization).await?;
            }
        }
        self.add_user(user, Some(password)).await
    }
}

/// Only this is kept of the token.
fn kept(token: &Secret) -> String {
    blake3::Hash::from_bytes(random::digest("nightjar setup link 1", token.expose().as_bytes()))
        .to_hex()
        .to_string()
}

/// The audit entry of the account that the environment's password makes.
fn made_at_start(user: &User, now: WallTime) -> AuditRecord {
    AuditRecord {
        id: Uuid::now_v7(),
        org_id: user.org_id,
        at: now,
        actor: Actor::System,
        action: "user.create".to_owned(),
        object_kind: "user".to_owned(),
        object_id: user.id.to_string(),
        outcome: Outcome::Done,
        ip: None,
        request_id: None,
        details: json!({ "username": user.username, "by": "environment" }),
    }
}

fn first_admin(username: &str, display_name: &str, now: WallTime) -> User {
    let draft = UserDraft {
        username: username.to_owned(),
        display_name: display_name.to_owned(),
        email: None,
        role: Role::Admin,
        system_admin: true,
        groups: GroupScope::All,
        active: true,
        password: None,
    };
    let (user, _) = new_user(OrgId::DEFAULT, draft, now);
    User { has_password: true, ..user }
}
