//! By the content store every byte is read once, every new chunk is sent once, and what is known is not sent at all.

use std::collections::BTreeSet;

use hubferry::http::FileIdx;
use hubferry::limits::{LFS_FILES_PER_COMMIT, SAMPLE_BYTES};
use hubferry::push::{FileState, PushOutput};

use crate::sim::{Held, SimHub, World, no_faults, noise, sha256, xet_options};

/// Small and large, equal ones, with and without repetition.
pub fn xet_folder() -> Vec<(&'static str, Vec<u8>)> {
    let large = noise(7, 2_500_000);
    let mut beginning = noise(8, 100_000);
    beginning.extend_from_slice(&large[..1_300_000]);
    vec![
        ("README.md", b"# hello\n".to_vec()),
        ("empty", Vec::new()),
        ("a/one.bin", noise(1, 5_000)),
        ("a/twin.bin", noise(1, 5_000)),
        ("a/middle.bin", noise(2, 700_000)),
        ("just-regular", noise(3, 1_000)),
        ("large.bin", large.clone()),
        ("copies/large.bin", large.clone()),
        ("copies/again.bin", large),
        ("shifted.bin", beginning),
        ("text.csv", b"1,2,3,4\n".repeat(200_000)),
    ]
}

/// Whether the repo holds these contents.
pub fn assert_held(world: &World, files: &[(&str, Vec<u8>)]) {
    for (path, bytes) in files {
        match &world.hub.tree[*path] {
            Held::Regular(held) => assert_eq!(held, bytes, "{path}"),
            Held::Lfs { oid, size } => {
                assert_eq!((oid, *size), (&sha256(bytes), bytes.len() as u64), "{path}");
                let held = world.hub.objects.get(oid).cloned().or_else(|| world.hub.cas.read(oid));
                assert!(held.as_ref() == Some(bytes), "{path}");
            }
        }
    }
}

fn push(world: &mut World, files: &[(&str, Vec<u8>)]) -> PushOutput {
    world.files.clear();
    world.read.clear();
    world.requests.clear();
    world.hub.cas.posted.clear();
    world.hub.cas.shards = 0;
    let operations = world.adds(files);
    let output = world.push(xet_options(), operations).expect("the push");
    assert!(output.verified);
    output
}

/// A world whose Hub holds `xet_folder()`.
fn pushed(seed: u64) -> World {
    let mut world = World::new(SimHub::with_xet(), seed, no_faults());
    push(&mut world, &xet_folder());
    world
}

#[test]
fn what_is_pushed_is_there() {
    for seed in 0..8 {
        let world = pushed(seed);
        assert_held(&world, &xet_folder());
        assert_eq!(world.hub.history.len(), 2, "one commit");
        for route in ["may-write", "batch", "put", "verify"] {
            assert_eq!(world.count(route), 0, "{route}");
        }
        assert_eq!((world.count("xet-token"), world.count("shard")), (1, 1));
    }
}

#[test]
fn xorbs_come_before_their_shard_and_shards_before_the_commit() {
    let world = pushed(1);
    let place = |route: &str| world.requests.iter().position(|(seen, _)| *seen == route).expect("asked");
    let last = |route: &str| world.requests.iter().rposition(|(seen, _)| *seen == route).expect("asked");
    assert!(last("xorb") < place("shard") && last("shard") < place("commit"));
}

#[test]
fn each_new_chunk_is_sent_once() {
    for seed in 0..8 {
        let world = pushed(seed);
        let chunks = world.hub.cas.store.stored_chunks();
        let distinct: BTreeSet<[u64; 4]> = chunks.iter().map(|chunk| chunk.sort_key()).collect();
        assert_eq!(distinct.len(), chunks.len(), "no chunk stands twice");
        let xorbs: BTreeSet<[u64; 4]> = world.hub.cas.posted.iter().map(|(hash, _)| hash.sort_key()).collect();
        assert_eq!(xorbs.len(), world.hub.cas.posted.len(), "no xorb is sent twice");
        assert_eq!(world.hub.cas.posted_bytes(), world.hub.cas.store.bytes() as u64);
        assert!(world.hub.cas.posted_bytes() < 3_600_000, "{} bytes", world.hub.cas.posted_bytes());
    }
}

#[test]
fn each_byte_is_read_once() {
    for seed in 0..8 {
        let mut world = World::new(SimHub::with_xet(), seed, no_faults());
        let mut files = xet_folder();
        for changed in [false, true] {
            if changed {
                files[4].1[350_000] ^= 1;
                files[6].1[5] ^= 1;
                files[7].1.truncate(2_000_000);
            }
            push(&mut world, &files);
            for (index, (path, bytes)) in (0..).zip(&files) {
                let read = world.read.get(&FileIdx(index)).copied().unwrap_or(0);
                assert_eq!(read, bytes.len() as u64, "{path}, changed: {changed}");
            }
            assert_held(&world, &files);
        }
    }
}

#[test]
fn where_all_is_sorted_first_only_beginnings_are_read_twice() {
    let mut hub = SimHub::with_xet();
    hub.lfs_above = 100_000;
    let mut world = World::new(hub, 3, no_faults());
    // More than one commit may hold, if all were large.
    let texts = (0..LFS_FILES_PER_COMMIT).map(|i| (format!("notes/{i}.txt"), b"text".to_vec()));
    let files: Vec<(String, Vec<u8>)> =
        [1, 2].map(|i| (format!("{i}.bin"), noise(i, 300_000))).into_iter().chain(texts).collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    push(&mut world, &files);
    for index in [0, 1] {
        assert_eq!(world.read[&FileIdx(index)], 300_000 + SAMPLE_BYTES);
    }
    assert_held(&world, &files[..2]);
}

#[test]
fn a_second_push_only_asks() {
    for seed in 0..8 {
        let mut world = pushed(seed);
        let output = push(&mut world, &xet_folder());
        assert!(output.commits.is_empty());
        assert!(world.outcomes.iter().all(|file| file.state == FileState::Unchanged), "{:?}", world.outcomes);
        let asked: BTreeSet<&str> = world.requests.iter().map(|(route, _)| *route).collect();
        let expected = ["head", "xet-token", "paths-info", "reconstruction", "data", "chunk"];
        assert!(asked.is_subset(&BTreeSet::from(expected)), "{asked:?}");
        assert_eq!(output.bytes.deduplicated, output.bytes.total);
        assert_eq!(output.bytes.sent, 0);
    }
}

#[test]
fn known_content_at_new_paths_is_registered_and_not_sent() {
    let mut world = pushed(3);
    world.hub.tree.clear();
    let mut files = xet_folder();
    files.retain(|(_, bytes)| bytes.len() > 100_000);
    push(&mut world, &files);
    assert_held(&world, &files);
    // A miss is settled before a lane goes on, so only the very first file may be unknown.
    assert_eq!(world.hub.cas.posted_bytes(), 0);
    assert_eq!((world.hub.cas.shards, world.hub.history.len()), (1, 3));
}

#[test]
fn a_changed_beginning_costs_a_chunk_or_two() {
    for seed in 0..4 {
        for (name, at) in [("the first byte", 0), ("one in the middle", 1_250_000)] {
            let mut world = pushed(seed);
            let mut large = xet_folder()[6].1.clone();
            large[at] ^= 1;
            let files = [("large.bin", large)];
            push(&mut world, &files);
            assert_held(&world, &files);
            assert!(world.hub.cas.posted_bytes() < 300_000, "{name}: {} bytes", world.hub.cas.posted_bytes());
            assert_eq!(world.digests, 0, "it is not read twice");
        }
    }
}

#[test]
fn an_old_version_that_cannot_be_recalled_is_compared_first() {
    let faults = |seen: &str, _| match seen {
        "reconstruction" | "chunk" => crate::sim::Fault::Status(500),
        _ => crate::sim::Fault::None,
    };
    let hub = pushed(5).hub;
    let mut world = World::new(hub, 6, Box::new(faults));
    let mut files = xet_folder();
    let output = push(&mut world, &files);
    assert!(output.commits.is_empty());
    assert_eq!(world.count("xorb"), 0);
    // And when it is new, it is packed though nothing is known of the old one.
    files[6].1[0] ^= 1;
    push(&mut world, &files);
    assert_held(&world, &files);
    assert_eq!(world.count("reconstruction"), 5, "one attempt each");
}

#[test]
fn results_carry_the_name_in_the_store() {
    let mut world = pushed(9);
    for state in [FileState::Added, FileState::Unchanged] {
        for (file, (path, bytes)) in world.outcomes.iter().zip(xet_folder()) {
            let expected = if bytes.len() > 1_000 { world.hub.cas.xet_hash(&sha256(&bytes)) } else { None };
            assert_eq!((file.state, &file.xet_hash), (state, &expected), "{path}");
        }
        push(&mut world, &xet_folder());
    }
}

#[test]
fn five_hundred_small_files_take_few_requests() {
    let files: Vec<(String, Vec<u8>)> = (0..500).map(|i| (format!("data/{i}.bin"), noise(100 + i, 65_536))).collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let mut world = World::new(SimHub::with_xet(), 10, no_faults());
    world.whole_xorbs = true;
    push(&mut world, &files);
    let routes: Vec<&str> = world.requests.iter().map(|(route, _)| *route).collect();
    assert!(routes.len() <= 15, "{} requests: {routes:?}", routes.len());
    assert_held(&world, &files);
}

#[test]
fn ignored_and_regular_files_are_not_packed() {
    let mut hub = SimHub::with_xet();
    hub.ignored.insert("a/middle.bin".into());
    hub.lfs_above = 1_000_000;
    let mut world = World::new(hub, 11, no_faults());
    push(&mut world, &xet_folder());
    let expected: BTreeSet<String> =
        xet_folder().iter().filter(|(_, bytes)| bytes.len() > 1_000_000).map(|(_, bytes)| sha256(bytes)).collect();
    let stored: BTreeSet<String> = world.hub.cas.store.files().keys().map(|oid| crate::sim_hub::hex(oid)).collect();
    assert_eq!(stored, expected);
}
