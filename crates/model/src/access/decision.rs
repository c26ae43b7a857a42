//! The one function that decides. Whoever is not allowed is denied.

use super::{Caller, Permission};
use crate::{GroupId, OrgId};

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// Something that belongs to an organization as a whole: an account, an audit entry, or a list
    /// whose rows are limited by [`Caller::groups`] in their query.
    Organization(OrgId),
    /// A camera, or what belongs to one: footage, events, media.
    Camera {
        /// The tenant.
        org: OrgId,
        /// The camera's group.
        group: Option<GroupId>,
    },
    /// The installation.
    System,
}

/// Why somebody may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// The object must seem not to be there: it is another organization's, or a camera that the
    /// caller may not see.
    Hidden,
    /// The permission is missing.
    Missing(Permission),
}

/// Whether `who` may do `action` to `object`.
pub fn authorize(who: &Caller, action: Permission, object: &Object) -> Result<(), Denial> {
    let in_reach = match object {
        Object::Organization(org) => *org == who.org,
        Object::Camera { org, group } => *org == who.org && who.groups.covers(*group),
        Object::System => true,
    };
    if !in_reach {
        return Err(Denial::Hidden);
    }
    if !who.permissions.contains(action) {
        return Err(Denial::Missing(action));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{GroupScope, Role, Via};
    use super::*;
    use crate::{SessionId, UserId};
    use uuid::Uuid;

    const DOORS: GroupId = GroupId(Uuid::from_u128(1));
    const YARD: GroupId = GroupId(Uuid::from_u128(2));
    const OTHER: OrgId = OrgId(Uuid::from_u128(9));

    fn caller(role: Role, groups: GroupScope) -> Caller {
        Caller {
            org: OrgId::DEFAULT,
            user: UserId(Uuid::from_u128(7)),
            username: "ada".into(),
            role,
            permissions: role.permissions(),
            groups,
            via: Via::Session(SessionId(Uuid::from_u128(8))),
        }
    }

    fn camera(group: Option<GroupId>) -> Object {
        Object::Camera { org: OrgId::DEFAULT, group }
    }

    #[test]
    fn another_organization_is_not_there() {
        let admin = caller(Role::Admin, GroupScope::All);
        let object = Object::Camera { org: OTHER, group: None };
        assert_eq!(authorize(&admin, Permission::CameraRead, &object), Err(Denial::Hidden));
        let object = Object::Organization(OTHER);
        assert_eq!(authorize(&admin, Permission::UserAdmin, &object), Err(Denial::Hidden));
    }

    #[test]
    fn a_scope_hides_cameras_outside_of_it_and_those_without_a_group() {
        let viewer = caller(Role::Viewer, GroupScope::only([DOORS]));
        let read = |object| authorize(&viewer, Permission::CameraRead, &object);
        assert_eq!(read(camera(Some(DOORS))), Ok(()));
        assert_eq!(read(camera(Some(YARD))), Err(Denial::Hidden));
        assert_eq!(read(camera(None)), Err(Denial::Hidden));
        // Hidden comes first: what is missing says nothing about what is there.
        let write = authorize(&viewer, Permission::CameraWrite, &camera(Some(YARD)));
        assert_eq!(write, Err(Denial::Hidden));
        let write = authorize(&viewer, Permission::CameraWrite, &camera(Some(DOORS)));
        assert_eq!(write, Err(Denial::Missing(Permission::CameraWrite)));
    }

    #[test]
    fn the_installation_is_for_those_who_were_given_it() {
        let mut admin = caller(Role::Admin, GroupScope::All);
        let ask = |who: &Caller| authorize(who, Permission::SystemAdmin, &Object::System);
        assert_eq!(ask(&admin), Err(Denial::Missing(Permission::SystemAdmin)));
        admin.permissions = admin.permissions.with(Permission::SystemAdmin);
        assert_eq!(ask(&admin), Ok(()));
    }

    #[test]
    fn a_token_is_limited_by_its_owner() {
        let token = GroupScope::only([DOORS, YARD]).intersection(&GroupScope::only([YARD]));
        assert!(token.covers(Some(YARD)) && !token.covers(Some(DOORS)));
        assert_eq!(GroupScope::All.intersection(&token), token);
    }
}
