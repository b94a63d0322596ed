//! The cores of one computation: with the feature `threads` several, without it the one that calls.
//!
//! Invariants: results never depend on it, nor on how many threads there are; nothing else here knows of threads. The caller is
//! blocked until all is done: a page's own thread must not call. In wasm the threads are those of the pool that JavaScript has
//! started in the same memory; where it has not, the caller does everything.

/// Chunks worth handing over at once. One core does better to finish with a chunk while its bytes are in its cache.
pub(crate) const TOGETHER: usize = if cfg!(feature = "threads") { 64 } else { 1 };

/// What `f` makes of each item, in the order of the items.
#[cfg(feature = "threads")]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    use rayon::prelude::*;
    match items {
        [one] => vec![f(one)],
        several => several.par_iter().map(f).collect(),
    }
}

/// What `f` makes of each item, in the order of the items.
#[cfg(not(feature = "threads"))]
pub(crate) fn map<T, R>(items: &[T], f: impl Fn(&T) -> R) -> Vec<R> {
    items.iter().map(f).collect()
}

/// Does both, side by side where there are cores for it. Both go over so many bytes: few are not worth another thread's waking.
#[cfg(feature = "threads")]
pub(crate) fn beside<A: Send, B: Send>(
    bytes: usize,
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    const LEAST_BYTES: usize = 64 * 1024;
    if bytes < LEAST_BYTES { (a(), b()) } else { rayon::join(a, b) }
}

/// Does both, one after the other.
#[cfg(not(feature = "threads"))]
pub(crate) fn beside<A, B>(_bytes: usize, a: impl FnOnce() -> A, b: impl FnOnce() -> B) -> (A, B) {
    (a(), b())
}
