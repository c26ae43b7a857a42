//! The account of somebody whom a provider has named.

use nightjar_catalog::{CatalogError, NewUser};
use nightjar_model::{GroupScope, OrgId, Role, SessionEnd, User, WallTime};

use super::claims::Claims;
use super::{OidcError, OidcProvider, Refusal, Result, domains, username};
use crate::users::{UserDraft, check_fields, check_name, is_address, new_user};
use crate::{Access, AccessError, Forbidden};

/// Somebody who may sign in.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) user: User,
    /// Whether the account is new.
    pub(super) created: bool,
    /// The role before, if it has changed.
    pub(super) previous_role: Option<Role>,
}

impl Access {
    /// The account that is linked to this identity, with the role that the provider gives it now; or a
    /// new one. An account with the same name or address is somebody else's.
    pub(super) async fn arrive(
        &self,
        provider: &OidcProvider,
        claims: &Claims,
        now: WallTime,
    ) -> Result<Arrival> {
        let refuse = |refusal| OidcError::Refused { who: claims.shown(), refusal };
        let role = provider.roles.role_of(claims);
        let linked = self.linked(provider, claims).await?;
        if !domains::allows(&provider.allowed_domains, &provider.issuer, claims) {
            return Err(refuse(Refusal::Domain));
        }
        match linked {
            Some(user) if !user.active => Err(refuse(Refusal::Disabled)),
            Some(user) if user.role == Role::ApiOnly => Err(refuse(Refusal::ForPrograms)),
            Some(user) if provider.roles.decides() => match role {
                Some(role) => self.with_role(user, role, now).await.map_err(|error| match error {
                    AccessError::Forbidden(Forbidden::LastAdmin) => refuse(Refusal::LastAdmin),
                    error => error.into(),
                }),
                None => {
                    // What was given by the provider is taken back by it.
                    self.end_sessions_of(user.id, None, now, SessionEnd::Revoked).await?;
                    Err(refuse(Refusal::NoRole))
                }
            },
            Some(user) => Ok(Arrival { user, created: false, previous_role: None }),
            None if !self.is_set_up().await? => Err(refuse(Refusal::NotSetUp)),
            None if !provider.create_users => Err(refuse(Refusal::NoAccount)),
            None => {
                let role = role.ok_or_else(|| refuse(Refusal::NoRole))?;
                let org = self.organization_of(provider).await?;
                let org = org.ok_or_else(|| refuse(Refusal::NoOrganization))?;
                self.newcomer(provider, claims, (org, role), now).await
            }
        }
    }

    async fn linked(&self, provider: &OidcProvider, claims: &Claims) -> Result<Option<User>, AccessError> {
        Ok(self.catalog().user_by_identity(provider.issuer.as_str(), claims.subject()).await?)
    }

    /// The account with the role that it is to have from now on.
    async fn with_role(&self, before: User, role: Role, now: WallTime) -> Result<Arrival, AccessError> {
        if before.role == role {
            return Ok(Arrival { user: before, created: false, previous_role: None });
        }
        let _ruling = self.inner.ruling.lock().await;
        let system_admin = before.system_admin && role == Role::Admin;
        let after = User { role, system_admin, ..before.clone() };
        let user = self.write_user(&before, &after, now).await?;
        Ok(Arrival { user, created: false, previous_role: Some(before.role) })
    }

    /// The organization of new accounts, if it is there.
    async fn organization_of(&self, provider: &OidcProvider) -> Result<Option<OrgId>, AccessError> {
        let Some(name) = &provider.organization else { return Ok(Some(OrgId::DEFAULT)) };
        let organizations = self.catalog().organizations().await?;
        Ok(organizations.into_iter().find(|one| one.name == *name).map(|one| one.id))
    }

    /// Makes an account under the first name that is free.
    async fn newcomer(
        &self,
        provider: &OidcProvider,
        claims: &Claims,
        (org, role): (OrgId, Role),
        now: WallTime,
    ) -> Result<Arrival> {
        let names = username::candidates(claims)?;
        for name in names {
            let (user, _) = new_user(org, draft(claims, name, role), now);
            check_fields(&user)?;
            let new = NewUser { user: user.clone(), password_hash: None };
            let identity = (provider.issuer.as_str(), claims.subject());
            match self.catalog().create_user_with_identity(&new, identity, now).await {
                Ok(()) => return Ok(Arrival { user, created: true, previous_role: None }),
                Err(CatalogError::Taken("username")) => {}
                // The same person, in another tab.
                Err(CatalogError::Taken(_)) => {
                    let user = self.linked(provider, claims).await?.ok_or(AccessError::Stale)?;
                    return Ok(Arrival { user, created: false, previous_role: None });
                }
                Err(error) => return Err(AccessError::from(error).into()),
            }
        }
        Err(AccessError::Taken("username").into())
    }
}

fn draft(claims: &Claims, username: String, role: Role) -> UserDraft {
    let name = claims.text("name").filter(|name| check_name("display_name", name).is_ok());
    let email = claims.email().filter(|email| is_address(email) && claims.email_verified() != Some(false));
    UserDraft {
        display_name: name.unwrap_or_default().to_owned(),
        email: email.map(str::to_owned),
        username,
        role,
        system_admin: false,
        groups: GroupScope::All,
        active: true,
        password: None,
    }
}
