//! Content-defined chunking: where a stream of bytes is cut, so that equal stretches of different files become equal chunks.
//!
//! A gear hash rolls over the last 64 bytes; where its 16 top bits are zero, a chunk may end. Cuts do not depend on how the
//! bytes are fed. Nothing is copied: the caller keeps the bytes and learns where they are cut.
//!
//! A match below the least length is no cut *and* leaves the hash as it is. Some chunkers forget this and cut chunks of 8,128
//! bytes, which no other client finds again.
//!
//! Source: Xet specification 1.1, chunking; vectors in `tests/vectors/chunking.json`.

mod hashed;

pub use hashed::HashedChunks;
use hubferry_kernels::{find_cut, roll};

/// Bytes that a chunk has at least, unless the stream ends.
pub const CHUNK_LEAST_BYTES: usize = 8 * 1024;

/// Bytes that a chunk has at most.
pub const CHUNK_MOST_BYTES: usize = 128 * 1024;

/// Bytes of a chunk that need not be looked at: 64 more make up the hash at the least length.
const SKIPPED_BYTES: usize = CHUNK_LEAST_BYTES - 64 - 1;

/// Cuts one stream.
#[derive(Debug, Clone, Default)]
pub struct Chunker {
    /// Bytes of the open chunk that were taken so far.
    length: usize,
    hash: u64,
}

impl Chunker {
    /// At the beginning of a stream.
    pub fn new() -> Chunker {
        Chunker::default()
    }

    /// Bytes of the open chunk; at the end of the stream they are the last chunk, if there are any.
    pub fn open_bytes(&self) -> usize {
        self.length
    }

    /// Takes bytes up to the next cut.
    ///
    /// Shape: `Some(n)`: a chunk ends after the first `n` of `bytes`; go on with the rest. `None`: all of them were taken
    /// without a cut.
    pub fn cut(&mut self, bytes: &[u8]) -> Option<usize> {
        let start = self.length;
        // Positions below count from the beginning of `bytes`.
        let most = CHUNK_MOST_BYTES - start;
        let skip = SKIPPED_BYTES.saturating_sub(start).min(bytes.len());
        let unripe = (CHUNK_LEAST_BYTES - 1).saturating_sub(start).clamp(skip, bytes.len());
        for byte in &bytes[skip..unripe] {
            self.hash = roll(self.hash, *byte);
        }
        let end = most.min(bytes.len());
        match find_cut(&mut self.hash, &bytes[unripe.min(end)..end]) {
            Some(found) => Some(self.end(unripe + found)),
            None if end == most => Some(self.end(most)),
            None => {
                self.length += bytes.len();
                None
            }
        }
    }

    fn end(&mut self, at: usize) -> usize {
        *self = Chunker::default();
        at
    }
}
