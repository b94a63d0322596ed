//! A store that believes nothing: it recomputes every hash, and puts files together from what it was told.

use std::collections::HashMap;

use hubferry::hash::{Sized, Tree, XetHash, chunk_hash, range_hash};
use hubferry::shard::{FileInfo, Shard, XorbInfo};
use hubferry::xorb::Chunks;

/// Masks the hashes in answers.
const KEY: [u8; 32] = [7; 32];

#[derive(Default, Clone)]
pub struct Store {
    xorbs: HashMap<XetHash, Vec<Vec<u8>>>,
    listed: HashMap<XetHash, XorbInfo>,
    files: HashMap<[u8; 32], FileInfo>,
    bytes: usize,
}

impl Store {
    pub fn take_xorb(&mut self, hash: XetHash, body: &[u8]) {
        let chunks: Vec<Vec<u8>> = Chunks::of(body).map(|chunk| chunk.unwrap().bytes).collect();
        assert_eq!(tree(&chunks).root(), hash);
        self.bytes += body.len();
        self.xorbs.insert(hash, chunks);
    }

    /// Whether all xorbs that a shard names are there.
    pub fn would_take(&self, body: &[u8]) -> bool {
        let shard = Shard::read(body).unwrap();
        let terms = shard.files.iter().flat_map(|file| &file.terms);
        terms
            .map(|term| term.xorb)
            .chain(shard.xorbs.iter().map(|xorb| xorb.hash))
            .all(|xorb| self.xorbs.contains_key(&xorb))
    }

    /// Loses the xorbs that no shard has listed.
    pub fn sweep(&mut self) {
        self.xorbs.retain(|hash, _| self.listed.contains_key(hash));
    }

    pub fn take_shard(&mut self, body: &[u8]) {
        let shard = Shard::read(body).unwrap();
        for xorb in shard.xorbs {
            let chunks = &self.xorbs[&xorb.hash];
            assert_eq!(xorb.chunks, chunks.iter().map(|chunk| sized(chunk)).collect::<Vec<_>>());
            let info = XorbInfo { hash: xorb.hash, body_bytes: xorb.body_bytes, chunks: xorb.chunks };
            self.listed.insert(xorb.hash, info);
        }
        for file in shard.files {
            for term in &file.terms {
                assert!(self.listed.contains_key(&term.xorb), "a term names a xorb that nobody listed");
                let chunks = &self.xorbs[&term.xorb][term.start as usize..term.end as usize];
                assert_eq!(chunks.iter().map(Vec::len).sum::<usize>(), term.bytes as usize);
                assert_eq!(range_hash(chunks.iter().map(|chunk| chunk_hash(chunk))), term.range_hash);
            }
            let chunks: Vec<Vec<u8>> = self.chunks(&file).cloned().collect();
            assert_eq!(tree(&chunks).file_hash(), file.hash);
            self.files.insert(file.sha256.unwrap(), file);
        }
    }

    /// The answer to a query: when it may be asked about the chunk and knows it, all that it knows, under a key.
    pub fn answer(&self, chunk: XetHash) -> Option<Vec<u8>> {
        let begins_a_file = || self.files.values().any(|file| self.first_chunk(file) == Some(chunk));
        if !chunk.is_queried() && !begins_a_file() {
            return None;
        }
        let holds = |xorb: &&XorbInfo| xorb.chunks.iter().any(|one| one.hash == chunk);
        self.listed.values().find(holds)?;
        let masked = |chunk: &Sized| Sized { hash: hubferry::hash::masked(chunk.hash, &KEY), ..*chunk };
        let hidden = |xorb: &XorbInfo| XorbInfo { chunks: xorb.chunks.iter().map(masked).collect(), ..xorb.clone() };
        let xorbs: Vec<XorbInfo> = self.listed.values().map(hidden).collect();
        let mut shard = hubferry::shard::write(&[], &xorbs);
        shard[40..48].copy_from_slice(&200_u64.to_le_bytes());
        let mut footer = [0; 200];
        footer[0] = 1;
        footer[72..104].copy_from_slice(&KEY);
        footer[112..120].copy_from_slice(&u64::MAX.to_le_bytes());
        shard.extend(footer);
        Some(shard)
    }

    /// The files that were registered, by their SHA-256.
    pub fn files(&self) -> &HashMap<[u8; 32], FileInfo> {
        &self.files
    }

    /// The chunks of all xorbs, with those that stand in several as often as they do.
    pub fn stored_chunks(&self) -> Vec<XetHash> {
        self.xorbs.values().flatten().map(|chunk| chunk_hash(chunk)).collect()
    }

    fn first_chunk(&self, file: &FileInfo) -> Option<XetHash> {
        self.chunks(file).next().map(|chunk| chunk_hash(chunk))
    }

    pub fn read(&self, sha256: &[u8; 32]) -> Vec<u8> {
        self.chunks(&self.files[sha256]).flatten().copied().collect()
    }

    /// Bytes of all bodies.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn chunks<'a>(&'a self, file: &'a FileInfo) -> impl Iterator<Item = &'a Vec<u8>> {
        file.terms.iter().flat_map(|term| &self.xorbs[&term.xorb][term.start as usize..term.end as usize])
    }
}

fn tree(chunks: &[Vec<u8>]) -> Tree {
    let mut tree = Tree::new();
    for chunk in chunks {
        tree.push(sized(chunk));
    }
    tree
}

fn sized(chunk: &[u8]) -> Sized {
    Sized { hash: chunk_hash(chunk), size: chunk.len() as u64 }
}
