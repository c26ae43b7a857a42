//! The audit trail, as the catalog's users reach it; `nightjar_audit` is where it lives.

use nightjar_audit::{AuditFilter, AuditHead, AuditReport};
use nightjar_media::WallTime;
use nightjar_model::{AuditEntry, AuditRecord, OrgId};

use crate::{Catalog, Result};

impl Catalog {
    /// Adds records to the chains of their organizations, in this order; all of them or none.
    pub async fn append_audit(&self, records: &[AuditRecord]) -> Result<()> {
        nightjar_audit::append_all(self.database(), records).await
    }

    /// The entries of an organization that the filter takes, newest first, at most `limit`: from the
    /// end, or those before the entry `before`.
    pub async fn audit(
        &self,
        org: OrgId,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>> {
        nightjar_audit::entries(self.database(), org, filter, before, limit).await
    }

    /// The entries of an organization after the entry `after`, oldest first, at most `limit`.
    pub async fn audit_after(&self, org: OrgId, after: i64, limit: u64) -> Result<Vec<AuditEntry>> {
        nightjar_audit::entries_after(self.database(), org, after, limit).await
    }

    /// Checks the chain of an organization.
    pub async fn verify_audit(&self, org: OrgId) -> Result<AuditReport> {
        self.verify_audit_against(org, &[]).await
    }

    /// The same, and that it contains the expected heads.
    pub async fn verify_audit_against(&self, org: OrgId, expected: &[AuditHead]) -> Result<AuditReport> {
        nightjar_audit::verify(self.database(), org, expected).await
    }

    /// The heads of all organizations that have entries.
    pub async fn audit_heads(&self) -> Result<Vec<AuditHead>> {
        nightjar_audit::heads(self.database()).await
    }

    /// Makes all chains go on with the present key; gives the new heads of those that changed it.
    pub async fn rekey_audit(&self, now: WallTime) -> Result<Vec<AuditHead>> {
        nightjar_audit::rekey(self.database(), now).await
    }
}
