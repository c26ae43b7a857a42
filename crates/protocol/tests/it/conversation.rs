//! Whole conversations with a session.

use nightjar_protocol::rtsp::{
    Access, Action, Incoming, Mount, Parser, Reply, Request, RtpInfo, ServerSession, SessionConfig, Status,
    Transport,
};

pub(crate) const TRACKS: [RtpInfo; 2] =
    [RtpInfo { ssrc: 1, sequence: 100, timestamp: 9000 }, RtpInfo { ssrc: 2, sequence: 7, timestamp: 1600 }];

pub(crate) fn session() -> ServerSession {
    ServerSession::new(SessionConfig {
        session_id: "S1".to_owned(),
        nonce: "n".to_owned(),
        realm: "r".to_owned(),
        server: "test".to_owned(),
        timeout_secs: 60,
        udp_ports: Some((7000, 7001)),
    })
}

fn request(text: &str) -> Request {
    let mut parser = Parser::default();
    parser.push(text.replace('\n', "\r\n").as_bytes());
    match parser.next_message() {
        Ok(Some(Incoming::Request(request))) => request,
        other => panic!("{other:?}"),
    }
}

fn ask(session: &mut ServerSession, access: &Access, line: &str, headers: &str) -> Reply {
    let request = request(&format!("{line} RTSP/1.0\nCSeq: 5\n{headers}\n"));
    let mount = Mount { description: "v=0\r\n", tracks: &TRACKS, access };
    let found = request.stream_path() == "/cam/main";
    session.handle(&request, found.then_some(&mount))
}

fn text(reply: &Reply) -> String {
    String::from_utf8(reply.bytes.clone()).expect("text")
}

#[test]
fn a_client_describes_sets_up_plays_pauses_and_leaves() {
    let session = &mut session();
    let open = &Access::Open;
    assert!(text(&ask(session, open, "OPTIONS *", "")).contains("Public: OPTIONS, DESCRIBE"));
    let described = text(&ask(session, open, "DESCRIBE rtsp://h/cam/main", ""));
    assert!(described.starts_with("RTSP/1.0 200 OK\r\nCSeq: 5\r\n"), "{described}");
    assert!(described.contains("Content-Base: rtsp://h/cam/main/\r\n"), "{described}");
    assert!(described.ends_with("Content-Length: 5\r\n\r\nv=0\r\n"), "{described}");

    let tcp = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\n";
    let set_up = text(&ask(session, open, "SETUP rtsp://h/cam/main/trackID=1", tcp));
    assert!(set_up.contains("Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=00000001"), "{set_up}");
    assert!(set_up.contains("Session: S1;timeout=60"), "{set_up}");
    let expected = [Some(Transport::Interleaved { rtp: 0, rtcp: 1 }), None];
    assert_eq!(session.transports(), expected);

    let played = ask(session, open, "PLAY rtsp://h/cam/main/", "Session: S1\n");
    assert_eq!(played.action, Action::Play);
    let info = "RTP-Info: url=rtsp://h/cam/main/trackID=1;seq=100;rtptime=9000\r\n";
    assert!(text(&played).contains(info), "{}", text(&played));

    let alive = ask(session, open, "GET_PARAMETER rtsp://h/cam/main/", "Session: S1\n");
    assert_eq!(alive.status, Status::OK);
    assert_eq!(ask(session, open, "PAUSE rtsp://h/cam/main", "Session: S1\n").action, Action::Pause);
    assert_eq!(ask(session, open, "PLAY rtsp://h/cam/main", "Session: S1\n").action, Action::Play);
    assert_eq!(ask(session, open, "TEARDOWN rtsp://h/cam/main", "Session: S1\n").action, Action::Teardown);
    assert!(session.transports().is_empty());
    assert_eq!(
        ask(session, open, "PLAY rtsp://h/cam/main", "Session: S1\n").status,
        Status::SESSION_NOT_FOUND
    );
}

#[test]
fn what_is_impossible_is_refused() {
    let session = &mut session();
    let open = &Access::Open;
    let status =
        |session: &mut ServerSession, line: &str, headers: &str| ask(session, open, line, headers).status;
    assert_eq!(status(session, "DESCRIBE rtsp://h/other", ""), Status::NOT_FOUND);
    assert_eq!(status(session, "PLAY rtsp://h/cam/main", ""), Status::SESSION_NOT_FOUND);
    assert_eq!(status(session, "RECORD rtsp://h/cam/main", ""), Status::NOT_IMPLEMENTED);
    let tcp = "Transport: RTP/AVP/TCP\n";
    assert_eq!(status(session, "SETUP rtsp://h/cam/main/trackID=3", tcp), Status::NOT_FOUND);
    assert_eq!(status(session, "SETUP rtsp://h/cam/main", tcp), Status::NOT_FOUND);
    let multicast = "Transport: RTP/AVP;multicast\n";
    assert_eq!(
        status(session, "SETUP rtsp://h/cam/main/trackID=1", multicast),
        Status::UNSUPPORTED_TRANSPORT
    );
    let stranger = "Transport: RTP/AVP/TCP\nSession: S2\n";
    assert_eq!(status(session, "SETUP rtsp://h/cam/main/trackID=1", stranger), Status::SESSION_NOT_FOUND);
    let no_cseq = request("OPTIONS * RTSP/1.0\n\n");
    assert_eq!(session.handle(&no_cseq, None).status, Status::BAD_REQUEST);
}

#[test]
fn media_needs_the_password_and_options_do_not() {
    let session = &mut session();
    let access = &Access::Digest { user: "u".to_owned(), password: "p".to_owned() };
    assert_eq!(ask(session, access, "OPTIONS rtsp://h/cam/main", "").status, Status::OK);
    let refused = ask(session, access, "DESCRIBE rtsp://h/cam/main", "");
    assert_eq!(refused.status, Status::UNAUTHORIZED);
    let challenge = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", algorithm=MD5\r\n";
    assert!(text(&refused).contains(challenge), "{}", text(&refused));
    // MD5(MD5("u:r:p"):n:MD5("DESCRIBE:rtsp://h/cam/main")), computed with coreutils' md5sum.
    let proof = "Authorization: Digest username=\"u\", realm=\"r\", nonce=\"n\", \
                 uri=\"rtsp://h/cam/main\", response=\"d5044b33abaadd9d8ef49f9480520657\"\n";
    assert_eq!(ask(session, access, "DESCRIBE rtsp://h/cam/main", proof).status, Status::OK);
    assert_eq!(ask(session, access, "SETUP rtsp://h/cam/main/trackID=1", proof).status, Status::UNAUTHORIZED);
}
