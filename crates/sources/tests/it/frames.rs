//! Every frame that was sent arrives, once and in order.

use nightjar_media::Codec;
use nightjar_model::RtspTransport::{self, Tcp, Udp};
use nightjar_simulator::{Audio, ClipSpec, SimCamera, Video};

use crate::support::{Heard, Scene, digests, fragments};

/// Listens for some seconds of media, and compares with the camera's own log.
async fn all_frames_arrive(clip: ClipSpec, transport: RtspTransport, codecs: &[Codec]) -> Vec<Heard> {
    let mut scene = Scene::new(clip, transport).await;
    scene.listen("three seconds of media", |heard| fragments(heard).count() >= 6).await;
    let (heard, log) = scene.finish().await;
    let sent: Vec<[u8; 16]> = log.sessions[0].whole_frames().map(|frame| frame.digest.vcl).collect();
    let got = digests(&heard);
    assert!(got.len() >= 20, "only {} frames", got.len());
    // What was on its way when we hung up can't be here.
    assert_eq!(got[..], sent[..got.len()]);
    assert!(sent.len() - got.len() <= 4, "{} of {} frames arrived", got.len(), sent.len());
    let init = &fragments(&heard).next().expect("fragment").init;
    let found: Vec<Codec> = init.tracks.iter().map(|track| track.codec.codec()).collect();
    assert_eq!(found, codecs);
    heard
}

fn tiny(audio: Audio) -> ClipSpec {
    ClipSpec::painted(Video::tiny()).with_audio(audio)
}

#[tokio::test]
async fn h264_alone_over_tcp() {
    let heard = all_frames_arrive(tiny(Audio::None), Tcp, &[Codec::H264]).await;
    for pair in fragments(&heard).collect::<Vec<_>>().windows(2) {
        assert_eq!(pair[0].decode_time + pair[0].duration, pair[1].decode_time, "media time is continuous");
        assert_eq!(pair[0].end, pair[1].start, "the wall clock is continuous");
    }
}

#[tokio::test]
async fn h264_with_aac_over_udp() {
    all_frames_arrive(tiny(Audio::Aac), Udp, &[Codec::H264, Codec::Aac]).await;
}

#[tokio::test]
async fn g711_becomes_aac() {
    for audio in [Audio::Pcma, Audio::Pcmu] {
        let heard = all_frames_arrive(tiny(audio), Tcp, &[Codec::H264, Codec::Aac]).await;
        let sound: usize =
            fragments(&heard).flat_map(|f| f.tracks.iter()).filter(|run| run.track.0 == 2).count();
        assert!(sound >= 4, "the sound goes along with the picture");
    }
}

#[tokio::test]
async fn h265_over_tcp() {
    let video = Video { h265: true, ..Video::tiny() };
    all_frames_arrive(ClipSpec::painted(video).with_audio(Audio::Aac), Tcp, &[Codec::H265, Codec::Aac]).await;
}

#[tokio::test]
async fn pictures_out_of_order_keep_their_decoding_order() {
    let video = Video { b_frames: 2, ..Video::tiny() };
    let heard = all_frames_arrive(ClipSpec::painted(video), Tcp, &[Codec::H264]).await;
    let offsets = fragments(&heard).flat_map(|f| f.tracks.iter()).flat_map(|run| run.samples.iter());
    assert!(offsets.map(|sample| sample.composition_offset).max() > Some(0), "there are B-frames");
}

#[tokio::test]
async fn wrapping_rtp_time_is_nothing_special() {
    let sim = SimCamera {
        wrap_after: Some(std::time::Duration::from_secs(1)),
        ..SimCamera::new("cam", tiny(Audio::None))
    };
    let mut scene = Scene::with(sim, Tcp, None).await;
    scene.listen("media beyond the wrap", |heard| fragments(heard).count() >= 6).await;
    let (heard, _) = scene.finish().await;
    assert!(heard.iter().all(|heard| matches!(heard, Heard::Fragment(fragment) if fragment.run == 1)));
}
