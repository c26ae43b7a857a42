//! The OpenAPI document that is committed is the one that the handlers make.

use std::path::Path;

/// Set to write the document instead of comparing it.
const UPDATE: &str = "NIGHTJAR_UPDATE_OPENAPI";

#[test]
fn the_committed_document_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let mut made = serde_json::to_string_pretty(&nightjar_api::openapi_document()).expect("serializable");
    made.push('\n');
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &made).expect("writable");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == made, "openapi.json is out of date: run this test with {UPDATE}=1");
}
