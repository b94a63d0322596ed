//! Writing shards for upload.

use super::{END_MARK, RECORD_BYTES, TAG, VERSION, WITH_RANGE_HASHES, WITH_SHA256, sha256_record};
use crate::hash::{Sized, XetHash};

/// A range of chunks of one xorb that a file consists of, among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The xorb.
    pub xorb: XetHash,
    /// Raw bytes of the range.
    pub bytes: u32,
    /// Its first chunk.
    pub start: u32,
    /// The chunk after its last one.
    pub end: u32,
    /// Over the hashes of its chunks; see [`range_hash`](crate::hash::range_hash).
    pub range_hash: XetHash,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    /// Its name in the store.
    pub hash: XetHash,
    /// What it consists of, in order.
    pub terms: Vec<Term>,
    /// Its SHA-256, for files of git repos.
    pub sha256: Option<[u8; 32]>,
}

/// A xorb that was stored for the files of this shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XorbInfo {
    /// Its name.
    pub hash: XetHash,
    /// Bytes of its body.
    pub body_bytes: u32,
    /// Its chunks in order, with their raw sizes.
    pub chunks: Vec<Sized>,
}

impl FileInfo {
    /// Bytes that it takes in a shard.
    pub fn record_bytes(&self) -> usize {
        (1 + 2 * self.terms.len() + usize::from(self.sha256.is_some())) * RECORD_BYTES
    }
}

impl XorbInfo {
    /// Bytes that it takes in a shard.
    pub fn record_bytes(&self) -> usize {
        (1 + self.chunks.len()) * RECORD_BYTES
    }
}

/// Writes a shard for upload, without footer.
pub fn write(files: &[FileInfo], xorbs: &[XorbInfo]) -> Vec<u8> {
    let records = files.iter().map(FileInfo::record_bytes).chain(xorbs.iter().map(XorbInfo::record_bytes));
    let mut out = Vec::with_capacity(records.sum::<usize>() + 3 * RECORD_BYTES);
    out.extend(TAG);
    out.extend(VERSION.to_le_bytes());
    out.extend(0_u64.to_le_bytes());
    for file in files {
        write_file(&mut out, file);
    }
    record(&mut out, END_MARK, [0; 4]);
    for xorb in xorbs {
        write_xorb(&mut out, xorb);
    }
    record(&mut out, END_MARK, [0; 4]);
    out
}

fn write_file(out: &mut Vec<u8>, file: &FileInfo) {
    // An empty file has no ranges and says all the same that their hashes follow: so does the store's own client.
    let flags = WITH_RANGE_HASHES | if file.sha256.is_some() { WITH_SHA256 } else { 0 };
    record(out, file.hash.0, [flags, file.terms.len() as u32, 0, 0]);
    for term in &file.terms {
        record(out, term.xorb.0, [0, term.bytes, term.start, term.end]);
    }
    for term in &file.terms {
        record(out, term.range_hash.0, [0; 4]);
    }
    if let Some(sha256) = &file.sha256 {
        record(out, sha256_record(sha256), [0; 4]);
    }
}

fn write_xorb(out: &mut Vec<u8>, xorb: &XorbInfo) {
    let raw_bytes: u64 = xorb.chunks.iter().map(|chunk| chunk.size).sum();
    record(out, xorb.hash.0, [0, xorb.chunks.len() as u32, raw_bytes as u32, xorb.body_bytes]);
    let mut start = 0;
    for chunk in &xorb.chunks {
        record(out, chunk.hash.0, [start, chunk.size as u32, 0, 0]);
        start += chunk.size as u32;
    }
}

fn record(out: &mut Vec<u8>, hash: [u8; 32], numbers: [u32; 4]) {
    out.extend(hash);
    out.extend(numbers.map(u32::to_le_bytes).as_flattened());
}
