//! Addresses of cameras as they lie in their rows. Many cameras take their password in the query, so an
//! address that has one lies sealed. What addresses are compared by holds no secret.

use nightjar_model::{Camera, Secret};
use sea_orm::Set;
use url::Url;
use uuid::Uuid;

use super::rows::Stored;
use crate::entity::camera::{ActiveModel, Model};
use crate::seal::place;
use crate::{Catalog, Result};

/// Where the address of the main stream lies, for its seal.
pub(super) fn main_place(id: Uuid) -> String {
    place("cameras.main_url", id)
}

/// Where the address of the sub stream lies, for its seal.
pub(super) fn sub_place(id: Uuid) -> String {
    place("cameras.sub_url", id)
}

impl Catalog {
    /// `row` with its addresses as they go into their columns. One that stays the same is left as it
    /// lies, so that one that does not open now is not lost by another change.
    pub(super) fn with_kept_addresses(
        &self,
        row: ActiveModel,
        camera: &Camera,
        old: Option<&Stored>,
    ) -> Result<ActiveModel> {
        let (id, source) = (camera.id.0, &camera.source);
        let old_main = old.filter(|old| old.camera.source.main_url == source.main_url);
        let old_sub = old.filter(|old| old.camera.source.sub_url == source.sub_url);
        let main_url = match old_main {
            Some(old) => old.main_url.clone(),
            None => self.kept(&main_place(id), source.main_url.as_str())?,
        };
        let sub_url = match (old_sub, &source.sub_url) {
            (Some(old), _) => old.sub_url.clone(),
            (None, sub) => sub.as_ref().map(|url| self.kept(&sub_place(id), url.as_str())).transpose()?,
        };
        Ok(ActiveModel { main_url: Set(main_url), sub_url: Set(sub_url), ..row })
    }

    /// An address as it goes into its column. Without a key it lies open, until there is one.
    pub(super) fn kept(&self, place: &str, url: &str) -> Result<String> {
        if self.sealer().is_some() && url.contains('?') {
            return self.seal(place, &Secret::new(url));
        }
        Ok(url.to_owned())
    }

    /// `row` with addresses that can be read. Of a main address that does not open there is the part
    /// that other cameras are compared by, without a query; the start has told of it.
    pub(super) fn with_open_addresses(&self, mut row: Model) -> Model {
        let path = row.main_address.split('?').next().unwrap_or_default();
        let main = self.open_sealed(&main_place(row.id), &row.main_url);
        row.main_url = main.map_or_else(|_| path.to_owned(), |url| url.expose().to_owned());
        let sub = row.sub_url.as_ref().map(|url| self.open_sealed(&sub_place(row.id), url));
        row.sub_url = sub.and_then(Result::ok).map(|url| url.expose().to_owned());
        row
    }
}

/// An address without what may be secret in it.
pub(super) fn without_query(url: &Url) -> String {
    let mut plain = url.clone();
    plain.set_query(None);
    plain.into()
}
