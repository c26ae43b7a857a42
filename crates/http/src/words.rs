//! Texts of a certain form, as the OpenAPI document describes them where they are items of lists. What
//! reads them is elsewhere; this is only how they look.

use nightjar_model::Permission;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// Characters of a tag.
const TAG_CHARS: usize = 64;

/// A word that cameras are found by.
pub struct Tag;

/// What somebody may do, as `camera:read`.
pub struct PermissionName;

/// An address, or a network as `10.0.0.0/8`.
pub struct Network;

impl ToSchema for Tag {}

impl PartialSchema for Tag {
    fn schema() -> RefOr<Schema> {
        text("A word that cameras are found by. Spaces around it do not count.")
            .min_length(Some(1))
            .max_length(Some(TAG_CHARS))
            .pattern(Some(r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb][^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*$"))
            .examples(["entrance"])
            .into()
    }
}

impl ToSchema for PermissionName {}

impl PartialSchema for PermissionName {
    fn schema() -> RefOr<Schema> {
        text("What somebody may do.").enum_values(Some(Permission::ALL.map(Permission::as_str))).into()
    }
}

impl ToSchema for Network {}

impl PartialSchema for Network {
    fn schema() -> RefOr<Schema> {
        text("An address, or a network.")
            .format(Some(SchemaFormat::Custom("ip-network".to_owned())))
            .examples(["10.0.0.0/8"])
            .into()
    }
}

fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}
