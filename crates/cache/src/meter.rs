//! What is counted of the cache itself.

/// An operation that the server did not answer, or not with what was asked for.
pub(crate) fn failed(operation: &'static str) {
    metrics::counter!("nightjar_cache_errors_total", "operation" => operation).increment(1);
}

/// A value was asked for.
pub(crate) fn looked_up(hit: bool) {
    let result = if hit { "hit" } else { "miss" };
    metrics::counter!("nightjar_cache_lookups_total", "result" => result).increment(1);
}

/// Whether the server is away.
pub(crate) fn degraded(degraded: bool) {
    metrics::gauge!("nightjar_cache_degraded").set(if degraded { 1.0 } else { 0.0 });
}
