//! Delete patterns: what the repo holds, matches, and is not added goes with the same commit.

use hubferry::error::Code;
use hubferry::push::{Operation, PushOptions};
use proptest::prelude::*;
use serde_json::Value;

use crate::sim::{Fault, Faults, Held, SimHub, World, fault_on, no_faults, options};

const THERE: [&str; 8] = [
    ".gitattributes",
    "old.txt",
    "same.txt",
    "sub/.gitattributes",
    "sub/deep/old.bin",
    "sub/keep.md",
    "sub/old.bin",
    "subway/old.bin",
];

fn hub() -> SimHub {
    let mut hub = SimHub::new();
    hub.page = Some(3);
    let held = |path: &'static str| (path, Held::Regular(path.as_bytes().to_vec()));
    hub.foreign_commit("before", THERE.map(held).to_vec());
    hub
}

fn deleting(patterns: &[&str], under: &str) -> PushOptions {
    let delete_patterns = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
    PushOptions { delete_patterns, delete_under: under.to_owned(), ..options() }
}

/// Keys and paths of the last commit.
fn lines(world: &World) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let lines = &world.hub.history.last().expect("a commit").lines;
    lines.iter().map(|line| format!("{} {}", text(&line["key"]), text(&line["value"]["path"]))).collect()
}

fn push(options: PushOptions, adds: &[&str], seed: u64, faults: Faults) -> World {
    let mut world = World::new(hub(), seed, faults);
    let files: Vec<(&str, Vec<u8>)> = adds.iter().map(|path| (*path, b"new".to_vec())).collect();
    let operations = world.adds(&files);
    world.push(options, operations).expect("the push");
    world
}

#[test]
fn deletes_come_first_and_never_touch_what_is_added() {
    // (patterns, under, added, lines)
    type Row<'a> = (&'a [&'a str], &'a str, &'a [&'a str], &'a [&'a str]);
    let rows: [Row; 7] = [
        (&["*.txt"], "", &["new", "old.txt"], &["deletedFile same.txt", "file new", "file old.txt"]),
        (&["*.bin"], "sub", &["new"], &["deletedFile sub/deep/old.bin", "deletedFile sub/old.bin", "file new"]),
        (&["old.bin"], "/sub/", &["new"], &["deletedFile sub/old.bin", "file new"]),
        (&["deep/"], "./sub", &["new"], &["deletedFile sub/deep/old.bin", "file new"]),
        (&["*.md", "subway/*"], ".", &["new"], &["deletedFile sub/keep.md", "deletedFile subway/old.bin", "file new"]),
        (&["*"], "nowhere", &["new"], &["file new"]),
        (&["nothing"], "", &["new"], &["file new"]),
    ];
    for (patterns, under, adds, expected) in rows {
        assert_eq!(lines(&push(deleting(patterns, under), adds, 91, no_faults())), expected, "{patterns:?} {under}");
    }
}

#[test]
fn a_star_makes_the_repo_a_mirror() {
    let world = push(deleting(&["*"], ""), &["same.txt", "new"], 92, no_faults());
    assert_eq!(world.hub.tree.keys().collect::<Vec<_>>(), [".gitattributes", "new", "same.txt"]);
}

#[test]
fn a_repo_that_seems_not_to_be_there_is_not_taken_for_an_empty_one() {
    let mut world = World::new(hub(), 98, fault_on("tree", Fault::Status(404), 1));
    let operations = world.adds(&[("new", b"new".to_vec())]);
    let error = world.push(deleting(&["*"], ""), operations).expect_err("nobody knows what is to be deleted");
    assert_eq!((error.code, world.count("commit")), (Code::EntryNotFound, 0));
    let world = push(deleting(&["*"], "not/there"), &["new"], 99, no_faults());
    assert_eq!(world.hub.history.len(), 3, "a folder may be missing");
}

#[test]
fn only_deletes_are_a_commit_of_deletes_and_no_match_is_none() {
    let world = push(PushOptions { title: None, ..deleting(&["old.txt"], "") }, &[], 93, no_faults());
    assert_eq!(lines(&world), ["deletedFile old.txt"]);
    assert_eq!(world.hub.history.last().expect("a commit").title, "Delete old.txt");
    assert_eq!(world.count("may-write"), 0);
    let world = push(deleting(&["nothing"], ""), &[], 94, no_faults());
    assert_eq!((world.count("commit"), world.hub.history.len()), (0, 2));
}

#[test]
fn what_the_caller_deletes_himself_is_not_deleted_twice() {
    let mut world = World::new(hub(), 95, no_faults());
    let operations = vec![Operation::Delete { path: "sub/".into() }, Operation::Delete { path: "old.txt".into() }];
    world.push(deleting(&["*.bin", "*.txt"], ""), operations).expect("the push");
    let expected = ["deletedFile same.txt", "deletedFile subway/old.bin", "deletedFolder sub/", "deletedFile old.txt"];
    assert_eq!(lines(&world), expected);
}

#[test]
fn the_list_is_read_again_when_another_commit_came_first() {
    let world = push(deleting(&["*"], ""), &["new"], 96, fault_on("commit", Fault::ForeignCommit, 1));
    assert_eq!(world.hub.tree.keys().collect::<Vec<_>>(), [".gitattributes", "new"], "theirs goes too");
    assert_eq!(world.count("tree"), 6, "three pages, twice");
}

#[test]
fn a_hundred_thousand_files_stay_cheap() {
    let mut hub = SimHub::new();
    hub.page = Some(1000);
    hub.tree = (0..100_000).map(|i| (format!("data/{i:06}.bin"), Held::Regular(Vec::new()))).collect();
    let mut world = World::new(hub, 97, no_faults());
    world.push(deleting(&["data/0000*"], ""), Vec::new()).expect("the push");
    assert_eq!((lines(&world).len(), world.count("tree")), (100, 100));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_order_with_retries(seed: u64, every in 2u32..6, kind in 0usize..3) {
        let fault = [Fault::Status(503), Fault::CutBefore, Fault::CutAfter][kind];
        let faults = Box::new(move |_: &str, nth: u32| if nth % every == 1 { fault } else { Fault::None });
        let world = push(deleting(&["*"], ""), &["same.txt", "new"], seed, faults);
        prop_assert_eq!(world.hub.tree.keys().collect::<Vec<_>>(), [".gitattributes", "new", "same.txt"]);
        prop_assert_eq!(world.hub.history.len(), 3, "exactly one commit");
    }
}
