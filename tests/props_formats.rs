//! The formats of the content-addressed store are what their plain twins say, on random and on nasty contents.
#![cfg(not(target_arch = "wasm32"))]

mod oracle;

use std::io::Write;

use hubferry::chunk::Chunker;
use hubferry::hash::{Sized, Tree, XetHash, chunk_hash, masked, range_hash};
use hubferry::shard::{self, Answer, FileInfo, Shard, Term, XorbEntry, XorbInfo};
use hubferry::xorb::{Chunks, Compression, Scheme, XorbBuilder};
use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
use oracle::merkle::{self, Hash, Leaf};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// Contents that a chunker could trip over, made of a few stretches.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let length = || prop_oneof![4 => 0..200_000_usize, 1 => 8_120..8_200_usize, 1 => 131_060..131_080_usize];
    let stretch = prop_oneof![
        3 => (any::<u64>(), length()).prop_map(|(seed, length)| noise(seed, length, &(0..=255).collect::<Vec<u8>>())),
        // A window that holds one byte takes each of these for a match.
        3 => (any::<u64>(), length())
            .prop_map(|(seed, length)| noise(seed, length, &oracle::chunker::bytes_that_match_alone())),
        1 => (any::<u8>(), length()).prop_map(|(byte, length)| vec![byte; length]),
        1 => (vec(any::<u8>(), 1..100), length()).prop_map(|(unit, length)| unit.into_iter().cycle().take(length).collect()),
        1 => (any::<f32>(), length()).prop_map(|(step, length)| {
            (0..length / 4).flat_map(|at| (at as f32 * step).to_le_bytes()).collect()
        }),
    ];
    vec(stretch, 0..4).prop_map(|stretches| stretches.concat())
}

/// Pseudo-random bytes out of an alphabet.
fn noise(seed: u64, length: usize, alphabet: &[u8]) -> Vec<u8> {
    let mut state = seed | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        alphabet[(state >> 33) as usize % alphabet.len()]
    };
    (0..length).map(next).collect()
}

/// The lengths of the chunks that the engine cuts, fed in these pieces.
fn lengths<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<usize> {
    let mut chunker = Chunker::new();
    let (mut lengths, mut open) = (Vec::new(), 0);
    for mut piece in pieces {
        while let Some(taken) = chunker.cut(piece) {
            lengths.push(open + taken);
            open = 0;
            piece = &piece[taken..];
        }
        open += piece.len();
        assert_eq!(chunker.open_bytes(), open);
    }
    lengths.extend((open > 0).then_some(open));
    lengths
}

/// A list of chunks, of which about every `one_in`-th has a hash that may end a group.
fn leaves(most: usize) -> impl Strategy<Value = Vec<Leaf>> {
    (1..40_u64).prop_flat_map(move |one_in| {
        let leaf = (any::<Hash>(), 0..one_in, prop_oneof![1..131_073_u64, Just(1), Just(u64::from(u32::MAX))]);
        let leaf = leaf.prop_map(|(mut hash, ends, size)| {
            hash[24] = hash[24] & !3 | u8::from(ends != 0);
            (hash, size)
        });
        vec(leaf, 0..most)
    })
}

fn tree(leaves: &[Leaf]) -> Tree {
    let mut tree = Tree::new();
    leaves.iter().for_each(|&(hash, size)| tree.push(Sized { hash: XetHash(hash), size }));
    tree
}

fn term() -> impl Strategy<Value = oracle::shard::Term> {
    (any::<Hash>(), any::<u32>(), 0..8_191_u32, 1..100_u32, any::<Hash>()).prop_map(
        |(xorb, unpacked_bytes, start, count, range_hash)| oracle::shard::Term {
            xorb,
            unpacked_bytes,
            start,
            end: start + count,
            range_hash,
        },
    )
}

fn told_file() -> impl Strategy<Value = oracle::shard::File> {
    (any::<Hash>(), vec(term(), 0..6), any::<Option<Hash>>()).prop_map(|(hash, terms, sha256)| oracle::shard::File {
        hash,
        terms,
        sha256,
    })
}

fn told_xorb() -> impl Strategy<Value = oracle::shard::Xorb> {
    (any::<Hash>(), vec((any::<Hash>(), 1..131_073_u32), 0..20), any::<u32>())
        .prop_map(|(hash, chunks, stored_bytes)| oracle::shard::Xorb { hash, chunks, stored_bytes })
}

fn file_info(file: &oracle::shard::File) -> FileInfo {
    let term = |term: &oracle::shard::Term| Term {
        xorb: XetHash(term.xorb),
        bytes: term.unpacked_bytes,
        start: term.start,
        end: term.end,
        range_hash: XetHash(term.range_hash),
    };
    FileInfo { hash: XetHash(file.hash), terms: file.terms.iter().map(term).collect(), sha256: file.sha256 }
}

fn sized(chunks: &[(Hash, u32)]) -> Vec<Sized> {
    chunks.iter().map(|&(hash, size)| Sized { hash: XetHash(hash), size: size.into() }).collect()
}

fn xorb_info(xorb: &oracle::shard::Xorb) -> XorbInfo {
    XorbInfo { hash: XetHash(xorb.hash), body_bytes: xorb.stored_bytes, chunks: sized(&xorb.chunks) }
}

fn xorb_entry(xorb: &oracle::shard::Xorb) -> XorbEntry {
    let raw_bytes = xorb.chunks.iter().map(|(_, size)| size).sum();
    let XorbInfo { hash, body_bytes, chunks } = xorb_info(xorb);
    XorbEntry { hash, raw_bytes, body_bytes, chunks }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn files_are_cut_where_the_twin_cuts_them(file in content()) {
        prop_assert_eq!(lengths([&file[..]]), oracle::chunker::chunk_lengths(&file));
    }

    #[test]
    fn cuts_do_not_depend_on_how_a_file_is_fed(
        file in content(),
        cuts in vec(any::<Index>(), 0..20),
        (dribble_at, dribble_bytes) in (any::<Index>(), 0..300_usize),
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(file.len() + 1)).collect();
        // One stretch comes byte after byte.
        let start = dribble_at.index(file.len() + 1);
        cuts.extend(start..file.len().min(start + dribble_bytes));
        cuts.extend([0, file.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|ends| &file[ends[0]..ends[1]]);
        prop_assert_eq!(lengths(pieces), oracle::chunker::chunk_lengths(&file));
    }

    #[test]
    fn what_follows_a_cut_is_cut_as_if_it_stood_alone(file in content(), at in any::<Index>()) {
        let all = lengths([&file[..]]);
        let before = at.index(all.len() + 1);
        let start = all[..before].iter().sum::<usize>();
        prop_assert_eq!(lengths([&file[start..]]), &all[before..]);
    }

    #[test]
    fn trees_are_those_of_the_twin(leaves in leaves(400)) {
        prop_assert_eq!(tree(&leaves).root().0, merkle::xorb_hash(&leaves));
        prop_assert_eq!(tree(&leaves).file_hash().0, merkle::file_hash(&leaves));
    }

    #[test]
    fn single_hashes_are_those_of_the_twin(
        bytes in vec(any::<u8>(), 0..3_000),
        hash in any::<Hash>(),
        key in any::<Hash>(),
        chunks in vec(any::<Hash>(), 1..50),
    ) {
        prop_assert_eq!(chunk_hash(&bytes).0, merkle::chunk_hash(&bytes));
        prop_assert_eq!(range_hash(chunks.iter().copied().map(XetHash)).0, merkle::range_hash(&chunks));
        prop_assert_eq!(masked(XetHash(hash), &key).0, merkle::hmac(&key, &hash));
        prop_assert_eq!(XetHash(hash).to_string(), merkle::text(&hash));
        prop_assert_eq!(XetHash::parse(&merkle::text(&hash)), Some(XetHash(hash)));
        prop_assert_eq!(XetHash(hash).is_queried(), merkle::last_number(&hash).is_multiple_of(1024));
    }

    #[test]
    fn shards_are_written_as_the_twin_writes_them(files in vec(told_file(), 0..8), xorbs in vec(told_xorb(), 0..8)) {
        let own_files: Vec<FileInfo> = files.iter().map(file_info).collect();
        let own_xorbs: Vec<XorbInfo> = xorbs.iter().map(xorb_info).collect();
        let body = shard::write(&own_files, &own_xorbs);
        prop_assert_eq!(&body, &oracle::shard::write(&files, &xorbs, None));
        let read = Shard::read(&body).unwrap();
        prop_assert_eq!(read.files, own_files);
        prop_assert_eq!(read.xorbs, xorbs.iter().map(xorb_entry).collect::<Vec<_>>());
        prop_assert_eq!(read.key_expiry, None);
    }

    #[test]
    fn dedup_answers_of_the_twin_are_read(
        xorbs in vec(told_xorb(), 0..8),
        key in prop_oneof![Just([0; 32]), any::<Hash>()],
        (now, lasts) in (0..1_u64 << 40, 0..2_u64),
    ) {
        let footer = oracle::shard::Footer { hmac_key: key, created_s: now, expires_s: now + lasts };
        let body = oracle::shard::write(&[], &xorbs, Some(&footer));
        let answer = Answer::read(&body, now).unwrap();
        prop_assert_eq!(answer.is_some(), key == [0; 32] || lasts > 0);
        for (told, entry) in xorbs.iter().zip(answer.iter().flat_map(|answer| &answer.xorbs)) {
            prop_assert_eq!(entry.hash, XetHash(told.hash));
            for ((hash, size), chunk) in told.chunks.iter().zip(&entry.chunks) {
                prop_assert_eq!(chunk.hash, answer.as_ref().unwrap().masked(XetHash(*hash)));
                prop_assert_eq!(chunk.size, u64::from(*size));
            }
        }
    }

    #[test]
    fn a_xorb_is_named_as_the_twin_names_it_and_gives_its_chunks_back(
        file in content(),
        compression in prop_oneof![Just(Compression::Automatic), Just(Compression::Off)],
    ) {
        let mut builder = XorbBuilder::new(usize::MAX).with_compression(compression);
        let (mut leaves, mut chunks, mut rest): (Vec<Leaf>, Vec<&[u8]>, _) = (Vec::new(), Vec::new(), &file[..]);
        for length in oracle::chunker::chunk_lengths(&file) {
            let (chunk, later) = rest.split_at(length);
            builder.push(chunk_hash(chunk), chunk);
            leaves.push((merkle::chunk_hash(chunk), length as u64));
            chunks.push(chunk);
            rest = later;
        }
        let sealed = builder.seal();
        prop_assert_eq!(sealed.hash.0, merkle::xorb_hash(&leaves));
        prop_assert!(sealed.body.len() <= file.len() + 8 * chunks.len(), "compression never costs bytes");
        let read: Vec<Vec<u8>> = Chunks::of(&sealed.body).map(|chunk| chunk.unwrap().bytes).collect();
        prop_assert!(read == chunks);
    }
}

/// The body of a xorb with one chunk, compressed by others.
fn stored_as(scheme: Scheme, frame: &[u8], raw_bytes: usize) -> Vec<u8> {
    let [s0, s1, s2, _] = (frame.len() as u32).to_le_bytes();
    let [r0, r1, r2, _] = (raw_bytes as u32).to_le_bytes();
    [&[0, s0, s1, s2, scheme as u8, r0, r1, r2], frame].concat()
}

#[test]
fn a_chunk_in_any_legal_frame_is_read_and_no_other() {
    let chunk: Vec<u8> = (0..12_000_u32).flat_map(|at| (at / 7 * at).to_le_bytes()).collect();
    // Grouped, these bytes are what is expected below.
    let grouped: Vec<u8> = (0..4).flat_map(|place| chunk.iter().skip(place).step_by(4).copied()).collect();
    let sizes = [BlockSize::Max64KB, BlockSize::Max256KB, BlockSize::Max1MB, BlockSize::Max4MB];
    for (options, size) in (0..16_u32).flat_map(|options| sizes.map(|size| (options, size))) {
        let is_set = |bit: u32| options & 1 << bit != 0;
        for (scheme, content) in [(Scheme::Lz4, &chunk), (Scheme::GroupedLz4, &grouped)] {
            let info = FrameInfo::new()
                .block_size(size)
                .block_mode(if is_set(0) { BlockMode::Linked } else { BlockMode::Independent })
                .block_checksums(is_set(1))
                .content_checksum(is_set(2))
                .content_size(is_set(3).then_some(content.len() as u64));
            let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
            encoder.write_all(content).unwrap();
            let frame = encoder.finish().unwrap();
            let what = format!("options {options:04b}, {size:?}, {scheme:?}");

            let read: Vec<_> = Chunks::of(&stored_as(scheme, &frame, chunk.len())).collect();
            assert!(matches!(&read[..], [Ok(read)] if read.bytes == chunk), "{what}");
            let wrong = [
                ("another length", stored_as(scheme, &frame, chunk.len() - 1)),
                ("a longer length", stored_as(scheme, &frame, chunk.len() + 1)),
                ("half of it", stored_as(scheme, &frame[..frame.len() / 2], chunk.len())),
                ("more behind the end", stored_as(scheme, &[&frame[..], &[0]].concat(), chunk.len())),
                ("a second frame", stored_as(scheme, &frame.repeat(2), chunk.len())),
            ];
            for (why, body) in wrong {
                let read: Vec<_> = Chunks::of(&body).collect();
                assert!(matches!(&read[..], [Err(_)]), "{why}: {what}");
            }
        }
    }
}

#[test]
fn twenty_bytes_match_alone() {
    assert_eq!(oracle::chunker::bytes_that_match_alone().len(), 20);
}
