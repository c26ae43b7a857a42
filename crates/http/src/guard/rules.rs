//! Who may do what: one line an operation. An operation without a line is denied to everybody; a
//! test walks all of them.

use axum::http::Method;
use nightjar_model::Permission;

use Permission::{
    AuditRead, CameraRead, CameraWrite, EventAck, EventRead, MetricsRead, RecordingDelete, RecordingExport,
    RecordingRead, SystemAdmin, TokenWrite, UserAdmin,
};
use Rule::{Media, More, Needs, Person, PersonWith, ProvenWith, Public, SignedIn, Socket};

/// What an operation asks of whoever calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Nothing.
    Public,
    /// A signed address: the handler checks the token that is part of it.
    Media,
    /// A sign-in or an API token, whatever it may do.
    SignedIn,
    /// This permission.
    Needs(Permission),
    /// The same for a WebSocket, which browsers can't give a header: without one, the handler checks
    /// the token or the ticket that is part of its address.
    Socket(Permission),
    /// Nothing, but whoever has this permission learns more.
    More(Permission),
    /// A person who is signed in: an API token is refused.
    Person,
    /// A person who is signed in, with this permission. For everything by which an API token could escape
    /// its own limits.
    PersonWith(Permission),
    /// The same, and the person proved to be there within the last 10 minutes.
    ProvenWith(Permission),
}

impl Rule {
    /// The permission that the caller must have.
    pub fn permission(self) -> Option<Permission> {
        match self {
            Public | Media | SignedIn | Person => None,
            Needs(action) | Socket(action) | More(action) | PersonWith(action) | ProvenWith(action) => {
                Some(action)
            }
        }
    }

    /// Whether an API token is refused.
    pub fn wants_person(self) -> bool {
        matches!(self, Person | PersonWith(_) | ProvenWith(_))
    }

    /// Whether the person must have proved a moment ago to be there.
    pub fn wants_proof(self) -> bool {
        matches!(self, ProvenWith(_))
    }
}

/// All operations, by method and template of the path.
const RULES: &[(&str, &str, Rule)] = &[
    ("GET", "/health", Public),
    ("GET", "/ready", More(MetricsRead)),
    ("GET", "/metrics", Needs(MetricsRead)),
    ("GET", "/api/openapi.json", Public),
    ("GET", "/api/docs", Public),
    ("GET", "/api/v1/cameras", Needs(CameraRead)),
    ("POST", "/api/v1/cameras", Needs(CameraWrite)),
    ("POST", "/api/v1/cameras/probe", Needs(CameraWrite)),
    ("GET", "/api/v1/cameras/{id}", Needs(CameraRead)),
    ("PUT", "/api/v1/cameras/{id}", Needs(CameraWrite)),
    ("PATCH", "/api/v1/cameras/{id}", Needs(CameraWrite)),
    ("DELETE", "/api/v1/cameras/{id}", Needs(CameraWrite)),
    ("GET", "/api/v1/cameras/{id}/status", Needs(CameraRead)),
    ("GET", "/api/v1/cameras/{id}/configs", Needs(CameraRead)),
    ("GET", "/api/v1/cameras/{id}/configs/{type}", Needs(CameraRead)),
    ("PUT", "/api/v1/cameras/{id}/configs/{type}", Needs(CameraWrite)),
    ("DELETE", "/api/v1/cameras/{id}/footage", Needs(RecordingDelete)),
    ("GET", "/api/v1/cameras/{id}/footage/deletions", Needs(RecordingRead)),
    ("GET", "/api/v1/camera-tags", Needs(CameraRead)),
    ("POST", "/api/v1/camera-tags", Needs(CameraWrite)),
    ("GET", "/api/v1/camera-groups", Needs(CameraRead)),
    ("POST", "/api/v1/camera-groups", Needs(CameraWrite)),
    ("GET", "/api/v1/camera-groups/{id}", Needs(CameraRead)),
    ("PUT", "/api/v1/camera-groups/{id}", Needs(CameraWrite)),
    ("DELETE", "/api/v1/camera-groups/{id}", Needs(CameraWrite)),
    ("GET", "/api/v1/recordings", Needs(RecordingRead)),
    ("GET", "/api/v1/recordings/{id}", Needs(RecordingRead)),
    ("DELETE", "/api/v1/recordings/{id}", Needs(RecordingDelete)),
    ("GET", "/api/v1/recordings/{id}/signed-url", Needs(RecordingExport)),
    ("GET", "/api/v1/recordings/timeline/{camera_id}", Needs(RecordingRead)),
    ("POST", "/api/v1/recording/start", Needs(CameraWrite)),
    ("POST", "/api/v1/recording/stop", Needs(CameraWrite)),
    ("GET", "/api/v1/recording/status", Needs(CameraRead)),
    ("GET", "/api/v1/recording/cameras", Needs(CameraRead)),
    ("GET", "/api/v1/storage/segments", Needs(RecordingRead)),
    ("GET", "/api/v1/storage/segments/{id}/download", Media),
    ("GET", "/api/v1/storage/usage", Needs(RecordingRead)),
    ("POST", "/api/v1/playback/start", Needs(RecordingRead)),
    ("GET", "/api/v1/playback/sessions/{id}", Needs(RecordingRead)),
    ("DELETE", "/api/v1/playback/sessions/{id}", Needs(RecordingRead)),
    ("POST", "/api/v1/playback/sessions/{id}/extend", Needs(RecordingRead)),
    ("GET", "/api/v1/playback/sessions/{id}/playlist.m3u8", Media),
    ("GET", "/api/v1/playback/sessions/{id}/segment/{entry}", Media),
    ("GET", "/api/v1/playback/sessions/{id}/media/{file}", Media),
    ("GET", "/api/v1/playback/sessions/{id}/download.mp4", Media),
    ("GET", "/api/v1/events", Needs(EventRead)),
    ("GET", "/api/v1/events/{id}", Needs(EventRead)),
    ("POST", "/api/v1/events/{id}/acknowledge", Needs(EventAck)),
    ("POST", "/api/v1/ws/tickets", SignedIn),
    ("GET", "/api/v1/ws/events", Socket(EventRead)),
    ("GET", "/api/v1/setup", Public),
    ("POST", "/api/v1/setup", Public),
    ("POST", "/api/v1/auth/login", Public),
    ("POST", "/api/v1/auth/refresh", Public),
    ("GET", "/api/v1/auth/providers", Public),
    ("GET", "/api/v1/auth/oidc/{provider}/start", Public),
    ("GET", "/api/v1/auth/oidc/{provider}/callback", Public),
    ("POST", "/api/v1/auth/logout", SignedIn),
    ("GET", "/api/v1/auth/me", SignedIn),
    ("PUT", "/api/v1/auth/password", Person),
    ("GET", "/api/v1/auth/sessions", Person),
    ("DELETE", "/api/v1/auth/sessions/{id}", Person),
    ("POST", "/api/v1/auth/proof", Person),
    ("POST", "/api/v1/auth/totp/enroll", Person),
    ("POST", "/api/v1/auth/totp/confirm", Person),
    ("POST", "/api/v1/auth/totp/disable", Person),
    ("GET", "/api/v1/users", Needs(UserAdmin)),
    ("POST", "/api/v1/users", ProvenWith(UserAdmin)),
    ("GET", "/api/v1/users/{id}", Needs(UserAdmin)),
    ("PATCH", "/api/v1/users/{id}", ProvenWith(UserAdmin)),
    ("DELETE", "/api/v1/users/{id}", ProvenWith(UserAdmin)),
    ("GET", "/api/v1/tokens", Needs(TokenWrite)),
    ("POST", "/api/v1/tokens", ProvenWith(TokenWrite)),
    ("DELETE", "/api/v1/tokens/{id}", Needs(TokenWrite)),
    ("PUT", "/api/v1/tokens/{id}/permissions", ProvenWith(TokenWrite)),
    ("GET", "/api/v1/audit", Needs(AuditRead)),
    ("GET", "/api/v1/organizations", Needs(SystemAdmin)),
    ("POST", "/api/v1/organizations", ProvenWith(SystemAdmin)),
];

/// The rule of an operation. `HEAD` is a `GET` without its body.
pub fn rule(method: &Method, route: &str) -> Option<Rule> {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    RULES.iter().find(|(m, r, _)| *m == method && *r == route).map(|(_, _, rule)| *rule)
}

/// Whether there is any operation at this path.
pub fn has_route(route: &str) -> bool {
    RULES.iter().any(|(_, r, _)| *r == route)
}
