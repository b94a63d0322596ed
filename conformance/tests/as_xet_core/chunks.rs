//! Cuts, chunk hashes, and the hashes of files, xorbs and ranges over them.

use hubferry::chunk::Chunker;
use hubferry::hash::{Sized, Tree, chunk_hash, range_hash};
use hubferry_conformance::cases::{Case, cases};
use hubferry_conformance::content::{KINDS, Noise, content};
use xet_core_structures::merklehash;
use xet_core_structures::metadata_shard::chunk_verification::range_hash_from_chunks;

use crate::reference::{self, ours};

/// Cuts and hashes a file that comes in pieces.
fn chunks(pieces: &[&[u8]]) -> Vec<Sized> {
    let (mut chunker, mut open, mut chunks) = (Chunker::new(), Vec::new(), Vec::new());
    let mut close = |open: &mut Vec<u8>| {
        chunks.push(Sized { hash: chunk_hash(open), size: open.len() as u64 });
        open.clear();
    };
    for piece in pieces {
        let mut rest = *piece;
        while let Some(taken) = chunker.cut(rest) {
            open.extend_from_slice(&rest[..taken]);
            close(&mut open);
            rest = &rest[taken..];
        }
        open.extend_from_slice(rest);
    }
    if !open.is_empty() {
        close(&mut open);
    }
    chunks
}

fn compare(case: &Case) {
    let file = case.content();
    let own = chunks(&case.pieces(&file));
    assert_eq!(own, reference::sized(&reference::chunks(&file)), "{case:?}");

    let leaves = reference::leaves(&own);
    let mut tree = Tree::new();
    own.iter().for_each(|chunk| tree.push(*chunk));
    assert_eq!(tree.clone().root(), ours(merklehash::xorb_hash(&leaves)), "{case:?}");
    assert_eq!(tree.file_hash(), ours(merklehash::file_hash(&leaves)), "{case:?}");

    let mut noise = Noise::new(case.seed);
    let start = noise.below(own.len() + 1);
    let end = start + noise.below(own.len() - start + 1);
    let hashes: Vec<_> = leaves[start..end].iter().map(|(hash, _)| *hash).collect();
    let range = range_hash(own[start..end].iter().map(|chunk| chunk.hash));
    assert_eq!(range, ours(range_hash_from_chunks(&hashes)), "{case:?}");
}

/// Compares every `of`-th case, from the `nth` on. The halves run side by side.
fn compare_all(nth: usize, of: usize) {
    let all = cases();
    assert!(all.len() > 10_000, "{} cases", all.len());
    all.iter().skip(nth).step_by(of).for_each(compare);
}

#[test]
fn first_half_of_ten_thousand_files_is_cut_and_hashed_alike() {
    compare_all(0, 2);
}

#[test]
fn second_half_of_ten_thousand_files_is_cut_and_hashed_alike() {
    compare_all(1, 2);
}

#[test]
fn long_files_are_cut_and_hashed_alike() {
    for (seed, kind) in (7..).zip(KINDS) {
        compare(&Case { kind, length: 9_000_000 + seed as usize, seed });
    }
}

#[test]
fn a_file_after_an_insertion_finds_its_cuts_again_as_the_reference_does() {
    let file = content(KINDS[0], 1, 6_000_000);
    let mut changed = file.clone();
    changed.splice(3_000_000..3_000_000, content(KINDS[0], 2, 100_000));
    let (before, after) = (chunks(&[&file]), chunks(&[&changed]));
    assert_eq!(after, reference::sized(&reference::chunks(&changed)));
    let known = after.iter().filter(|chunk| before.contains(chunk)).count();
    assert!(known + 8 >= before.len(), "{known} of {}", before.len());
}
