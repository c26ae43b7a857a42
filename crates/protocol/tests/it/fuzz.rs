//! Mutated and random bytes: nothing panics, nothing is held without bound.

use nightjar_protocol::rtp::Header;
use nightjar_protocol::rtsp::{Access, Incoming, MAX_BODY, MAX_HEADER, Mount, Parser};
use proptest::prelude::*;

use crate::conversation::{TRACKS, session};

const CORPUS: [&str; 5] = [
    "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    "DESCRIBE rtsp://h/cam/main RTSP/1.0\r\nCSeq: 2\r\nAuthorization: Digest username=\"u\", realm=\"r\", nonce=\"n\", \
     uri=\"rtsp://h/cam/main\", response=\"00\", qop=auth, nc=1, cnonce=\"x\"\r\n\r\n",
    "SETUP rtsp://h/cam/main/trackID=1 RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1,\
     RTP/AVP;client_port=5000-5001\r\n\r\n$\u{0}\u{0}\u{3}abc",
    "PLAY rtsp://h/cam/main RTSP/1.0\r\nCSeq: 4\r\nSession: S1;timeout=60\r\nContent-Length: 3\r\n\r\nabc",
    "TEARDOWN rtsp://h/cam/main/ RTSP/1.0\r\nCSeq: 5\r\nSession: S1\r\n\r\n",
];

/// Small and reproducible: xorshift64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }
}

fn mutate(bytes: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.roll(6) {
        let at = dice.roll(bytes.len());
        match dice.roll(5) {
            0 if !bytes.is_empty() => bytes[at] = dice.roll(256) as u8,
            1 => bytes.insert(at, [b'\r', b'\n', b':', b'=', b'"', b'$', b';', 0xff][dice.roll(8)]),
            2 if !bytes.is_empty() => {
                let end = at + dice.roll(bytes.len() - at + 1);
                bytes.drain(at..end);
            }
            3 => {
                let piece = CORPUS[dice.roll(CORPUS.len())].as_bytes();
                let from = dice.roll(piece.len());
                bytes.splice(at..at, piece[from..].iter().copied());
            }
            _ => bytes.truncate(at),
        }
    }
}

/// Feeds a server as a socket would; gives how many requests were understood.
fn serve(bytes: &[u8], step: usize) -> usize {
    let (mut parser, mut session) = (Parser::default(), session());
    let access = Access::Digest { user: "u".to_owned(), password: "p".to_owned() };
    let mut answered = 0;
    for chunk in bytes.chunks(step) {
        parser.push(chunk);
        loop {
            match parser.next_message() {
                Ok(None) => break,
                Err(_) => return answered,
                Ok(Some(Incoming::Interleaved { data, .. })) => assert!(data.len() <= usize::from(u16::MAX)),
                Ok(Some(Incoming::Request(request))) => {
                    assert!(request.body.len() <= MAX_BODY && request.uri.len() <= MAX_HEADER);
                    let open = answered % 2 == 0;
                    let access = if open { &Access::Open } else { &access };
                    let mount = Mount { description: "v=0\r\n", tracks: &TRACKS, access };
                    let reply = session.handle(&request, Some(&mount));
                    assert!(reply.bytes.starts_with(b"RTSP/1.0 "));
                    answered += 1;
                }
            }
        }
    }
    answered
}

#[test]
fn mutated_requests_never_panic() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut answered = 0;
    for _ in 0..50_000 {
        let mut bytes: Vec<u8> =
            (0..=dice.roll(3)).flat_map(|_| CORPUS[dice.roll(CORPUS.len())].as_bytes()).copied().collect();
        mutate(&mut bytes, &mut dice);
        answered += serve(&bytes, 1 + dice.roll(64));
    }
    // Otherwise the mutations are so wild that nothing behind the parser is reached.
    assert!(answered > 20_000, "{answered}");
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes: Vec<u8>, step in 1usize..50) {
        serve(&bytes, step);
        let _ = Header::parse(&bytes);
    }
}
