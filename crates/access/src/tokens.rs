//! API tokens: for programs, each with a part of its owner's rights.

use nightjar_model::text::is_paragraph;
use nightjar_model::{
    ApiToken, Caller, GroupScope, Permission, Permissions, Secret, TokenId, User, UserId, WallTime,
};
use uuid::Uuid;

use crate::api_token::{Network, new_secret};
use crate::users::check_name;
use crate::{Access, AccessError, Forbidden, Result, rights};

const REMARK_CHARS: usize = 1_000;
const MAX_NETWORKS: usize = 50;
const MAX_RATE: u32 = 1_000_000;

/// A token to be made.
#[derive(Debug, Clone)]
pub struct TokenDraft {
    /// For people.
    pub name: String,
    /// More for people.
    pub remark: String,
    /// What it may do: part of what its owner may.
    pub permissions: Permissions,
    /// With which cameras; all: all of whoever makes it.
    pub groups: GroupScope,
    /// Requests an hour.
    pub rate_limit: u32,
    /// When it ends; none: never.
    pub expires_at: Option<WallTime>,
    /// Addresses or networks it may be used from; empty: any.
    pub allowed_ips: Vec<String>,
}

/// A token that was just made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What is kept of it.
    pub token: ApiToken,
    /// The token itself: shown only now.
    pub secret: Secret,
}

impl Access {
    /// Makes a token for the caller or, by an administrator, for another account of its organization. A
    /// token makes none: the new one would outlive it, and count its own requests.
    pub async fn create_token(
        &self,
        by: &Caller,
        owner: Option<UserId>,
        draft: TokenDraft,
        now: WallTime,
    ) -> Result<NewToken> {
        rights::needs_session(by)?;
        let owner = self.owner(by, owner.unwrap_or(by.user)).await?;
        check_draft(&draft, now)?;
        let groups = self.token_rights(by, &owner, draft.permissions, draft.groups).await?;
        let living =
            |token: &&ApiToken| token.revoked_at.is_none() && token.expires_at.is_none_or(|end| now < end);
        let tokens = self.catalog().api_tokens(owner.org_id, Some(owner.id)).await?;
        let limit = self.inner.config.tokens_per_user;
        if tokens.iter().filter(living).count() >= limit {
            return Err(AccessError::TooManyTokens(limit));
        }
        let secret = new_secret()?;
        let token = ApiToken {
            id: TokenId(Uuid::now_v7()),
            org_id: owner.org_id,
            user_id: owner.id,
            name: draft.name.trim().to_owned(),
            remark: draft.remark,
            prefix: secret.prefix,
            permissions: draft.permissions,
            groups,
            rate_limit: draft.rate_limit,
            expires_at: draft.expires_at,
            allowed_ips: draft.allowed_ips.iter().map(|text| text.trim().to_owned()).collect(),
            last_used: None,
            created_at: now,
            revoked_at: None,
        };
        self.catalog().create_api_token(&token, &secret.digest).await?;
        Ok(NewToken { token, secret: secret.text })
    }

    /// The caller's tokens; an administrator's, those of the organization or of one of its accounts.
    pub async fn tokens(&self, by: &Caller, owner: Option<UserId>) -> Result<Vec<ApiToken>> {
        let rules = by.permissions.contains(Permission::UserAdmin);
        let owner = if rules { owner } else { Some(owner.unwrap_or(by.user)) };
        if owner == Some(by.user) && !rules {
            rights::needs(by, Permission::TokenWrite)?;
        } else {
            rights::needs(by, Permission::UserAdmin)?;
        }
        Ok(self.catalog().api_tokens(by.org, owner).await?)
    }

    /// Changes what a token may do, at once. A token changes none.
    pub async fn set_token_rights(
        &self,
        by: &Caller,
        id: TokenId,
        permissions: Permissions,
        groups: GroupScope,
    ) -> Result<ApiToken> {
        rights::needs_session(by)?;
        let (token, owner) = self.token_in_reach(by, id).await?;
        let groups = self.token_rights(by, &owner, permissions, groups).await?;
        let changed = self.catalog().set_token_rights(token.org_id, id, permissions, &groups).await?;
        self.token_changed(id).await;
        changed.ok_or(AccessError::NotFound("token"))
    }

    /// Revokes a token, at once; false if it was revoked already.
    pub async fn revoke_token(&self, by: &Caller, id: TokenId, now: WallTime) -> Result<bool> {
        let (token, _) = self.token_in_reach(by, id).await?;
        let revoked = self.catalog().revoke_api_token(token.org_id, id, now).await?;
        self.token_changed(id).await;
        Ok(revoked)
    }

    /// Revokes all API tokens of an account, at once.
    pub(crate) async fn end_tokens_of(&self, user: UserId, now: WallTime) -> Result<()> {
        for id in self.catalog().revoke_api_tokens_of(user, now).await? {
            self.token_changed(id).await;
        }
        Ok(())
    }

    /// The account that a token is or will be of, if the caller may manage its tokens.
    async fn owner(&self, by: &Caller, id: UserId) -> Result<User> {
        if id != by.user {
            return self.user_in_reach(by, id).await;
        }
        rights::needs(by, Permission::TokenWrite)?;
        self.catalog().user(by.org, id).await?.ok_or(AccessError::NotFound("user"))
    }

    /// A token that the caller may manage, with its owner. Others' are not there.
    async fn token_in_reach(&self, by: &Caller, id: TokenId) -> Result<(ApiToken, User)> {
        let hidden = || AccessError::NotFound("token");
        let token = self.catalog().api_token(by.org, id).await?.ok_or_else(hidden)?;
        if token.user_id != by.user && !by.permissions.contains(Permission::UserAdmin) {
            return Err(hidden());
        }
        let owner = self.owner(by, token.user_id).await?;
        Ok((token, owner))
    }

    /// The groups that a token gets, if neither its maker nor its owner has less than is asked for.
    async fn token_rights(
        &self,
        by: &Caller,
        owner: &User,
        permissions: Permissions,
        groups: GroupScope,
    ) -> Result<GroupScope> {
        if permissions == Permissions::NONE {
            return Err(AccessError::field("permissions", "must name at least one"));
        }
        let groups = if groups == GroupScope::All { by.groups.clone() } else { groups };
        rights::gives(by, permissions, &groups)?;
        let beyond_scope = groups != GroupScope::All && owner.groups.intersection(&groups) != groups;
        if !permissions.is_subset_of(owner.permissions()) || beyond_scope {
            return Err(Forbidden::BeyondOwn.into());
        }
        self.check_groups(owner.org_id, &groups).await?;
        Ok(groups)
    }
}

fn check_draft(draft: &TokenDraft, now: WallTime) -> Result<()> {
    check_name("name", &draft.name)?;
    if draft.remark.chars().count() > REMARK_CHARS || !is_paragraph(&draft.remark) {
        let why = format!("must have at most {REMARK_CHARS} characters, all of them visible");
        return Err(AccessError::field("remark", why));
    }
    if !(1..=MAX_RATE).contains(&draft.rate_limit) {
        return Err(AccessError::field("rate_limit", format!("must be 1 to {MAX_RATE} requests an hour")));
    }
    if draft.expires_at.is_some_and(|end| end <= now) {
        return Err(AccessError::field("expires_at", "must lie in the future"));
    }
    if draft.allowed_ips.len() > MAX_NETWORKS {
        return Err(AccessError::field("allowed_ips", format!("must have at most {MAX_NETWORKS} entries")));
    }
    match draft.allowed_ips.iter().find(|text| Network::parse(text).is_none()) {
        Some(_) => Err(AccessError::field("allowed_ips", "must be addresses or networks like 10.0.0.0/8")),
        None => Ok(()),
    }
}
