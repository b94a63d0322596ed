//! Whole pushes: what lanes and their authority make of files is judged by the reference alone, and its answers deduplicate.

use std::collections::HashMap;
use std::io::Cursor;
use std::time::Duration;

use hubferry::dedup::Authority;
use hubferry::hash::XetHash;
use hubferry::http::FileIdx;
use hubferry::ingest::{Ingest, IngestOptions};
use hubferry::shard::{SHARD_MOST_BYTES, XorbInfo};
use hubferry::xorb::Compression;
use hubferry_conformance::cases::{Case, cases};
use hubferry_conformance::content::{Kind, Noise, content};
use sha2::{Digest, Sha256};
use xet_core_structures::merklehash::{MerkleHash, compute_data_hash, file_hash};
use xet_core_structures::metadata_shard::MDBShardInfo;
use xet_core_structures::metadata_shard::chunk_verification::range_hash_from_chunks;
use xet_core_structures::metadata_shard::file_structs::MDBFileInfo;
use xet_core_structures::metadata_shard::shard_in_memory::MDBInMemoryShard;
use xet_core_structures::xorb_object::deserialize_chunk;

use crate::reference::{self, ours, theirs};
use crate::xorbs::read_by_the_reference;

/// A store that consists of the reference.
#[derive(Default)]
struct Store {
    /// Each stored xorb's chunks.
    xorbs: HashMap<MerkleHash, Vec<(MerkleHash, Vec<u8>)>>,
    /// What was accepted of files and xorbs, in the reference's own form.
    shard: MDBInMemoryShard,
    /// Files by their SHA-256.
    files: HashMap<MerkleHash, MDBFileInfo>,
    body_bytes: usize,
}

impl Store {
    fn take_xorb(&mut self, hash: XetHash, body: &[u8]) {
        let (mut reader, mut chunks) = (Cursor::new(body), Vec::new());
        while (reader.position() as usize) < body.len() {
            let (bytes, ..) = deserialize_chunk(&mut reader).expect("the reference reads every chunk");
            chunks.push((compute_data_hash(&bytes), bytes));
        }
        self.body_bytes += body.len();
        self.xorbs.insert(theirs(hash), chunks);
    }

    fn take_shard(&mut self, body: &[u8]) {
        let shard = MDBInMemoryShard::from_reader(&mut Cursor::new(body)).expect("the reference reads the shard");
        for (hash, xorb) in &shard.xorb_content {
            let stored = self.xorbs.get(hash).expect("a xorb is stored before a shard lists it");
            assert_eq!(xorb.chunks.len(), stored.len());
            for (told, (hash, bytes)) in xorb.chunks.iter().zip(stored) {
                assert_eq!((told.chunk_hash, told.unpacked_segment_bytes as usize), (*hash, bytes.len()));
            }
        }
        for file in shard.file_content.values() {
            let sha256 = file.metadata_ext.as_ref().expect("a SHA-256").sha256;
            self.check(file);
            self.files.insert(sha256, file.clone());
        }
        self.shard = self.shard.union(&shard).expect("they fit");
    }

    fn terms<'a>(&'a self, file: &'a MDBFileInfo) -> impl Iterator<Item = &'a [(MerkleHash, Vec<u8>)]> {
        let range = |from: u32, to: u32| from as usize..to as usize;
        file.segments
            .iter()
            .map(move |term| &self.xorbs[&term.xorb_hash][range(term.chunk_index_start, term.chunk_index_end)])
    }

    fn check(&self, file: &MDBFileInfo) {
        assert_eq!(file.verification.len(), file.segments.len());
        let mut leaves = Vec::new();
        for ((chunks, term), verified) in self.terms(file).zip(&file.segments).zip(&file.verification) {
            let hashes: Vec<MerkleHash> = chunks.iter().map(|(hash, _)| *hash).collect();
            assert_eq!(range_hash_from_chunks(&hashes), verified.range_hash);
            let bytes: usize = chunks.iter().map(|(_, bytes)| bytes.len()).sum();
            assert_eq!(bytes, term.unpacked_segment_bytes as usize);
            leaves.extend(chunks.iter().map(|(hash, bytes)| (*hash, bytes.len() as u64)));
        }
        assert_eq!(file_hash(&leaves), file.metadata.file_hash);
    }

    /// The content that was registered under this SHA-256.
    fn read(&self, content: &[u8]) -> Vec<u8> {
        let hex: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        let file = &self.files[&MerkleHash::from_hex(&hex).expect("64 digits")];
        self.terms(file).flatten().flat_map(|(_, bytes)| bytes).copied().collect()
    }

    /// All that is known, under a key, when the chunk is among it.
    fn answer(&self, query: XetHash, key: MerkleHash) -> Option<Vec<u8>> {
        self.shard.chunk_hash_dedup_query(&[theirs(query)])?;
        let plain = self.shard.to_bytes().expect("written");
        let info = MDBShardInfo::load_from_reader(&mut Cursor::new(&plain)).expect("readable");
        let mut out = Vec::new();
        info.export_as_keyed_shard(&mut Cursor::new(&plain), &mut out, key, Duration::from_secs(60), false, true, true)
            .expect("exported");
        Some(out)
    }
}

/// Pushes files through so many lanes, which take turns; xorbs are sealed at `xorb_bytes`.
fn push(store: &mut Store, files: &[Vec<u8>], lanes: u16, xorb_bytes: usize, noise: &mut Noise) {
    let mut authority = Authority::new(lanes, 1 << 24);
    let mut all: Vec<Ingest> = (0..lanes)
        .map(|lane| Ingest::new(IngestOptions { lane, xorb_bytes, compression: Compression::Automatic, sha256: true }))
        .collect();
    let settle = |store: &mut Store, authority: &mut Authority, lane: u16, ingest: &mut Ingest, all: bool| {
        let key = theirs(XetHash([9; 32]));
        authority.ask(lane, &ingest.take_questions(all)).expect("a lane");
        loop {
            ingest.decide(&authority.decide(lane).expect("a lane")).expect("as many as were asked");
            let queries = authority.take_queries();
            for query in &queries {
                if let Some(answer) = store.answer(*query, key) {
                    authority.learn(&answer, 0).expect("an answer of the reference");
                }
                authority.settle(*query);
            }
            if queries.is_empty() {
                break;
            }
        }
        if all {
            ingest.flush();
        }
        while let Some(sealed) = ingest.take_sealed() {
            read_by_the_reference(&sealed);
            store.take_xorb(sealed.hash, &sealed.body);
            let info = XorbInfo { hash: sealed.hash, body_bytes: sealed.body.len() as u32, chunks: sealed.chunks };
            authority.sealed(lane, info).expect("a lane");
            authority.stored(sealed.hash);
            ingest.reuse(sealed.body);
        }
        while let Some(finished) = ingest.take_finished() {
            let content = &files[finished.file.0 as usize];
            assert_eq!(finished.chunks, reference::sized(&reference::chunks(content)));
            assert_eq!(finished.hash, ours(file_hash(&reference::leaves(&finished.chunks))));
            assert!(authority.finished(finished), "no lane is lost");
        }
    };
    for (number, file) in files.iter().enumerate() {
        let lane = (number % usize::from(lanes)) as u16;
        let ingest = &mut all[usize::from(lane)];
        ingest.begin(FileIdx(number as u32)).expect("no file is open");
        let mut rest = &file[..];
        while !rest.is_empty() {
            let (window, later) = rest.split_at(rest.len().min(1 + noise.below(3_000_000)));
            ingest.feed(window).expect("a file is open");
            settle(store, &mut authority, lane, ingest, false);
            rest = later;
        }
        ingest.end().expect("a file is open");
    }
    for (lane, ingest) in (0..).zip(&mut all) {
        settle(store, &mut authority, lane, ingest, true);
    }
    let mut registered = 0;
    while let Some(shard) = authority.take_shard(SHARD_MOST_BYTES).expect("places for all chunks") {
        store.take_shard(&shard.body);
        authority.accepted(&shard);
        registered += shard.files.len();
    }
    assert_eq!(registered, files.len());
}

#[test]
fn files_of_every_kind_and_length_arrive_as_they_were() {
    let mut noise = Noise::new(8);
    let all: Vec<Case> = cases().into_iter().step_by(7).collect();
    for files in all.chunks(50) {
        let contents: Vec<Vec<u8>> = files.iter().map(Case::content).collect();
        let mut store = Store::default();
        push(&mut store, &contents, 1 + noise.below(3) as u16, 1 << [18, 20, 26][noise.below(3)], &mut noise);
        for (case, content) in files.iter().zip(&contents) {
            assert!(store.read(content) == *content, "{case:?}");
        }
    }
}

#[test]
fn what_the_reference_says_it_knows_is_not_packed_again() {
    let mut noise = Noise::new(9);
    let files: Vec<Vec<u8>> = (0..6).map(|seed| content(Kind::Random, seed, 5_000_000)).collect();
    let mut store = Store::default();
    push(&mut store, &files, 2, 1 << 24, &mut noise);
    let before = store.body_bytes;
    push(&mut store, &files, 2, 1 << 24, &mut noise);
    assert_eq!(store.body_bytes, before, "the same files");

    let mut changed = files[2].clone();
    changed.splice(2_000_000..2_000_000, content(Kind::Text, 1, 50_000));
    push(&mut store, &[changed.clone()], 1, 1 << 24, &mut noise);
    let more = store.body_bytes - before;
    assert!(more < 600_000, "{more} bytes for a file with an insertion");
    assert!(store.read(&changed) == changed);
}
