//! Faults of the media, each as a client sees it.

use std::time::Duration;

use nightjar_simulator::{Audio, ClipSpec, Delivery, Fault, SimCamera, Simulator, Video};

use crate::client::{Client, Packet};
use crate::ffmpeg::{brisk, ffmpeg, start, start_camera, url};

async fn playing(spec: ClipSpec) -> (Simulator, Client) {
    let simulator = start(spec).await;
    let mut client = Client::play(&url(&simulator)).await.expect("played");
    client.frames(3).await.expect("media");
    (simulator, client)
}

async fn inject(simulator: &Simulator, fault: Fault) {
    simulator.inject("cam", fault, None).await.expect("injected");
}

fn video() -> ClipSpec {
    ClipSpec::painted(brisk())
}

/// The time from packet to packet where it is not that of one frame.
fn jumps(packets: &[Packet]) -> Vec<i32> {
    let times: Vec<u32> = packets.iter().map(|packet| packet.header().timestamp).collect();
    let steps = times.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]) as i32);
    steps.filter(|step| *step != 0 && *step != 3000).collect()
}

#[tokio::test]
async fn lost_packets_are_holes_in_the_sequence_numbers() {
    let (simulator, mut client) = playing(video()).await;
    inject(&simulator, Fault::Lose { percent: 30.0 }).await;
    let mut last = client.video().await.expect("media").header().sequence;
    let (mut lost, mut got) = (0, 0);
    while got < 150 {
        let sequence = client.video().await.expect("media").header().sequence;
        lost += u32::from(sequence.wrapping_sub(last)) - 1;
        got += 1;
        last = sequence;
    }
    let share = f64::from(lost) / f64::from(lost + got);
    assert!((0.15..0.45).contains(&share), "{share}");
    let session = simulator.log("cam").expect("camera").sessions.remove(0);
    assert!(session.frames.iter().any(|frame| frame.delivery == Delivery::Damaged));
    simulator.shutdown().await;
}

#[tokio::test]
async fn garbage_breaks_the_framing() {
    let (simulator, mut client) = playing(video()).await;
    inject(&simulator, Fault::Garbage).await;
    assert_eq!(client.end().await.kind(), std::io::ErrorKind::InvalidData);
    simulator.shutdown().await;
}

#[tokio::test]
async fn without_key_frames_there_are_none_even_for_new_sessions() {
    let (simulator, mut client) = playing(video()).await;
    inject(&simulator, Fault::NoKeyFrame).await;
    let mut other = Client::play(&url(&simulator)).await.expect("played");
    // The key frame of the moment may be on its way.
    client.frames(2).await.expect("media");
    for packet in [client.frames(40).await.expect("media"), other.frames(20).await.expect("media")].concat() {
        assert_eq!(packet.h264_type(), 1);
    }
    simulator.clear("cam").await.expect("cleared");
    let after = client.frames(20).await.expect("media");
    assert!(after.iter().any(|packet| packet.h264_type() == 5));
    simulator.shutdown().await;
}

#[tokio::test]
async fn timestamps_jump_forward_and_back() {
    let (simulator, mut client) = playing(video()).await;
    let mut packets = client.frames(1).await.expect("media");
    let (back, time) = (Fault::Jump { millis: -10_000 }, Some(Duration::from_millis(600)));
    simulator.inject("cam", back, time).await.expect("injected");
    packets.extend(client.frames(45).await.expect("media"));
    assert_eq!(jumps(&packets), [3000 - 900_000, 3000 + 900_000]);
    simulator.shutdown().await;
}

#[tokio::test]
async fn timestamps_wrap_when_the_camera_is_made_so() {
    let camera = SimCamera { wrap_after: Some(Duration::from_secs(1)), ..SimCamera::new("cam", video()) };
    let simulator = start_camera(camera).await;
    let mut client = Client::play(&url(&simulator)).await.expect("played");
    let packets = client.frames(45).await.expect("media");
    let times: Vec<u32> = packets.iter().map(|packet| packet.header().timestamp).collect();
    assert_eq!(times[0], 0u32.wrapping_sub(90_000));
    assert!(times.iter().any(|time| *time < 45_000), "{times:?}");
    assert_eq!(jumps(&packets), []);
    simulator.shutdown().await;
}

#[tokio::test]
async fn wrap_as_a_fault_drops_and_begins_near_the_end() {
    let (simulator, mut client) = playing(video()).await;
    inject(&simulator, Fault::Wrap { after: Duration::from_millis(500) }).await;
    client.end().await;
    let mut client = Client::play(&url(&simulator)).await.expect("played");
    let first = client.video().await.expect("media").header().timestamp;
    assert_eq!(first, 0u32.wrapping_sub(45_000));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_change_of_codec_drops_and_shows_in_the_description() {
    let (simulator, mut client) = playing(video().with_audio(Audio::Pcma)).await;
    inject(&simulator, Fault::Codec).await;
    client.end().await;
    let mut client = Client::play(&url(&simulator)).await.expect("played");
    assert!(client.request("DESCRIBE", "", "").await.expect("answer").body.contains("H265/90000"));
    client.frames(3).await.expect("media");
    simulator.clear("cam").await.expect("cleared");
    client.end().await;
    let mut client = Client::connect(&url(&simulator)).await.expect("connected");
    assert!(client.request("DESCRIBE", "", "").await.expect("answer").body.contains("H264/90000"));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_change_of_resolution_comes_in_band_without_a_hole() {
    let (simulator, mut client) = playing(video()).await;
    let sets = |packets: &[Packet]| -> Vec<Vec<u8>> {
        let mut sets: Vec<_> = packets
            .iter()
            .filter(|packet| packet.h264_type() == 24)
            .map(|packet| packet.data[12..].to_vec())
            .collect();
        sets.dedup();
        sets
    };
    let before = sets(&client.frames(20).await.expect("media"));
    inject(&simulator, Fault::Resolution).await;
    let packets = client.frames(45).await.expect("media");
    let during = sets(&packets);
    assert_eq!(before.len(), 1);
    assert!(during.iter().any(|set| *set != before[0]));
    assert_eq!(jumps(&packets), []);
    let session = simulator.log("cam").expect("camera").sessions.remove(0);
    assert!(session.frames.windows(2).all(|pair| pair[1].number == pair[0].number + 1));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_wrong_frame_rate_is_claimed_in_the_description() {
    let simulator = start(video()).await;
    let mut client = Client::connect(&url(&simulator)).await.expect("connected");
    assert!(client.request("DESCRIBE", "", "").await.expect("answer").body.contains("a=framerate:30\r\n"));
    inject(&simulator, Fault::ClaimedFps { fps: 5 }).await;
    assert!(client.request("DESCRIBE", "", "").await.expect("answer").body.contains("a=framerate:5\r\n"));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_wrong_frame_rate_is_claimed_in_the_parameter_sets() {
    let honest = start(video()).await;
    let liar = start(ClipSpec::painted(Video { claimed_fps: Some(10), ..brisk() })).await;
    let (honest_clip, liar_clip) =
        (honest.clip("cam", "main").expect("clip"), liar.clip("cam", "main").expect("clip"));
    assert_ne!(honest_clip.video(), liar_clip.video());
    assert_eq!(honest_clip.round_ticks, liar_clip.round_ticks);
    let mut client = Client::play(&url(&liar)).await.expect("played");
    assert_eq!(jumps(&client.frames(20).await.expect("media")), []);
    let folder = tempfile::TempDir::new().expect("folder");
    let file = folder.path().join("raw.h264");
    let file = file.to_str().expect("text");
    let source = url(&liar);
    let reading = ["-rtsp_transport", "tcp", "-i", &source, "-c", "copy", "-frames:v", "20"];
    ffmpeg(&[&reading[..], &["-f", "h264", "-y", file]].concat()).await;
    let probe = tokio::process::Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "stream=r_frame_rate", file])
        .output()
        .await
        .expect("ffprobe must be installed: apt-get install ffmpeg");
    let said = String::from_utf8_lossy(&probe.stdout).into_owned();
    assert!(said.contains("r_frame_rate=10/1"), "{said}");
    honest.shutdown().await;
    liar.shutdown().await;
}
