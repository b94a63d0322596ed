//! The hashes of the content-addressed store, written as they are told: lists, texts and one keyed hash.
//!
//! Source: Xet protocol specification, "Hashing" and "File ids".

/// A hash: 32 bytes.
pub type Hash = [u8; 32];
/// A leaf: the hash of a chunk, or of a node, and the bytes of content under it.
pub type Leaf = (Hash, u64);

const CHUNK_KEY: Hash = [
    102, 151, 245, 119, 91, 149, 80, 222, 49, 53, 203, 172, 165, 151, 24, 28, 157, 228, 33, 16, 155, 235, 43, 88, 180,
    208, 176, 75, 147, 173, 242, 41,
];
const NODE_KEY: Hash = [
    1, 126, 197, 199, 165, 71, 41, 150, 253, 148, 102, 102, 180, 138, 2, 230, 93, 221, 83, 111, 55, 199, 109, 210, 248,
    99, 82, 230, 74, 83, 113, 63,
];
const RANGE_KEY: Hash = [
    127, 24, 87, 214, 206, 86, 237, 102, 18, 127, 249, 19, 231, 165, 195, 243, 164, 205, 38, 213, 181, 219, 73, 230,
    65, 36, 152, 127, 40, 251, 148, 195,
];

fn keyed(key: &Hash, bytes: &[u8]) -> Hash {
    *blake3::keyed_hash(key, bytes).as_bytes()
}

/// The text of a hash: each 8 bytes are one little-endian number of 16 hex digits.
pub fn text(hash: &Hash) -> String {
    hash.chunks(8).map(|eight| format!("{:016x}", u64::from_le_bytes(eight.try_into().expect("8 bytes")))).collect()
}

/// The last of the four numbers: what "hash modulo m" means.
pub fn last_number(hash: &Hash) -> u64 {
    u64::from_le_bytes(hash[24..].try_into().expect("8 bytes"))
}

pub fn chunk_hash(content: &[u8]) -> Hash {
    keyed(&CHUNK_KEY, content)
}

/// A node over its children.
pub fn node_hash(children: &[Leaf]) -> Hash {
    let lines: String = children.iter().map(|(hash, size)| format!("{} : {size}\n", text(hash))).collect();
    keyed(&NODE_KEY, lines.as_bytes())
}

/// How many elements the next group takes of what is left: 3 to 9, but all of one or two.
fn group_size(left: &[Leaf]) -> usize {
    if left.len() <= 2 {
        return left.len();
    }
    let end = left.len().min(9);
    match (2..end).find(|&at| last_number(&left[at].0).is_multiple_of(4)) {
        Some(at) => at + 1,
        None => end,
    }
}

/// The root over a list of chunks; 32 zeros over none.
pub fn root(chunks: &[Leaf]) -> Hash {
    if chunks.is_empty() {
        return [0; 32];
    }
    let mut level = chunks.to_vec();
    while level.len() > 1 {
        let mut left = &level[..];
        let mut next = Vec::new();
        while !left.is_empty() {
            let (group, rest) = left.split_at(group_size(left));
            next.push((node_hash(group), group.iter().map(|(_, size)| size).sum()));
            left = rest;
        }
        level = next;
    }
    level[0].0
}

pub fn xorb_hash(chunks: &[Leaf]) -> Hash {
    root(chunks)
}

/// 32 zeros for an empty file, without any hashing.
pub fn file_hash(chunks: &[Leaf]) -> Hash {
    if chunks.is_empty() {
        return [0; 32];
    }
    keyed(&[0; 32], &root(chunks))
}

/// What proves that a term's chunks were at hand.
pub fn range_hash(hashes: &[Hash]) -> Hash {
    keyed(&RANGE_KEY, &hashes.concat())
}

/// A hash as a dedup answer gives it that was keyed.
pub fn hmac(key: &Hash, hash: &Hash) -> Hash {
    keyed(key, hash)
}
