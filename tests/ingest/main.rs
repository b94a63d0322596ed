//! What lanes and their authority make of files can be put together again, however the work was interleaved.
#![cfg(not(target_arch = "wasm32"))]

mod resume;
mod store;

use std::collections::VecDeque;

use hubferry::dedup::{Authority, Chunk};
use hubferry::hash::{Sha256, Sized, Tree, chunk_hash};
use hubferry::http::FileIdx;
use hubferry::ingest::{Ingest, IngestOptions};
use hubferry::shard::XorbInfo;
use hubferry::xorb::Compression;
use proptest::prelude::*;
use store::Store;

/// Bytes of a xorb in these tests: small, so that there are many.
const XORB_BYTES: usize = 300_000;

/// Bytes of a shard in these tests.
const SHARD_BYTES: usize = 4_000;

/// One lane with the questions that are on their way.
struct Lane {
    ingest: Ingest,
    files: VecDeque<usize>,
    at: usize,
    asked: VecDeque<Vec<Chunk>>,
}

/// Pushes files through lanes, in an order that `choose` makes up; the store checks everything that it gets.
fn push(store: &mut Store, files: &[Vec<u8>], lanes: u16, mut choose: impl FnMut() -> u32) -> usize {
    let mut authority = Authority::new(lanes, 1 << 20);
    let options =
        |lane| IngestOptions { lane, xorb_bytes: XORB_BYTES, compression: Compression::Automatic, sha256: true };
    let mut all: Vec<Lane> = (0..lanes)
        .map(|lane| Lane {
            ingest: Ingest::new(options(lane)),
            files: (0..files.len()).filter(|file| file % usize::from(lanes) == usize::from(lane)).collect(),
            at: 0,
            asked: VecDeque::new(),
        })
        .collect();
    let mut registered = 0;
    let mut unstored = VecDeque::new();
    while registered < files.len() {
        let index = choose() % u32::from(lanes);
        let lane = &mut all[index as usize];
        match choose() % 4 {
            0 | 1 => read(lane, files, 1 + choose() as usize % 200_000),
            2 => {
                if let Some(asked) = lane.asked.pop_front() {
                    authority.ask(index as u16, &asked).unwrap();
                }
                let verdicts = authority.decide(index as u16).unwrap();
                lane.ingest.decide(&verdicts).unwrap();
                for query in authority.take_queries() {
                    if let Some(answer) = store.answer(query) {
                        authority.learn(&answer, 0).unwrap();
                    }
                    authority.settle(query);
                }
            }
            _ => {
                if let Some(hash) = unstored.pop_front() {
                    authority.stored(hash);
                } else if lane.files.is_empty() {
                    lane.ingest.flush();
                }
            }
        }
        while let Some(sealed) = lane.ingest.take_sealed() {
            let info = XorbInfo { hash: sealed.hash, body_bytes: sealed.body.len() as u32, chunks: sealed.chunks };
            store.take_xorb(sealed.hash, &sealed.body);
            authority.sealed(index as u16, info).unwrap();
            unstored.push_back(sealed.hash);
            lane.ingest.reuse(sealed.body);
        }
        while let Some(finished) = lane.ingest.take_finished() {
            assert!(authority.finished(finished), "no lane is lost");
        }
        while let Some(shard) = authority.take_shard(SHARD_BYTES).unwrap() {
            store.take_shard(&shard.body);
            authority.accepted(&shard);
            registered += shard.files.len();
        }
    }
    assert!(unstored.is_empty(), "every xorb that is needed is stored first");
    registered
}

fn read(lane: &mut Lane, files: &[Vec<u8>], bytes: usize) {
    let Some(&file) = lane.files.front() else {
        lane.asked.push_back(lane.ingest.take_questions(true));
        return;
    };
    if lane.at == 0 {
        lane.ingest.begin(FileIdx(file as u32)).unwrap();
    }
    let window = &files[file][lane.at..files[file].len().min(lane.at + bytes)];
    lane.ingest.feed(window).unwrap();
    lane.at += window.len();
    if lane.at == files[file].len() {
        lane.ingest.end().unwrap();
        lane.files.pop_front();
        lane.at = 0;
    }
    let questions = lane.ingest.take_questions(false);
    if !questions.is_empty() {
        lane.asked.push_back(questions);
    }
}

/// Noise, repetition, zeros, and stretches of each other.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        (0..6_u64, 0..700_000_usize).prop_map(|(seed, length)| noise(seed, length)),
        (0..=255_u8, 0..400_000_usize).prop_map(|(byte, length)| vec![byte; length]),
        (0..300_000_usize).prop_map(|length| (0..length).map(|at| (at / 997) as u8).collect()),
    ];
    prop::collection::vec(piece, 0..3).prop_map(|pieces| pieces.concat())
}

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed + 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect()
}

fn chooser(seed: u64) -> impl FnMut() -> u32 {
    let mut bytes = seed | 1;
    move || {
        bytes ^= bytes << 13;
        bytes ^= bytes >> 7;
        bytes ^= bytes << 17;
        (bytes >> 33) as u32
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_gives_the_same_content(
        files in prop::collection::vec(content(), 1..6),
        lanes in 1..4_u16,
        seed in any::<u64>(),
    ) {
        let mut store = Store::default();
        push(&mut store, &files, lanes, chooser(seed));
        for file in &files {
            let mut sha256 = Sha256::new();
            sha256.update(file);
            prop_assert!(store.read(&sha256.digest_bytes()) == *file);
        }
    }

    #[test]
    fn a_second_push_packs_nothing(
        files in prop::collection::vec(content(), 1..4),
        seed in any::<u64>(),
    ) {
        let mut store = Store::default();
        push(&mut store, &files, 2, chooser(seed));
        let before = store.bytes();
        push(&mut store, &files, 2, chooser(seed ^ 77));
        prop_assert_eq!(store.bytes(), before);
    }
}

#[test]
fn the_same_content_three_times_is_packed_once() {
    let file = noise(3, 3_000_000);
    let mut store = Store::default();
    push(&mut store, &[file.clone(), file.clone(), file.clone()], 1, chooser(5));
    let chunks = 8 * 60;
    assert!(store.bytes() <= file.len() + chunks, "{} bytes", store.bytes());
    let mut distinct: Vec<_> = store.stored_chunks().iter().map(|chunk| chunk.sort_key()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), store.stored_chunks().len(), "no chunk stands twice");
    assert_eq!(store.files().len(), 1, "equal files are one entry");
}

#[test]
fn an_abandoned_file_leaves_its_chunks() {
    let file = noise(9, 1_000_000);
    let options = IngestOptions { lane: 0, xorb_bytes: 1 << 20, compression: Compression::Off, sha256: true };
    let mut ingest = Ingest::new(options);
    let mut authority = Authority::new(1, 1 << 20);
    ingest.begin(FileIdx(0)).unwrap();
    ingest.feed(&file[..600_000]).unwrap();
    ingest.abandon();
    ingest.begin(FileIdx(1)).unwrap();
    ingest.feed(&file).unwrap();
    ingest.end().unwrap();
    authority.ask(0, &ingest.take_questions(true)).unwrap();
    authority.decide(0).unwrap();
    let query = authority.take_queries()[0];
    authority.settle(query);
    let verdicts = authority.decide(0).unwrap();
    ingest.decide(&verdicts).unwrap();
    ingest.flush();
    let sealed = ingest.take_sealed().unwrap();
    assert_eq!(sealed.chunks.iter().map(|chunk| chunk.size).sum::<u64>(), file.len() as u64, "packed once");
    let finished = ingest.take_finished().unwrap();
    assert_eq!(finished.file, FileIdx(1));
    assert!(ingest.take_finished().is_none());
    let mut tree = Tree::new();
    for chunk in &finished.chunks {
        tree.push(Sized { ..*chunk });
    }
    assert_eq!(tree.file_hash(), finished.hash);
    assert_eq!(finished.chunks[0].hash, chunk_hash(&file[..finished.chunks[0].size as usize]));
    assert_eq!(ingest.undecided_bytes(), 0);
}

#[test]
fn no_more_bodies_exist_than_a_lane_may_have() {
    let file = noise(11, 3_000_000);
    let options = IngestOptions { lane: 0, xorb_bytes: XORB_BYTES, compression: Compression::Off, sha256: true };
    let mut ingest = Ingest::new(options).with_bodies(1);
    let mut authority = Authority::new(1, 1 << 20);
    ingest.begin(FileIdx(0)).unwrap();
    ingest.feed(&file).unwrap();
    ingest.end().unwrap();
    authority.ask(0, &ingest.take_questions(true)).unwrap();
    authority.decide(0).unwrap();
    let query = authority.take_queries()[0];
    authority.settle(query);
    // All verdicts at once: those for which there is no body wait inside.
    ingest.decide(&authority.decide(0).unwrap()).unwrap();
    assert!(ingest.decide(&[hubferry::dedup::Verdict::New]).is_err(), "a verdict for no chunk");
    let mut sent = 0;
    let mut bodies = VecDeque::new();
    loop {
        while let Some(sealed) = ingest.take_sealed() {
            sent += sealed.body.len();
            bodies.push_back(sealed.body);
        }
        assert!(bodies.len() + usize::from(ingest.open_xorb_bytes() > 0) <= 2, "two bodies in all");
        if ingest.undecided_chunks() == 0 {
            break;
        }
        ingest.reuse(bodies.pop_front().expect("what waits, waits for a body"));
    }
    let finished = ingest.take_finished().expect("every chunk is packed");
    assert_eq!((finished.packed, ingest.undecided_bytes()), (file.len() as u64, 0));
    ingest.flush();
    sent += ingest.take_sealed().map_or(0, |sealed| sealed.body.len());
    assert_eq!(sent, file.len() + 8 * finished.chunks.len());
}
