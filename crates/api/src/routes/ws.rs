//! `POST /ws/tickets`, `GET /ws/events`: events as they happen.

use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Extension, State};
use axum::response::Response;
use nightjar_access::AuthFault;
use nightjar_cache::{Key, Permit};
use nightjar_model::{Caller, ErrorCode, Permission, Via};
use nightjar_playback::TokenFault;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::{ApiResult, Success};
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::guard::{self, Signed};
use crate::live::{MAX_MESSAGE, Socket};
use crate::media::{self, TokenQuery};
use crate::query::Query;
use crate::state::ApiState;
use crate::time::Timestamp;

/// Where events are listened to.
const EVENTS: &str = "/api/v1/ws/events";
/// How long a ticket is good.
const TICKET_LIFE: Duration = Duration::from_secs(60);

/// Lets a browser, which can't send the header `Authorization` with a WebSocket, connect once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ticket {
    /// Goes into the address as `token`.
    token: String,
    /// The address, relative to this server.
    #[schema(example = "/api/v1/ws/events?token=…")]
    url: String,
    /// Until when one can connect with it.
    expires_at: Timestamp,
}

/// Get a ticket for a WebSocket
///
/// For browsers, which can't send `Authorization` with a WebSocket. It works once, within a minute. The connection ends
/// with the sign-in or API token that asked for the ticket.
#[utoipa::path(post, path = "/ws/tickets", tag = "events", responses((status = 201, body = Success<Ticket>)))]
pub(crate) async fn create_ticket(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
) -> ApiResult<Ticket> {
    let expires = state.clock.now() + TICKET_LIFE;
    // Two tickets of one second would be the same otherwise, and the second one used already.
    let serial = Uuid::now_v7().simple().to_string();
    let holder = media::holder(&state, &caller, &client);
    let signature = state.playback.tokens().sign(&signed_part(&serial), expires, &holder);
    let token = format!("{serial}.{signature}");
    let url = format!("{EVENTS}?token={token}");
    Ok(state.created(Ticket { token, url, expires_at: Timestamp(expires) }))
}

/// Listen to events
///
/// A WebSocket. Connect with `Authorization: Bearer`, or with `token`, which takes an access token, an API token or a ticket
/// (`POST /ws/tickets`). Prefer a ticket: it works once, and proxies log addresses. Nothing is sent before the first
/// `subscribe`. The client sends JSON texts:
///
/// - `{"action":"subscribe","cameras":[…],"event_types":[…],"topics":["events","alerts","status"]}`: each list is optional and
///   replaces the one before; an empty `cameras` or `event_types` takes the limit away. Without `topics`: `events` and
///   `alerts`. Cameras are named by id or key.
/// - `{"action":"unsubscribe","topics":[…]}`; without `topics`: from all.
/// - `{"action":"resume","last_event_id":"…"}`: what was missed since that event is sent, up to 10,000 events; if there are
///   more, `lagged` says how many: resume again from the last one. First comes what began before and has ended or been
///   acknowledged since, as it is now; then what began since, oldest first. Because an event may be reported late, what
///   began up to six minutes before the one that you name comes again: keep events by their `id`.
///
/// The server sends `{"type":"event","event":{…}}` when something happens, and again when it ends or is acknowledged;
/// `{"type":"status",…}` when a camera connects, disconnects, is recorded or is not;
/// `{"type":"error","error":{"code","message","details"}}`; and `{"type":"lagged","missed":N}` when the client was too slow: up
/// to N messages are lost, and `resume` brings back the events among them.
///
/// The server pings every 30 s, and closes when it hears nothing for 60 s. Close codes: 1001 the server stops, 1002 a message
/// that is too large (32 KiB) or none, 1008 too many messages (60 in 30 s), 4401 the sign-in or token has ended, 4403 the permission is gone.
#[utoipa::path(
    get,
    path = "/ws/events",
    tag = "events",
    params(("token" = Option<String>, Query, description = "A ticket, access token or API token, unless there is an `Authorization` header")),
    responses((status = 101, description = "The protocol is a WebSocket from here on"))
)]
pub(crate) async fn listen_to_events(
    State(state): State<ApiState>,
    signed: Option<Extension<Signed>>,
    client: Client,
    Query(token): Query<TokenQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let caller = match signed {
        Some(Extension(Signed(caller))) => caller,
        None => by_token(&state, &client, token.text()).await?,
    };
    let upgrade = upgrade.map_err(|_| {
        let message = "This is a WebSocket: connect to it as one (RFC 6455).";
        ApiError::new(ErrorCode::ValidationFailed, message)
    })?;
    let place = place(&state, &caller)?;
    let upgrade = upgrade.max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| Socket::serve(socket, state, caller, client, place)))
}

/// The caller whom the token in the address proves.
async fn by_token(state: &ApiState, client: &Client, token: Option<&str>) -> Result<Caller, ApiError> {
    let token = token.ok_or(AuthFault::Missing)?;
    match token.split_once('.') {
        // No access token and no API token begins like this.
        Some((serial, signature)) if Uuid::try_parse(serial).is_ok() => {
            by_ticket(state, client, serial, signature).await
        }
        _ => {
            let admitted =
                guard::admit_token(state, token, guard::rules::Rule::Needs(Permission::EventRead), client)
                    .await;
            admitted.map(|(caller, ..)| caller).map_err(|refusal| refusal.error)
        }
    }
}

/// Who asked for the ticket, unless it was used before.
async fn by_ticket(
    state: &ApiState,
    client: &Client,
    serial: &str,
    signature: &str,
) -> Result<Caller, ApiError> {
    let now = state.clock.now();
    let via = state.playback.tokens().verify(signature, &signed_part(serial), client.ip, now)?;
    if !state.cache.add_once(&Key::new("ws_ticket", &[serial]), TICKET_LIFE).await {
        return Err(TokenFault::Expired.into());
    }
    let caller = state.access.caller(via, client.ip, now).await?.ok_or(TokenFault::Wrong)?;
    guard::may_here(&caller, Permission::EventRead)?;
    Ok(caller)
}

/// One of the places for sockets.
fn place(state: &ApiState, caller: &Caller) -> Result<Permit, ApiError> {
    let subject = match caller.via {
        Via::Session(_) => format!("sockets:user:{}", caller.user),
        Via::Token(id) => format!("sockets:token:{id}"),
    };
    let limit = state.config.sockets;
    state.running.enter(&subject, limit).ok_or_else(|| {
        let message = "You have too many WebSockets open. Close one first.";
        ApiError::new(ErrorCode::ConcurrentLimitExceeded, message).detail("limit", limit).retry_after(30)
    })
}

/// What a ticket signs: no path of any media begins like this.
fn signed_part(serial: &str) -> String {
    format!("{EVENTS}#{serial}")
}
