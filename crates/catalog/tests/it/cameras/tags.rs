//! Tags of many cameras at once.

use nightjar_catalog::{Catalog, CatalogError};
use nightjar_model::{Camera, CameraId, GroupScope, OrgId};
use uuid::Uuid;

use super::{by_api, created, other_org};
use crate::database::{TestDatabase, on_both};
use crate::make::{added, at};

on_both!(
    tags_are_added_and_taken_away_together,
    many_cameras_are_tagged_all_or_none,
    tags_given_at_the_same_time_are_all_there,
);

const ORG: OrgId = OrgId::DEFAULT;

fn words(tags: &[&str]) -> Vec<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

async fn tags_of(catalog: &Catalog, id: CameraId) -> (Vec<String>, i64) {
    let camera = catalog.camera(ORG, id).await.expect("is read").expect("is there");
    (camera.tags, camera.version)
}

async fn tags_are_added_and_taken_away_together(database: TestDatabase) {
    let catalog = database.open().await;
    let a = Camera { tags: words(&["old", "yard"]), ..by_api("a") };
    let b = Camera { tags: words(&["new"]), ..by_api("b") };
    for camera in [&a, &b] {
        catalog.create_camera(camera).await.expect("is added");
    }
    let c = created(&catalog, "c").await;
    let ids = [a.id, b.id, a.id];
    let (add, remove) = (words(&[" new "]), words(&["old", "unknown"]));
    assert_eq!(catalog.bulk_tags(ORG, &ids, &add, &remove, at(5)).await, Ok(1), "b has it already");
    assert_eq!(tags_of(&catalog, a.id).await, (words(&["new", "yard"]), 2));
    assert_eq!(tags_of(&catalog, b.id).await, (words(&["new"]), 1));
    assert_eq!(tags_of(&catalog, c.id).await, (Vec::new(), 1));
    let counted = vec![("new".to_owned(), 2), ("yard".to_owned(), 1)];
    assert_eq!(catalog.camera_tags(ORG, &GroupScope::All).await, Ok(counted));
    // What is both taken and given is there afterwards.
    let both = words(&["yard"]);
    assert_eq!(catalog.bulk_tags(ORG, &[a.id, c.id], &both, &both, at(6)).await, Ok(1));
    assert_eq!(tags_of(&catalog, c.id).await, (words(&["yard"]), 2));
    assert_eq!(catalog.bulk_tags(ORG, &[], &both, &[], at(6)).await, Ok(0));
}

async fn many_cameras_are_tagged_all_or_none(database: TestDatabase) {
    let catalog = database.open().await;
    let first = created(&catalog, "first").await;
    let many: Vec<String> = (0..32).map(|number| format!("tag {number}")).collect();
    let full = Camera { tags: many, ..by_api("full") };
    catalog.create_camera(&full).await.expect("is added");
    let from_file = added(&catalog, "from-file").await;
    let theirs = Camera { org_id: other_org(&catalog).await, ..by_api("theirs") };
    catalog.create_camera(&theirs).await.expect("is added");
    let unknown = CameraId(Uuid::now_v7());
    let tag = async |other| {
        let ids = [first.id, other];
        catalog.bulk_tags(ORG, &ids, &words(&["gate"]), &[], at(1)).await.expect_err("is refused")
    };
    assert!(matches!(tag(unknown).await, CatalogError::NotFound(_)));
    assert!(matches!(tag(theirs.id).await, CatalogError::NotFound(_)));
    assert_eq!(tag(from_file.id).await, CatalogError::ManagedByFile);
    assert!(matches!(tag(full.id).await, CatalogError::Refused(_)));
    let wrong = catalog.bulk_tags(ORG, &[first.id], &words(&[""]), &[], at(1)).await;
    assert!(matches!(wrong, Err(CatalogError::Refused(_))), "{wrong:?}");
    assert_eq!(tags_of(&catalog, first.id).await, (Vec::new(), 1));
}

async fn tags_given_at_the_same_time_are_all_there(database: TestDatabase) {
    let (one, two) = (database.open().await, database.open().await);
    let camera = created(&one, "front").await;
    let ids = [camera.id];
    for round in 0..8 {
        let (a, b) = ([format!("a{round}")], [format!("b{round}")]);
        let (a, b) = tokio::join!(
            one.bulk_tags(ORG, &ids, &a, &[], at(round)),
            two.bulk_tags(ORG, &ids, &b, &[], at(round))
        );
        assert_eq!((a, b), (Ok(1), Ok(1)));
    }
    let (tags, version) = tags_of(&one, camera.id).await;
    assert_eq!((tags.len(), version), (16, 17));
}
