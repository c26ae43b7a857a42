//! The envelope of a success, and lists.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::time::Timestamp;

/// What a handler returns.
pub type ApiResult<T> = Result<Answer<T>, ApiError>;

/// The envelope of every successful answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Success<T> {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// What was asked for.
    data: T,
    /// Always null.
    #[schema(value_type = Option<String>, example = json!(null))]
    error: (),
    /// When the answer was made.
    timestamp: Timestamp,
}

/// A successful answer with its status.
#[derive(Debug)]
pub struct Answer<T> {
    status: StatusCode,
    body: Success<T>,
}

impl<T> Answer<T> {
    /// `200 OK`.
    pub fn ok(data: T, now: Timestamp) -> Self {
        Self { status: StatusCode::OK, body: Success { success: true, data, error: (), timestamp: now } }
    }

    /// `202 Accepted`.
    pub fn accepted(data: T, now: Timestamp) -> Self {
        Self { status: StatusCode::ACCEPTED, ..Self::ok(data, now) }
    }

    /// `201 Created`.
    pub fn created(data: T, now: Timestamp) -> Self {
        Self { status: StatusCode::CREATED, ..Self::ok(data, now) }
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Where in the list they are.
    pub pagination: Pagination,
}

/// Where in a list a page is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pagination {
    /// Number of the page, from 1; null when a `cursor` was given.
    #[schema(minimum = 1)]
    pub page: Option<u64>,
    /// Most items of a page.
    #[schema(minimum = 1, maximum = 500)]
    pub limit: u64,
    /// Items in the whole list; null when a `cursor` was given, because counting would cost
    /// more than the page.
    pub total: Option<u64>,
    /// Pages in the whole list; null when a `cursor` was given.
    pub total_pages: Option<u64>,
    /// What to give as `cursor` to get the page after this one; null on the last page, and in
    /// lists that take no cursor.
    pub next_cursor: Option<String>,
}

impl Pagination {
    /// The position of page `page`.
    pub fn new(page: Option<u64>, limit: u64, total: Option<u64>, next_cursor: Option<String>) -> Self {
        Self { page, limit, total, total_pages: total.map(|total| total.div_ceil(limit.max(1))), next_cursor }
    }
}
