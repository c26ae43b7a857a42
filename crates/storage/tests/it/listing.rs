//! A bucket in which somebody else has put names that can be none of ours.

use std::collections::HashMap;

use axum::Router;
use axum::extract::Query;
use axum::routing::get;
use futures::TryStreamExt;
use nightjar_model::Secret;
use nightjar_storage::{Listed, RemoteConfig, RemoteTier};

/// Keys that a server of S3 may hold, but no tier of ours; SeaweedFS would tidy them.
const STRANGE: [&str; 6] =
    ["../up.mp4", "a//b.mp4", "cam/../../c.mp4", "cam/./d.mp4", "cam/.hidden.mp4", "x\\y.mp4"];

/// Answers one page of a listing, in the order of the keys.
async fn page(Query(query): Query<HashMap<String, String>>) -> String {
    let most: usize = query.get("max-keys").and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let after = query.get("start-after").map_or("", String::as_str);
    let mut keys: Vec<String> = (0..2_500).map(|number| format!("cam/{number:05}.mp4")).collect();
    keys.extend(STRANGE.map(str::to_owned));
    keys.sort();
    let left: Vec<&String> = keys.iter().filter(|key| key.as_str() > after).collect();
    let listed = left.iter().take(most).map(|key| {
        format!(
            "<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>\
             <ETag>&quot;0&quot;</ETag><Size>7</Size><StorageClass>STANDARD</StorageClass></Contents>"
        )
    });
    let listed: String = listed.collect();
    let more = left.len() > most;
    let token = if more { "<NextContinuationToken>more</NextContinuationToken>" } else { "" };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Name>b</Name><IsTruncated>{more}</IsTruncated>{token}{listed}</ListBucketResult>"
    )
}

#[tokio::test]
async fn names_that_are_no_keys_do_not_hide_the_others() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let app = Router::new().route("/footage", get(page)).route("/footage/", get(page));
    let mut serving = tokio::task::JoinSet::new();
    serving.spawn(async move { axum::serve(listener, app).await });
    let config = RemoteConfig::new(endpoint.parse().expect("a URL"), "footage", "id", Secret::new("key"));
    let tier = RemoteTier::new(config).expect("valid settings");
    let listed: Vec<Listed> = tier.list_everything(None).try_collect().await.expect("is listed");
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for line in listed {
        match line {
            Listed::Object(object) => good.push(object.key),
            Listed::Invalid(key) => bad.push(key),
        }
    }
    let wanted: Vec<String> = (0..2_500).map(|number| format!("cam/{number:05}.mp4")).collect();
    assert_eq!(good, wanted, "each once, in order");
    bad.sort();
    let mut strange = STRANGE.map(str::to_owned).to_vec();
    strange.sort();
    assert_eq!(bad, strange);
}
