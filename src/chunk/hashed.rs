//! Chunks with their hashes, for a stream whose bytes nobody keeps.

use super::Chunker;
use crate::hash::{ChunkHasher, Sized, chunk_hash};

/// Cuts and hashes one stream.
///
/// Shape: any slicing of the same bytes gives the same chunks.
#[derive(Debug, Clone, Default)]
pub struct HashedChunks {
    chunker: Chunker,
    /// The open chunk, if bytes of it came in an earlier slice.
    open: Option<ChunkHasher>,
}

impl HashedChunks {
    /// At the beginning of a stream.
    pub fn new() -> HashedChunks {
        HashedChunks::default()
    }

    /// Takes the next bytes; `ended` is told each chunk that ends in them.
    pub fn feed(&mut self, bytes: &[u8], mut ended: impl FnMut(Sized)) {
        let mut rest = bytes;
        loop {
            // The cut forgets how long the chunk has become.
            let before = self.chunker.open_bytes();
            let Some(taken) = self.chunker.cut(rest) else { break };
            let (own, later) = rest.split_at(taken);
            let hash = match self.open.take() {
                None => chunk_hash(own),
                Some(mut open) => {
                    open.update(own);
                    open.finish()
                }
            };
            ended(Sized { hash, size: (before + taken) as u64 });
            rest = later;
        }
        if !rest.is_empty() {
            self.open.get_or_insert_default().update(rest);
        }
    }

    /// Ends the stream; its last chunk, if bytes are left. Then it is at the beginning of another.
    pub fn finish(&mut self) -> Option<Sized> {
        let size = std::mem::take(&mut self.chunker).open_bytes() as u64;
        self.open.take().map(|open| Sized { hash: open.finish(), size })
    }
}
