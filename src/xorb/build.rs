//! Filling a xorb.
//!
//! The body grows in one buffer that is handed out when the xorb is sealed and can be given back for the next one, so that a
//! push of any length needs a few of them.

use super::predict::Predictor;
use super::record::{RECORD_BYTES, Record, Scheme};
use super::{XORB_MOST_BYTES, XORB_MOST_CHUNKS, group, lz4};
use crate::chunk::CHUNK_MOST_BYTES;
use crate::hash::{Sized, Tree, XetHash};

/// Whether chunks are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Those that shrink.
    #[default]
    Automatic,
    /// None: where time is dearer than bytes.
    Off,
}

/// A xorb that is being filled.
#[derive(Debug)]
pub struct XorbBuilder {
    body: Vec<u8>,
    chunks: Vec<Sized>,
    tree: Tree,
    most_bytes: usize,
    compression: Compression,
    predictor: Predictor,
    /// For grouping; kept so that it is allocated once.
    grouped: Vec<u8>,
}

/// A xorb that is complete.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Its name.
    pub hash: XetHash,
    /// What is sent.
    pub body: Vec<u8>,
    /// Its chunks in order, with their raw sizes.
    pub chunks: Vec<Sized>,
}

impl XorbBuilder {
    /// An empty one, to be sealed at a body of `target_bytes`; at most what a store takes.
    pub fn new(target_bytes: usize) -> XorbBuilder {
        XorbBuilder::reusing(target_bytes, Vec::new())
    }

    /// An empty one over the buffer of an earlier body.
    pub fn reusing(target_bytes: usize, mut buffer: Vec<u8>) -> XorbBuilder {
        buffer.clear();
        XorbBuilder {
            body: buffer,
            chunks: Vec::new(),
            tree: Tree::new(),
            compression: Compression::Automatic,
            most_bytes: target_bytes.clamp(RECORD_BYTES + CHUNK_MOST_BYTES, XORB_MOST_BYTES),
            predictor: Predictor::default(),
            grouped: Vec::new(),
        }
    }

    /// The same, with another choice about compression.
    pub fn with_compression(mut self, compression: Compression) -> XorbBuilder {
        self.compression = compression;
        self
    }

    /// Whether a chunk of this size, however it compresses, still fits.
    pub fn has_room(&self, raw_bytes: usize) -> bool {
        self.chunks.len() < XORB_MOST_CHUNKS && self.body.len() + RECORD_BYTES + raw_bytes <= self.most_bytes
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Chunks in it so far.
    pub fn chunks(&self) -> &[Sized] {
        &self.chunks
    }

    /// Bytes of the body so far.
    pub fn body_bytes(&self) -> usize {
        self.body.len()
    }

    /// Appends a chunk; its index in the xorb.
    ///
    /// Shape: the chunk is one that a chunker cut, and [`has_room`](Self::has_room) for it.
    pub fn push(&mut self, hash: XetHash, chunk: &[u8]) -> u32 {
        let start = self.body.len();
        self.body.extend([0; RECORD_BYTES]);
        let scheme = self.append(chunk);
        let record = Record {
            scheme,
            stored_bytes: (self.body.len() - start - RECORD_BYTES) as u32,
            raw_bytes: chunk.len() as u32,
        };
        self.body[start..start + RECORD_BYTES].copy_from_slice(&record.write());
        let sized = Sized { hash, size: chunk.len() as u64 };
        self.tree.push(sized);
        self.chunks.push(sized);
        (self.chunks.len() - 1) as u32
    }

    /// Closes it.
    pub fn seal(self) -> Sealed {
        Sealed { hash: self.tree.root(), body: self.body, chunks: self.chunks }
    }

    fn append(&mut self, chunk: &[u8]) -> Scheme {
        let scheme = match self.compression {
            Compression::Automatic => self.predictor.choose(chunk),
            Compression::Off => Scheme::Raw,
        };
        let source = match scheme {
            Scheme::GroupedLz4 => {
                group::split(chunk, &mut self.grouped);
                &self.grouped
            }
            _ => chunk,
        };
        if scheme != Scheme::Raw && lz4::append_frame(source, &mut self.body) {
            return scheme;
        }
        self.body.extend_from_slice(chunk);
        Scheme::Raw
    }
}
