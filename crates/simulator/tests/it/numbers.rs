//! The number in the picture survives the encoder, and follows the log.

use nightjar_simulator::{ClipSpec, Simulator, Video, read_frame_number};

use crate::ffmpeg::{brisk, ffmpeg, start, url};

/// The numbers in the first pictures that ffmpeg decodes.
async fn decode(simulator: &Simulator, width: usize, height: usize) -> Vec<Option<u16>> {
    let url = url(simulator);
    let reading = ["-rtsp_transport", "tcp", "-i", &url, "-frames:v", "60", "-fps_mode", "passthrough"];
    let writing = ["-f", "rawvideo", "-pix_fmt", "gray", "-"];
    let luma = ffmpeg(&[&reading[..], &writing].concat()).await;
    luma.chunks_exact(width * height).map(|luma| read_frame_number(luma, width, width, height)).collect()
}

async fn check(video: Video, width: usize, height: usize) {
    let frames = video.round_frames();
    let simulator = start(ClipSpec::painted(video)).await;
    let seen = decode(&simulator, width, height).await;
    assert!(seen.len() >= 59, "{}", seen.len());
    let log = simulator.log("cam").expect("camera");
    let sent: Vec<u64> = log.sessions[0].frames.iter().map(|frame| frame.number).collect();
    for (index, (seen, sent)) in seen.iter().zip(sent).enumerate() {
        assert_eq!(seen.map(u64::from), Some(sent % u64::from(frames)), "picture {index}");
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn numbers_are_read_from_h264_pictures() {
    check(brisk(), 320, 240).await;
}

#[tokio::test]
async fn numbers_are_read_from_h265_pictures() {
    check(Video { h265: true, ..brisk() }, 320, 240).await;
}

#[tokio::test]
async fn numbers_are_read_when_there_are_few_bits() {
    check(Video { kbps: 60, fps: 30, gop: 15, ..Video::tiny() }, 320, 240).await;
}

#[tokio::test]
async fn a_clip_goes_round_with_continuous_time_and_numbers() {
    let video = Video { frames: 15, ..brisk() };
    let simulator = start(ClipSpec::painted(video)).await;
    let mut client = crate::client::Client::play(&url(&simulator)).await.expect("played");
    let packets = client.frames(60).await.expect("media");
    let times: Vec<u32> = packets
        .iter()
        .map(|packet| packet.header())
        .filter(|header| header.marker)
        .map(|header| header.timestamp)
        .collect();
    assert!(times.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == 3000), "{times:?}");
    let log = simulator.log("cam").expect("camera");
    let frames = &log.sessions[0].frames;
    assert!(frames.windows(2).all(|pair| pair[1].number == pair[0].number + 1));
    assert_eq!(frames[0].digest, frames[15].digest);
    assert_eq!(frames[0].timestamp, times[0]);
    simulator.shutdown().await;
}
