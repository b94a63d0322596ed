//! A push ends with its one commit or with one error that says why, and no longer reads than it may hold. What requests meet on their
//! way is in `fault_matrix`.

use hubferry::error::Code;
use hubferry::push::Operation;

use crate::sim::{Fault, SimHub, World, fault_on, folder, options};

fn hub() -> SimHub {
    let mut hub = SimHub::new();
    hub.part_bytes = Some(400_000);
    hub.verify = true;
    hub
}

#[test]
fn a_file_that_changes_or_vanishes_ends_the_push_before_the_commit() {
    for index in 0..folder().len() {
        let mut world = World::new(hub(), 32, fault_on("none", Fault::None, 0));
        let operations = world.adds(&folder());
        world.files[index].push(0);
        let end = world.push(options(), operations);
        // An empty file is not read at all.
        if folder()[index].1.is_empty() {
            continue;
        }
        let error = end.expect_err("a changed file");
        assert_eq!(error.code, Code::FileChanged, "{}", folder()[index].0);
        assert_eq!(error.path.as_deref(), Some(folder()[index].0));
        assert_eq!(world.hub.history.len(), 1, "no commit");
    }
}

#[test]
fn a_commit_that_cannot_be_read_back_is_a_warning_not_a_failure() {
    let mut world = World::new(hub(), 33, fault_on("read-back", Fault::Status(403), u32::MAX));
    let operations = world.adds(&folder());
    let output = world.push(options(), operations).expect("the commit stands");
    assert!(!output.verified);
    assert_eq!(output.commits.len(), 1);
}

#[test]
fn deleting_what_is_not_there_is_refused_by_name() {
    let mut world = World::new(hub(), 34, fault_on("none", Fault::None, 0));
    let error = world.push(options(), vec![Operation::Delete { path: "nowhere".into() }]).expect_err("no such file");
    assert_eq!(error.code, Code::EntryNotFound);
    assert!(error.refusal.is_some());
}

#[test]
fn expired_upload_urls_are_renewed() {
    for route in ["put", "complete"] {
        let mut world = World::new(hub(), 35, fault_on(route, Fault::Expire, 2));
        let operations = world.adds(&folder());
        world.push(options(), operations).unwrap_or_else(|error| panic!("{route}: {error}"));
    }
}

#[test]
fn reading_stays_within_the_budget() {
    let files: Vec<(String, Vec<u8>)> = (0..200).map(|i| (format!("f{i}"), vec![i as u8; 300_000])).collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let mut world = World::new(hub(), 36, fault_on("none", Fault::None, 0));
    let operations = world.adds(&files);
    let mut options = options();
    options.buffer_budget_bytes = 4_000_000;
    world.push(options, operations).expect("the push");
    assert!(world.reading_peak <= 8 * 1024 * 1024, "one step alone may be larger than the budget, nothing more");
}
