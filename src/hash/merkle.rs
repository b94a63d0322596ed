//! The keyed hashes of the content-addressed store: of chunks, of trees over chunks (xorbs, files), of ranges.
//!
//! The tree is built while chunks come in: of each level only the group that is still open is kept, so a file of any length
//! needs a few kilobytes, and the state can be saved between two chunks.
//!
//! Source: Xet specification 1.1, hashing and file id; vectors in `tests/vectors/{hashing,merkle,chunking}.json`.

use super::XetHash;

/// Key of chunk hashes.
const CHUNK_KEY: [u8; 32] = [
    102, 151, 245, 119, 91, 149, 80, 222, 49, 53, 203, 172, 165, 151, 24, 28, 157, 228, 33, 16, 155, 235, 43, 88, 180,
    208, 176, 75, 147, 173, 242, 41,
];

/// Key of the nodes above chunks.
const NODE_KEY: [u8; 32] = [
    1, 126, 197, 199, 165, 71, 41, 150, 253, 148, 102, 102, 180, 138, 2, 230, 93, 221, 83, 111, 55, 199, 109, 210, 248,
    99, 82, 230, 74, 83, 113, 63,
];

/// Key of range hashes.
const RANGE_KEY: [u8; 32] = [
    127, 24, 87, 214, 206, 86, 237, 102, 18, 127, 249, 19, 231, 165, 195, 243, 164, 205, 38, 213, 181, 219, 73, 230,
    65, 36, 152, 127, 40, 251, 148, 195,
];

/// A group of the tree ends after a hash with this remainder of zero, from its third member on.
const GROUP_MODULUS: u64 = 4;

/// Members that a group has at least, unless nothing follows.
const GROUP_LEAST: usize = 3;

/// Members that a group has at most.
const GROUP_MOST: usize = 9;

/// The hash of a chunk: of its raw, uncompressed bytes.
pub fn chunk_hash(bytes: &[u8]) -> XetHash {
    keyed(&CHUNK_KEY, bytes)
}

/// The hash of a range of chunks that a file's term carries: over their hashes, one after the other.
pub fn range_hash(chunks: impl IntoIterator<Item = XetHash>) -> XetHash {
    let hashes: Vec<[u8; 32]> = chunks.into_iter().map(|chunk| chunk.0).collect();
    keyed(&RANGE_KEY, hashes.as_flattened())
}

/// A hash under the key of a deduplication answer; without a key it stays as it is.
pub fn masked(hash: XetHash, key: &[u8; 32]) -> XetHash {
    if *key == [0; 32] { hash } else { keyed(key, &hash.0) }
}

/// A hash with the size of what it stands for, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sized {
    /// The hash.
    pub hash: XetHash,
    /// Uncompressed bytes below it.
    pub size: u64,
}

/// A tree over chunks, fed from left to right.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    levels: Vec<Level>,
}

/// One level: the group that is open, and whether there was one before it.
#[derive(Debug, Clone, Default)]
struct Level {
    open: Vec<Sized>,
    has_closed: bool,
}

impl Tree {
    /// No chunks yet.
    pub fn new() -> Tree {
        Tree::default()
    }

    /// Takes the next chunk.
    pub fn push(&mut self, chunk: Sized) {
        let mut next = chunk;
        for index in 0.. {
            if index == self.levels.len() {
                self.levels.push(Level::default());
            }
            let level = &mut self.levels[index];
            level.open.push(next);
            let ends = level.open.len() >= GROUP_LEAST && next.hash.remainder(GROUP_MODULUS) == 0;
            if !ends && level.open.len() < GROUP_MOST {
                return;
            }
            next = level.close();
        }
    }

    /// The hash of a xorb that holds these chunks; zero for none.
    pub fn root(mut self) -> XetHash {
        let mut index = 0;
        while let Some(level) = self.levels.get_mut(index) {
            match (level.has_closed, level.open.as_slice()) {
                (false, [root]) => return root.hash,
                (true, []) => {}
                _ => {
                    let node = level.close();
                    // What is closed here never completes a group above by itself: the end closes that one too.
                    match self.levels.get_mut(index + 1) {
                        Some(above) => above.open.push(node),
                        None => self.levels.push(Level { open: vec![node], has_closed: false }),
                    }
                }
            }
            index += 1;
        }
        XetHash::ZERO
    }

    /// The hash of a file that consists of these chunks; zero for an empty one.
    pub fn file_hash(self) -> XetHash {
        self.salted_file_hash(&[0; 32])
    }

    /// The hash of a file in a store with another salt.
    pub fn salted_file_hash(self, salt: &[u8; 32]) -> XetHash {
        if self.levels.is_empty() { XetHash::ZERO } else { keyed(salt, &self.root().0) }
    }
}

impl Level {
    fn close(&mut self) -> Sized {
        self.has_closed = true;
        let node = node(&self.open);
        self.open.clear();
        node
    }
}

/// The node above a group: over a line of text for each member.
fn node(members: &[Sized]) -> Sized {
    let mut text = Vec::new();
    for member in members {
        text.extend(member.hash.to_digits());
        text.extend(format!(" : {}\n", member.size).as_bytes());
    }
    Sized { hash: keyed(&NODE_KEY, &text), size: members.iter().map(|member| member.size).sum() }
}

fn keyed(key: &[u8; 32], bytes: &[u8]) -> XetHash {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    let hash = super::blake3_tree::keyed_hash(key, bytes);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    let hash = blake3::keyed_hash(key, bytes).into();
    XetHash(hash)
}
