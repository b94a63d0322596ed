//! Whatever happens to the commit's answer: one commit of ours stands, or a clear error says that none does.

use hubferry::error::Code;
use hubferry::push::{Operation, PushOptions};

use crate::sim::{Fault, Held, SimHub, World, fault_on, folder, options};

fn push(fault: Fault, times: u32) -> (World, Result<hubferry::push::PushOutput, hubferry::Error>) {
    let mut world = World::new(SimHub::new(), 21, fault_on("commit", fault, times));
    let operations = world.adds(&folder());
    let end = world.push(options(), operations);
    (world, end)
}

fn ours(world: &World) -> usize {
    world.hub.history.iter().filter(|commit| commit.is_ours()).count()
}

/// What the Hub answered, or would have.
fn status(error: &hubferry::Error) -> Option<u16> {
    error.refusal.as_ref().map(|refusal| refusal.status)
}

#[test]
fn a_lost_answer_is_found_in_the_history() {
    for fault in [Fault::CutAfter, Fault::HalfAnswer] {
        let (world, end) = push(fault, 1);
        let output = end.expect("the push succeeds");
        assert_eq!(ours(&world), 1, "{fault:?}");
        assert_eq!(output.head.oid, world.hub.head(), "{fault:?}");
        assert_eq!(world.count("commit"), 1, "{fault:?}: not sent again");
        assert!(output.verified);
    }
}

#[test]
fn a_commit_that_did_not_happen_is_sent_again() {
    for fault in [Fault::CutBefore, Fault::Hang, Fault::Status(500), Fault::Status(504), Fault::Status(429)] {
        let (world, end) = push(fault, 2);
        end.expect("the push succeeds");
        assert_eq!(ours(&world), 1, "{fault:?}");
        assert_eq!(world.count("commit"), 3, "{fault:?}");
    }
}

#[test]
fn a_twin_that_arrives_late_is_refused_by_the_parent() {
    let (world, end) = push(Fault::LateTwin, 1);
    let output = end.expect("the push succeeds");
    assert_eq!(ours(&world), 1);
    assert_eq!(output.head.oid, world.hub.head());
}

#[test]
fn somebody_elses_commit_is_built_upon() {
    let (world, end) = push(Fault::ForeignCommit, 1);
    end.expect("the push succeeds");
    assert_eq!(ours(&world), 1);
    let titles: Vec<&str> = world.hub.history.iter().map(|commit| commit.title.as_str()).collect();
    assert_eq!(titles, ["initial commit", "somebody else", "ours"]);
    assert!(world.hub.tree.contains_key("theirs"));
}

#[test]
fn somebody_elses_commit_with_our_title_is_not_taken_for_ours() {
    for verify in [true, false] {
        let mut world = World::new(SimHub::new(), 26, fault_on("commit", Fault::ForeignTwin, 1));
        let operations = world.adds(&folder());
        let output = world.push(PushOptions { verify, ..options() }, operations).expect("the push");
        let made: Vec<(&str, bool)> =
            world.hub.history.iter().map(|commit| (commit.title.as_str(), commit.is_ours())).collect();
        assert_eq!(made, [("initial commit", false), ("ours", false), ("ours", true)]);
        assert_eq!((output.head.oid, output.verified), (world.hub.head(), verify));
        assert!(folder().iter().all(|(path, _)| world.hub.tree.contains_key(*path)));
    }
}

#[test]
fn somebody_elses_commit_with_our_title_is_not_taken_for_one_that_deletes() {
    let mut hub = SimHub::new();
    hub.foreign_commit("before", vec![("old", Held::Regular(b"old".to_vec()))]);
    let mut world = World::new(hub, 27, fault_on("commit", Fault::ForeignTwin, 1));
    world.push(options(), vec![Operation::Delete { path: "old".to_owned() }]).expect("the push");
    assert_eq!(ours(&world), 1);
    assert!(!world.hub.tree.contains_key("old"));
}

#[test]
fn a_callers_parent_holds_also_against_a_commit_with_our_title() {
    let hub = SimHub::new();
    let parent_commit = Some(hub.head());
    let mut world = World::new(hub, 28, fault_on("commit", Fault::ForeignTwin, 1));
    let operations = world.adds(&folder());
    let error = world.push(PushOptions { parent_commit, ..options() }, operations).expect_err("the branch moved");
    assert_eq!((error.code, status(&error), ours(&world)), (Code::Conflict, Some(412), 0));
}

#[test]
fn a_deletion_whose_answer_is_lost_is_found_in_the_history() {
    let mut hub = SimHub::new();
    hub.foreign_commit("before", vec![("old", Held::Regular(b"old".to_vec()))]);
    let mut world = World::new(hub, 29, fault_on("commit", Fault::CutAfter, 1));
    let output = world.push(options(), vec![Operation::Delete { path: "old".to_owned() }]).expect("the push");
    assert_eq!((ours(&world), world.count("commit")), (1, 1));
    assert_eq!(output.head.oid, world.hub.head());
}

#[test]
fn an_unchanged_file_that_somebody_else_changes_meanwhile_is_sent_after_all() {
    let mut hub = SimHub::new();
    hub.foreign_commit("before", vec![("theirs", Held::Regular(b"ours".to_vec()))]);
    let mut world = World::new(hub, 22, fault_on("commit", Fault::ForeignCommit, 1));
    let operations = world.adds(&[("theirs", b"ours".to_vec()), ("new", b"new".to_vec())]);
    world.push(options(), operations).expect("the push");
    assert_eq!(world.hub.tree["theirs"], Held::Regular(b"ours".to_vec()));
}

#[test]
fn a_callers_parent_is_never_exchanged() {
    let hub = SimHub::new();
    let head = hub.head();
    let mut world = World::new(hub, 23, fault_on("commit", Fault::ForeignCommit, 1));
    let operations = world.adds(&folder());
    let mut options = options();
    options.parent_commit = Some(head);
    let error = world.push(options, operations).expect_err("the branch moved");
    assert_eq!(error.code, Code::Conflict);
    assert_eq!(ours(&world), 0);
}

#[test]
fn a_stale_parent_is_told_before_anything_is_read() {
    let mut world = World::new(SimHub::new(), 24, fault_on("none", Fault::None, 0));
    let operations = world.adds(&folder());
    let mut options = options();
    options.parent_commit = Some("0123456789".into());
    let error = world.push(options, operations).expect_err("no such head");
    assert_eq!((error.code, status(&error)), (Code::Conflict, Some(412)));
    assert_eq!((world.probes, world.requests.len()), (0, 1));
}

#[test]
fn endless_foreign_commits_end_in_a_conflict() {
    let (world, end) = push(Fault::ForeignCommit, u32::MAX);
    assert_eq!(end.expect_err("it gives up").code, Code::Conflict);
    assert_eq!(ours(&world), 0);
}

#[test]
fn a_missing_branch_is_an_error_unless_it_shall_be_made() {
    for create in [false, true] {
        let mut world = World::new(SimHub::new(), 25, fault_on("none", Fault::None, 0));
        let operations = world.adds(&folder());
        let mut options = options();
        options.revision = "next".into();
        options.create_branch = create;
        let end = world.push(options, operations);
        match create {
            true => assert_eq!(end.expect("the push").commits.len(), 1),
            false => assert_eq!(end.expect_err("no branch").code, Code::RevisionNotFound),
        }
    }
}
