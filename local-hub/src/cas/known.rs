//! What the shards say, in memory: where each file, each list of chunks, and each chunk that may be asked for is.

use std::collections::HashMap;

use xet_core_structures::merklehash::MerkleHash;

use crate::cas::shard::ShardFile;

/// What the shards say.
#[derive(Default)]
pub struct State {
    /// In the order in which they were registered.
    pub shards: Vec<Shard>,
    /// Which of them has this id.
    pub by_id: HashMap<String, usize>,
    /// Where a file is.
    pub files: HashMap<MerkleHash, FileAt>,
    /// Where a xorb's list of chunks is.
    pub xorbs: HashMap<MerkleHash, XorbAt>,
    /// The chunks that may be asked for, and the xorb that each is in.
    pub chunks: HashMap<MerkleHash, MerkleHash>,
}

/// A shard.
pub struct Shard {
    /// SHA-256 of its bytes, lower-case hex.
    pub id: String,
    /// How long it is.
    pub bytes: u64,
    /// Its files.
    pub files: Vec<MerkleHash>,
    /// The xorbs that it lists.
    pub xorbs: Vec<MerkleHash>,
    /// Where the list of its xorbs begins.
    pub xorbs_at: u64,
}

/// Where a file is: in the first shard that names it.
pub struct FileAt {
    /// The shard.
    pub shard: usize,
    /// The position in it.
    pub at: u64,
    /// What the shard says of the file.
    pub said: ShardFile,
}

/// Where a xorb's list of chunks is: in the first shard that has one.
#[derive(Clone, Copy)]
pub struct XorbAt {
    /// The shard.
    pub shard: usize,
    /// The position in it.
    pub at: u64,
}

/// A shard that has been read.
#[derive(Default)]
pub struct Examined {
    /// Its files, each with its position.
    pub files: Vec<(ShardFile, u64)>,
    /// The xorbs that it lists, each with its position.
    pub xorbs: Vec<(MerkleHash, u64)>,
    /// Chunks that may be asked for, and the xorb that each is in.
    pub chunks: Vec<(MerkleHash, MerkleHash)>,
    /// Where the list of its xorbs begins.
    pub xorbs_at: u64,
    /// Where it ends, and a footer may begin.
    pub end: u64,
}

impl State {
    /// Adds a shard. What others have said before holds.
    pub fn add(&mut self, id: String, examined: Examined) {
        let shard = self.shards.len();
        self.by_id.insert(id.clone(), shard);
        self.shards.push(Shard {
            id,
            bytes: examined.end,
            files: examined.files.iter().map(|(file, _)| file.hash).collect(),
            xorbs: examined.xorbs.iter().map(|(hash, _)| *hash).collect(),
            xorbs_at: examined.xorbs_at,
        });
        for (said, at) in examined.files {
            self.files.entry(said.hash).or_insert(FileAt { shard, at, said });
        }
        for (hash, at) in examined.xorbs {
            self.xorbs.entry(hash).or_insert(XorbAt { shard, at });
        }
        for (chunk, xorb) in examined.chunks {
            self.chunks.entry(chunk).or_insert(xorb);
        }
    }
}
