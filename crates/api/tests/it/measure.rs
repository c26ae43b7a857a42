//! Temporary.
use std::time::Instant;

use nightjar_http::audit::{Deed, Work};
use nightjar_http::error::ApiError;
use nightjar_http::guard::client::Client;
use nightjar_model::{Actor, AuditRecord, CameraGroup, GroupId, OrgId, Outcome};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::lab::Lab;
use crate::studio::at;

fn group() -> CameraGroup {
    let id = Uuid::now_v7();
    CameraGroup { id: GroupId(id), org_id: OrgId::DEFAULT, name: id.to_string(), description: String::new(), version: 1, created_at: at(0), updated_at: at(0) }
}

async fn apart(state: &nightjar_api::ApiState) {
    state.catalog.create_camera_group(&group()).await.expect("made");
    let record = AuditRecord { id: Uuid::now_v7(), org_id: OrgId::DEFAULT, at: at(0), actor: Actor::System, action: "camera_group.create".to_owned(), object_kind: "camera_group".to_owned(), object_id: String::new(), outcome: Outcome::Done, ip: None, request_id: None, details: serde_json::json!({}) };
    state.catalog.append_audit(&[record]).await.expect("noted");
}

async fn together(state: &nightjar_api::ApiState) {
    let group = &group();
    let work = |work: Work| async move {
        work.catalog().create_camera_group(group).await?;
        work.note_by(OrgId::DEFAULT, Actor::System, Deed::done("camera_group.create"));
        Ok::<_, ApiError>(())
    };
    state.audited(&Client::default(), work).await.expect("done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn measure_changes() {
    let lab = Lab::new().await;
    for round in 0..3 {
        for at_once in [1, 8] {
            for kind in ["apart", "together"] {
                let begun = Instant::now();
                let mut tasks = JoinSet::new();
                for _ in 0..at_once {
                    let state = lab.state.clone();
                    tasks.spawn(async move {
                        for _ in 0..400 / at_once {
                            if kind == "apart" { apart(&state).await } else { together(&state).await }
                        }
                    });
                }
                while let Some(done) = tasks.join_next().await { done.expect("well"); }
                eprintln!("MEASURE round {round}, {at_once} at once, {kind}: {:.2} ms a change", begun.elapsed().as_secs_f64() * 1000.0 / 400.0);
            }
        }
    }
}
