//! Both databases count in signed integers, the model in unsigned ones.

/// A count as the database keeps it. Nothing that is counted here comes near the limit.
pub(crate) fn to_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A count as it comes out of the database; a negative one is damage and reads as zero.
pub(crate) fn to_u64(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
