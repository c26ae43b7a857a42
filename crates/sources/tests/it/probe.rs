//! Trying a camera, and cameras that lead where they must not.

use std::time::Duration;

use nightjar_media::Codec;
use nightjar_model::RtspTransport::{Tcp, Udp};
use nightjar_model::{Camera, CameraSource, ManagedBy, Reach};
use nightjar_simulator::{Access, Audio, ClipSpec, Fault, SimCamera, Video};
use nightjar_sources::{SourceError, probe};

use crate::support::{Scene, camera, fragments};

const HERE: Reach = Reach::Camera { this_machine: true, link_local: false };
const SAMPLE: Duration = Duration::from_millis(1_500);
const LIMIT: Duration = Duration::from_secs(8);

async fn scene(clip: ClipSpec) -> (Scene, CameraSource) {
    let scene = Scene::new(clip, Tcp).await;
    let source = scene.camera.source.clone();
    (scene, source)
}

#[tokio::test]
async fn a_camera_is_described_with_a_picture_that_decodes() {
    for (h265, codec) in [(false, Codec::H264), (true, Codec::H265)] {
        let video = Video { h265, ..Video::tiny() };
        let clip = ClipSpec::painted(video.clone()).with_audio(Audio::Pcmu);
        let (scene, source) = scene(clip).await;
        for transport in [Tcp, Udp] {
            let source = CameraSource { transport, ..source.clone() };
            let probed = probe(&source, (HERE, false), SAMPLE, LIMIT).await.expect("a camera");
            assert_eq!(probed.video, codec);
            assert_eq!(probed.dimensions, (video.width, video.height));
            let fps = probed.fps.expect("frames");
            assert!((fps - f64::from(video.fps)).abs() < 1.0, "{fps}");
            assert!(probed.bitrate.is_some_and(|bits| (1_000..50_000_000).contains(&bits)), "{probed:?}");
            assert_eq!(probed.audio.expect("sound").codec, Codec::Pcmu);
            let frame = probed.key_frame.expect("a key frame");
            assert!(frame.annex_b.starts_with(&[0, 0, 0, 1]) && frame.annex_b.len() > 100);
        }
        scene.finish().await;
    }
}

#[tokio::test]
async fn each_way_to_fail_has_its_name() {
    let clip = || ClipSpec::painted(Video::tiny()).with_audio(Audio::None);
    let (mut scene, source) = scene(clip()).await;
    scene.listen("media", |heard| fragments(heard).count() >= 1).await;
    let short = Duration::from_secs(2);
    let failure =
        async |source: &CameraSource| probe(source, (HERE, false), SAMPLE, short).await.expect_err("fails");

    let other = CameraSource::new(source.main_url.join("/nobody/none").expect("a URL"));
    assert!(matches!(failure(&other).await, SourceError::NoSuchStream { .. }));
    scene.simulator.inject("cam", Fault::Unauthorized, Some(Duration::from_secs(2))).await.expect("fault");
    assert!(matches!(failure(&source).await, SourceError::Unauthorized { .. }));
    scene.simulator.inject("cam", Fault::Silent, None).await.expect("fault");
    assert!(matches!(failure(&source).await, SourceError::NoAnswer { .. }));
    let nobody = CameraSource::new("rtsp://127.0.0.1:1/a".parse().expect("a URL"));
    assert!(matches!(failure(&nobody).await, SourceError::Connect(text) if text.contains("refused")));
    let unknown = CameraSource::new("rtsp://no-such-host.invalid/a".parse().expect("a URL"));
    assert!(matches!(failure(&unknown).await, SourceError::NoSuchHost(_)));
    scene.finish().await;
}

#[tokio::test]
async fn a_camera_of_the_api_must_not_lead_to_this_machine() {
    let clip = ClipSpec::painted(Video::tiny()).with_audio(Audio::None);
    let (scene, source) = scene(clip).await;
    let refused = probe(&source, (Reach::CAMERA, false), SAMPLE, LIMIT).await.expect_err("refused");
    assert!(matches!(refused, SourceError::Refused(_)), "{refused:?}");
    scene.finish().await;
}

#[tokio::test]
async fn a_camera_of_the_api_is_recorded_by_the_address_that_was_judged() {
    let access = Access::Digest { user: "admin".into(), password: "hunter2".into() };
    let sim = SimCamera { access, ..SimCamera::new("cam", ClipSpec::painted(Video::tiny())) };
    let mut scene = Scene::with(sim, Tcp, Some(("admin", "hunter2"))).await;
    let mut url = scene.camera.source.main_url.clone();
    url.set_host(Some("localhost")).expect("a host");
    let by_name = Camera {
        managed_by: ManagedBy::Api,
        id: scene.camera.id,
        ..camera(url.as_str(), Tcp, Some(("admin", "hunter2")))
    };
    scene.sources.set_camera(&by_name);
    scene.listen("media", |heard| fragments(heard).count() >= 2).await;
    scene.finish().await;
}

#[tokio::test]
async fn a_camera_that_wants_the_password_in_the_clear_does_not_get_it_if_that_is_refused() {
    for (basic, expected) in [(true, false), (false, true)] {
        let (user, password) = ("admin".to_owned(), "hunter2".to_owned());
        let access = if basic { Access::Basic { user, password } } else { Access::Digest { user, password } };
        let sim = SimCamera { access, ..SimCamera::new("cam", ClipSpec::painted(Video::tiny())) };
        let scene = Scene::with(sim, Tcp, Some(("admin", "hunter2"))).await;
        let source = scene.camera.source.clone();
        let probed = probe(&source, (HERE, true), SAMPLE, LIMIT).await;
        assert_eq!(probed.is_ok(), expected, "{:?}", probed.err());
        probe(&source, (HERE, false), SAMPLE, LIMIT).await.expect("allowed");
        scene.finish().await;
    }
}
