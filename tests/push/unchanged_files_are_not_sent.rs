//! What the repo holds already costs queries and reads, never a body, and no commit when nothing is left.

use hubferry::push::{FileState, Operation};

use crate::sim::{Held, SimHub, World, folder, no_faults, options, sha256};

/// A Hub that holds `folder()` already.
fn pushed() -> SimHub {
    let mut world = World::new(SimHub::new(), 3, no_faults());
    let operations = world.adds(&folder());
    world.push(options(), operations).expect("the first push");
    let mut hub = world.hub;
    hub.content_puts = 0;
    hub
}

#[test]
fn a_second_push_makes_no_commit_and_only_asks() {
    let hub = pushed();
    let head = hub.head();
    let mut world = World::new(hub, 4, no_faults());
    let operations = world.adds(&folder());
    let output = world.push(options(), operations).expect("the second push");
    assert_eq!(world.hub.head(), head, "no commit");
    assert!(output.commits.is_empty());
    assert_eq!(output.head.oid, head);
    assert!(world.outcomes.iter().all(|file| file.state == FileState::Unchanged), "{:?}", world.outcomes);
    let routes: Vec<&str> = world.requests.iter().map(|(route, _)| *route).collect();
    assert_eq!(routes, ["head", "may-write", "paths-info"], "only queries");
    assert_eq!(world.digests, 2, "only the two large ones are read for their digest");
}

#[test]
fn only_what_changed_is_sent() {
    let mut world = World::new(pushed(), 5, no_faults());
    let mut files = folder();
    files[4].1[1_000_000] ^= 1; // a/b/two.bin, same size
    files.push(("new", b"new".to_vec()));
    let operations = world.adds(&files);
    let output = world.push(options(), operations).expect("the push");
    assert_eq!(output.commits[0].files, 2);
    assert_eq!(world.hub.content_puts, 1);
    let states: Vec<FileState> = world.outcomes.iter().map(|file| file.state).collect();
    assert_eq!(states[4], FileState::Updated);
    assert_eq!(states[9], FileState::Added);
    assert_eq!(states.iter().filter(|state| **state == FileState::Unchanged).count(), 8);
}

#[test]
fn content_that_the_store_has_is_not_sent_but_committed() {
    let mut hub = pushed();
    hub.tree.clear();
    let mut world = World::new(hub, 6, no_faults());
    let operations = world.adds(&folder());
    let output = world.push(options(), operations).expect("the push");
    assert_eq!(world.hub.content_puts, 0);
    assert_eq!(output.commits[0].files, 9);
    assert!(output.bytes.deduplicated > 3_000_000);
}

#[test]
fn an_add_stays_when_the_same_commit_deletes_a_folder_above_it() {
    let mut world = World::new(pushed(), 7, no_faults());
    let mut operations = vec![Operation::Delete { path: "a/".into() }];
    operations.extend(world.adds(&folder()[2..4]));
    let output = world.push(options(), operations).expect("the push");
    assert_eq!(output.commits[0].files, 3, "the deletion and both adds");
    assert!(world.hub.tree.contains_key("a/one.bin"));
    assert!(!world.hub.tree.contains_key("a/b/two.bin"));
}

#[test]
fn ignored_files_are_left_out() {
    let mut hub = SimHub::new();
    hub.ignored.insert("a/b/two.bin".into());
    let mut world = World::new(hub, 8, no_faults());
    let operations = world.adds(&folder());
    let output = world.push(options(), operations).expect("the push");
    assert_eq!(output.commits[0].files, 8);
    assert_eq!(world.outcomes[4].state, FileState::Ignored);
    assert!(!world.hub.objects.contains_key(&sha256(&folder()[4].1)), "and not sent");
    assert!(output.verified);
}

#[test]
fn only_deletes_make_a_commit_without_reading_anything() {
    let mut world = World::new(pushed(), 9, no_faults());
    let operations = vec![Operation::Delete { path: "README.md".into() }, Operation::Delete { path: "a/".into() }];
    world.push(options(), operations).expect("the push");
    assert_eq!((world.probes, world.digests), (0, 0));
    assert!(world.hub.tree.keys().all(|path| path != "README.md" && !path.starts_with("a/")));
}

#[test]
fn nothing_to_do_is_no_commit() {
    let mut world = World::new(SimHub::new(), 10, no_faults());
    let output = world.push(options(), Vec::new()).expect("the push");
    assert!(output.commits.is_empty());
    assert_eq!(world.requests.len(), 1);
}

#[test]
fn a_regular_file_that_became_an_lfs_pointer_of_the_same_size_is_replaced() {
    let mut hub = SimHub::new();
    let bytes = vec![7; 500];
    hub.foreign_commit("theirs", vec![("x", Held::Lfs { oid: sha256(b"other"), size: 500 })]);
    let mut world = World::new(hub, 11, no_faults());
    let operations = world.adds(&[("x", bytes.clone())]);
    world.push(options(), operations).expect("the push");
    assert_eq!(world.hub.tree["x"], Held::Regular(bytes));
}
