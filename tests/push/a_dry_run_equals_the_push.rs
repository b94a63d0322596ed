//! A dry run says what the push then does, and changes nothing.

use std::collections::BTreeSet;

use hubferry::push::{Commits, DryRun, FileState, Operation, PushOptions};
use proptest::prelude::*;

use crate::sim::{Held, SimHub, World, no_faults, noise, options, sha256, xet_options};

/// Requests that change something on a real Hub.
const CHANGES: [&str; 12] =
    ["branch", "batch", "put", "part", "complete", "verify", "xorb", "shard", "commit", "open-pull", "ready", "merge"];

/// Paths and states of files.
type States = BTreeSet<(String, &'static str)>;

fn states(world: &World) -> States {
    let name = |state| match state {
        FileState::Added => "added",
        FileState::Updated => "updated",
        FileState::Unchanged => "unchanged",
        FileState::Ignored => "ignored",
        FileState::Failed => "failed",
    };
    world.outcomes.iter().map(|file| (file.path.clone(), name(file.state))).collect()
}

/// A Hub that holds some of the files, some with other content of the same size, some with other sizes, and others beside.
fn hub(files: &[(String, Vec<u8>)], kinds: &[u8], with_xet: bool) -> SimHub {
    let mut hub = if with_xet { SimHub::with_xet() } else { SimHub::new() };
    let mut there =
        vec![("old/a".to_owned(), Held::Regular(b"a".to_vec())), ("old/b".to_owned(), Held::Regular(b"b".to_vec()))];
    for ((path, bytes), kind) in files.iter().zip(kinds) {
        let mut bytes = bytes.clone();
        match kind % 5 {
            0 => continue,
            1 => {}
            2 => bytes.iter_mut().for_each(|byte| *byte ^= 1),
            3 => bytes.push(1),
            _ => {
                hub.ignored.insert(path.clone());
                continue;
            }
        }
        let (oid, size) = (sha256(&bytes), bytes.len() as u64);
        if size > 1_000 {
            hub.objects.insert(oid.clone(), bytes);
            there.push((path.clone(), Held::Lfs { oid, size }));
        } else {
            there.push((path.clone(), Held::Regular(bytes)));
        }
    }
    hub.foreign_commit("before", there.iter().map(|(path, held)| (path.as_str(), held.clone())).collect());
    hub
}

fn adds(world: &mut World, files: &[(String, Vec<u8>)]) -> Vec<Operation> {
    let named: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    world.adds(&named)
}

/// What the push would do, having been seen to change nothing.
fn try_out(options: &PushOptions, hub: &SimHub, files: &[(String, Vec<u8>)], seed: u64) -> (DryRun, States) {
    let mut world = World::new(hub.clone(), seed, no_faults());
    let operations = adds(&mut world, files);
    let output = world.push(PushOptions { dry_run: true, ..options.clone() }, operations).expect("the dry run");
    for name in CHANGES {
        assert_eq!(world.count(name), 0, "{name}");
    }
    assert!(world.hub.tree == hub.tree && world.hub.history.len() == hub.history.len());
    (output.plan.expect("a plan"), states(&world))
}

fn assert_equal(options: &PushOptions, hub: &SimHub, files: &[(String, Vec<u8>)], seed: u64) {
    let (plan, planned) = try_out(options, hub, files, seed);
    let mut world = World::new(hub.clone(), seed + 1, no_faults());
    let operations = adds(&mut world, files);
    let output = world.push(options.clone(), operations).expect("the push");
    assert_eq!(planned, states(&world));
    assert_eq!(plan.commits, output.commits.len() as u64, "commits");
    let sizes = (files.iter().zip(&world.outcomes))
        .filter(|(_, outcome)| matches!(outcome.state, FileState::Added | FileState::Updated))
        .map(|((_, bytes), _)| bytes.len() as u64);
    assert_eq!(plan.bytes, sizes.sum::<u64>(), "bytes");
    assert!(plan.requests >= world.requests.len() as u64, "{} of {}", world.requests.len(), plan.requests);
    let before: BTreeSet<&String> = hub.tree.keys().collect();
    let target = world.hub.pulls.last().map_or(&world.hub.tree, |pull| &pull.tree);
    let gone: Vec<String> = before.into_iter().filter(|path| !target.contains_key(*path)).cloned().collect();
    assert_eq!(plan.deleted, gone, "deleted");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn of_any_folder(
        kinds in proptest::collection::vec(0_u8..5, 1..60),
        seed in 0_u64..1_000_000,
        (auto, xet, mirror, pull) in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
    ) {
        let files: Vec<(String, Vec<u8>)> = kinds.iter().enumerate().map(|(n, kind)| {
            let size = match (seed as usize + n * 7 + *kind as usize) % 6 { 0 => 0, 1 => 10, 2 => 999, 3 => 3_000, 4 => 20_000, _ => 1_050_000 + n };
            // A file of which only the size is known may not be so large that the test takes long.
            (format!("d{}/f{n}", n % 3), noise(seed + n as u64, if n > 20 { size.min(3_000) } else { size }))
        }).collect();
        let mut options = if xet { xet_options() } else { options() };
        options.commits = if auto { Commits::Auto } else { Commits::One };
        options.pull_request = pull;
        if mirror {
            options.delete_patterns = vec!["*".to_owned()];
        }
        // What the Hub ignores it may hold all the same, and a mirror keeps what the folder has.
        assert_equal(&options, &hub(&files, &kinds, xet), &files, seed);
    }
}

#[test]
fn of_thousands_of_files_in_several_commits() {
    let files: Vec<(String, Vec<u8>)> =
        (0..1_500).map(|n| (format!("{n:04}"), format!("file {n}").into_bytes())).collect();
    let kinds: Vec<u8> = (0..1_500).map(|n| u8::from(n % 10 == 0)).collect();
    let options = PushOptions { commits: Commits::Auto, ..options() };
    assert_equal(&options, &hub(&files, &kinds, false), &files, 9);
}

#[test]
fn a_branch_that_would_be_made_is_not() {
    let options = PushOptions { revision: "next".to_owned(), create_branch: true, ..options() };
    let files = [("a.txt".to_owned(), b"a".to_vec()), ("same".to_owned(), b"same".to_vec())];
    let mut hub = SimHub::new();
    hub.foreign_commit("before", vec![("same", Held::Regular(b"same".to_vec()))]);
    let (plan, planned) = try_out(&options, &hub, &files, 11);
    assert_eq!((plan.commits, plan.bytes), (1, 1));
    assert_eq!(planned, [("a.txt".to_owned(), "added"), ("same".to_owned(), "unchanged")].into());
}

#[test]
fn nothing_to_do_is_no_commit() {
    let files = [("same".to_owned(), b"same".to_vec())];
    for commits in [Commits::One, Commits::Auto] {
        let mut hub = SimHub::new();
        hub.foreign_commit("before", vec![("same", Held::Regular(b"same".to_vec()))]);
        let (plan, _) = try_out(&PushOptions { commits, ..options() }, &hub, &files, 12);
        assert_eq!((plan.commits, plan.bytes, plan.deleted.len()), (0, 0, 0));
    }
}
