//! Simulated cameras as foreign clients see them.

mod client;
mod faults;
mod faults_connection;
mod faults_media;
mod ffmpeg;
mod numbers;
mod playback;
mod serving;
