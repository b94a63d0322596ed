//! The reference implementation in few words, and the way from its types to ours.

use bytes::Bytes;
use hubferry::hash::{Sized, XetHash};
use xet_core_structures::merklehash::MerkleHash;
use xet_core_structures::xorb_object::Chunk;
use xet_data::deduplication::Chunker;

/// A hash of ours as one of theirs.
pub fn theirs(hash: XetHash) -> MerkleHash {
    MerkleHash::from(hash.0)
}

/// A hash of theirs as one of ours.
pub fn ours(hash: MerkleHash) -> XetHash {
    XetHash(hash.into())
}

/// A list of chunks as they want it.
pub fn leaves(chunks: &[Sized]) -> Vec<(MerkleHash, u64)> {
    chunks.iter().map(|chunk| (theirs(chunk.hash), chunk.size)).collect()
}

/// A file, cut and hashed.
pub fn chunks(file: &[u8]) -> Vec<Chunk> {
    Chunker::default().next_block_bytes(&Bytes::copy_from_slice(file), true)
}

/// The same as we tell it.
pub fn sized(chunks: &[Chunk]) -> Vec<Sized> {
    chunks.iter().map(|chunk| Sized { hash: ours(chunk.hash), size: chunk.data.len() as u64 }).collect()
}
