//! The list of cameras.

use nightjar_catalog::{CameraFilter, CameraSort, CameraSortKey, Catalog};
use nightjar_model::{Camera, Driver, GroupScope, OrgId};

use super::{by_api, group, other_org};
use crate::database::{TestDatabase, on_both};
use crate::make::at;

on_both!(
    filters_are_all_of_them_kept,
    nobody_sees_beyond_their_groups,
    another_tenant_sees_nothing,
    a_list_is_sorted_and_cut_into_pages,
    a_search_takes_every_character_literally,
    a_search_looks_at_what_people_know,
);

const ORG: OrgId = OrgId::DEFAULT;

async fn add(catalog: &Catalog, cameras: impl IntoIterator<Item = Camera>) {
    for camera in cameras {
        catalog.create_camera(&camera).await.expect("is added");
    }
}

/// The keys of what a filter finds.
async fn found(catalog: &Catalog, filter: CameraFilter) -> Vec<String> {
    let listed = catalog.list_cameras(ORG, &filter, CameraSort::default(), 0, 100).await;
    let (cameras, total) = listed.expect("are listed");
    assert_eq!(cameras.len() as u64, total, "{filter:?}");
    cameras.into_iter().map(|camera| camera.key.to_string()).collect()
}

fn search(q: &str) -> CameraFilter {
    CameraFilter { q: Some(q.to_owned()), ..CameraFilter::default() }
}

fn tagged(tags: &[&str]) -> Vec<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

async fn filters_are_all_of_them_kept(database: TestDatabase) {
    let catalog = database.open().await;
    let yard = group(&catalog, ORG).await;
    let a = Camera { tags: tagged(&["gate", "north"]), group_id: Some(yard), ..by_api("a") };
    let b = Camera { tags: tagged(&["gate", "south"]), enabled: false, ..by_api("b") };
    let c = Camera { tags: tagged(&["north"]), group_id: Some(yard), enabled: false, ..by_api("c") };
    add(&catalog, [a.clone(), b.clone(), c.clone()]).await;
    let all = CameraFilter::default;
    let cases: [(CameraFilter, &[&str]); 11] = [
        (all(), &["a", "b", "c"]),
        (CameraFilter { tags: tagged(&["gate"]), ..all() }, &["a", "b"]),
        (CameraFilter { tags: tagged(&["north", "gate"]), ..all() }, &["a"]),
        (CameraFilter { tags: tagged(&["Gate"]), ..all() }, &[]),
        (CameraFilter { group_id: Some(yard), ..all() }, &["a", "c"]),
        (CameraFilter { enabled: Some(false), ..all() }, &["b", "c"]),
        (CameraFilter { enabled: Some(false), group_id: Some(yard), ..all() }, &["c"]),
        (CameraFilter { driver: Some(Driver::Rtsp), ..all() }, &["a", "b", "c"]),
        (CameraFilter { key: Some(b.key.clone()), ..all() }, &["b"]),
        (CameraFilter { ids: Some(vec![c.id, a.id, c.id]), ..all() }, &["a", "c"]),
        (CameraFilter { ids: Some(Vec::new()), ..all() }, &[]),
    ];
    for (filter, keys) in cases {
        assert_eq!(found(&catalog, filter.clone()).await, keys, "{filter:?}");
    }
    let listed = catalog.list_cameras(ORG, &all(), CameraSort::default(), 0, 10).await;
    assert_eq!(listed, Ok((vec![a, b, c], 3)), "with all that they have");
}

async fn nobody_sees_beyond_their_groups(database: TestDatabase) {
    let catalog = database.open().await;
    let (yard, hall) = (group(&catalog, ORG).await, group(&catalog, ORG).await);
    let of = |key: &str, group_id| Camera { group_id, tags: tagged(&["gate", key]), ..by_api(key) };
    add(&catalog, [of("a", Some(yard)), of("b", Some(hall)), of("c", None)]).await;
    let none = GroupScope::only([]);
    let cases: [(GroupScope, &[&str]); 4] = [
        (GroupScope::All, &["a", "b", "c"]),
        (GroupScope::only([yard]), &["a"]),
        (GroupScope::only([yard, hall]), &["a", "b"]),
        (none, &[]),
    ];
    for (scope, keys) in cases {
        let filter = CameraFilter { scope: scope.clone(), ..CameraFilter::default() };
        assert_eq!(found(&catalog, filter).await, keys, "{scope:?}");
        let mut expected: Vec<(String, u64)> = keys.iter().map(|key| ((*key).to_owned(), 1)).collect();
        if !keys.is_empty() {
            expected.push(("gate".to_owned(), keys.len() as u64));
        }
        assert_eq!(catalog.camera_tags(ORG, &scope).await, Ok(expected), "{scope:?}");
    }
    let beyond =
        CameraFilter { scope: GroupScope::only([yard]), group_id: Some(hall), ..CameraFilter::default() };
    assert_eq!(found(&catalog, beyond).await, [""; 0]);
}

async fn another_tenant_sees_nothing(database: TestDatabase) {
    let catalog = database.open().await;
    let other = other_org(&catalog).await;
    let mine = Camera { tags: tagged(&["gate"]), ..by_api("mine") };
    let theirs = Camera { org_id: other, tags: tagged(&["gate", "yard"]), ..by_api("theirs") };
    add(&catalog, [mine.clone(), theirs.clone()]).await;
    let filter = CameraFilter { ids: Some(vec![mine.id, theirs.id]), ..CameraFilter::default() };
    assert_eq!(found(&catalog, filter.clone()).await, ["mine"]);
    let listed = catalog.list_cameras(other, &filter, CameraSort::default(), 0, 10).await;
    assert_eq!(listed, Ok((vec![theirs.clone()], 1)));
    assert_eq!(catalog.camera_tags(ORG, &GroupScope::All).await, Ok(vec![("gate".to_owned(), 1)]));
    assert_eq!(catalog.camera(ORG, theirs.id).await, Ok(None));
    assert_eq!(catalog.cameras(ORG).await, Ok(vec![mine]));
}

async fn a_list_is_sorted_and_cut_into_pages(database: TestDatabase) {
    let catalog = database.open().await;
    let made = |key: &str, name: &str, created, updated| Camera {
        name: name.to_owned(),
        created_at: at(created),
        updated_at: at(updated),
        ..by_api(key)
    };
    let cameras = [
        made("C", "alpha", 3, 30),
        made("a", "Ärger", 1, 40),
        made("b", "beta", 2, 10),
        made("d", "BETA", 4, 20),
        made("e", "be ta", 5, 50),
    ];
    add(&catalog, cameras).await;
    let cases = [
        (CameraSortKey::Key, "C a b d e"),
        (CameraSortKey::Name, "C e b d a"),
        (CameraSortKey::CreatedAt, "a b C d e"),
        (CameraSortKey::UpdatedAt, "b d C a e"),
    ];
    for (by, order) in cases {
        let order: Vec<&str> = order.split(' ').collect();
        for descending in [false, true] {
            let mut expected = order.clone();
            if descending {
                expected.reverse();
            }
            for offset in 0..7 {
                let sort = CameraSort { by, descending };
                let page = catalog.list_cameras(ORG, &CameraFilter::default(), sort, offset, 2).await;
                let (page, total) = page.expect("is listed");
                let keys: Vec<&str> = page.iter().map(|camera| camera.key.as_str()).collect();
                let rest = expected.iter().skip(offset as usize).take(2).copied();
                assert_eq!(keys, rest.collect::<Vec<&str>>(), "{sort:?} from {offset}");
                assert_eq!(total, 5);
            }
        }
    }
}

async fn a_search_takes_every_character_literally(database: TestDatabase) {
    let catalog = database.open().await;
    let names = ["100% Wool", "a_b", "axb", "O'Brien", "back\\slash", "wow!", "x\"y", "100 Wool"];
    for (number, name) in names.into_iter().enumerate() {
        let camera = Camera { name: name.to_owned(), ..by_api(&format!("c{number}")) };
        catalog.create_camera(&camera).await.expect("is added");
    }
    let cases: [(&str, &[&str]); 12] = [
        ("%", &["c0"]),
        ("0% w", &["c0"]),
        ("_", &["c1"]),
        ("a_b", &["c1"]),
        ("o'b", &["c3"]),
        ("\\", &["c4"]),
        ("!", &["c5"]),
        ("!%", &[]),
        ("\"", &["c6"]),
        ("' OR 1=1 --", &[]),
        ("\0", &[]),
        ("", &["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"]),
    ];
    for (q, keys) in cases {
        assert_eq!(found(&catalog, search(q)).await, keys, "{q:?}");
    }
    let tags = CameraFilter { tags: tagged(&["' OR '1'='1"]), ..CameraFilter::default() };
    assert_eq!(found(&catalog, tags).await, [""; 0]);
}

async fn a_search_looks_at_what_people_know(database: TestDatabase) {
    let catalog = database.open().await;
    let mut camera = Camera {
        name: "Große ÜBERSICHT".to_owned(),
        serial_number: Some("SN-4711".to_owned()),
        location: "North Yard".to_owned(),
        place: "Pole 7".to_owned(),
        ..by_api("front")
    };
    let url = "rtsp://Cam-7.example/h264?user=viewer&password=hunter2";
    camera.source.main_url = url.parse().expect("a URL");
    add(&catalog, [camera.clone(), by_api("other")]).await;
    for q in ["übersicht", "GROSSE Ü", "GROßE", "FRONT", "cam-7.EXAMPLE", "sn-47", "north", "pole 7"] {
        let expected: &[&str] = if q.starts_with("GROSSE") { &[] } else { &["front"] };
        assert_eq!(found(&catalog, search(q)).await, expected, "{q}");
    }
    for secret in ["hunter2", "correct horse", "password", "viewer"] {
        assert_eq!(found(&catalog, search(secret)).await, [""; 0], "{secret}");
    }
    camera.name = "Hinten".to_owned();
    catalog.update_camera(&camera, None, at(1)).await.expect("is changed");
    assert_eq!(found(&catalog, search("hinten")).await, ["front"]);
    assert_eq!(found(&catalog, search("übersicht")).await, [""; 0]);
}
