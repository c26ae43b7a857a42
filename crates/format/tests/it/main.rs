//! Integration tests of the format: real streams, arbitrary streams, damage, other readers.

mod arbitrary_streams;
mod damage;
mod ffmpeg;
mod golden;
mod muxer;
mod ranges;
mod reader;
mod real_streams;
mod streams;
mod support;
