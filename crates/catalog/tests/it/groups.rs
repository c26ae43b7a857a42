//! Groups of cameras, and the scopes made of them.

use nightjar_catalog::CatalogError;
use nightjar_model::{ApiToken, CameraGroup, GroupId, GroupScope, OrgId, User};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::database::{TestDatabase, on_both};
use crate::make::at;
use crate::make_accounts::{added_group, added_organization, group, new, token, user};

on_both!(
    groups_have_names_of_their_own,
    a_changed_group_has_a_new_version,
    one_of_many_groups_gets_a_name,
    groups_of_another_tenant_are_not_there,
    a_scope_that_lost_its_groups_covers_nothing,
);

async fn groups_have_names_of_their_own(database: TestDatabase) {
    let catalog = database.open().await;
    let yard = added_group(&catalog, "yard").await;
    let doors = added_group(&catalog, "Doors").await;
    assert_eq!(catalog.camera_groups(OrgId::DEFAULT).await, Ok(vec![doors.clone(), yard.clone()]));
    assert_eq!(catalog.camera_group(OrgId::DEFAULT, yard.id).await, Ok(Some(yard.clone())));
    let again = group(OrgId::DEFAULT, "yard");
    assert_eq!(catalog.create_camera_group(&again).await, Err(CatalogError::Taken("name")));
    let renamed = CameraGroup { name: "Doors".to_owned(), ..yard };
    assert_eq!(catalog.update_camera_group(&renamed, None, at(1)).await, Err(CatalogError::Taken("name")));
    let other = added_organization(&catalog, "Other").await;
    assert_eq!(catalog.create_camera_group(&group(other.id, "yard")).await, Ok(()));
}

async fn a_changed_group_has_a_new_version(database: TestDatabase) {
    let catalog = database.open().await;
    let old = added_group(&catalog, "Yard").await;
    let wanted = CameraGroup { name: "Court".to_owned(), description: String::new(), ..old.clone() };
    let new = catalog.update_camera_group(&wanted, Some(1), at(2)).await.expect("is changed");
    assert_eq!(new, CameraGroup { version: 2, updated_at: at(2), ..wanted.clone() });
    assert_eq!(catalog.camera_group(OrgId::DEFAULT, old.id).await, Ok(Some(new)));
    assert_eq!(catalog.update_camera_group(&old, Some(1), at(3)).await, Err(CatalogError::Stale));
    assert_eq!(catalog.update_camera_group(&old, None, at(3)).await.map(|group| group.version), Ok(3));
    let nothing = CameraGroup { id: GroupId(Uuid::nil()), ..wanted };
    let error = catalog.update_camera_group(&nothing, Some(1), at(3)).await.expect_err("is not there");
    assert!(matches!(error, CatalogError::NotFound(_)), "{error}");
}

async fn one_of_many_groups_gets_a_name(database: TestDatabase) {
    let catalog = database.open().await;
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let catalog = catalog.clone();
        tasks.spawn(async move { catalog.create_camera_group(&group(OrgId::DEFAULT, "Yard")).await });
    }
    let outcomes = tasks.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(CatalogError::Taken("name"))).count(), 19);
    assert_eq!(catalog.camera_groups(OrgId::DEFAULT).await.map(|groups| groups.len()), Ok(1));
}

async fn groups_of_another_tenant_are_not_there(database: TestDatabase) {
    let catalog = database.open().await;
    let mine = added_group(&catalog, "Yard").await;
    let other = added_organization(&catalog, "Other").await.id;
    assert_eq!(catalog.camera_group(other, mine.id).await, Ok(None));
    assert_eq!(catalog.camera_groups(other).await, Ok(Vec::new()));
    let stolen = CameraGroup { org_id: other, ..mine.clone() };
    let error = catalog.update_camera_group(&stolen, None, at(1)).await.expect_err("is not there");
    assert!(matches!(error, CatalogError::NotFound(_)), "{error}");
    assert_eq!(catalog.delete_camera_group(other, mine.id).await, Ok(false));
    assert_eq!(catalog.camera_groups(OrgId::DEFAULT).await, Ok(vec![mine]));
}

async fn a_scope_that_lost_its_groups_covers_nothing(database: TestDatabase) {
    let catalog = database.open().await;
    let (doors, yard) = (added_group(&catalog, "Doors").await, added_group(&catalog, "Yard").await);
    let ada = User { groups: GroupScope::only([doors.id]), ..user("ada") };
    let bob = User { groups: GroupScope::only([doors.id, yard.id]), ..user("bob") };
    for user in [&ada, &bob] {
        catalog.create_user(&new(user)).await.expect("is added");
    }
    let limited = ApiToken { groups: GroupScope::only([doors.id]), ..token(&ada, "x") };
    catalog.create_api_token(&limited, &[1; 32]).await.expect("is added");
    assert_eq!(catalog.delete_camera_group(OrgId::DEFAULT, doors.id).await, Ok(true));
    assert_eq!(catalog.delete_camera_group(OrgId::DEFAULT, doors.id).await, Ok(false));
    let scope = async |id| catalog.user_by_id(id).await.expect("is read").expect("is there").groups;
    assert_eq!(scope(ada.id).await, GroupScope::only([]));
    assert!(!scope(ada.id).await.covers(None) && !scope(ada.id).await.covers(Some(doors.id)));
    assert_eq!(scope(bob.id).await, GroupScope::only([yard.id]));
    let token = catalog.api_token_by_hash(&[1; 32]).await.expect("is read").expect("is there");
    assert_eq!(token.groups, GroupScope::only([]));
}
