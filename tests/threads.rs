//! How many chunks are worked on together changes nothing: the bodies are the same, byte for byte.
//!
//! With the feature `threads` the two sides of each comparison take different ways, without it the same one.
#![cfg(not(target_arch = "wasm32"))]

use hubferry::dedup::{FinishedFile, Origin, Place, Verdict};
use hubferry::hash::Sha256;
use hubferry::http::FileIdx;
use hubferry::ingest::{Ingest, IngestOptions};
use hubferry::xorb::{Compression, Sealed};

/// Small, so that xorbs are full in the middle of what is packed together.
const XORB_BYTES: usize = 700_000;

fn noise(bytes: usize, mut state: u64) -> Vec<u8> {
    let mut word = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..bytes.div_ceil(8)).flat_map(|_| word()).take(bytes).collect()
}

fn contents() -> Vec<(&'static str, Vec<u8>)> {
    let text: Vec<u8> = (0..200_000_u64).flat_map(|n| format!("{} squared is {}, ", n, n * n).into_bytes()).collect();
    let floats: Vec<u8> = (0..900_000).flat_map(|at| (at as f32 * 0.001).sin().to_le_bytes()).collect();
    let mixed = [noise(900_000, 7), text[..1_500_000].to_vec(), floats[..1_200_000].to_vec(), vec![0; 1_000_000]];
    vec![
        ("nothing", Vec::new()),
        ("one byte", vec![1]),
        ("noise", noise(5_000_000, 3)),
        ("text", text),
        ("numbers", floats),
        ("all of these", mixed.concat()),
    ]
}

fn lane() -> Ingest {
    Ingest::new(IngestOptions { lane: 0, xorb_bytes: XORB_BYTES, compression: Compression::Automatic, sha256: true })
}

/// Everything a lane has made.
fn take(mut lane: Ingest) -> (Vec<Sealed>, FinishedFile) {
    lane.flush();
    let sealed = std::iter::from_fn(|| lane.take_sealed()).collect();
    let finished = lane.take_finished().expect("every verdict was given");
    (sealed, finished)
}

/// The whole file in one window, and all verdicts at once.
fn together(content: &[u8]) -> (Vec<Sealed>, FinishedFile) {
    let mut lane = lane();
    lane.begin(FileIdx(0)).unwrap();
    lane.feed(content).unwrap();
    lane.end().unwrap();
    let asked = lane.take_questions(true);
    lane.decide(&vec![Verdict::New; asked.len()]).unwrap();
    take(lane)
}

/// Little by little, each chunk decided before the next one.
fn one_by_one(content: &[u8]) -> (Vec<Sealed>, FinishedFile) {
    let mut lane = lane();
    lane.begin(FileIdx(0)).unwrap();
    for slice in content.chunks(4_000) {
        lane.feed(slice).unwrap();
        for _ in lane.take_questions(true) {
            lane.decide(&[Verdict::New]).unwrap();
        }
    }
    lane.end().unwrap();
    for _ in lane.take_questions(true) {
        lane.decide(&[Verdict::New]).unwrap();
    }
    take(lane)
}

#[test]
fn chunks_that_are_worked_on_together_make_the_same_xorbs() {
    for (name, content) in contents() {
        let (xorbs, file) = together(&content);
        let (expected_xorbs, expected_file) = one_by_one(&content);
        assert_eq!(file, expected_file, "{name}");
        let mut sha256 = Sha256::new();
        sha256.update(&content);
        assert_eq!(file.sha256, Some(sha256.digest_bytes()), "{name}");
        assert_eq!(xorbs.len(), expected_xorbs.len(), "{name}");
        for (xorb, expected) in xorbs.iter().zip(&expected_xorbs) {
            assert_eq!(xorb.hash, expected.hash, "{name}");
            assert_eq!(xorb.chunks, expected.chunks, "{name}");
            assert!(xorb.body == expected.body, "{name}: the bodies differ");
            assert!(xorb.body.len() <= XORB_BYTES, "{name}");
        }
    }
}

#[test]
fn known_chunks_among_new_ones_keep_their_places() {
    let content = noise(4_000_000, 5);
    let decide = |lane: &mut Ingest, at_once: usize| {
        lane.begin(FileIdx(0)).unwrap();
        lane.feed(&content).unwrap();
        lane.end().unwrap();
        let asked = lane.take_questions(true);
        lane.decide(&vec![Verdict::New; asked.len()]).unwrap();
        let first = lane.take_finished().unwrap();
        // The same content with a new beginning: some of its chunks are known.
        lane.begin(FileIdx(1)).unwrap();
        lane.feed(&content[300_000..]).unwrap();
        lane.end().unwrap();
        let verdicts: Vec<Verdict> = (lane.take_questions(true).iter())
            .map(|chunk| match first.chunks.iter().position(|known| known.hash == chunk.hash) {
                Some(at) if at % 5 != 0 => Verdict::Known(Place { origin: Origin::lane(0), number: at as u32 }),
                _ => Verdict::New,
            })
            .collect();
        assert!(verdicts.iter().filter(|verdict| **verdict == Verdict::New).count() > 5);
        for verdicts in verdicts.chunks(at_once) {
            lane.decide(verdicts).unwrap();
        }
        lane.take_finished().unwrap()
    };
    let (mut one, mut other) = (lane(), lane());
    assert_eq!(decide(&mut one, usize::MAX), decide(&mut other, 1));
    one.flush();
    other.flush();
    while let Some(xorb) = one.take_sealed() {
        assert!(other.take_sealed().is_some_and(|expected| expected.body == xorb.body));
    }
    assert!(other.take_sealed().is_none());
}
