//! What is said when a camera misbehaves, and that its media comes back.

use std::time::Duration;

use nightjar_media::InterruptionCause::{self, AuthFailed, NoKeyFrame, Stalled, Unreachable};
use nightjar_model::RtspTransport::Tcp;
use nightjar_simulator::{Access, Audio, ClipSpec, Fault, SimCamera, Video};

use crate::support::{Heard, Scene, digests, fragments, interruptions};

fn clip() -> ClipSpec {
    ClipSpec::painted(Video::tiny()).with_audio(Audio::None)
}

/// Injects a fault into a running stream; expects an interruption for `cause` and media after it.
/// A fault that only new connections see comes together with a drop.
async fn interrupts_and_recovers(fault: Fault, lasts: Option<Duration>, cause: InterruptionCause) {
    let mut scene = Scene::new(clip(), Tcp).await;
    scene.listen("media", |heard| fragments(heard).count() >= 2).await;
    scene.simulator.inject("cam", fault, lasts).await.expect("fault");
    if matches!(fault, Fault::Refuse | Fault::Unauthorized) {
        scene.simulator.inject("cam", Fault::Drop, None).await.expect("fault");
    }
    scene
        .listen("an interruption", |heard| {
            interruptions(heard).any(|interruption| interruption.cause == cause)
        })
        .await;
    let before = fragments(&scene.heard).count();
    scene.listen("media again", |heard| fragments(heard).count() >= before + 2).await;
    let (heard, _) = scene.finish().await;
    let is_first = |heard: &Heard| matches!(heard, Heard::Interrupted(_));
    let told = heard.iter().position(is_first).expect("told");
    let last = fragments(&heard[..told]).last().expect("media before").end;
    let Heard::Interrupted(interruption) = &heard[told] else { unreachable!() };
    assert_eq!(interruption.since, last, "it begins where the media ended");
    let next = fragments(&heard[told..]).next().expect("media after");
    assert!(next.starts_with_rap && next.start >= last);
    assert_eq!((next.sequence, next.decode_time), (1, 0), "a new run");
}

#[tokio::test]
async fn a_dropped_connection() {
    interrupts_and_recovers(Fault::Drop, None, Unreachable).await;
}

#[tokio::test]
async fn a_reset_connection() {
    interrupts_and_recovers(Fault::Reset, None, Unreachable).await;
}

#[tokio::test]
async fn a_camera_that_stalls() {
    interrupts_and_recovers(Fault::Stall, Some(Duration::from_secs(3)), Stalled).await;
}

#[tokio::test]
async fn garbage_in_the_stream() {
    interrupts_and_recovers(Fault::Garbage, Some(Duration::from_millis(300)), Unreachable).await;
}

#[tokio::test]
async fn refused_connections() {
    interrupts_and_recovers(Fault::Refuse, Some(Duration::from_secs(1)), Unreachable).await;
}

#[tokio::test]
async fn credentials_that_stop_working() {
    interrupts_and_recovers(Fault::Unauthorized, Some(Duration::from_secs(1)), AuthFailed).await;
}

#[tokio::test]
async fn both_kinds_of_login_work_and_wrong_passwords_are_told_as_such() {
    let access = |basic: bool| {
        let (user, password) = ("admin".to_owned(), "right".to_owned());
        if basic { Access::Basic { user, password } } else { Access::Digest { user, password } }
    };
    for basic in [false, true] {
        let sim = || SimCamera { access: access(basic), ..SimCamera::new("cam", clip()) };
        let mut scene = Scene::with(sim(), Tcp, Some(("admin", "right"))).await;
        scene.listen("media", |heard| fragments(heard).count() >= 1).await;
        let status = scene.status.camera(scene.camera.id).expect("posted");
        assert_eq!(status.password_in_clear, basic, "it is told");
        scene.finish().await;
        for login in [Some(("admin", "wrong")), None] {
            let mut scene = Scene::with(sim(), Tcp, login).await;
            scene.listen("a refusal", |heard| interruptions(heard).any(|i| i.cause == AuthFailed)).await;
            let text = &interruptions(&scene.heard).next().expect("told").details;
            assert!(text.contains("user name and password") && !text.contains("wrong"), "{text}");
            scene.finish().await;
        }
    }
}

#[tokio::test]
async fn a_jump_of_the_cameras_time_costs_no_frame() {
    for millis in [3_600_000, -60_000] {
        let mut scene = Scene::new(clip(), Tcp).await;
        scene.listen("media", |heard| fragments(heard).count() >= 2).await;
        scene.simulator.inject("cam", Fault::Jump { millis }, None).await.expect("fault");
        let before = fragments(&scene.heard).count();
        scene.listen("more media", |heard| fragments(heard).count() >= before + 4).await;
        let (heard, log) = scene.finish().await;
        assert_eq!(interruptions(&heard).count(), 0);
        let sent: Vec<[u8; 16]> = log.sessions[0].whole_frames().map(|frame| frame.digest.vcl).collect();
        let got = digests(&heard);
        assert_eq!(got[..], sent[..got.len()]);
        let (first, last) =
            (fragments(&heard).next().expect("media"), fragments(&heard).last().expect("media"));
        let wall = last.end.micros_since(first.start) as f64 / 1e6;
        assert!((wall - got.len() as f64 / 10.0).abs() < 0.5, "{wall} s for {} frames at 10 fps", got.len());
    }
}

#[tokio::test]
async fn a_change_of_resolution_is_a_new_init_section() {
    let mut scene = Scene::new(clip(), Tcp).await;
    scene.listen("media", |heard| fragments(heard).count() >= 2).await;
    scene.simulator.inject("cam", Fault::Resolution, None).await.expect("fault");
    let width = |heard: &[Heard]| {
        fragments(heard).last().and_then(|f| f.init.tracks[0].codec.dimensions()).map(|(width, _)| width)
    };
    scene.listen("the new resolution", |heard| width(heard).is_some_and(|width| width != 320)).await;
    scene.finish().await;
}

#[tokio::test]
async fn a_stream_without_key_frames_is_told() {
    let mut scene = Scene::new(clip(), Tcp).await;
    scene.listen("media", |heard| fragments(heard).count() >= 1).await;
    scene.simulator.inject("cam", Fault::NoKeyFrame, Some(Duration::from_secs(16))).await.expect("fault");
    // Reconnecting in the middle: there is nothing to begin with.
    scene.simulator.inject("cam", Fault::Drop, None).await.expect("fault");
    scene.listen("no key frame", |heard| interruptions(heard).any(|i| i.cause == NoKeyFrame)).await;
    let before = fragments(&scene.heard).count();
    scene.listen("media again", |heard| fragments(heard).count() > before).await;
    scene.finish().await;
}

#[tokio::test]
async fn a_changed_address_reconnects_and_anything_else_does_not() {
    let mut scene = Scene::new(clip(), Tcp).await;
    scene.listen("media", |heard| fragments(heard).count() >= 1).await;
    let mut camera = scene.camera.clone();
    camera.name = "another name".into();
    scene.sources.set_camera(&camera);
    let before = fragments(&scene.heard).count();
    scene.listen("more media", |heard| fragments(heard).count() >= before + 2).await;
    assert_eq!(scene.simulator.stats().connections, 1);
    assert!(scene.status.camera(camera.id).expect("posted").connected);
    scene.finish().await;
}
