//! Strangers who guess or flood, while an owner signs in: over HTTP, through a proxy that says where from.

use std::net::IpAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Method;
use nightjar_api::ApiConfig;
use nightjar_model::Role;
use nightjar_playback::PlaybackConfig;
use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{PASSWORD, from, signed_in};
use crate::lab::{Lab, Reply, request, send};
use crate::studio::now;

const PROXY: &str = "192.0.2.80";
const HOME: &str = "198.51.100.7";
/// Flooding strangers, all at the same time.
const STRANGERS: usize = 300;
/// Between two requests of one of them.
const PAUSE: Duration = Duration::from_millis(50);

/// Behind a proxy that is believed.
async fn behind_a_proxy() -> Lab {
    let proxy: IpAddr = PROXY.parse().expect("an address");
    let config = ApiConfig {
        trusted_proxies: vec![proxy],
        ip_rate: 1_000_000,
        public_tls: true,
        ..ApiConfig::default()
    };
    Lab::with(config, PlaybackConfig::default()).await
}

fn login(username: &str, password: &str, ip: &str, cookies: &str) -> axum::http::Request<Body> {
    let body = json!({ "username": username, "password": password, "cookie": true });
    let headers = [("content-type", "application/json"), ("x-forwarded-for", ip), ("cookie", cookies)];
    from(PROXY, request(Method::POST, "/api/v1/auth/login", &headers, Body::from(body.to_string())))
}

fn cookie(reply: &Reply, name: &str) -> String {
    let cookies = reply.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let found = cookies.filter_map(|text| text.split(';').next()).find(|pair| pair.starts_with(name));
    found.unwrap_or_else(|| panic!("no {name} in {:?}", reply.headers)).to_owned()
}

#[tokio::test]
async fn eleven_failures_of_a_stranger_do_not_lock_the_owner_out() {
    let lab = behind_a_proxy().await;
    signed_in(&lab, "grace", Role::Viewer).await;
    let try_from = async |ip: &str, password: &str| send(&lab.bare(), login("grace", password, ip, "")).await;
    let mut failures = 0;
    while failures < 11 {
        let reply = try_from("203.0.113.9", "wrong").await;
        match reply.status.as_u16() {
            401 => failures += 1,
            429 => {
                let wait: u64 = reply.header("retry-after").parse().expect("seconds");
                lab.set_time(lab.state.clock.now() + Duration::from_secs(wait));
            }
            status => panic!("{status}"),
        }
    }
    try_from("203.0.113.9", PASSWORD).await.error(429, "RATE_LIMIT_EXCEEDED");
    try_from("198.51.100.99", PASSWORD).await.data();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_signs_in_while_strangers_flood() {
    let lab = behind_a_proxy().await;
    signed_in(&lab, "grace", Role::Viewer).await;
    let first = send(&lab.bare(), login("grace", PASSWORD, HOME, "")).await;
    let device = cookie(&first, "__Host-nightjar_device=");
    let (mut flood, over) = (JoinSet::new(), CancellationToken::new());
    for stranger in 0..STRANGERS {
        flood.spawn(flooded(lab.bare(), stranger, over.clone()));
    }
    // Strangers are turned away before the owner comes.
    let mut turned_away = 0;
    while turned_away < 3 {
        let stranger = format!("10.200.0.{turned_away}");
        let reply = send(&lab.bare(), login("nobody", "wrong", &stranger, "")).await;
        turned_away += usize::from(reply.status.as_u16() == 429);
    }
    // From the device elsewhere, and from home in a browser that is new.
    let mut took = Vec::new();
    for (ip, cookies) in [("203.0.113.50", device.as_str()), (HOME, "")].into_iter().cycle().take(12) {
        let begin = now();
        let reply = send(&lab.bare(), login("grace", PASSWORD, ip, cookies)).await;
        took.push(begin.elapsed());
        assert_eq!(reply.status.as_u16(), 200, "{ip} {cookies}: {:?}", reply.json());
    }
    over.cancel();
    let refused: usize = flood.join_all().await.into_iter().sum();
    let worst = took.iter().max().expect("some");
    println!("12 sign-ins took {worst:?} at most, while {refused} of strangers were refused");
    assert!(*worst < Duration::from_secs(5), "{took:?}");
}

/// Guesses until it is over, from a network that is new each time; gives how often it was turned away.
async fn flooded(router: Router, stranger: usize, over: CancellationToken) -> usize {
    let mut refused = 0;
    for round in 0.. {
        let ip = format!("10.{}.{}.{}", stranger >> 8, stranger & 255, round & 255);
        // Half of them at the owner's account, half at names without end.
        let name =
            if stranger.is_multiple_of(2) { "grace".to_owned() } else { format!("x-{stranger}-{round}") };
        let status = send(&router, login(&name, "wrong", &ip, "")).await.status.as_u16();
        assert!([401, 429].contains(&status), "{status}");
        refused += usize::from(status == 429);
        if over.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
            break;
        }
    }
    refused
}

#[tokio::test]
async fn cookies_are_for_this_host_and_tls_only_where_people_come_by_https() {
    let lab = behind_a_proxy().await;
    signed_in(&lab, "grace", Role::Viewer).await;
    let reply = send(&lab.bare(), login("grace", PASSWORD, HOME, "")).await;
    let cookies: Vec<&str> =
        reply.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()).collect();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    for (text, name) in cookies.iter().zip(["__Host-nightjar_refresh=", "__Host-nightjar_device="]) {
        assert!(text.starts_with(name), "{text}");
        for part in ["; Path=/;", "; HttpOnly", "; Secure", "; SameSite=Strict"] {
            assert!(text.contains(part), "{text}");
        }
    }
    let refresh = |cookie: &str| {
        let headers = [("content-type", "application/json"), ("cookie", cookie)];
        from(PROXY, request(Method::POST, "/api/v1/auth/refresh", &headers, Body::from("{}")))
    };
    let pair = cookie(&reply, "__Host-nightjar_refresh=");
    let planted = pair.replace("__Host-", "");
    send(&lab.bare(), refresh(&planted)).await.error(401, "AUTH_TOKEN_MISSING");
    send(&lab.bare(), refresh(&pair)).await.data();
}
