//! Who may do what: every operation of the document, as everybody. A route that is not in the table
//! fails the test.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};
use nightjar_model::{
    CameraGroup, EventId, GroupId, GroupScope, OrgId, Permission, Permissions, Role, SegmentId, UserId,
};
use serde_json::json;
use uuid::Uuid;

use crate::lab::{Lab, Reply, request};
use crate::studio::at;

/// What an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Nothing.
    Nothing,
    /// A signed address.
    Signature,
    /// Anybody who is known.
    Name,
    /// Anybody who is signed in: an API token won't do.
    Person,
    /// This permission of somebody who proved to be there within the last 10 minutes.
    Proven(&'static str),
    /// This permission.
    This(&'static str),
}

/// What an operation is done to: what may hide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    /// A camera, or what belongs to one.
    Camera,
    /// Something of the organization.
    Organization,
    /// An account that may see all cameras: whoever sees fewer can't change it.
    Account,
    /// One's own, or nothing in particular.
    Own,
    /// The caller's organization as a whole: refused to whoever is limited to camera groups.
    Whole,
}

use Needs::{Name, Nothing, Person, Proven, Signature, This};
use To::{Account, Camera, Organization, Own, Whole};

/// Written by hand, apart from the rules that it checks.
const TABLE: &[(&str, &str, Needs, To)] = &[
    ("GET", "/health", Nothing, Own),
    ("GET", "/ready", Nothing, Own),
    ("GET", "/api/v1/setup", Nothing, Own),
    ("POST", "/api/v1/setup", Nothing, Own),
    ("POST", "/api/v1/auth/login", Nothing, Own),
    ("POST", "/api/v1/auth/refresh", Nothing, Own),
    ("GET", "/api/v1/auth/providers", Nothing, Own),
    ("GET", "/api/v1/auth/oidc/{provider}/start", Nothing, Own),
    ("GET", "/api/v1/auth/oidc/{provider}/callback", Nothing, Own),
    ("POST", "/api/v1/auth/logout", Name, Own),
    ("GET", "/api/v1/auth/me", Name, Own),
    ("PUT", "/api/v1/auth/password", Person, Own),
    ("GET", "/api/v1/auth/sessions", Person, Own),
    ("DELETE", "/api/v1/auth/sessions/{id}", Person, Own),
    ("POST", "/api/v1/auth/proof", Person, Own),
    ("POST", "/api/v1/auth/totp/enroll", Person, Own),
    ("POST", "/api/v1/auth/totp/confirm", Person, Own),
    ("POST", "/api/v1/auth/totp/disable", Person, Own),
    ("GET", "/api/v1/users", This("user:admin"), Own),
    ("POST", "/api/v1/users", Proven("user:admin"), Own),
    ("GET", "/api/v1/users/{id}", This("user:admin"), Organization),
    ("PATCH", "/api/v1/users/{id}", Proven("user:admin"), Account),
    ("DELETE", "/api/v1/users/{id}", Proven("user:admin"), Organization),
    ("GET", "/api/v1/tokens", This("token:write"), Own),
    ("POST", "/api/v1/tokens", Proven("token:write"), Own),
    ("DELETE", "/api/v1/tokens/{id}", This("token:write"), Organization),
    ("PUT", "/api/v1/tokens/{id}/permissions", Proven("token:write"), Organization),
    ("GET", "/api/v1/organizations", This("system:admin"), Own),
    ("POST", "/api/v1/organizations", Proven("system:admin"), Own),
    ("GET", "/api/v1/audit", This("audit:read"), Whole),
    ("GET", "/api/v1/cameras", This("camera:read"), Own),
    ("POST", "/api/v1/cameras", This("camera:write"), Own),
    ("POST", "/api/v1/cameras/probe", This("camera:write"), Own),
    ("GET", "/api/v1/cameras/{id}", This("camera:read"), Camera),
    ("PUT", "/api/v1/cameras/{id}", This("camera:write"), Camera),
    ("PATCH", "/api/v1/cameras/{id}", This("camera:write"), Camera),
    ("DELETE", "/api/v1/cameras/{id}", This("camera:write"), Camera),
    ("GET", "/api/v1/cameras/{id}/status", This("camera:read"), Camera),
    ("GET", "/api/v1/cameras/{id}/configs", This("camera:read"), Camera),
    ("GET", "/api/v1/cameras/{id}/configs/{type}", This("camera:read"), Camera),
    ("PUT", "/api/v1/cameras/{id}/configs/{type}", This("camera:write"), Camera),
    ("DELETE", "/api/v1/cameras/{id}/footage", This("recording:delete"), Camera),
    ("GET", "/api/v1/cameras/{id}/footage/deletions", This("recording:read"), Camera),
    ("GET", "/api/v1/camera-tags", This("camera:read"), Own),
    ("POST", "/api/v1/camera-tags", This("camera:write"), Own),
    ("GET", "/api/v1/camera-groups", This("camera:read"), Own),
    ("POST", "/api/v1/camera-groups", This("camera:write"), Own),
    ("GET", "/api/v1/camera-groups/{id}", This("camera:read"), Organization),
    ("PUT", "/api/v1/camera-groups/{id}", This("camera:write"), Organization),
    ("DELETE", "/api/v1/camera-groups/{id}", This("camera:write"), Organization),
    ("GET", "/api/v1/events", This("event:read"), Own),
    ("GET", "/api/v1/events/{id}", This("event:read"), Camera),
    ("POST", "/api/v1/events/{id}/acknowledge", This("event:ack"), Camera),
    ("POST", "/api/v1/ws/tickets", Name, Own),
    ("GET", "/api/v1/ws/events", This("event:read"), Own),
    ("GET", "/api/v1/recordings", This("recording:read"), Own),
    ("GET", "/api/v1/recordings/{id}", This("recording:read"), Camera),
    ("DELETE", "/api/v1/recordings/{id}", This("recording:delete"), Camera),
    ("GET", "/api/v1/recordings/{id}/signed-url", This("recording:export"), Camera),
    ("GET", "/api/v1/recordings/timeline/{camera_id}", This("recording:read"), Camera),
    ("POST", "/api/v1/recording/start", This("camera:write"), Camera),
    ("POST", "/api/v1/recording/stop", This("camera:write"), Camera),
    ("GET", "/api/v1/recording/status", This("camera:read"), Own),
    ("GET", "/api/v1/recording/cameras", This("camera:read"), Own),
    ("GET", "/api/v1/storage/segments", This("recording:read"), Own),
    ("GET", "/api/v1/storage/segments/{id}/download", Signature, Own),
    ("GET", "/api/v1/storage/usage", This("recording:read"), Own),
    ("POST", "/api/v1/playback/start", This("recording:read"), Camera),
    ("GET", "/api/v1/playback/sessions/{id}", This("recording:read"), Own),
    ("DELETE", "/api/v1/playback/sessions/{id}", This("recording:read"), Own),
    ("POST", "/api/v1/playback/sessions/{id}/extend", This("recording:read"), Own),
    ("GET", "/api/v1/playback/sessions/{id}/playlist.m3u8", Signature, Own),
    ("GET", "/api/v1/playback/sessions/{id}/segment/{entry}", Signature, Own),
    ("GET", "/api/v1/playback/sessions/{id}/media/{file}", Signature, Own),
    ("GET", "/api/v1/playback/sessions/{id}/download.mp4", Signature, Own),
];

/// Somebody who sends requests.
struct Who {
    name: &'static str,
    bearer: Option<String>,
    permissions: Permissions,
    /// Whether it is a person who is signed in, and not an API token.
    signed_in: bool,
    /// Whether that person proved to be there a moment ago.
    fresh: bool,
    /// Whether cameras of the test's group are out of sight.
    blind: bool,
    /// Whether it is of another organization.
    foreign: bool,
}

#[tokio::test]
async fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let lab = Lab::new().await;
    let segment = lab.studio.record(0, 10, 5).await[0].id;
    let event = crate::events::stored(&lab, Some(lab.studio.camera.id), at(7)).await.id;
    let user = lab.people.user(OrgId::DEFAULT, Role::Viewer, GroupScope::All).await.id;
    for who in everybody(&lab).await {
        for (method, path, needs, to) in TABLE {
            let reply = ask(&lab, &who, (method, path), (segment, user, event)).await;
            let told = format!("{} {method} {path}: {} {:?}", who.name, reply.status, reply.body);
            check(&who, *needs, *to, &reply, &told);
        }
    }
}

#[test]
fn the_table_has_every_operation() {
    let document = nightjar_api::openapi_document();
    let paths = document["paths"].as_object().expect("paths");
    let documented: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, operations)| {
            let methods = operations.as_object().expect("operations").keys();
            methods.map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let known: BTreeSet<(String, String)> =
        TABLE.iter().map(|(method, path, ..)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(documented, known);
}

fn check(who: &Who, needs: Needs, to: To, reply: &Reply, told: &str) {
    let status = reply.status.as_u16();
    assert!(status < 500, "{told}");
    match needs {
        Nothing => assert!(status != 403, "{told}"),
        Signature => assert_eq!(status, 401, "{told}"),
        _ if who.bearer.is_none() => {
            reply.error(401, "AUTH_TOKEN_MISSING");
        }
        _ if who.permissions == Permissions::NONE => {
            reply.error(401, "AUTH_TOKEN_INVALID");
        }
        Person | Proven(_) if !who.signed_in => {
            reply.error(403, "AUTH_SIGN_IN_REQUIRED");
        }
        Proven(word) if !who.fresh && who.may(word) => {
            reply.error(403, "AUTH_FRESH_PROOF_REQUIRED");
        }
        Name | Person => assert!(status != 403 && (status != 401 || is_password(reply)), "{told}"),
        This(word) | Proven(word) => {
            let hidden = (who.foreign && !matches!(to, Own | Whole)) || (who.blind && to == Camera);
            if !who.may(word) {
                assert!(status == 403 || (hidden && status == 404), "{told}");
            } else if hidden {
                assert_eq!(status, 404, "{told}");
            } else if who.blind && (to == Account || (to == Whole && !who.foreign)) {
                reply.error(403, "AUTH_INSUFFICIENT_PERMISSIONS");
            } else {
                assert!(![401, 403].contains(&status), "{told}");
            }
        }
    }
}

/// A wrong password is a 401 as well.
fn is_password(reply: &Reply) -> bool {
    reply.json()["error"]["code"] == "AUTH_CREDENTIALS_INVALID"
}

async fn everybody(lab: &Lab) -> Vec<Who> {
    let people = &lab.people;
    let mut all = vec![Who {
        name: "nobody",
        bearer: None,
        permissions: Permissions::NONE,
        signed_in: false,
        fresh: false,
        blind: false,
        foreign: false,
    }];
    for role in Role::ALL {
        let user = people.user(OrgId::DEFAULT, role, GroupScope::All).await;
        let (_, bearer) = people.token_of(&user).await;
        all.push(who(role.as_str(), bearer, role.permissions()));
    }
    let admin = people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let only_events: Permissions = [Permission::EventRead].into_iter().collect();
    let (_, bearer) = people.limited_token(&admin, only_events, GroupScope::All).await;
    all.push(who("a token without the permission", bearer, only_events));
    let group = group(lab).await;
    let (_, bearer) = people.limited_token(&admin, admin.permissions(), GroupScope::only([group])).await;
    all.push(Who { blind: true, ..who("a token of another group", bearer, admin.permissions()) });
    let elsewhere = people.organization().await;
    let stranger = people.user(elsewhere, Role::Admin, GroupScope::All).await;
    let bearer = people.token_of(&stranger).await.1;
    let foreign = who("another organization's admin", bearer, stranger.permissions());
    all.push(Who { foreign: true, blind: true, ..foreign });
    let (token, bearer) = people.token_of(&admin).await;
    let revoked = lab.state.catalog.revoke_api_token(OrgId::DEFAULT, token.id, lab.state.clock.now()).await;
    assert!(revoked.expect("revoked"));
    all.push(who("a revoked token", bearer, Permissions::NONE));
    let expired = people.sign_in(&admin).await;
    lab.set_time(lab.state.clock.now() + std::time::Duration::from_secs(16 * 60));
    all.push(who("an expired token", expired, Permissions::NONE));
    let person = people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let long_ago = who("somebody who signed in long ago", people.sign_in(&person).await, admin.permissions());
    all.push(Who { signed_in: true, ..long_ago });
    lab.set_time(lab.state.clock.now() + std::time::Duration::from_secs(11 * 60));
    for role in [Role::Admin, Role::Viewer] {
        let person = people.user(OrgId::DEFAULT, role, GroupScope::All).await;
        let who = who("somebody who is signed in", people.sign_in(&person).await, role.permissions());
        all.push(Who { signed_in: true, fresh: true, ..who });
    }
    let limited = people.user(OrgId::DEFAULT, Role::Admin, GroupScope::only([group])).await;
    let limited = who("somebody of another group", people.sign_in(&limited).await, admin.permissions());
    all.push(Who { signed_in: true, fresh: true, blind: true, ..limited });
    let foreign = who("another organization's person", people.sign_in(&stranger).await, admin.permissions());
    all.push(Who { signed_in: true, fresh: true, foreign: true, blind: true, ..foreign });
    all
}

impl Who {
    fn may(&self, word: &str) -> bool {
        self.permissions.contains(word.parse().expect("a permission"))
    }
}

fn who(name: &'static str, bearer: String, permissions: Permissions) -> Who {
    Who {
        name,
        bearer: Some(bearer),
        permissions,
        signed_in: false,
        fresh: false,
        blind: false,
        foreign: false,
    }
}

async fn group(lab: &Lab) -> GroupId {
    let now = lab.state.clock.now();
    let group = CameraGroup {
        id: GroupId(Uuid::now_v7()),
        org_id: OrgId::DEFAULT,
        name: "elsewhere".to_owned(),
        description: String::new(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    lab.state.catalog.create_camera_group(&group).await.expect("made");
    group.id
}

/// Sends the operation with a path that names what is there. `If-Match` names a version that is not.
async fn ask(
    lab: &Lab,
    who: &Who,
    (method, path): (&str, &str),
    (segment, user, event): (SegmentId, UserId, EventId),
) -> Reply {
    let camera = lab.studio.camera.id.to_string();
    let id = match path {
        _ if path.contains("/cameras/") => camera.clone(),
        _ if path.contains("/recordings/") || path.contains("/segments/") => segment.to_string(),
        _ if path.contains("/events/") => event.to_string(),
        _ if path.contains("/users/") && method != "DELETE" => user.to_string(),
        _ => Uuid::now_v7().to_string(),
    };
    let url = path.replace("{id}", &id).replace("{camera_id}", &camera).replace("{entry}", "0.m4s");
    let url = url.replace("{file}", "x.mp4").replace("{provider}", "test").replace("{type}", "image");
    let body = match (method, path.trim_start_matches("/api/v1")) {
        ("POST", "/recording/start" | "/recording/stop") => json!({ "camera_id": camera }),
        ("POST", "/playback/start") => {
            json!({ "camera_id": camera, "from": "2001-01-01T00:00:00Z", "to": "2001-01-01T01:00:00Z" })
        }
        ("PUT", "/cameras/{id}") => json!({ "name": "x", "source": { "main_url": "rtsp://127.0.0.1/x" } }),
        ("PUT", "/camera-groups/{id}") => json!({ "name": "x" }),
        ("PUT", "/tokens/{id}/permissions") => json!({ "permissions": [] }),
        ("POST", "/tokens") => json!({ "name": "x", "permissions": ["camera:read"] }),
        ("PUT", "/auth/password") => {
            json!({ "current_password": "wrong", "new_password": "quiet herons in fog" })
        }
        ("POST", "/auth/totp/enroll" | "/auth/totp/disable") => json!({ "password": "wrong" }),
        ("POST", "/auth/totp/confirm") => json!({ "code": "123456" }),
        ("PATCH", _) => json!({}),
        // Refused before anything is changed, but not before rights are checked.
        _ => json!({ "nonsense": 1 }),
    };
    let bearer = who.bearer.as_ref().map(|bearer| format!("Bearer {bearer}"));
    let mut headers = vec![("content-type", "application/json"), ("if-match", "\"999\"")];
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let request: Request<Body> = request(method, &url, &headers, Body::from(body.to_string()));
    lab.send_bare(request).await
}
