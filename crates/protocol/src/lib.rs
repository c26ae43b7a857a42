//! RTP, RTCP, SDP and the RTSP server as plain code: bytes in, bytes and decisions out.
//!
//! Belongs here: packet layouts (RFC 3550, 3551, 3640, 6184, 7798), the description of a stream
//! (RFC 8866) and the server's side of an RTSP connection (RFC 2326, RFC 7826). Does not belong
//! here: sockets, clocks, tasks, random numbers: whoever drives a session brings those.

pub mod rtcp;
pub mod rtp;
pub mod rtsp;
pub mod sdp;
