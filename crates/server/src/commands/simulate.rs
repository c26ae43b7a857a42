//! `nightjar simulate`: cameras that are not there.

use std::process::ExitCode;

use nightjar_simulator::{Access, Audio, SimulateOptions, Video, simulate};
use tokio_util::sync::CancellationToken;

use crate::cli::{SimulateArgs, SimulatedAudio, SimulatedCodec};

/// Runs cameras until it is told to stop.
pub(crate) fn run(args: &SimulateArgs) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("can't start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let simulated = runtime.block_on(async {
        let cancel = CancellationToken::new();
        let lines = tokio::io::BufReader::new(tokio::io::stdin());
        let simulated = simulate(options(args), lines, |text| println!("{text}"), cancel.clone());
        tokio::pin!(simulated);
        tokio::select! {
            simulated = &mut simulated => return simulated,
            () = stop_asked() => cancel.cancel(),
        }
        simulated.await
    });
    // Standard input is read by a thread that can not be interrupted.
    runtime.shutdown_background();
    match simulated {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("nightjar: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn stop_asked() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        // Without the handler the signal simply ends the process.
        Err(_) => std::future::pending().await,
    }
}

fn options(args: &SimulateArgs) -> SimulateOptions {
    let video = Video {
        h265: args.codec == SimulatedCodec::H265,
        width: args.size.0,
        height: args.size.1,
        fps: args.fps,
        kbps: args.kbps,
        gop: args.gop,
        b_frames: args.b_frames,
        // Ten seconds a round, so that any rate looks alike.
        frames: args.fps * 10,
        ..Video::default()
    };
    let audio = match args.audio {
        SimulatedAudio::None => Audio::None,
        SimulatedAudio::Aac => Audio::Aac,
        SimulatedAudio::Pcma => Audio::Pcma,
        SimulatedAudio::Pcmu => Audio::Pcmu,
    };
    let access = match args.auth.clone() {
        Some((user, password)) => Access::Digest { user, password },
        None => Access::Open,
    };
    SimulateOptions {
        listen: args.listen,
        cameras: args.cameras as usize,
        looks: args.looks,
        video,
        audio,
        sub: (!args.no_sub).then(Video::sub),
        clip: args.clip.clone(),
        mixed: args.mixed,
        clip_dir: args.clip_dir.clone(),
        access,
        faults: args.faults.clone(),
    }
}
