//! Filling a xorb.
//!
//! The body grows in one buffer that is handed out when the xorb is sealed and can be given back for the next one, so that a
//! push of any length needs a few of them.

use super::predict::Predictor;
use super::record::{RECORD_BYTES, Record, Scheme};
use super::{XORB_MOST_BYTES, XORB_MOST_CHUNKS, group, lz4};
use crate::chunk::CHUNK_MOST_BYTES;
use crate::hash::{Sized, Tree, XetHash};
use crate::threads;

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
        self.fitting([raw_bytes].into_iter()) == 1
    }

    /// How many chunks of these raw sizes still fit, in this order and however they compress.
    pub fn fitting(&self, raw_bytes: impl Iterator<Item = usize>) -> usize {
        let mut end = self.body.len();
        let fits = |bytes: &usize| {
            end += RECORD_BYTES + bytes;
            end <= self.most_bytes
        };
        raw_bytes.take(XORB_MOST_CHUNKS - self.chunks.len()).take_while(fits).count()
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
        let start = self.begin_record();
        let scheme = self.choose(chunk);
        let scheme = if append_frame(scheme, chunk, &mut self.grouped, &mut self.body) { scheme } else { Scheme::Raw };
        if scheme == Scheme::Raw {
            self.body.extend_from_slice(chunk);
        }
        self.end_record(start, scheme, hash, chunk.len())
    }

    /// Appends chunks; the same as one [`push`](Self::push) after the other.
    ///
    /// Shape: [`fitting`](Self::fitting) says that there is room for all of them.
    pub fn push_all(&mut self, chunks: &[(XetHash, &[u8])]) {
        if let [(hash, chunk)] = chunks {
            self.push(*hash, chunk);
            return;
        }
        let chosen: Vec<(Scheme, &[u8])> = chunks.iter().map(|(_, chunk)| (self.choose(chunk), *chunk)).collect();
        let frames = threads::map(&chosen, |(scheme, chunk)| {
            let mut frame = Vec::new();
            append_frame(*scheme, chunk, &mut Vec::new(), &mut frame).then_some(frame)
        });
        for (((hash, chunk), (scheme, _)), frame) in chunks.iter().zip(chosen).zip(frames) {
            let start = self.begin_record();
            let (scheme, stored) = frame.as_deref().map_or((Scheme::Raw, *chunk), |frame| (scheme, frame));
            self.body.extend_from_slice(stored);
            self.end_record(start, scheme, *hash, chunk.len());
        }
    }

    /// Closes it.
    pub fn seal(self) -> Sealed {
        Sealed { hash: self.tree.root(), body: self.body, chunks: self.chunks }
    }

    fn choose(&mut self, chunk: &[u8]) -> Scheme {
        match self.compression {
            Compression::Automatic => self.predictor.choose(chunk),
            Compression::Off => Scheme::Raw,
        }
    }

    /// Leaves room for a record; where it begins.
    fn begin_record(&mut self) -> usize {
        let start = self.body.len();
        self.body.extend([0; RECORD_BYTES]);
        start
    }

    /// Notes the chunk whose bytes were appended; its index.
    fn end_record(&mut self, start: usize, scheme: Scheme, hash: XetHash, raw_bytes: usize) -> u32 {
        let record = Record {
            scheme,
            stored_bytes: (self.body.len() - start - RECORD_BYTES) as u32,
            raw_bytes: raw_bytes as u32,
        };
        self.body[start..start + RECORD_BYTES].copy_from_slice(&record.write());
        let sized = Sized { hash, size: raw_bytes as u64 };
        self.tree.push(sized);
        self.chunks.push(sized);
        (self.chunks.len() - 1) as u32
    }
}

/// Appends the compressed chunk to `out`, if it has become shorter; else `out` stays as it was.
fn append_frame(scheme: Scheme, chunk: &[u8], grouped: &mut Vec<u8>, out: &mut Vec<u8>) -> bool {
    match scheme {
        Scheme::Raw => false,
        Scheme::Lz4 => lz4::append_frame(chunk, out),
        Scheme::GroupedLz4 => {
            group::split(chunk, grouped);
            lz4::append_frame(grouped, out)
        }
    }
}
