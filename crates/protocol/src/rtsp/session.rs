//! What a server answers (RFC 2326 §10, Appendix A.2), and what it is to do then.

use std::fmt::Write;

use super::access::Access;
use super::message::{Method, Request, Response, Status};
use super::transport::Transport;

const PUBLIC: &str = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER";

/// What a session is made with; everything random comes from outside.
#[derive(Debug, Clone)]
pub struct SessionConfig {
    /// The `Session` id: must not be guessable.
    pub session_id: String,
    /// For Digest authentication: must not repeat.
    pub nonce: String,
    /// For authentication.
    pub realm: String,
    /// The `Server` header.
    pub server: String,
    /// Seconds without a sign of life after which the session may be ended; only announced here.
    pub timeout_secs: u32,
    /// Our ports for RTP and RTCP; none: no UDP.
    pub udp_ports: Option<(u16, u16)>,
}

/// A stream that can be asked for.
#[derive(Debug, Clone, Copy)]
pub struct Mount<'a> {
    /// Its SDP, in which the track with index `n` has the control [`control`]`(n)`.
    pub description: &'a str,
    /// One for each track.
    pub tracks: &'a [RtpInfo],
    /// Who may see it.
    pub access: &'a Access,
}

/// What is said about a track in `Transport` and `RTP-Info`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpInfo {
    /// The synchronization source that will be used.
    pub ssrc: u32,
    /// Sequence number of the first packet.
    pub sequence: u16,
    /// RTP time of the first packet.
    pub timestamp: u32,
}

/// The control of the track with this index (from 0).
pub fn control(track: usize) -> String {
    format!("trackID={}", track + 1)
}

/// What to send back, and what to do after that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The response.
    pub bytes: Vec<u8>,
    /// What it was.
    pub status: Status,
    /// What to do.
    pub action: Action,
}

/// What to do after a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    None,
    /// Send media as [`ServerSession::transports`] says.
    Play,
    /// Stop sending media.
    Pause,
    /// Stop sending media; the client may close the connection or begin anew.
    Teardown,
}

/// One client's session on one connection.
#[derive(Debug)]
pub struct ServerSession {
    config: SessionConfig,
    state: State,
}

#[derive(Debug)]
enum State {
    Init,
    Ready { path: String, transports: Vec<Option<Transport>> },
    Playing { path: String, transports: Vec<Option<Transport>> },
}

impl ServerSession {
    /// A session for a new connection.
    pub fn new(config: SessionConfig) -> Self {
        Self { config, state: State::Init }
    }

    /// How each track is to be sent; none for tracks that the client did not set up.
    pub fn transports(&self) -> &[Option<Transport>] {
        match &self.state {
            State::Init => &[],
            State::Ready { transports, .. } | State::Playing { transports, .. } => transports,
        }
    }

    /// Answers a request. `mount` is what [`Request::stream_path`] leads to.
    pub fn handle(&mut self, request: &Request, mount: Option<&Mount<'_>>) -> Reply {
        if request.header("CSeq").is_none() {
            return self.refuse(request, Status::BAD_REQUEST);
        }
        match request.method {
            Method::Options => self.options(request),
            Method::Other => self.refuse(request, Status::NOT_IMPLEMENTED),
            Method::SetParameter => self.refuse(request, Status::PARAMETER_NOT_UNDERSTOOD),
            Method::GetParameter => self.get_parameter(request),
            _ => match mount {
                None => self.refuse(request, Status::NOT_FOUND),
                Some(mount) if !self.is_allowed(request, mount) => self.challenge(request, mount.access),
                Some(mount) => self.handle_allowed(request, mount),
            },
        }
    }

    /// Answers 401, whatever the request proves.
    pub fn deny(&self, request: &Request, access: &Access) -> Reply {
        self.challenge(request, access)
    }

    /// Answers with an error, whatever the request asks.
    pub fn refuse(&self, request: &Request, status: Status) -> Reply {
        self.reply(status, self.response(status, request), Action::None, "")
    }

    fn handle_allowed(&mut self, request: &Request, mount: &Mount<'_>) -> Reply {
        match request.method {
            Method::Describe => self.describe(request, mount),
            Method::Setup => self.setup(request, mount),
            _ if matches!(self.state, State::Init) || !self.is_this_session(request) => {
                self.refuse(request, Status::SESSION_NOT_FOUND)
            }
            Method::Play => self.play(request, mount),
            Method::Pause => self.pause(request),
            _ => self.teardown(request),
        }
    }

    fn options(&self, request: &Request) -> Reply {
        let mut response = self.response(Status::OK, request);
        response.put("Public", PUBLIC);
        self.reply(Status::OK, response, Action::None, "")
    }

    fn get_parameter(&self, request: &Request) -> Reply {
        if !self.is_this_session(request) {
            return self.refuse(request, Status::SESSION_NOT_FOUND);
        }
        // With names in the body, which none here has, it would be a question.
        let known = request.body.iter().all(u8::is_ascii_whitespace);
        self.refuse(request, if known { Status::OK } else { Status::PARAMETER_NOT_UNDERSTOOD })
    }

    fn describe(&self, request: &Request, mount: &Mount<'_>) -> Reply {
        let mut response = self.response(Status::OK, request);
        response.put("Content-Type", "application/sdp");
        response.put("Content-Base", &format!("{}/", request.uri.trim_end_matches('/')));
        self.reply(Status::OK, response, Action::None, mount.description)
    }

    fn setup(&mut self, request: &Request, mount: &Mount<'_>) -> Reply {
        let track = request.track().or((mount.tracks.len() == 1).then_some(0));
        let Some((track, info)) = track.and_then(|track| Some((track, mount.tracks.get(track)?))) else {
            return self.refuse(request, Status::NOT_FOUND);
        };
        if !self.is_this_session(request) {
            return self.refuse(request, Status::SESSION_NOT_FOUND);
        }
        let path = request.stream_path();
        match &self.state {
            State::Playing { .. } => return self.refuse(request, Status::NOT_VALID_IN_THIS_STATE),
            // Aggregate control is over the tracks of one stream.
            State::Ready { path: other, .. } if other != path => {
                return self.refuse(request, Status::NOT_VALID_IN_THIS_STATE);
            }
            _ => {}
        }
        let offers = request.header("Transport").unwrap_or_default();
        let Some(chosen) = Transport::choose(offers, track, self.config.udp_ports.is_some()) else {
            return self.refuse(request, Status::UNSUPPORTED_TRANSPORT);
        };
        self.remember(path, mount.tracks.len(), track, chosen);
        let mut response = self.response(Status::OK, request);
        response.put("Transport", &chosen.answer(info.ssrc, self.config.udp_ports));
        self.put_session(&mut response);
        self.reply(Status::OK, response, Action::None, "")
    }

    fn remember(&mut self, path: &str, tracks: usize, track: usize, transport: Transport) {
        if matches!(self.state, State::Init) {
            self.state = State::Ready { path: path.to_owned(), transports: vec![None; tracks] };
        }
        if let State::Ready { transports, .. } = &mut self.state {
            transports.resize(tracks.max(transports.len()), None);
            transports[track] = Some(transport);
        }
    }

    fn play(&mut self, request: &Request, mount: &Mount<'_>) -> Reply {
        let (State::Ready { path, transports } | State::Playing { path, transports }) =
            std::mem::replace(&mut self.state, State::Init)
        else {
            return self.refuse(request, Status::NOT_VALID_IN_THIS_STATE);
        };
        let mut info = String::new();
        let base = request.uri.trim_end_matches('/');
        for (track, about) in mount.tracks.iter().enumerate() {
            if transports.get(track).is_some_and(Option::is_some) {
                let comma = if info.is_empty() { "" } else { "," };
                let RtpInfo { sequence, timestamp, .. } = about;
                // Writing into a String can't fail.
                let _ =
                    write!(info, "{comma}url={base}/{};seq={sequence};rtptime={timestamp}", control(track));
            }
        }
        self.state = State::Playing { path, transports };
        let mut response = self.response(Status::OK, request);
        self.put_session(&mut response);
        response.put("Range", "npt=now-");
        response.put("RTP-Info", &info);
        self.reply(Status::OK, response, Action::Play, "")
    }

    fn pause(&mut self, request: &Request) -> Reply {
        if let State::Playing { path, transports } = std::mem::replace(&mut self.state, State::Init) {
            self.state = State::Ready { path, transports };
        }
        let mut response = self.response(Status::OK, request);
        self.put_session(&mut response);
        self.reply(Status::OK, response, Action::Pause, "")
    }

    fn teardown(&mut self, request: &Request) -> Reply {
        self.state = State::Init;
        self.reply(Status::OK, self.response(Status::OK, request), Action::Teardown, "")
    }

    fn is_allowed(&self, request: &Request, mount: &Mount<'_>) -> bool {
        mount.access.allows(request, &self.config.realm, &self.config.nonce)
    }

    fn challenge(&self, request: &Request, access: &Access) -> Reply {
        let mut response = self.response(Status::UNAUTHORIZED, request);
        let basic = || format!("Basic realm=\"{}\"", self.config.realm);
        let header = access.challenge(&self.config.realm, &self.config.nonce).unwrap_or_else(basic);
        response.put("WWW-Authenticate", &header);
        self.reply(Status::UNAUTHORIZED, response, Action::None, "")
    }

    /// Whether the request names this session or none.
    fn is_this_session(&self, request: &Request) -> bool {
        let Some(header) = request.header("Session") else { return true };
        header.split(';').next().is_some_and(|id| id.trim() == self.config.session_id)
    }

    fn put_session(&self, response: &mut Response) {
        let SessionConfig { session_id, timeout_secs, .. } = &self.config;
        response.put("Session", &format!("{session_id};timeout={timeout_secs}"));
    }

    fn response(&self, status: Status, request: &Request) -> Response {
        Response::new(status, request, &self.config.server)
    }

    fn reply(&self, status: Status, response: Response, action: Action, body: &str) -> Reply {
        Reply { bytes: response.finish(body), status, action }
    }
}
