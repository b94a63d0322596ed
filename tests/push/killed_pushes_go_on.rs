//! A push that was killed leaves records behind: the next one of the same files sends nothing again that is stored, reads nothing again
//! that is finished, and ends in the same commit.

use hubferry::error::Code;
use hubferry::push::{Push, PushOutput};

use crate::sim::{Fault, SimHub, World, fault_on, no_faults, noise, xet_options};
use crate::xet_sends_each_new_chunk_once::{assert_held, xet_folder};

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let mut files = xet_folder();
    files.extend([("b/first.bin", noise(51, 1_500_000)), ("b/second.bin", noise(52, 1_800_000))]);
    files
}

/// What a push leaves that is killed after so many turns; whether it was killed before its end.
fn killed(hub: SimHub, records: Vec<u8>, seed: u64, turns: u32) -> (World, bool) {
    let mut world = World::new(hub, seed, no_faults());
    world.records = records;
    let operations = world.adds(&files());
    let mut push = Push::new(xet_options()).expect("options");
    push.add(operations).expect("operations");
    let has_ended = world.run_for(&mut push, turns);
    world.lanes = None;
    (world, !has_ended)
}

/// The same push, to its end.
fn go_on(left: &World, seed: u64) -> (World, PushOutput) {
    let mut world = World::new(left.hub.clone(), seed, no_faults());
    world.records = left.records.clone();
    world.hub.cas.posted.clear();
    let operations = world.adds(&files());
    let output = world.push(xet_options(), operations).expect("a push");
    assert_held(&world, &files());
    (world, output)
}

fn read(world: &World) -> u64 {
    world.read.values().sum()
}

#[test]
fn from_wherever_it_was() {
    let mut resumed = 0;
    for (seed, turns) in (0..24).map(|seed| (seed, 60 + 40 * seed as u32)) {
        let (left, was_killed) = killed(SimHub::with_xet(), Vec::new(), seed, turns);
        if !was_killed {
            continue;
        }
        let stored: Vec<_> = left.hub.cas.posted.iter().map(|(hash, _)| *hash).collect();
        let (world, output) = go_on(&left, seed + 100);
        // Those that arrived and were not heard of, at most one of each lane, may come again.
        let again = world.hub.cas.posted.iter().filter(|(hash, _)| stored.contains(hash)).count();
        assert!(again <= usize::from(xet_options().lanes), "{again} xorbs came again after {turns} turns");
        assert_eq!(output.bytes.read, read(&world), "what was not read is not said to be");
        resumed += u64::from(read(&world) < output.bytes.total);
    }
    assert!(resumed >= 2, "only {resumed} of them had something to go on from");
}

#[test]
fn again_and_again() {
    let (mut hub, mut records) = (SimHub::with_xet(), Vec::new());
    for seed in 0..6 {
        let (left, was_killed) = killed(hub, records, seed, 400);
        (hub, records) = (left.hub, left.records);
        if !was_killed {
            break;
        }
    }
    let mut left = World::new(hub, 9, no_faults());
    left.records = records;
    let (world, _) = go_on(&left, 10);
    let total: usize = files().iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(read(&world) < total as u64 / 2, "{} of {total} bytes were read in the end", read(&world));
}

/// The store may sweep what no commit names: it says so when the shard comes, and everything of it is packed again, once.
#[test]
fn without_what_the_store_has_swept() {
    let mut distrusted = 0;
    for (seed, turns) in (0..12).map(|seed| (seed, 200 + 60 * seed as u32)) {
        let (mut left, was_killed) = killed(SimHub::with_xet(), Vec::new(), seed, turns);
        if !was_killed {
            continue;
        }
        left.hub.cas.sweep();
        let (world, _) = go_on(&left, seed + 50);
        distrusted += u32::from(world.count("shard") > 1);
        assert_eq!(world.count("commit"), 1);
    }
    assert!(distrusted > 0, "no shard was refused");
}

#[test]
fn a_shard_that_is_refused_for_another_reason_ends_the_push() {
    let mut world = World::new(SimHub::with_xet(), 3, fault_on("shard", Fault::Status(400), 9));
    let operations = world.adds(&files());
    let error = world.push(xet_options(), operations).expect_err("it cannot be registered");
    assert_eq!((error.code, world.count("shard"), world.count("commit")), (Code::ServerError, 1, 0));
}
