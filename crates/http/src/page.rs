//! Paging: `page` and `limit`, or `cursor`.

use nightjar_model::ErrorCode;

use crate::query::QueryReader;

/// Items of a page unless said otherwise.
pub const DEFAULT_LIMIT: u64 = 50;
/// Most items of a page.
pub const MAX_LIMIT: u64 = 500;
/// How far into a list that grows without bound `page` may go: what lies before it is counted
/// through, so that deeper pages are for cursors.
const MAX_DEPTH: u64 = 10_000;

/// A page by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageQuery {
    pub page: u64,
    pub limit: u64,
}

impl PageQuery {
    /// Reads `page` and `limit`.
    pub fn read(reader: &mut QueryReader) -> Self {
        let page = reader.number("page", 1, 1_000_000).unwrap_or(1);
        let limit = reader.number("limit", 1, MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
        Self { page, limit }
    }

    /// The items of this page, out of all.
    pub fn of<T>(self, all: Vec<T>) -> Vec<T> {
        let skip = usize::try_from((self.page - 1) * self.limit).unwrap_or(usize::MAX);
        all.into_iter().skip(skip).take(usize::try_from(self.limit).unwrap_or(usize::MAX)).collect()
    }
}

/// A page by number or after a cursor, of a list that grows without bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CursorQuery<C> {
    pub page: PageQuery,
    pub cursor: Option<C>,
}

impl<C: std::str::FromStr> CursorQuery<C> {
    /// Reads `page`, `limit` and `cursor`.
    pub fn read(reader: &mut QueryReader) -> Self {
        let page = PageQuery::read(reader);
        let with_page = reader.text("page").is_some();
        let cursor = reader.parsed("cursor", ErrorCode::InvalidCursor, |text| {
            text.parse().map_err(|_| "is not one that this list has given out".to_owned())
        });
        if cursor.is_some() && with_page {
            reader.problem(ErrorCode::ValidationFailed, "page", "does not go together with `cursor`");
        }
        if (page.page - 1).saturating_mul(page.limit) > MAX_DEPTH {
            let reason =
                format!("goes deeper than {MAX_DEPTH} items: use `cursor`, with the `next_cursor` of a page");
            reader.problem(ErrorCode::ValidationFailed, "page", reason);
        }
        Self { page, cursor }
    }
}
