//! A push that is cut off anywhere and begun again ends as one that was not: the same files, every commit once, one pull request, and
//! what was done is not done again.

use hubferry::journal::control::Record;
use hubferry::journal::frame;
use hubferry::push::{Event, Operation, PushOptions};
use hubferry::time::Millis;

use crate::sim::{Fault, Faults, Held, SimHub, TOKEN, World, fault_on, folder, no_faults, noise, options, xet_options};
use crate::sim_cas::CAS_TOKEN;
use crate::sim_hub::ME;

/// One kind of push.
struct Scene {
    name: &'static str,
    hub: fn() -> SimHub,
    options: fn() -> PushOptions,
    /// What goes wrong in the run that is cut off.
    faults: fn() -> Faults,
}

fn asking() -> PushOptions {
    PushOptions { pull_request: true, ..options() }
}

fn lfs() -> SimHub {
    let mut hub = SimHub::new();
    hub.part_bytes = Some(400_000);
    hub.verify = true;
    hub
}

fn scenes() -> [Scene; 5] {
    let scene = |name, hub, options| Scene { name, hub, options, faults: no_faults };
    [
        scene("by LFS", lfs, options),
        scene("by Xet", SimHub::with_xet, xet_options),
        scene("a pull request", lfs, asking),
        Scene { faults: || fault_on("commit", Fault::LateTwin, 1), ..scene("the commit comes late", lfs, options) },
        Scene {
            faults: || fault_on("open-pull", Fault::CutAfter, 1),
            ..scene("an opening without answer", lfs, asking)
        },
    ]
}

fn world(scene: &Scene, seed: u64, faults: Faults) -> (World, Vec<Operation>) {
    let mut world = World::new((scene.hub)(), seed, faults);
    world.kept.is_on = true;
    let operations = world.adds(&folder());
    (world, operations)
}

/// Files of every kind, so small that a push of them takes no time.
fn small() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("README.md", b"# hello\n".to_vec()),
        ("empty", Vec::new()),
        ("a/one.bin", noise(1, 1_500)),
        ("a/twin.bin", noise(1, 1_500)),
        ("parts.bin", noise(2, 5_000)),
        ("regular", noise(3, 900)),
    ]
}

/// What stands in the end, however often the push was cut off.
fn check(name: &str, world: &World, files: &[(&str, Vec<u8>)]) {
    let is_asked = !world.hub.pulls.is_empty();
    let tree = if is_asked { &world.hub.pulls[0].tree } else { &world.hub.tree };
    assert_eq!(tree.len(), files.len(), "{name}");
    for (path, bytes) in files {
        let held = match &tree[*path] {
            Held::Regular(bytes) => bytes,
            Held::Lfs { oid, .. } => &match world.hub.objects.get(oid) {
                Some(bytes) => bytes.clone(),
                None => world.hub.cas.read(oid).unwrap_or_else(|| panic!("{name}: {path} is not stored")),
            },
        };
        assert!(held == bytes, "{name}: {path}");
    }
    if is_asked {
        assert_eq!(world.hub.pulls.iter().filter(|pull| pull.author == ME).count(), 1, "{name}: one pull request");
        assert_eq!(world.hub.pulls[0].status, "open", "{name}: it can be merged");
        assert_eq!(world.hub.pulls[0].history.len(), 2, "{name}: one commit on its branch");
    } else {
        assert_eq!(world.hub.history.len(), 2, "{name}: one commit");
    }
}

/// Cuts the push off after each number of steps, and begins it again.
fn cut_off_everywhere(scene: &Scene, files: &[(&'static str, Vec<u8>)], every: usize) {
    for torn in [false, true] {
        for turns in (0u32..).step_by(every) {
            let name = format!("{}, cut off after {turns} steps, torn: {torn}", scene.name);
            let mut world = World::new((scene.hub)(), 31, (scene.faults)());
            world.kept.is_on = true;
            if every == 1 {
                world.hub.part_bytes = world.hub.part_bytes.map(|_| 2_000);
            }
            let operations = world.adds(files);
            let mut push = world.open_push((scene.options)(), operations.clone());
            let ended = world.run_for(&mut push, turns);
            world.crash(torn);
            if torn {
                // And once more, with what this run has written behind a piece of a record.
                let mut push = world.open_push((scene.options)(), operations.clone());
                world.run_for(&mut push, turns);
                world.crash(torn);
            }
            let end = world.push((scene.options)(), operations);
            let output = end.unwrap_or_else(|error| panic!("{name}: {error}"));
            world.settle();
            check(&name, &world, files);
            let history = world.hub.pulls.first().map_or(&world.hub.history, |pull| &pull.history);
            assert_eq!(output.head.oid, history[1].id, "{name}: the commit is told");
            if ended {
                break;
            }
        }
    }
}

#[test]
fn it_ends_as_if_it_had_not_been_cut_off() {
    for scene in scenes() {
        cut_off_everywhere(&scene, &small(), 1);
    }
}

#[test]
fn so_it_does_with_files_that_are_digested() {
    for scene in &scenes()[..2] {
        cut_off_everywhere(scene, &folder(), 29);
    }
}

/// The folder, pushed until this is so, and cut off.
fn cut_off_when(scene: &Scene, faults: Faults, is_so: impl Fn(&World) -> bool) -> (World, Vec<Operation>) {
    let (mut world, operations) = world(scene, 32, faults);
    let mut push = world.open_push((scene.options)(), operations.clone());
    while !is_so(&world) {
        assert!(!world.run_for(&mut push, 1), "it ends before");
    }
    world.crash(true);
    world.requests.clear();
    (world, operations)
}

/// The folder, pushed until a request on `route` is sent, which does not arrive.
fn cut_off_at(scene: &Scene, route: &'static str) -> (World, Vec<Operation>) {
    cut_off_when(scene, fault_on(route, Fault::Hang, 1), |world| world.count(route) > 0)
}

#[test]
fn what_is_stored_is_neither_read_nor_sent_again() {
    for scene in &scenes()[..2] {
        let (mut world, operations) = cut_off_at(scene, "commit");
        let puts = world.hub.content_puts;
        let output = world.push((scene.options)(), operations).expect("the push");
        let name = scene.name;
        check(name, &world, &folder());
        assert_eq!(world.hub.content_puts, puts, "{name}: nothing is sent twice");
        // The card is checked again, and for that it is read.
        assert_eq!(output.bytes.read, "# hello\n".len() as u64, "{name}");
        assert_eq!(world.probes, 1, "{name}");
        assert_eq!(
            (world.count("batch"), world.count("xorb"), world.count("preupload")),
            (0, 0, 1),
            "{name}: but for the card"
        );
        let told = |event: &Event| matches!(event, Event::Warning { code, .. } if code.starts_with("journal"));
        assert!(!world.events.iter().any(told), "{name}: nothing to warn of");
    }
}

#[test]
fn what_is_old_is_asked_again() {
    let scene = &scenes()[0];
    for (hours, is_asked) in [(19, false), (21, true)] {
        let (mut world, operations) = cut_off_at(scene, "commit");
        world.now = world.now + Millis(hours * 3_600_000);
        let mut later = World::new(world.hub.clone(), 33, no_faults());
        later.kept = std::mem::take(&mut world.kept);
        later.files = world.files;
        let options = PushOptions { epoch_at_zero: world.now, ..(scene.options)() };
        later.push(options, operations).expect("the push");
        check(scene.name, &later, &folder());
        assert_eq!(later.count("batch") > 0, is_asked, "after {hours} hours");
    }
}

#[test]
fn a_commit_whose_answer_nobody_saw_is_found_and_told() {
    let scene = &scenes()[0];
    let (mut world, operations) =
        cut_off_when(scene, fault_on("commit", Fault::CutAfter, 1), |world| world.hub.history.len() == 2);
    let output = world.push((scene.options)(), operations).expect("the push");
    check(scene.name, &world, &folder());
    assert_eq!(world.count("commit"), 0);
    let ours = &world.hub.history[1].id;
    assert_eq!((&output.head.oid, output.commits.len(), &output.commits[0].oid), (ours, 1, ours));
    assert_eq!(output.head.files, folder().len() as u64);
    assert!(world.events.iter().any(|event| matches!(event, Event::Commit(made) if made.oid == *ours)));
}

#[test]
fn it_is_still_the_commit_after_the_parent_that_the_caller_named() {
    let scene = &scenes()[0];
    let (mut world, operations) = world(scene, 35, no_faults());
    let parent = world.hub.head();
    let options = || PushOptions { parent_commit: Some(parent.clone()), ..(scene.options)() };
    world.push(options(), operations.clone()).expect("the push");
    // The journal of a push that ended is there when the page was closed before it was deleted.
    world.crash(false);
    let output = world.push(options(), operations.clone()).expect("the branch stands as this push left it");
    check(scene.name, &world, &folder());
    assert_eq!(output.head.oid, world.hub.head());
    world.hub.foreign_commit("somebody else", vec![]);
    world.crash(false);
    let error = world.push(options(), operations).expect_err("and now it does not");
    assert_eq!(error.code, hubferry::Code::Conflict);
}

#[test]
fn a_pull_request_that_is_closed_is_done_with() {
    let scene = &scenes()[2];
    let (mut world, operations) = cut_off_at(scene, "commit");
    world.hub.pulls[0].status = "closed";
    let output = world.push((scene.options)(), operations).expect("the push");
    assert_eq!(world.hub.pulls.len(), 2);
    assert!(output.pull_request_url.is_some_and(|url| url.ends_with("/discussions/2")));
    assert_eq!((world.hub.pulls[0].history.len(), world.hub.pulls[1].history.len()), (1, 2));
}

#[test]
fn a_file_that_was_changed_meanwhile_is_another_one() {
    let scene = &scenes()[0];
    let (mut world, mut operations) = cut_off_at(scene, "commit");
    let changed = folder().iter().position(|(path, _)| *path == "a/b/two.bin").expect("it is there");
    world.files[changed][0] ^= 1;
    if let Operation::AddOrUpdate { modified_ms, .. } = &mut operations[changed] {
        *modified_ms = modified_ms.map(|at| at + 1);
    }
    world.push((scene.options)(), operations).expect("the push");
    let Held::Lfs { oid, .. } = &world.hub.tree["a/b/two.bin"] else { panic!("it is large") };
    assert!(world.hub.objects[oid] == world.files[changed]);
}

#[test]
fn other_rules_may_send_a_file_elsewhere() {
    let scene = &scenes()[0];
    let (mut world, mut operations) = cut_off_at(scene, "commit");
    operations.extend(world.adds(&[(".gitattributes", b"*.bin filter=lfs\n".to_vec())]));
    world.push((scene.options)(), operations).expect("the push");
    assert!(world.count("preupload") > 0, "the Hub is asked again");
}

#[test]
fn a_journal_that_does_not_fit_is_set_aside_with_one_warning() {
    let scene = &scenes()[0];
    let good = cut_off_at(scene, "commit").0.kept.records;
    let mut damaged = good.clone();
    damaged[20] ^= 1;
    let mut foreign = good.clone();
    foreign[0] = frame::VERSION + 1;
    let base = (scene.options)();
    let other_branch = PushOptions { revision: "other".to_owned(), create_branch: true, ..(scene.options)() };
    let much_later = PushOptions { epoch_at_zero: Millis(40 * 24 * 3_600_000), ..(scene.options)() };
    let rows = [
        ("damaged", damaged, base.clone()),
        ("another version", foreign, base.clone()),
        ("no records at all", frame::write(77, b"what is this"), base.clone()),
        ("a record without a beginning", Record::Pull(3).to_bytes(), base),
        ("another branch", good.clone(), other_branch),
        ("from long ago", good, much_later),
    ];
    for (name, records, options) in rows {
        let (mut world, operations) = world(scene, 36, no_faults());
        world.kept.records = records;
        world.push(options, operations).unwrap_or_else(|error| panic!("{name}: {error}"));
        check(name, &world, &folder());
        let told = |event: &&Event| matches!(event, Event::Warning { code: "journal_set_aside", .. });
        assert_eq!(world.events.iter().filter(told).count(), 1, "{name}");
        let records: Result<Vec<_>, _> = frame::read(&world.kept.records).collect();
        assert!(records.is_ok_and(|records| records.len() > 1), "{name}: a new one is begun");
    }
}

#[test]
fn what_was_not_written_whole_is_not_taken_over() {
    let scene = &scenes()[0];
    let torn = cut_off_at(scene, "commit").0.kept.records;
    let mut records = frame::read(&torn);
    assert!(records.by_ref().all(|record| record.is_ok()));
    let good = records.bytes();
    assert!(good < torn.len());
    for (stream, whole) in [(&torn[..good], good), (&torn, good), (&torn[good..], 0), (&[], 0)] {
        let (mut world, operations) = world(scene, 38, no_faults());
        let mut push = world.open_push((scene.options)(), operations);
        assert_eq!(push.restore(world.now, stream).expect("before the first poll"), whole);
    }
}

#[test]
fn a_journal_that_fails_never_fails_its_push() {
    for scene in &scenes()[..3] {
        for bytes in [0, 200, 400, 800] {
            let (mut world, operations) = world(scene, 37, no_faults());
            world.kept.full_at = Some(bytes);
            world.push((scene.options)(), operations).expect("the push");
            check(scene.name, &world, &folder());
            let told = |event: &&Event| matches!(event, Event::Warning { code: "journal_failed", .. });
            assert_eq!(world.events.iter().filter(told).count(), 1, "{}: full at {bytes}", scene.name);
        }
    }
}

#[test]
fn nothing_secret_is_ever_in_a_record() {
    for scene in scenes() {
        let (mut world, operations) = world(&scene, 38, (scene.faults)());
        world.push((scene.options)(), operations).expect("the push");
        let text = String::from_utf8_lossy(&world.kept.records);
        let mut secrets = vec![TOKEN.to_owned(), CAS_TOKEN.to_owned(), "Bearer".to_owned(), "store.example".to_owned()];
        // Whatever stands in a query or in a header was a credential, or may have been.
        for (_, request) in &world.requests {
            secrets.extend(request.url.split_once('?').map(|(_, query)| query.to_owned()));
            let headers = request.headers.iter().filter(|(name, _)| *name != "content-type" && *name != "accept");
            secrets.extend(headers.map(|(_, value)| value.clone()));
        }
        for secret in secrets {
            assert!(!text.contains(&secret), "{}: {secret}", scene.name);
        }
    }
}
