//! Whether the token may push here is known before any byte of a file is read, and costs no time of its own.

use hubferry::error::Code;
use hubferry::push::Operation;

use crate::sim::{Fault, SimHub, World, fault_on, folder, no_faults, options};

#[test]
fn a_refusal_ends_the_push_before_anything_is_read() {
    // (status, code, what the message says)
    let rows = [
        (401, Code::Unauthorized, "needs an access token"),
        (403, Code::Forbidden, "open a pull request instead: isPullRequest"),
        (404, Code::EntryNotFound, "404"),
    ];
    for (status, code, words) in rows {
        let mut world = World::new(SimHub::new(), 71, fault_on("may-write", Fault::Status(status), 1));
        let operations = world.adds(&folder());
        let error = world.push(options(), operations).expect_err("refused");
        assert_eq!(error.code, code, "{status}");
        assert!(error.message.contains(words), "{status}: {}", error.message);
        assert_eq!((world.probes, world.digests, world.hub.history.len()), (0, 0, 1), "{status}");
    }
}

#[test]
fn what_else_is_said_of_that_question_does_not_matter() {
    for fault in [Fault::Status(400), Fault::Status(413), Fault::Status(422), Fault::HalfAnswer] {
        let mut world = World::new(SimHub::new(), 72, fault_on("may-write", fault, u32::MAX));
        let operations = world.adds(&folder());
        world.push(options(), operations).unwrap_or_else(|error| panic!("{fault:?}: {error}"));
    }
}

#[test]
fn nothing_is_read_before_the_answer() {
    // The answer never comes: after all attempts the push ends, and no file was touched.
    let mut world = World::new(SimHub::new(), 73, fault_on("may-write", Fault::Hang, u32::MAX));
    let operations = world.adds(&folder());
    let error = world.push(options(), operations).expect_err("no answer");
    assert_eq!(error.code, Code::Timeout);
    assert_eq!((world.probes, world.digests), (0, 0));
}

#[test]
fn the_question_leaves_together_with_the_first_lookup() {
    let mut world = World::new(SimHub::new(), 74, no_faults());
    let operations = world.adds(&[("a.txt", b"a".to_vec())]);
    world.push(options(), operations).expect("the push");
    let routes: Vec<&str> = world.requests.iter().map(|(route, _)| *route).collect();
    assert_eq!(routes, ["head", "may-write", "paths-info", "preupload", "commit", "paths-info"]);
    assert_eq!(world.sent_at[1], world.sent_at[2], "side by side");
}

#[test]
fn a_push_that_adds_nothing_does_not_ask() {
    let mut world = World::new(SimHub::new(), 75, no_faults());
    let operations = world.adds(&[("a.txt", b"a".to_vec())]);
    world.push(options(), operations).expect("the push");
    world.requests.clear();
    world.push(options(), vec![Operation::Delete { path: "a.txt".into() }]).expect("the deletion");
    assert_eq!(world.count("may-write"), 0);
}
