//! Bringing the tables up to date.

use nightjar_catalog::{Catalog, CatalogError, CatalogOptions};
use nightjar_model::OrgId;
use sea_orm::ConnectionTrait;
use tokio::task::JoinSet;

use crate::database::{TestDatabase, on_both};
use crate::make::{added, recorded};

on_both!(a_second_start_changes_nothing, many_processes_can_start_at_once, a_newer_database_is_refused,);

async fn a_second_start_changes_nothing(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let segments = recorded(&catalog, &camera, 0, 3, 10).await;
    catalog.close().await;
    for _ in 0..3 {
        let catalog = database.open().await;
        assert_eq!(catalog.cameras(OrgId::DEFAULT).await, Ok(vec![camera.clone()]));
        assert_eq!(catalog.segments_after(None, 10).await, Ok(segments.clone()));
        catalog.close().await;
    }
}

async fn many_processes_can_start_at_once(database: TestDatabase) {
    let mut starts = JoinSet::new();
    for _ in 0..24 {
        let database = database.clone();
        starts.spawn(async move { database.open().await.ping().await });
    }
    for outcome in starts.join_all().await {
        assert_eq!(outcome, Ok(()));
    }
    added(&database.open().await, "front").await;
}

async fn a_newer_database_is_refused(database: TestDatabase) {
    database.open().await.close().await;
    let raw = database.raw().await;
    raw.execute_unprepared("INSERT INTO migrations (version, name) VALUES (999, 'future')")
        .await
        .expect("is written");
    let refused = Catalog::connect(&database.url, &CatalogOptions::default()).await;
    assert!(matches!(refused, Err(CatalogError::TooNew { found: 999, .. })), "{refused:?}");
}
