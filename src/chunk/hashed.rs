//! Chunks with their hashes, for a stream whose bytes nobody keeps.

use super::Chunker;
use crate::hash::{Sized, chunk_hash};

/// Cuts and hashes one stream.
///
/// Shape: any slicing of the same bytes gives the same chunks.
#[derive(Debug, Clone, Default)]
pub struct HashedChunks {
    chunker: Chunker,
    /// What came of the open chunk in earlier slices.
    open: Vec<u8>,
}

impl HashedChunks {
    /// At the beginning of a stream.
    pub fn new() -> HashedChunks {
        HashedChunks::default()
    }

    /// Takes the next bytes; `ended` is told each chunk that ends in them.
    pub fn feed(&mut self, bytes: &[u8], mut ended: impl FnMut(Sized)) {
        let mut rest = bytes;
        while let Some(taken) = self.chunker.cut(rest) {
            let (own, later) = rest.split_at(taken);
            ended(if self.open.is_empty() {
                named(own)
            } else {
                self.open.extend(own);
                let chunk = named(&self.open);
                self.open.clear();
                chunk
            });
            rest = later;
        }
        self.open.extend(rest);
    }

    /// Ends the stream; its last chunk, if bytes are left. Then it is at the beginning of another.
    pub fn finish(&mut self) -> Option<Sized> {
        let HashedChunks { open, .. } = std::mem::take(self);
        (!open.is_empty()).then(|| named(&open))
    }
}

fn named(chunk: &[u8]) -> Sized {
    Sized { hash: chunk_hash(chunk), size: chunk.len() as u64 }
}
