//! Without a connection nothing is sent, nothing that is lost counts, and the push goes on by itself: whenever it goes, for however
//! long, and however often.

use hubferry::push::{Event, Push, PushOptions, RunState};
use hubferry::step::Input;
use hubferry::time::Millis;

use crate::sim::{SimHub, World, folder, no_faults, options, xet_options};

const HOUR: u64 = 3_600_000;

/// A hub, and options that fit it.
fn ways() -> [(&'static str, SimHub, PushOptions); 3] {
    let mut lfs = SimHub::new();
    lfs.part_bytes = Some(400_000);
    lfs.verify = true;
    let pull = PushOptions { pull_request: true, ..options() };
    [("LFS", lfs.clone(), options()), ("Xet", SimHub::with_xet(), xet_options()), ("pull request", lfs, pull)]
}

fn warnings(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event, Event::Warning { code: "offline", .. })).count()
}

#[test]
fn an_hour_without_a_connection_at_any_moment() {
    for (way, hub, options) in ways() {
        let mut world = World::new(hub.clone(), 61, no_faults());
        let operations = world.adds(&folder());
        world.push(options.clone(), operations).expect("the push");
        let length = world.now.0;
        for moment in 0..40 {
            let at = length * moment / 40;
            let mut world = World::new(hub.clone(), 61 + moment, no_faults());
            world.connection.extend([(Millis(at), false), (Millis(at + HOUR), true)]);
            let operations = world.adds(&folder());
            let name = format!("{way}, offline at {at} ms of {length}");
            let output = world.push(options.clone(), operations).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(output.commits.len(), 1, "{name}");
            assert!(world.now.0 <= at + HOUR + 2 * length + 60_000, "{name}: it took until {:?}", world.now);
            let ours = world.hub.history.iter().filter(|commit| commit.title == "ours").count();
            let ours =
                ours + world.hub.pulls.iter().flat_map(|pull| &pull.history).filter(|one| one.title == "ours").count();
            assert_eq!((ours, world.hub.pulls.len()), (1, usize::from(way == "pull request")), "{name}");
            assert!(warnings(&world.events) <= 1, "{name}");
            assert!(at == 0 || world.now.0 <= at || warnings(&world.events) == 1, "{name}: somebody is told");
        }
    }
}

#[test]
fn a_connection_that_comes_and_goes() {
    for (way, hub, options) in ways() {
        for seed in 0..10 {
            let mut world = World::new(hub.clone(), 70 + seed, no_faults());
            // Far more often than any request may fail.
            let changes = (1..400).map(|n| (Millis(n * (300 + 37 * seed)), n % 2 == 0));
            world.connection.extend(changes.chain([(Millis(HOUR), true)]));
            let operations = world.adds(&folder());
            let name = format!("{way}, seed {seed}");
            let output = world.push(options.clone(), operations).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(output.commits.len(), 1, "{name}");
            assert_eq!(warnings(&world.events), 1, "{name}: once is enough");
        }
    }
}

#[test]
fn the_state_says_so() {
    let mut world = World::new(SimHub::new(), 80, no_faults());
    let operations = world.adds(&folder());
    let mut push = Push::new(options()).expect("good options");
    push.add(operations).expect("good operations");
    let state = |push: &mut Push| push.progress(Millis(0)).state;
    assert_eq!(state(&mut push), RunState::Running);
    push.handle(Millis(0), Input::Connection { online: false }).expect("no answer to anything");
    assert_eq!(state(&mut push), RunState::Offline);
    push.pause();
    assert_eq!(state(&mut push), RunState::Paused, "the caller's word first");
    push.resume();
    push.handle(Millis(0), Input::Connection { online: true }).expect("no answer to anything");
    assert_eq!(state(&mut push), RunState::Running);
    world.run(&mut push).expect("the push");
}
