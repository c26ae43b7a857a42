//! Tenants: made and named by who rules the installation.

use nightjar_model::{Caller, OrgId, Organization, Permission, WallTime};
use uuid::Uuid;

use crate::users::check_name;
use crate::{Access, AccessError, Result, rights};

impl Access {
    /// Makes an organization, still without accounts.
    pub async fn create_organization(&self, by: &Caller, name: &str, now: WallTime) -> Result<Organization> {
        rights::needs_session(by)?;
        rights::needs(by, Permission::SystemAdmin)?;
        check_name("name", name)?;
        let id = OrgId(Uuid::now_v7());
        let organization = Organization { id, name: name.trim().to_owned(), created_at: now };
        self.catalog().create_organization(&organization).await?;
        Ok(organization)
    }

    /// Gives an organization another name.
    pub async fn rename_organization(&self, by: &Caller, id: OrgId, name: &str) -> Result<()> {
        rights::needs_session(by)?;
        rights::needs(by, Permission::SystemAdmin)?;
        check_name("name", name)?;
        self.catalog().organization(id).await?.ok_or(AccessError::NotFound("organization"))?;
        Ok(self.catalog().rename_organization(id, name.trim()).await?)
    }
}
