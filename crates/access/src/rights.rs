//! Who may change whom: nobody gives or takes more than they may themselves.

use nightjar_model::{
    Caller, Denial, GroupScope, Object, Permission, Permissions, Role, User, Via, authorize,
};

use crate::{AccessError, Forbidden, Result};

/// Fails without this permission.
pub(crate) fn needs(by: &Caller, action: Permission) -> Result<()> {
    let object = match action {
        Permission::SystemAdmin => Object::System,
        _ => Object::Organization(by.org),
    };
    authorize(by, action, &object).map_err(|denial| match denial {
        Denial::Missing(permission) => Forbidden::Missing(permission).into(),
        Denial::Hidden => AccessError::NotFound("organization"),
    })
}

/// Fails for a program that acts for a person: what concerns the person's own account takes a sign-in.
pub fn needs_session(by: &Caller) -> Result<()> {
    match by.via {
        Via::Session(_) => Ok(()),
        Via::Token(_) => Err(Forbidden::NeedsSession.into()),
    }
}

/// Fails if the user may do more than the caller: then the caller may neither make it nor change it.
pub(crate) fn within_own(by: &Caller, user: &User) -> Result<()> {
    gives(by, user.permissions(), &user.groups)
}

/// Fails if this is more than the caller has.
pub(crate) fn gives(by: &Caller, permissions: Permissions, groups: &GroupScope) -> Result<()> {
    if permissions.is_subset_of(by.permissions) && by.groups.intersection(groups) == *groups {
        Ok(())
    } else {
        Err(Forbidden::BeyondOwn.into())
    }
}

/// Whether an organization is ruled by this account.
pub(crate) fn rules(user: &User) -> bool {
    user.active && user.role == Role::Admin
}

#[cfg(test)]
mod tests {
    use nightjar_model::{GroupId, OrgId, SessionId, TokenId, UserId};
    use uuid::Uuid;

    use super::*;

    const DOORS: GroupId = GroupId(Uuid::from_u128(1));
    const YARD: GroupId = GroupId(Uuid::from_u128(2));

    fn caller(permissions: Permissions, groups: GroupScope) -> Caller {
        Caller {
            org: OrgId::DEFAULT,
            user: UserId(Uuid::from_u128(7)),
            username: "ada".into(),
            role: Role::Admin,
            permissions,
            groups,
            via: Via::Session(SessionId(Uuid::from_u128(8))),
        }
    }

    #[test]
    fn nobody_gives_what_they_lack() {
        let admin = caller(Role::Admin.permissions(), GroupScope::All);
        assert!(gives(&admin, Role::Admin.permissions(), &GroupScope::All).is_ok());
        let system = Role::Admin.permissions().with(Permission::SystemAdmin);
        assert!(gives(&admin, system, &GroupScope::All).is_err());
        let program = caller(Permissions::NONE.with(Permission::UserAdmin), GroupScope::All);
        assert!(needs(&program, Permission::UserAdmin).is_ok());
        assert!(gives(&program, Role::Viewer.permissions(), &GroupScope::All).is_err());
    }

    #[test]
    fn a_scope_is_given_only_within_ones_own() {
        let limited = caller(Role::Admin.permissions(), GroupScope::only([DOORS]));
        let give = |groups| gives(&limited, Permissions::NONE, &groups).is_ok();
        assert!(give(GroupScope::only([DOORS])) && give(GroupScope::only([])));
        assert!(!give(GroupScope::only([DOORS, YARD])) && !give(GroupScope::All));
    }

    #[test]
    fn a_program_is_no_person() {
        let mut program = caller(Role::Admin.permissions(), GroupScope::All);
        assert!(needs_session(&program).is_ok());
        program.via = Via::Token(TokenId(Uuid::from_u128(9)));
        assert!(matches!(needs_session(&program), Err(AccessError::Forbidden(Forbidden::NeedsSession))));
    }
}
