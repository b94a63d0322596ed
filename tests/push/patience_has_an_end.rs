//! A push bears failures that may pass: a few of each request, so many in all; or, if its caller wants it so, for ever.

use hubferry::Error;
use hubferry::error::Code;
use hubferry::limits;
use hubferry::push::{Event, Push, PushOptions, RunState};
use hubferry::retry::Patience;
use hubferry::time::Millis;

use crate::sim::{Fault, Faults, SimHub, World, fault_on, folder, options, xet_options};

fn push(hub: SimHub, options: PushOptions, faults: Faults) -> (World, Result<hubferry::push::PushOutput, Error>) {
    let mut world = World::new(hub, 97, faults);
    let operations = world.adds(&folder());
    let end = world.push(options, operations);
    (world, end)
}

#[test]
fn a_store_that_is_down_ends_a_push_after_its_attempts() {
    let (world, end) = push(SimHub::new(), options(), fault_on("put", Fault::Status(503), u32::MAX));
    assert_eq!(end.expect_err("nothing can be stored").code, Code::ServerError);
    let most_for_one = world
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Retry { attempt, .. } => Some(*attempt),
            _ => None,
        })
        .max();
    assert_eq!(most_for_one, Some(limits::ATTEMPTS - 1));
}

#[test]
fn endless_patience_outlasts_a_night() {
    for (route, hub, options) in [
        ("put", SimHub::new(), options()),
        ("preupload", SimHub::new(), options()),
        ("xorb", SimHub::with_xet(), xet_options()),
        ("xet-token", SimHub::with_xet(), xet_options()),
        ("commit", SimHub::new(), options()),
    ] {
        for fault in [Fault::Status(503), Fault::Status(429), Fault::CutBefore] {
            let patient = PushOptions { patience: Patience::Endless, ..options.clone() };
            let (world, end) = push(hub.clone(), patient, fault_on(route, fault, 80));
            let name = format!("{route} {fault:?}");
            end.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(world.now > Millis(1_800_000), "{name}: waits grow: {:?}", world.now);
        }
    }
}

#[test]
fn what_will_not_pass_ends_the_most_patient_push() {
    for (route, status, code) in [
        ("preupload", 403, Code::Forbidden),
        ("preupload", 422, Code::Rejected),
        ("put", 404, Code::Rejected),
        ("batch", 413, Code::Rejected),
    ] {
        let patient = PushOptions { patience: Patience::Endless, ..options() };
        let (world, end) = push(SimHub::new(), patient, fault_on(route, Fault::Status(status), u32::MAX));
        assert_eq!(end.expect_err("a refusal").code, code, "{route} {status}");
        assert!(world.now < Millis(10_000), "{route} {status}: at once");
    }
}

#[test]
fn a_push_whose_requests_mostly_fail_gives_up_and_one_that_fails_now_and_then_does_not() {
    let files: Vec<(String, Vec<u8>)> = (0..300).map(|n| (format!("f{n}"), vec![n as u8; 2_000 + n])).collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    // (how many of how many attempts fail, whether the push survives)
    for (failing, of, survives) in [(1, 4, true), (4, 5, false)] {
        let faults = Box::new(
            move |route: &str, nth: u32| {
                if route == "put" && nth % of < failing { Fault::CutBefore } else { Fault::None }
            },
        );
        let mut world = World::new(SimHub::new(), 98, faults);
        let operations = world.adds(&files);
        let end = world.push(options(), operations);
        assert_eq!(end.is_ok(), survives, "{failing} of {of}: {end:?}");
        let retries = world.events.iter().filter(|event| matches!(event, Event::Retry { .. })).count();
        assert!(survives || retries <= limits::RETRY_BUDGET as usize + 60, "{retries} attempts were wasted");
    }
}

#[test]
fn whoever_waits_says_until_when() {
    let mut world = World::new(SimHub::new(), 99, fault_on("head", Fault::Status(429), 1));
    let operations = world.adds(&folder());
    let mut push = Push::new(PushOptions { epoch_at_zero: Millis(1_700_000_000_000), ..options() }).expect("options");
    push.add(operations).expect("operations");
    let mut waited = None;
    for _ in 0..20 {
        world.run_for(&mut push, 1);
        let progress = push.progress(world.now);
        if progress.state == RunState::Waiting {
            waited = progress.waiting_until.map(|until| until.0 - world.now.0);
            break;
        }
    }
    let waited = waited.expect("it waits").saturating_sub(1_700_000_000_000);
    assert!((1..=limits::FIRST_REFUSED_DELAY.0 * 11 / 10).contains(&waited), "{waited}");
    world.run(&mut push).expect("the push");
    assert_eq!(push.progress(world.now).state, RunState::Running);
}
