//! The caller's hand: pause starts nothing new, resume goes on, abort cancels everything at once.

use hubferry::error::Code;
use hubferry::push::{Operation, Push};
use hubferry::step::{Input, Step, StepId};
use hubferry::time::Millis;

use crate::sim::{SimHub, World, folder, no_faults, options};

fn started() -> (Push, StepId) {
    let mut world = World::new(SimHub::new(), 51, no_faults());
    let operations = world.adds(&folder());
    let mut push = Push::new(options()).expect("good options");
    push.add(operations).expect("good operations");
    assert!(matches!(push.poll(Millis(0)), Step::Event(_)));
    let Step::Send { id, .. } = push.poll(Millis(0)) else { panic!("the head is asked for first") };
    assert!(matches!(push.poll(Millis(0)), Step::Wait { .. }));
    (push, id)
}

#[test]
fn abort_cancels_every_open_step_before_the_end() {
    let (mut push, id) = started();
    push.abort();
    assert_eq!(push.poll(Millis(1)), Step::Cancel { id });
    let Step::Done(Err(error)) = push.poll(Millis(1)) else { panic!("the end") };
    assert_eq!(error.code, Code::Aborted);
    // A late answer is no mistake, and the end stays the end.
    let failure = hubferry::step::Failure { code: Code::Blocked, message: "cut".into() };
    push.handle(Millis(2), Input::Failed { id, failure }).expect("late is allowed");
    assert!(matches!(push.poll(Millis(3)), Step::Done(Err(_))));
}

#[test]
fn nothing_new_starts_while_paused() {
    let mut world = World::new(SimHub::new(), 52, no_faults());
    let operations = world.adds(&folder());
    let mut push = Push::new(options()).expect("good options");
    push.add(operations).expect("good operations");
    push.pause();
    assert!(matches!(push.poll(Millis(0)), Step::Event(_)));
    assert_eq!(push.poll(Millis(0)), Step::Wait { until: None });
    assert_eq!(push.poll(Millis(1_000_000)), Step::Wait { until: None });
    push.resume();
    assert!(matches!(push.poll(Millis(1_000_000)), Step::Send { .. }));
}

#[test]
fn a_step_that_was_never_issued_is_an_error_and_the_push_goes_on() {
    let (mut push, id) = started();
    let stranger = StepId(id.0 + 100);
    for input in [
        Input::Digested { id: stranger, digest: String::new() },
        Input::Digested { id, digest: String::new() },
        Input::Probed { id: stranger, files: vec![] },
        Input::Progress { id: stranger, bytes: 1 },
        Input::Response { id: stranger, response: hubferry::http::Response::default() },
    ] {
        assert_eq!(push.handle(Millis(1), input).expect_err("not awaited").code, Code::Internal);
    }
    assert!(matches!(push.poll(Millis(1)), Step::Wait { .. }));
}

#[test]
fn operations_cannot_be_added_late() {
    let (mut push, _) = started();
    let error = push.add(vec![Operation::Delete { path: "x".into() }]).expect_err("too late");
    assert_eq!(error.code, Code::Internal);
}
