//! Two nodes of one cluster: on one catalog, with caches that do not tell each other anything.

use std::time::Duration;

use nightjar_access::AccessConfig;
use nightjar_model::Secret;

use crate::database::{TestDatabase, on_both};
use crate::make::{NOW, PASSWORD, config, login, node, world};

async fn a_node_that_hears_no_news_believes_what_it_knows_for_seconds_only(database: TestDatabase) {
    let world = world(&database).await;
    let short = AccessConfig { state_lifetime: Duration::from_millis(300), ..config() };
    let other = node(&world.catalog, short);
    let token = world.admin.access.expose();
    assert!(other.authenticate(token, None, NOW).await.is_ok());
    world.access.logout(&world.by(), false, NOW).await.expect("signs out");
    let mut tries = 0;
    while other.authenticate(token, None, NOW).await.is_ok() {
        tries += 1;
        assert!(tries < 100, "it is still let in after {tries} tries");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn a_node_knows_the_keys_that_another_one_made(database: TestDatabase) {
    let world = world(&database).await;
    let other = node(&world.catalog, config());
    assert!(other.authenticate(world.admin.access.expose(), None, NOW).await.is_ok());
    let signed_in = other.login(&login("admin", PASSWORD), NOW).await.expect("signs in");
    assert!(world.who(&signed_in.access, NOW).await.is_some());
    assert_eq!(world.catalog.signing_keys().await.expect("reads").len(), 1, "they share it");
}

async fn two_nodes_that_start_at_once_make_one_administrator(database: TestDatabase) {
    let catalog = database.open().await;
    let (one, two) = (node(&catalog, config()), node(&catalog, config()));
    let password = Secret::new(PASSWORD);
    let (a, b) = tokio::join!(one.ensure_admin(&password, NOW), two.ensure_admin(&password, NOW));
    assert!(a.expect("no error") != b.expect("no error"));
    assert_eq!(catalog.user_count().await.expect("reads"), 1);
}

on_both!(
    a_node_that_hears_no_news_believes_what_it_knows_for_seconds_only,
    a_node_knows_the_keys_that_another_one_made,
    two_nodes_that_start_at_once_make_one_administrator,
);
