//! Simulated cameras in this process, as the configuration names them.

use std::path::Path;

use md5::{Digest, Md5};
use nightjar_simulator::{ClipSpec, SimCamera, Simulator, SimulatorConfig};

use super::root;

/// The simulator, and the `[[cameras]]` for it.
pub(crate) struct Simulated {
    pub(crate) simulator: Simulator,
    pub(crate) config: String,
}

/// `count` cameras `cam0001`, … with a clip; `more` is added to each one's configuration.
pub(crate) async fn simulate(count: usize, clip: &ClipSpec, more: &str) -> Simulated {
    let cameras = SimCamera::many(count, 4, clip, None);
    let cameras = cameras.into_iter().map(|camera| SimCamera { own_port: true, ..camera }).collect();
    let config = SimulatorConfig {
        cameras,
        clip_dir: root().join(".cache/clips"),
        log_frames: true,
        ..SimulatorConfig::default()
    };
    let simulator = Simulator::start(config).await.expect("simulator");
    let names = simulator.cameras();
    let config = names.iter().map(|name| {
        let url = simulator.url(name, "main").expect("camera");
        format!("[[cameras]]\nid = \"{name}\"\nname = \"{name}\"\nrtsp_url = \"{url}\"\n{more}\n")
    });
    let config = config.collect();
    Simulated { config, simulator }
}

/// MD5 of each video sample of a finished file, in decoding order.
pub(crate) fn digests_of_file(path: &Path) -> Vec<[u8; 16]> {
    let output = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:v:0", "-c", "copy", "-f", "data", "-"])
        .output()
        .expect("ffmpeg is installed (scripts/setup --tests)");
    assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
    let sizes = std::process::Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=size", "-of", "csv=p=0"])
        .arg(path)
        .output()
        .expect("ffprobe is installed (scripts/setup --tests)");
    let sizes = String::from_utf8_lossy(&sizes.stdout).into_owned();
    let sizes =
        sizes.split_whitespace().map(|size| size.trim_end_matches(',').parse::<usize>().expect("size"));
    let mut rest = &output.stdout[..];
    sizes
        .map(|size| {
            let (sample, after) = rest.split_at(size);
            rest = after;
            Md5::digest(sample).into()
        })
        .collect()
}
