//! Footage is deleted while it is being recorded: recording goes on, and the ledger is exact.

use std::time::Duration;

use nightjar_model::GapCause;
use nightjar_simulator::{ClipSpec, Video};

use crate::support::nightjar::{recordings, told};
use crate::support::{Setup, simulate, until};

#[tokio::test(flavor = "multi_thread")]
async fn footage_goes_on_request_while_recording_goes_on() {
    let cameras = simulate(1, &ClipSpec::painted(Video::tiny()), "segment_duration_secs = 10").await;
    let setup = Setup::new(&cameras.config);
    let server = setup.serve().await;
    let limit = Duration::from_secs(60);
    server.until_recording(1, limit).await;
    until("two finished files", limit, || async {
        let finished = server.data("/api/v1/recordings?state=finished").await;
        (finished["pagination"]["total"].as_u64() >= Some(2)).then_some(())
    })
    .await;
    server.delete("/api/v1/cameras/cam0001/footage").await;
    let done = until("the end of it", limit, || async {
        let list = server.data("/api/v1/cameras/cam0001/footage/deletions").await;
        let newest = list["deletions"][0].clone();
        (newest["state"] == "finished").then_some(newest)
    })
    .await;
    assert!(done["deleted"]["segments"].as_u64() >= Some(2), "{done}");
    let trail = server.data("/api/v1/audit?action=footage.deleted").await;
    assert_eq!(trail["items"][0]["details"]["segments"], done["deleted"]["segments"], "{trail}");
    until("the next finished file", limit, || async {
        let finished = server.data("/api/v1/recordings?state=finished").await;
        (finished["pagination"]["total"].as_u64() >= Some(1)).then_some(())
    })
    .await;
    assert!(server.stop().await, "{}", setup.log());
    setup.verify(true).await;

    let catalog = setup.catalog().await;
    let ledger = told(&catalog, "cam0001").await;
    catalog.close().await;
    let deleted: Vec<_> = ledger.gaps.iter().filter(|gap| gap.2 == GapCause::Deleted).collect();
    assert_eq!(deleted.len(), 1, "{:?}", ledger.gaps);
    let (start, end, _) = *deleted[0];
    let length = end.expect("closed").micros_since(start);
    assert!(length >= 10_000_000, "{length} µs");
    assert_eq!(Some(ledger.segments[0].start), end, "recording went on without a break");
    let after: Vec<GapCause> = ledger.gaps.iter().filter(|gap| gap.0 > start).map(|gap| gap.2).collect();
    assert_eq!(after, [GapCause::ServerStopped], "{:?}", ledger.gaps);
    assert_eq!(recordings(&setup.footage()).len(), ledger.segments.len(), "no file is left behind");
}
