//! The server's side of an RTSP connection (RFC 2326; what RFC 7826 says more clearly, as there).
//!
//! [`Parser`] turns bytes into requests and interleaved packets, [`ServerSession`] turns requests
//! into responses and tells what to do. Media is not sent here: whoever drives the session sends
//! it as [`ServerSession::transports`] says.

mod access;
mod message;
mod parser;
mod session;
mod transport;

pub use access::Access;
pub use message::{Method, Request, Status};
pub use parser::{Incoming, MAX_BODY, MAX_HEADER, ParseError, Parser};
pub use session::{Action, Mount, Reply, RtpInfo, ServerSession, SessionConfig, control};
pub use transport::Transport;
