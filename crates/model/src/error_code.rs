//! Error codes of the HTTP API, with the status that goes with each.

/// A failure as a client is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// A field or parameter is wrong.
    ValidationFailed,
    /// The `cursor` is not one of ours.
    InvalidCursor,
    /// The range is empty, reversed, too long or not a time at all.
    InvalidTimeRange,
    /// No token where one is needed.
    AuthTokenMissing,
    /// No, or no longer a, signed URL token.
    AuthTokenInvalid,
    /// Wrong name, password or code.
    AuthCredentialsInvalid,
    /// The password is right; a code of the second factor is needed too.
    AuthTotpRequired,
    /// A permission is missing.
    AuthInsufficientPermissions,
    /// Not for accounts of this role.
    AuthRoleRestricted,
    /// Only for a person who is signed in, not for an API token.
    AuthSignInRequired,
    /// The person has to prove again to be there.
    AuthFreshProofRequired,
    /// The API token is not for this address.
    AuthIpNotAllowed,
    /// No such camera.
    CameraNotFound,
    /// The camera has no such settings, or not in this version.
    CameraConfigNotFound,
    /// No such recording or segment.
    RecordingNotFound,
    /// No such playback session.
    SessionNotFound,
    /// No such account.
    UserNotFound,
    /// No such API token.
    TokenNotFound,
    /// No such camera group.
    GroupNotFound,
    /// No such organization.
    OrganizationNotFound,
    /// No such event.
    EventNotFound,
    /// No such path.
    NotFound,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// The resource is not in a state that allows this.
    Conflict,
    /// Another camera has this serial number.
    CameraSerialDuplicate,
    /// Another camera has this address.
    CameraHostDuplicate,
    /// It was changed by somebody else meanwhile.
    VersionConflict,
    /// The body is too large.
    PayloadTooLarge,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// Well formed, but impossible.
    Unprocessable,
    /// The byte range is outside the file.
    RangeNotSatisfiable,
    /// The idempotency key belongs to another request.
    IdempotencyKeyReused,
    /// Too many at once.
    ConcurrentLimitExceeded,
    /// Too many in this time.
    RateLimitExceeded,
    /// A defect of ours.
    Internal,
    /// The camera can't be reached.
    CameraUnreachable,
    /// The camera answers with an error.
    CameraError,
    /// The database does not answer.
    DatabaseUnavailable,
    /// The storage does not answer.
    StorageUnavailable,
    /// The answer took too long to begin.
    RequestTimeout,
    /// There is no room.
    StorageFull,
}

impl ErrorCode {
    /// The code as it is written in the response.
    pub fn as_str(self) -> &'static str {
        self.entry().0
    }

    /// The HTTP status that goes with it.
    pub fn status(self) -> u16 {
        self.entry().1
    }

    fn entry(self) -> (&'static str, u16) {
        match self {
            Self::ValidationFailed => ("VALIDATION_FAILED", 400),
            Self::InvalidCursor => ("INVALID_CURSOR", 400),
            Self::InvalidTimeRange => ("INVALID_TIME_RANGE", 400),
            Self::AuthTokenMissing => ("AUTH_TOKEN_MISSING", 401),
            Self::AuthTokenInvalid => ("AUTH_TOKEN_INVALID", 401),
            Self::AuthCredentialsInvalid => ("AUTH_CREDENTIALS_INVALID", 401),
            Self::AuthTotpRequired => ("AUTH_TOTP_REQUIRED", 401),
            Self::AuthInsufficientPermissions => ("AUTH_INSUFFICIENT_PERMISSIONS", 403),
            Self::AuthRoleRestricted => ("AUTH_ROLE_RESTRICTED", 403),
            Self::AuthSignInRequired => ("AUTH_SIGN_IN_REQUIRED", 403),
            Self::AuthFreshProofRequired => ("AUTH_FRESH_PROOF_REQUIRED", 403),
            Self::AuthIpNotAllowed => ("AUTH_IP_NOT_ALLOWED", 403),
            Self::CameraNotFound => ("CAMERA_NOT_FOUND", 404),
            Self::CameraConfigNotFound => ("CAMERA_CONFIG_NOT_FOUND", 404),
            Self::RecordingNotFound => ("RECORDING_NOT_FOUND", 404),
            Self::SessionNotFound => ("SESSION_NOT_FOUND", 404),
            Self::UserNotFound => ("USER_NOT_FOUND", 404),
            Self::TokenNotFound => ("TOKEN_NOT_FOUND", 404),
            Self::GroupNotFound => ("CAMERA_GROUP_NOT_FOUND", 404),
            Self::OrganizationNotFound => ("ORGANIZATION_NOT_FOUND", 404),
            Self::EventNotFound => ("EVENT_NOT_FOUND", 404),
            Self::NotFound => ("NOT_FOUND", 404),
            Self::MethodNotAllowed => ("METHOD_NOT_ALLOWED", 405),
            Self::Conflict => ("CONFLICT", 409),
            Self::CameraSerialDuplicate => ("CAMERA_SERIAL_DUPLICATE", 409),
            Self::CameraHostDuplicate => ("CAMERA_HOST_DUPLICATE", 409),
            Self::VersionConflict => ("VERSION_CONFLICT", 409),
            Self::PayloadTooLarge => ("PAYLOAD_TOO_LARGE", 413),
            Self::UnsupportedMediaType => ("UNSUPPORTED_MEDIA_TYPE", 415),
            Self::RangeNotSatisfiable => ("RANGE_NOT_SATISFIABLE", 416),
            Self::Unprocessable => ("UNPROCESSABLE", 422),
            Self::IdempotencyKeyReused => ("IDEMPOTENCY_KEY_REUSED", 422),
            Self::ConcurrentLimitExceeded => ("CONCURRENT_LIMIT_EXCEEDED", 429),
            Self::RateLimitExceeded => ("RATE_LIMIT_EXCEEDED", 429),
            Self::Internal => ("INTERNAL", 500),
            Self::CameraUnreachable => ("CAMERA_UNREACHABLE", 502),
            Self::CameraError => ("CAMERA_ERROR", 502),
            Self::DatabaseUnavailable => ("DATABASE_UNAVAILABLE", 503),
            Self::StorageUnavailable => ("STORAGE_UNAVAILABLE", 503),
            Self::RequestTimeout => ("REQUEST_TIMEOUT", 503),
            Self::StorageFull => ("STORAGE_FULL", 507),
        }
    }
}
