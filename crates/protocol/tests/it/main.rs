//! A client's view of the RTSP server, and bytes that no client should send.

mod conversation;
mod fuzz;
