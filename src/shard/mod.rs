//! Shards: what the content-addressed store is told of files (which ranges of which xorbs they consist of) and of new xorbs
//! (which chunks they hold), and what it answers about chunks that it knows.
//!
//! A shard is a sequence of records of 48 bytes. Uploads have no footer; answers have one, with the key under which their chunk
//! hashes are masked.
//!
//! Source: Xet specification 1.1, shard; vectors in `tests/vectors/{shard-format,dedup}.json`.

mod read;
mod write;

pub use read::{Answer, Shard, XorbEntry};
pub use write::{FileInfo, Term, XorbInfo, write};

use crate::hash::XetHash;

/// Bytes of a shard at most. Source: Xet specification 1.1, shard.
pub const SHARD_MOST_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of a record, of the header, and of the mark that ends a section.
pub const RECORD_BYTES: usize = 48;

/// What every shard begins with.
const TAG: [u8; 32] = *b"HFRepoMetaData\0Uig\x45j{\x81W\x83\xa5\xbd\xd9\x5c\xcd\xd1J\xa9";

/// Version of the header.
const VERSION: u64 = 2;

/// Flag of a file: range hashes follow its terms.
const WITH_RANGE_HASHES: u32 = 1 << 31;

/// Flag of a file: its SHA-256 follows.
const WITH_SHA256: u32 = 1 << 30;

/// First half of the mark that ends a section.
const END_MARK: [u8; 32] = [0xFF; 32];

/// The bytes of a SHA-256 as they stand in a shard: its hex digits read as the store reads its own hashes.
fn sha256_record(sha256: &[u8; 32]) -> [u8; 32] {
    // Reading text and writing bytes are each other's mirror: every group of eight is reversed.
    let mut bytes = *sha256;
    bytes.as_chunks_mut::<8>().0.iter_mut().for_each(|group| group.reverse());
    XetHash(bytes).0
}
