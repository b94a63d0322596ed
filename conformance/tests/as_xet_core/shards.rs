//! Each side reads the other's shards: uploads, shards as they lie on disk, and answers under a key.

use std::io::Cursor;
use std::time::Duration;

use hubferry::dedup::{Authority, Chunk, Verdict};
use hubferry::hash::{Sized, XetHash};
use hubferry::shard::{self, Answer, FileInfo, Shard, Term, XorbEntry, XorbInfo};
use hubferry_conformance::content::Noise;
use xet_core_structures::merklehash::MerkleHash;
use xet_core_structures::metadata_shard::file_structs::{
    FileDataSequenceEntry, FileDataSequenceHeader, FileMetadataExt, FileVerificationEntry, MDBFileInfo,
};
use xet_core_structures::metadata_shard::shard_in_memory::MDBInMemoryShard;
use xet_core_structures::metadata_shard::streaming_shard::MDBMinimalShard;
use xet_core_structures::metadata_shard::xorb_structs::{MDBXorbInfo, XorbChunkSequenceEntry, XorbChunkSequenceHeader};
use xet_core_structures::metadata_shard::{MDBShardInfo, Sha256};

use crate::reference::theirs;

fn hash(noise: &mut Noise) -> XetHash {
    let words = [noise.word(), noise.word(), noise.word(), noise.word()];
    XetHash(words.map(u64::to_le_bytes).as_flattened().try_into().expect("32 bytes"))
}

fn xorb(noise: &mut Noise) -> XorbInfo {
    let count = 1 + noise.below(40);
    let chunks = (0..count).map(|_| Sized { hash: hash(noise), size: 1 + noise.below(131_072) as u64 }).collect();
    XorbInfo { hash: hash(noise), body_bytes: noise.below(1 << 26) as u32, chunks }
}

fn term(noise: &mut Noise) -> Term {
    let start = noise.below(8_000) as u32;
    let end = start + 1 + noise.below(100) as u32;
    Term { xorb: hash(noise), bytes: 1 + noise.below(1 << 26) as u32, start, end, range_hash: hash(noise) }
}

fn file(noise: &mut Noise) -> FileInfo {
    let count = 1 + noise.below(8);
    let terms = (0..count).map(|_| term(noise)).collect();
    let sha256 = (noise.below(3) > 0).then(|| hash(noise).0);
    FileInfo { hash: hash(noise), terms, sha256 }
}

/// Files and xorbs as a push could tell of them, sorted as the reference sorts.
fn told(noise: &mut Noise) -> (Vec<FileInfo>, Vec<XorbInfo>) {
    let (n_xorbs, n_files) = (noise.below(6), noise.below(6));
    let mut xorbs: Vec<XorbInfo> = (0..n_xorbs).map(|_| xorb(noise)).collect();
    let mut files: Vec<FileInfo> = (0..n_files).map(|_| file(noise)).collect();
    files.sort_by_key(|file| file.hash.sort_key());
    xorbs.sort_by_key(|xorb| xorb.hash.sort_key());
    (files, xorbs)
}

/// A SHA-256 as the reference takes it: read from its hex digits.
fn sha256_of_theirs(digest: &[u8; 32]) -> Sha256 {
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    MerkleHash::from_hex(&hex).expect("64 digits")
}

fn their_file(file: &FileInfo) -> MDBFileInfo {
    let segment = |term: &Term| FileDataSequenceEntry::new(theirs(term.xorb), term.bytes, term.start, term.end);
    MDBFileInfo {
        metadata: FileDataSequenceHeader::new(theirs(file.hash), file.terms.len(), true, file.sha256.is_some()),
        segments: file.terms.iter().map(segment).collect(),
        verification: file.terms.iter().map(|term| FileVerificationEntry::new(theirs(term.range_hash))).collect(),
        metadata_ext: file.sha256.as_ref().map(|digest| FileMetadataExt::new(sha256_of_theirs(digest))),
    }
}

fn their_xorb(xorb: &XorbInfo) -> MDBXorbInfo {
    let mut start = 0_u32;
    let mut entry = |chunk: &Sized| {
        let entry = XorbChunkSequenceEntry::new(theirs(chunk.hash), chunk.size as u32, start);
        start += chunk.size as u32;
        entry
    };
    let chunks: Vec<_> = xorb.chunks.iter().map(&mut entry).collect();
    let mut metadata = XorbChunkSequenceHeader::new(theirs(xorb.hash), chunks.len(), start);
    metadata.num_bytes_on_disk = xorb.body_bytes;
    MDBXorbInfo { metadata, chunks }
}

fn entry(xorb: &XorbInfo) -> XorbEntry {
    XorbEntry {
        hash: xorb.hash,
        raw_bytes: xorb.chunks.iter().map(|chunk| chunk.size as u32).sum(),
        body_bytes: xorb.body_bytes,
        chunks: xorb.chunks.clone(),
    }
}

fn in_memory(files: &[FileInfo], xorbs: &[XorbInfo]) -> MDBInMemoryShard {
    let mut shard = MDBInMemoryShard::default();
    for file in files {
        shard.add_file_reconstruction_info(their_file(file)).expect("added");
    }
    for xorb in xorbs {
        shard.add_xorb_block(their_xorb(xorb)).expect("added");
    }
    shard
}

#[test]
fn our_shards_are_read_by_the_reference() {
    let mut noise = Noise::new(1);
    for _ in 0..400 {
        let (files, xorbs) = told(&mut noise);
        let body = shard::write(&files, &xorbs);
        let minimal = MDBMinimalShard::from_reader(&mut Cursor::new(&body), true, true).expect("readable");
        assert_eq!((minimal.num_files(), minimal.num_xorb()), (files.len(), xorbs.len()));
        for (at, file) in files.iter().enumerate() {
            assert_eq!(MDBFileInfo::from(minimal.file(at).expect("a file")), their_file(file));
        }
        for (at, xorb) in xorbs.iter().enumerate() {
            let read = minimal.xorb(at).expect("a xorb");
            assert_eq!(*read.header(), their_xorb(xorb).metadata);
            assert_eq!(MDBXorbInfo::from(read).chunks, their_xorb(xorb).chunks);
        }
    }
}

#[test]
fn shards_of_the_reference_with_footer_and_tables_are_read() {
    let mut noise = Noise::new(2);
    for _ in 0..400 {
        let (files, xorbs) = told(&mut noise);
        let read = Shard::read(&in_memory(&files, &xorbs).to_bytes().expect("written")).expect("readable");
        assert_eq!(read.files, files);
        assert_eq!(read.xorbs, xorbs.iter().map(entry).collect::<Vec<_>>());
        assert_eq!(read.key, [0; 32]);
        assert!(read.key_expiry.is_some());
    }
}

/// What the reference's server makes of a shard when it answers a query: chunk hashes under a key.
fn keyed(files: &[FileInfo], xorbs: &[XorbInfo], key: XetHash, lasts: Duration, parts: [bool; 3]) -> Vec<u8> {
    let plain = in_memory(files, xorbs).to_bytes().expect("written");
    let info = MDBShardInfo::load_from_reader(&mut Cursor::new(&plain)).expect("readable");
    let mut out = Vec::new();
    let [with_files, xorb_table, chunk_table] = parts;
    info.export_as_keyed_shard(
        &mut Cursor::new(&plain),
        &mut out,
        theirs(key),
        lasts,
        with_files,
        xorb_table,
        chunk_table,
    )
    .expect("exported");
    out
}

#[test]
fn answers_of_the_reference_under_a_key_are_read() {
    let mut noise = Noise::new(3);
    for round in 0..400 {
        let (files, xorbs) = told(&mut noise);
        let key = if round % 5 == 0 { XetHash::ZERO } else { hash(&mut noise) };
        let parts = [1, 2, 4].map(|bit| round & bit != 0);
        let body = keyed(&files, &xorbs, key, Duration::from_secs(3_600), parts);
        let answer = Answer::read(&body, 0).expect("readable").expect("its key lasts");
        assert_eq!(answer.key, key.0);
        let masked: Vec<XorbEntry> = xorbs
            .iter()
            .map(entry)
            .map(|mut xorb| {
                xorb.chunks.iter_mut().for_each(|chunk| chunk.hash = answer.masked(chunk.hash));
                xorb
            })
            .collect();
        assert_eq!(answer.xorbs, masked);
        let shard = Shard::read(&body).expect("readable");
        assert_eq!(shard.files, if parts[0] { files } else { Vec::new() });
    }
}

#[test]
fn an_answer_whose_key_has_ended_is_not_used() {
    let mut noise = Noise::new(4);
    let xorbs = [xorb(&mut noise)];
    let key = hash(&mut noise);
    let body = keyed(&[], &xorbs, key, Duration::from_secs(3_600), [false; 3]);
    let expiry = Shard::read(&body).expect("readable").key_expiry.expect("a footer");
    assert!(Answer::read(&body, expiry - 1).expect("readable").is_some());
    assert!(Answer::read(&body, expiry).expect("readable").is_none());
}

#[test]
fn the_authority_finds_what_the_reference_finds() {
    let mut noise = Noise::new(5);
    for _ in 0..200 {
        let xorb = xorb(&mut noise);
        let body = keyed(&[], std::slice::from_ref(&xorb), hash(&mut noise), Duration::from_secs(60), [true; 3]);
        let info = MDBShardInfo::load_from_reader(&mut Cursor::new(&body)).expect("readable");

        // A file that holds a stretch of the xorb behind a chunk of its own.
        let start = noise.below(xorb.chunks.len());
        let length = 1 + noise.below(xorb.chunks.len() - start);
        let known = &xorb.chunks[start..start + length];
        let own = Sized { hash: hash(&mut noise), size: 70_000 };
        let query: Vec<MerkleHash> = known.iter().map(|chunk| theirs(chunk.hash)).collect();
        let (found, entry) = info
            .chunk_hash_dedup_query(&mut Cursor::new(&body), &query)
            .expect("readable")
            .expect("the reference knows them");
        assert_eq!((found, entry.chunk_index_start as usize), (length, start));

        let mut authority = Authority::new(1, 1 << 20);
        authority.learn(&body, 0).expect("readable");
        let chunk = |at: usize, chunk: &Sized| Chunk { hash: chunk.hash, bytes: chunk.size as u32, is_first: at == 0 };
        let asked: Vec<Chunk> =
            std::iter::once(&own).chain(known).enumerate().map(|(at, one)| chunk(at, one)).collect();
        authority.ask(0, &asked).expect("a lane");
        let mut verdicts = authority.decide(0).expect("a lane");
        for query in authority.take_queries() {
            authority.settle(query);
            verdicts.extend(authority.decide(0).expect("a lane"));
        }
        assert_eq!(verdicts[0], Verdict::New);
        assert_eq!(verdicts.len(), 1 + length);
        for (at, verdict) in verdicts[1..].iter().enumerate() {
            let Verdict::Known(place) = verdict else { panic!("a known chunk was called new") };
            assert_eq!(place.number as usize, start + at);
        }
    }
}

#[test]
fn a_shard_near_its_limit_is_read_by_the_reference() {
    let mut noise = Noise::new(6);
    let chunks: Vec<Sized> = (0..8_192).map(|_| Sized { hash: hash(&mut noise), size: 8_192 }).collect();
    let xorbs: Vec<XorbInfo> =
        (0..160).map(|_| XorbInfo { hash: hash(&mut noise), body_bytes: 1 << 26, chunks: chunks.clone() }).collect();
    let body = shard::write(&[], &xorbs);
    assert!(body.len() < shard::SHARD_MOST_BYTES && body.len() > shard::SHARD_MOST_BYTES / 100 * 90);
    let read = MDBInMemoryShard::from_reader(&mut Cursor::new(&body)).expect("the reference reads it");
    assert_eq!(read.xorb_content.len(), xorbs.len());
    for xorb in &xorbs {
        assert_eq!(read.xorb_content[&theirs(xorb.hash)].chunks, their_xorb(xorb).chunks);
    }
}
