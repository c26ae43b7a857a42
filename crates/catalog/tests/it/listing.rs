//! Lists of segments, page by page.

use nightjar_catalog::{Catalog, LedgerWrite, Page, PageStart, SegmentFilter, SortOrder};
use nightjar_model::{CameraId, OrgId, Segment, SegmentState, StreamName};
use uuid::Uuid;

use crate::database::{TestDatabase, on_both};
use crate::make::{added, at, finished, index, open_segment, recorded};

on_both!(pages_are_what_a_plain_filter_gives, a_page_by_number_counts_all, a_tenant_sees_its_own);

async fn pages_are_what_a_plain_filter_gives(database: TestDatabase) {
    let catalog = database.open().await;
    let (all, cameras) = footage(&catalog).await;
    for filter in filters(&cameras) {
        for order in [SortOrder::Ascending, SortOrder::Descending] {
            let expected = plainly(&all, &filter, order);
            for limit in [1, 5, 500] {
                let found = by_cursor(&catalog, &filter, limit, order).await;
                assert_eq!(found, expected, "{filter:?} {order:?} in pages of {limit}");
            }
        }
    }
}

async fn a_page_by_number_counts_all(database: TestDatabase) {
    let catalog = database.open().await;
    let (all, cameras) = footage(&catalog).await;
    for filter in filters(&cameras) {
        let expected = plainly(&all, &filter, SortOrder::Descending);
        let mut found = Vec::new();
        for number in 1..=u32::try_from(expected.len() / 7 + 1).expect("is small") {
            let page = Page { start: PageStart::Number(number), limit: 7, order: SortOrder::Descending };
            let page = catalog.list_segments(&filter, &page).await.expect("is read");
            assert_eq!(page.total, Some(expected.len() as u64), "{filter:?}");
            found.extend(page.items);
        }
        assert_eq!(found, expected, "{filter:?}");
    }
}

async fn a_tenant_sees_its_own(database: TestDatabase) {
    let catalog = database.open().await;
    let (_, cameras) = footage(&catalog).await;
    let mut filter = SegmentFilter::all(OrgId(Uuid::now_v7()));
    for cameras in [Vec::new(), cameras] {
        filter.cameras = cameras;
        let page = Page { start: PageStart::Number(1), limit: 7, order: SortOrder::Ascending };
        let page = catalog.list_segments(&filter, &page).await.expect("is read");
        assert_eq!((page.items, page.total, page.next_cursor), (Vec::new(), Some(0), None));
    }
}

/// Segments of three cameras, many of which start at the same instant, in all states.
async fn footage(catalog: &Catalog) -> (Vec<Segment>, Vec<CameraId>) {
    let mut cameras = Vec::new();
    for number in 0..3 {
        let camera = added(catalog, &format!("camera-{number}")).await;
        let segments = recorded(catalog, &camera, 0, 8, 10).await;
        catalog.mark_deleting(&[segments[0].id, segments[3].id]).await.expect("are marked");
        let sub = Segment { stream: StreamName::Sub, ..open_segment(&camera, at(5)) };
        let sub =
            LedgerWrite::SegmentFinished { segment: finished(&sub, at(35)), index: index(), upload: false };
        let open = LedgerWrite::SegmentOpened(open_segment(&camera, at(80)));
        catalog.apply(&[sub, open]).await.expect("is written");
        cameras.push(camera.id);
    }
    (catalog.segments_after(None, 1_000).await.expect("are read"), cameras)
}

fn filters(cameras: &[CameraId]) -> Vec<SegmentFilter> {
    let all = SegmentFilter::all(OrgId::DEFAULT);
    let many: Vec<CameraId> =
        cameras[1..].iter().copied().chain((0..20).map(|_| CameraId(Uuid::now_v7()))).collect();
    vec![
        all.clone(),
        SegmentFilter { cameras: cameras[..1].to_vec(), ..all.clone() },
        SegmentFilter { cameras: vec![cameras[2], cameras[0], cameras[2]], ..all.clone() },
        SegmentFilter { cameras: many, ..all.clone() },
        SegmentFilter { stream: Some(StreamName::Sub), ..all.clone() },
        SegmentFilter { stream: Some(StreamName::Main), cameras: cameras[..2].to_vec(), ..all.clone() },
        SegmentFilter { from: Some(at(25)), to: Some(at(50)), ..all.clone() },
        SegmentFilter { from: Some(at(20)), cameras: cameras[1..2].to_vec(), ..all.clone() },
        SegmentFilter { state: Some(SegmentState::Open), ..all.clone() },
        SegmentFilter { state: Some(SegmentState::Deleting), cameras: cameras[..1].to_vec(), ..all.clone() },
        SegmentFilter { state: Some(SegmentState::Finished), to: Some(at(40)), ..all },
    ]
}

fn plainly(all: &[Segment], filter: &SegmentFilter, order: SortOrder) -> Vec<Segment> {
    let wanted = |segment: &&Segment| {
        (filter.cameras.is_empty() || filter.cameras.contains(&segment.camera_id))
            && filter.stream.is_none_or(|stream| segment.stream == stream)
            && filter.from.is_none_or(|from| segment.end > from)
            && filter.to.is_none_or(|to| segment.start < to)
            && filter.state.map_or(segment.state != SegmentState::Deleting, |state| segment.state == state)
    };
    let mut wanted: Vec<Segment> = all.iter().filter(wanted).cloned().collect();
    wanted.sort_by_key(|segment| (segment.start, segment.id));
    if order == SortOrder::Descending {
        wanted.reverse();
    }
    wanted
}

async fn by_cursor(catalog: &Catalog, filter: &SegmentFilter, limit: u32, order: SortOrder) -> Vec<Segment> {
    let mut found = Vec::new();
    let mut start = PageStart::Number(1);
    loop {
        let page = Page { start, limit, order };
        let page = catalog.list_segments(filter, &page).await.expect("is read");
        assert!(page.items.len() <= limit as usize);
        found.extend(page.items);
        match page.next_cursor {
            // Clients carry it as text.
            Some(cursor) => start = PageStart::After(cursor.to_string().parse().expect("is a cursor")),
            None => return found,
        }
    }
}
