//! Files that change, vanish or cannot be read: the end of a push, or, where the caller allows it, left out of it.

use hubferry::error::Code;
use hubferry::push::{Activity, Commits, Event, FileState, OnFileError, Operation, Push, PushOptions};
use hubferry::step::{Failure, Input, Step};
use hubferry::time::Millis;

use crate::sim::{Fault, SimHub, World, fault_on, no_faults, noise, options, xet_options};

const BAD: [&str; 3] = ["bad-large.bin", "bad-small.bin", "bad.txt"];

fn files() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("README.md", b"# hello\n".to_vec()),
        ("bad-large.bin", noise(1, 1_500_000)),
        ("bad-small.bin", noise(2, 3_000)),
        ("bad.txt", b"text".to_vec()),
        ("good-large.bin", noise(3, 1_500_000)),
        ("good.txt", b"text".to_vec()),
    ]
}

/// What is on disk is not what was listed.
fn spoil(world: &mut World) {
    for (index, (path, _)) in files().iter().enumerate() {
        if BAD.contains(path) {
            world.files[index].push(0);
        }
    }
}

fn skipping(options: PushOptions) -> PushOptions {
    PushOptions { on_file_error: OnFileError::Skip, ..options }
}

#[test]
fn a_push_goes_on_without_them_where_that_is_allowed() {
    let ways = [(options(), SimHub::new()), (xet_options(), SimHub::with_xet())];
    for (seed, (options, hub)) in (400..).zip(ways) {
        for commits in [Commits::One, Commits::Auto] {
            let mut world = World::new(hub.clone(), seed, no_faults());
            let operations = world.adds(&files());
            spoil(&mut world);
            let mut push = Push::new(skipping(PushOptions { commits, ..options.clone() })).expect("options");
            push.add(operations).expect("operations");
            let output = world.run(&mut push).expect("the push");
            assert!(output.verified);
            assert_eq!(world.hub.tree.keys().collect::<Vec<_>>(), ["README.md", "good-large.bin", "good.txt"]);
            let failed: Vec<String> = push
                .outcomes(0..6)
                .into_iter()
                .filter(|file| file.state == FileState::Failed)
                .map(|file| file.path)
                .collect();
            assert_eq!(failed, BAD);
            assert_eq!(push.progress(world.now).files.failed, 3);
            let mut warned: Vec<&String> = (world.events.iter())
                .filter_map(|event| match event {
                    Event::Warning { code: "file_skipped", paths, message } => {
                        assert!(message.contains(&paths[0]) && message.contains("changed"), "{message}");
                        Some(&paths[0])
                    }
                    _ => None,
                })
                .collect();
            warned.sort();
            assert_eq!(warned, BAD, "one warning each");
            let told = |path: &str| {
                let is_it = |event: &&Event| matches!(event, Event::FileProgress { path: of, activity: Activity::Error, .. } if of == path);
                world.events.iter().filter(is_it).count()
            };
            assert!(BAD.iter().all(|path| told(path) == 1));
        }
    }
}

#[test]
fn many_of_them_do_not_use_the_memory_up() {
    let files: Vec<(String, Vec<u8>)> = (0..80).map(|i| (format!("{i}.bin"), noise(i, 100_000))).collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let mut world = World::new(SimHub::with_xet(), 403, no_faults());
    let operations = world.adds(&files);
    world.files.iter_mut().take(70).for_each(|file| file.push(0));
    let mut push =
        Push::new(skipping(PushOptions { buffer_budget_bytes: 2_000_000, ..xet_options() })).expect("options");
    push.add(operations).expect("operations");
    world.run(&mut push).expect("the push");
    assert_eq!(world.hub.tree.len(), 10);
}

#[test]
fn by_default_they_end_the_push() {
    for (options, hub) in [(options(), SimHub::new()), (xet_options(), SimHub::with_xet())] {
        let mut world = World::new(hub, 402, no_faults());
        let operations = world.adds(&files());
        spoil(&mut world);
        let error = world.push(options, operations).expect_err("a file changed");
        assert_eq!(error.code, Code::FileChanged);
        assert_eq!(world.count("commit"), 0);
    }
}

#[test]
fn a_file_that_breaks_the_commit_is_left_out_of_it() {
    for commits in [Commits::One, Commits::Auto] {
        let files = [("a.txt", b"a".to_vec()), ("b.txt", b"b".to_vec()), ("c.txt", b"c".to_vec())];
        let mut world = World::new(SimHub::new(), 403, fault_on("commit", Fault::FileGone, 2));
        let operations = world.adds(&files);
        let options = skipping(PushOptions { commits, ..options() });
        world.push(options.clone(), operations).expect("the push");
        assert_eq!(world.hub.tree.keys().collect::<Vec<_>>(), ["c.txt"], "{commits:?}");
        let states: Vec<FileState> = world.outcomes.iter().map(|file| file.state).collect();
        assert_eq!(states, [FileState::Failed, FileState::Failed, FileState::Added]);
        assert_eq!(world.hub.history.iter().filter(|commit| commit.title == "ours").count(), 1);

        let mut world = World::new(SimHub::new(), 404, fault_on("commit", Fault::FileGone, u32::MAX));
        let operations = world.adds(&files);
        let output = world.push(options, operations).expect("nothing is left");
        assert_eq!((output.commits.len(), world.hub.history.len()), (0, 1), "{commits:?}");
    }
}

#[test]
fn another_file_with_the_same_content_takes_the_place_of_one_that_is_gone() {
    let large = noise(5, 2_000_000);
    for twin in [false, true] {
        let mut world = World::new(SimHub::new(), 405, fault_on("put", Fault::FileGone, 1));
        let mut files = vec![("a.bin", large.clone()), ("b.txt", b"b".to_vec())];
        files.extend(twin.then(|| ("c.bin", large.clone())));
        let operations = world.adds(&files);
        world.push(skipping(options()), operations).expect("the push");
        // Which of the two was read for both is nobody's business.
        let failed = world.outcomes.iter().filter(|file| file.state == FileState::Failed).count();
        assert_eq!((failed, world.hub.tree.len()), (1, if twin { 2 } else { 1 }));
        assert!(world.hub.tree.contains_key("b.txt"));
    }
}

#[test]
fn a_probe_that_fails_as_a_whole_still_ends_the_push() {
    let mut world = World::new(SimHub::new(), 406, no_faults());
    let operations: Vec<Operation> = world.adds(&[("a.txt", b"a".to_vec())]);
    let mut push = Push::new(skipping(options())).expect("options");
    push.add(operations).expect("operations");
    let mut probe = None;
    while probe.is_none() {
        match push.poll(world.now) {
            Step::Probe { id, .. } => probe = Some(id),
            Step::Wait { until } => {
                for input in world.ripen(until) {
                    push.handle(world.now, input).expect("an awaited answer");
                }
            }
            step => world.take(step),
        }
    }
    let failure = Failure { code: Code::Unsupported, message: "no lanes".to_owned() };
    push.handle(world.now, Input::Failed { id: probe.expect("a probe"), failure }).expect("awaited");
    loop {
        match push.poll(Millis(world.now.0 + 1)) {
            Step::Done(end) => {
                assert_eq!(end.expect_err("it ends").code, Code::Unsupported);
                break;
            }
            Step::Wait { .. } => panic!("it waits"),
            _ => {}
        }
    }
}
