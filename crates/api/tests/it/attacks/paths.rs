//! Path traversal, in every place of every path.

use std::collections::BTreeMap;

use axum::body::Body;
use uuid::Uuid;

use super::documented::{everything, operations};
use super::{HOME, attacked, from, refused, ruler};
use crate::lab::{request, send};

/// As they stand in an address.
const TRAVERSALS: &[&str] = &[
    "..",
    ".",
    "...",
    "%2e%2e",
    "%2E%2E%2F",
    "%252e%252e%252f",
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "..%5c..%5cwindows%5cwin.ini",
    "%2fetc%2fpasswd",
    "..%00",
    "%00",
    "x%00.mp4",
    "..%c0%af..%c0%afetc%c0%afpasswd",
    "%uff0e%uff0e",
    "%ff%fe",
    "....%2f%2f",
    "..;",
    "~",
    "~root",
    "file:%2f%2f%2fetc%2fpasswd",
    "catalog.db",
    "..%2fcatalog.db",
    "0.m4s%2f..%2f..%2fcatalog.db",
    "..%2f..%2fcatalog.db%23.mp4",
    "-1.m4s",
    "%20",
    "*",
    "%25",
    "%0d%0aset-cookie:%20x=1",
    "CON",
    "0190aaaa-0000-7000-8000-000000000000%2f..",
];

#[tokio::test]
async fn no_place_of_a_path_leads_anywhere_else() {
    let lab = &attacked().await;
    let bearer = format!("Bearer {}", ruler(lab).await);
    lab.studio.record(0, 8, 4).await;
    let before = everything(lab, bearer.trim_start_matches("Bearer ")).await;
    let nobody = Uuid::now_v7().to_string();
    for operation in operations() {
        for place in &operation.places {
            for traversal in TRAVERSALS {
                let mut values: BTreeMap<&str, &str> =
                    operation.places.iter().map(|place| (place.as_str(), nobody.as_str())).collect();
                values.insert(place, traversal);
                let path = operation.at(&values);
                let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
                let asked = request(operation.method.clone(), &path, &headers, Body::from("{}"));
                let reply = send(&lab.bare(), from(HOME, asked)).await;
                refused(&reply, &format!("{} {path}", operation.method));
            }
        }
    }
    assert_eq!(everything(lab, bearer.trim_start_matches("Bearer ")).await, before, "nothing was changed");
}
