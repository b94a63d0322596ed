//! Several commits: a chain in the order of the operations, each file in one of them, each commit exactly once.

use std::collections::BTreeMap;

use hubferry::error::Code;
use hubferry::http::FileIdx;
use hubferry::push::{CommitState, Commits, Event, Operation, PushOptions, PushOutput};
use hubferry::time::Millis;

use crate::sim::{Fault, Faults, Held, SimHub, World, fault_on, no_faults, noise, options, xet_options};
use crate::sim_hub::ME;

fn auto() -> PushOptions {
    PushOptions { commits: Commits::Auto, ..options() }
}

fn auto_by_xet() -> PushOptions {
    PushOptions { commits: Commits::Auto, ..xet_options() }
}

fn asking() -> PushOptions {
    PushOptions { pull_request: true, merge: true, ..auto() }
}

/// Small regular files, of content that tells them apart.
fn small(count: usize) -> Vec<(String, Vec<u8>)> {
    (0..count).map(|n| (format!("f/{n:05}.txt"), format!("file {n}").into_bytes())).collect()
}

/// Every fifth of them is large.
fn mixed(count: usize) -> Vec<(String, Vec<u8>)> {
    let mut files = small(count);
    for (n, (_, bytes)) in files.iter_mut().enumerate().filter(|(n, _)| n % 5 == 0) {
        *bytes = noise(n as u64, 1_100 + n);
    }
    files
}

fn adds(world: &mut World, files: &[(String, Vec<u8>)]) -> Vec<Operation> {
    let named: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    world.adds(&named)
}

struct Pushed {
    world: World,
    end: Result<PushOutput, hubferry::Error>,
}

fn push(options: PushOptions, hub: SimHub, files: &[(String, Vec<u8>)], seed: u64, faults: Faults) -> Pushed {
    let mut world = World::new(hub, seed, faults);
    let operations = adds(&mut world, files);
    let end = world.push(options, operations);
    Pushed { world, end }
}

/// Title and number of operations of each commit after the first, which is the repo's own.
fn chain(world: &World) -> Vec<(String, usize)> {
    world.hub.history.iter().skip(1).map(|commit| (commit.title.clone(), commit.lines.len())).collect()
}

fn expected(sizes: &[usize]) -> Vec<(String, usize)> {
    let title = |part: usize| if part == 1 { "ours".to_owned() } else { format!("ours (part {part})") };
    (1..).zip(sizes).map(|(part, size)| (title(part), *size)).collect()
}

/// How often each path stands in a commit.
fn times(world: &World) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for line in world.hub.history.iter().flat_map(|commit| &commit.lines) {
        *times.entry(line["value"]["path"].as_str().expect("a path").to_owned()).or_default() += 1;
    }
    times
}

fn assert_each_once(world: &World, files: &[(String, Vec<u8>)]) {
    let times = times(world);
    assert!(files.iter().all(|(path, _)| times.get(path) == Some(&1)), "each file is in one commit");
    let named: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    crate::xet_sends_each_new_chunk_once::assert_held(world, &named);
}

#[test]
fn commits_grow_while_they_are_quick_and_are_told_one_by_one() {
    let files = small(1_400);
    let Pushed { world, end } = push(auto(), SimHub::new(), &files, 301, no_faults());
    let output = end.expect("the push");
    assert_eq!(chain(&world), expected(&[250, 400, 600, 150]));
    assert_each_once(&world, &files);
    let made: Vec<(String, u64)> = output.commits.iter().map(|made| (made.oid.clone(), made.files)).collect();
    let there: Vec<(String, u64)> =
        world.hub.history.iter().skip(1).map(|commit| (commit.id.clone(), commit.lines.len() as u64)).collect();
    assert_eq!(made, there);
    assert_eq!((output.head.oid, output.verified), (world.hub.head(), true));
    let told = world.events.iter().filter(|event| matches!(event, Event::Commit(_))).count();
    assert_eq!(told, 4);
}

#[test]
fn slow_commits_shrink() {
    let mut world = World::new(SimHub::new(), 302, no_faults());
    world.slowness_ms = 41_000;
    let operations = adds(&mut world, &small(700));
    world.push(auto(), operations).expect("the push");
    assert_eq!(chain(&world), expected(&[250, 200, 125, 100, 25]));
}

#[test]
fn a_small_folder_is_one_commit_and_one_that_is_there_none() {
    let files = mixed(40);
    let Pushed { mut world, end } = push(auto(), SimHub::new(), &files, 303, no_faults());
    end.expect("the push");
    assert_eq!(chain(&world), expected(&[40]));
    world.files.clear();
    let operations = adds(&mut world, &files);
    let output = world.push(auto(), operations).expect("the push");
    assert_eq!((output.commits.len(), output.verified), (0, true));
    assert_eq!(world.hub.history.len(), 2);
}

#[test]
fn answers_in_any_order_make_the_same_chain() {
    let files = mixed(700);
    let ids = |seed| {
        let Pushed { world, end } = push(auto(), SimHub::new(), &files, seed, no_faults());
        end.expect("the push");
        assert_each_once(&world, &files);
        (chain(&world), world.hub.head())
    };
    let first = ids(304);
    assert_eq!(first.0, expected(&[250, 400, 50]));
    assert_eq!(first, ids(305));
    assert_eq!(first, ids(306));
}

#[test]
fn the_first_commit_does_not_wait_for_the_last_file() {
    for (options, hub) in [(auto(), SimHub::new()), (auto_by_xet(), SimHub::with_xet())] {
        let sends = if options.use_xet { "xorb" } else { "put" };
        let mut files = mixed(1_000);
        for (n, (_, bytes)) in files.iter_mut().enumerate().skip(900) {
            *bytes = noise(n as u64, 40_000);
        }
        let Pushed { world, end } = push(options, hub, &files, 307, no_faults());
        end.expect("the push");
        assert_each_once(&world, &files);
        assert_eq!(chain(&world), expected(&[250, 400, 350]));
        let first = world.requests.iter().position(|(name, _)| *name == "commit").expect("a commit");
        let last = world.requests.iter().rposition(|(name, _)| *name == sends).expect("content");
        assert!(first < last, "{sends}: committing and sending overlap");
    }
}

#[test]
fn by_the_content_store_the_files_of_a_commit_are_registered_before_it_and_lanes_may_die() {
    for (seed, deaths) in [(308, vec![]), (309, vec![300]), (310, vec![40])] {
        let files: Vec<(String, Vec<u8>)> =
            (0..600).map(|n| (format!("{n:03}.bin"), noise(n, 10_000 + 10 * n as usize))).collect();
        let mut world = World::new(SimHub::with_xet(), seed, no_faults());
        world.deaths = deaths.into();
        let operations = adds(&mut world, &files);
        let output = world.push(auto_by_xet(), operations).expect("the push");
        assert!(output.verified);
        assert_eq!(chain(&world), expected(&[250, 350]));
        assert_each_once(&world, &files);
        assert!((1..=6).contains(&world.count("shard")), "{} shards", world.count("shard"));
    }
}

#[test]
fn whatever_happens_to_an_answer_in_the_chain_each_commit_is_made_once() {
    let faults = [
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::HalfAnswer,
        Fault::StatusAfter(504),
        Fault::Status(500),
        Fault::Status(429),
        Fault::Hang,
        Fault::LateTwin,
    ];
    let files = small(700);
    for (seed, fault) in (311..).zip(faults) {
        for nth in [1, 2, 3] {
            let faults: Faults =
                Box::new(move |kind, n| if (kind, n) == ("commit", nth) { fault } else { Fault::None });
            let Pushed { world, end } = push(auto(), SimHub::new(), &files, seed, faults);
            let output = end.unwrap_or_else(|error| panic!("{fault:?} at {nth}: {error}"));
            assert_each_once(&world, &files);
            let made = world.hub.history.len() - 1;
            assert_eq!((made, output.commits.len()), (output.commits.len(), 3), "{fault:?} at {nth}");
            assert_eq!(output.head.oid, world.hub.head(), "{fault:?} at {nth}");
        }
    }
}

#[test]
fn a_chain_goes_on_gently_after_a_pause_and_without_a_connection_for_a_while() {
    let files = mixed(700);
    for (seed, is_gentle) in [(350, true), (351, false)] {
        for (options, hub) in [(auto(), SimHub::new()), (auto_by_xet(), SimHub::with_xet()), (asking(), SimHub::new())]
        {
            for moment in 0..20 {
                let (is_pull, has_moved) = (options.pull_request, moment % 2 == 0);
                let mut world = World::new(hub.clone(), seed, no_faults());
                let operations = adds(&mut world, &files);
                let mut push = world.open_push(options.clone(), operations);
                push.gentle(is_gentle);
                world.run_for(&mut push, 100 * moment);
                push.pause();
                world.run_for(&mut push, 60);
                world.now.0 += 600_000;
                if has_moved {
                    world.connection.extend([(world.now, false), (Millis(world.now.0 + 3_600_000), true)]);
                }
                push.resume();
                push.gentle(!is_gentle);
                let name = format!("gentle {is_gentle}, pull request {is_pull}, moment {moment}");
                let output = world.run(&mut push).unwrap_or_else(|error| panic!("{name}: {error}"));
                // What has waited for long goes, though it is few.
                assert!((3..=5).contains(&output.commits.len()) && output.verified, "{name}: {:?}", output.commits);
                let history = if is_pull { &world.hub.pulls[0].history } else { &world.hub.history };
                let made: Vec<(&str, usize)> =
                    history.iter().skip(1).map(|commit| (commit.id.as_str(), commit.lines.len())).collect();
                let told = output.commits.iter().map(|made| (made.oid.as_str(), made.files as usize));
                assert_eq!(made, told.collect::<Vec<_>>(), "{name}");
                assert_eq!(made.iter().map(|(_, files)| files).sum::<usize>(), 700, "{name}");
                assert_eq!(world.hub.pulls.len(), usize::from(is_pull), "{name}");
            }
        }
    }
}

#[test]
fn somebody_elses_commit_with_the_title_of_a_part_is_not_taken_for_it() {
    let files = small(700);
    let faults: Faults = Box::new(|kind, n| if (kind, n) == ("commit", 1) { Fault::ForeignTwin } else { Fault::None });
    let Pushed { world, end } = push(auto(), SimHub::new(), &files, 352, faults);
    let output = end.expect("the push");
    let made: Vec<(&str, bool)> =
        world.hub.history.iter().skip(1).map(|commit| (commit.title.as_str(), commit.is_ours())).collect();
    assert_eq!(made, [("ours", false), ("ours", true), ("ours (part 2)", true), ("ours (part 3)", true)]);
    assert_eq!(output.commits.len(), 3);
    assert_each_once(&world, &files);
}

#[test]
fn somebody_elses_commit_in_the_chain_is_built_upon_and_earlier_batches_are_not_asked_again() {
    let mut hub = SimHub::new();
    let files = small(700);
    let held = |n: usize| (files[n].0.as_str(), Held::Regular(files[n].1.clone()));
    hub.foreign_commit("before", vec![held(0), held(100), held(690)]);
    let faults: Faults =
        Box::new(|kind, n| if (kind, n) == ("commit", 2) { Fault::ForeignCommit } else { Fault::None });
    let Pushed { world, end } = push(auto(), hub, &files, 320, faults);
    end.expect("the push");
    let titles: Vec<String> = chain(&world).into_iter().map(|(title, _)| title).collect();
    assert_eq!(titles, ["before", "ours", "somebody else", "ours (part 2)", "ours (part 3)"]);
    let asked: Vec<String> = world
        .requests
        .iter()
        .filter(|(name, _)| *name == "paths-info")
        .map(|(_, request)| format!("{:?}", request.body))
        .collect();
    let times = |n: usize| asked.iter().filter(|body| body.contains(&files[n].0)).count();
    assert_eq!((times(0), times(100), times(690)), (1, 1, 2), "only what is not behind us is asked about again");
    assert_eq!(times(300), 2, "once before, once to read it back");
}

#[test]
fn a_callers_parent_holds_for_the_whole_chain() {
    let hub = SimHub::new();
    let options = PushOptions { parent_commit: Some(hub.head()), ..auto() };
    let Pushed { end, .. } = push(options.clone(), SimHub::new(), &small(300), 321, no_faults());
    assert_eq!(end.expect("the push").commits.len(), 2);
    let faults: Faults =
        Box::new(|kind, n| if (kind, n) == ("commit", 2) { Fault::ForeignCommit } else { Fault::None });
    let Pushed { world, end } = push(options, hub, &small(300), 322, faults);
    assert_eq!(end.expect_err("the branch moved").code, Code::Conflict);
    assert_eq!(chain(&world).len(), 2, "ours and theirs");
}

#[test]
fn a_commit_that_fails_for_good_goes_in_pieces() {
    let files = small(300);
    for fault in [Fault::Status(504), Fault::Hang, Fault::CutBefore, Fault::Status(413)] {
        let times = if fault == Fault::Status(413) { 1 } else { 6 };
        let Pushed { world, end } = push(auto(), SimHub::new(), &files, 323, fault_on("commit", fault, times));
        end.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        let sizes: Vec<usize> = chain(&world).into_iter().map(|(_, size)| size).collect();
        assert_eq!(sizes, [200, 50, 50], "{fault:?}");
        assert_each_once(&world, &files);
    }
}

#[test]
fn pieces_are_divided_again_until_they_are_small() {
    let files = small(260);
    let Pushed { world, end } =
        push(auto(), SimHub::new(), &files, 324, fault_on("commit", Fault::Status(413), u32::MAX));
    let error = end.expect_err("it gives up");
    assert_eq!(error.code, Code::Rejected);
    assert_eq!(chain(&world), []);
    let tries = world.count("commit");
    assert_eq!(tries, 7, "of 250, 200, 125, 100, 75, 50 and 20 files, each once");
}

#[test]
fn a_commit_that_was_given_up_and_is_made_all_the_same_stands_for_its_pieces() {
    // Five clear failures, then one that is carried out long after it was given up, while the first piece hangs.
    let faults: Faults = Box::new(|kind, n| match (kind, n) {
        ("commit", 1..=5) => Fault::Status(503),
        ("commit", 6) => Fault::LateTwin,
        ("commit", 7) => Fault::Hang,
        _ => Fault::None,
    });
    let files = small(300);
    let Pushed { world, end } = push(auto(), SimHub::new(), &files, 325, faults);
    let output = end.expect("the push");
    let sizes: Vec<usize> = chain(&world).into_iter().map(|(_, size)| size).collect();
    assert_eq!(sizes, [250, 50], "no piece of it");
    assert_eq!(output.commits.iter().map(|made| made.files).collect::<Vec<_>>(), [250, 50]);
    assert_each_once(&world, &files);
}

#[test]
fn deletes_go_with_the_first_commit_and_alone_when_nothing_is_added() {
    let hub = || {
        let mut hub = SimHub::new();
        let old: Vec<String> = (0..30).map(|n| format!("f/old-{n}")).collect();
        hub.foreign_commit("before", old.iter().map(|path| (path.as_str(), Held::Regular(b"old".to_vec()))).collect());
        hub
    };
    let mirror = PushOptions { delete_patterns: vec!["*".to_owned()], ..auto() };
    let Pushed { world, end } = push(mirror.clone(), hub(), &small(300), 326, no_faults());
    end.expect("the push");
    assert_eq!(chain(&world)[1..], [("ours".to_owned(), 280), ("ours (part 2)".to_owned(), 50)]);
    let keys: Vec<&str> = world.hub.history[2].lines.iter().filter_map(|line| line["key"].as_str()).collect();
    assert!(keys[..30].iter().all(|key| *key == "deletedFile") && keys[30..].iter().all(|key| *key == "file"));
    assert_eq!(world.hub.tree.len(), 300);
    assert_eq!(world.count("tree"), 1, "what goes is listed once");
    let Pushed { world, end } = push(mirror, hub(), &[], 327, no_faults());
    end.expect("the push");
    assert_eq!(chain(&world)[1..], [("ours".to_owned(), 30)]);
}

#[test]
fn what_is_added_and_then_deleted_cannot_go_in_several_commits() {
    let mut world = World::new(SimHub::new(), 328, no_faults());
    let mut operations = adds(&mut world, &small(1));
    operations.push(Operation::Delete { path: "f/".to_owned() });
    let error = world.push(auto(), operations).expect_err("refused");
    assert_eq!((error.code, world.requests.len()), (Code::InvalidInput, 0));
}

#[test]
fn one_pull_request_collects_all_and_is_merged_once() {
    let rows: [(&str, Fault); 7] = [
        ("merge", Fault::None),
        ("merge", Fault::CutAfter),
        ("merge", Fault::CutBefore),
        ("merge", Fault::StatusAfter(502)),
        ("merge", Fault::Hang),
        ("merge", Fault::LateTwin),
        ("ready", Fault::CutAfter),
    ];
    for (seed, (kind, fault)) in (330..).zip(rows) {
        let files = small(700);
        let Pushed { mut world, end } = push(asking(), SimHub::new(), &files, seed, fault_on(kind, fault, 1));
        let output = end.unwrap_or_else(|error| panic!("{kind} {fault:?}: {error}"));
        world.settle();
        assert_eq!((output.commits.len(), output.verified), (3, true), "{kind} {fault:?}");
        assert_eq!(world.hub.pulls.len(), 1);
        let pull = &world.hub.pulls[0];
        assert_eq!((pull.status, pull.author.as_str(), pull.history.len()), ("merged", ME, 4), "{kind} {fault:?}");
        let merges = world.hub.history.iter().filter(|commit| commit.title == "ours (#1)").count();
        assert_eq!((merges, world.hub.tree.len()), (1, 700), "{kind} {fault:?}");
        let place = |name: &str| world.requests.iter().rposition(|(seen, _)| *seen == name);
        assert!(place("commit") < place("ready") && place("ready") < place("merge"), "in the end");
    }
}

#[test]
fn a_merge_that_is_refused_says_where_the_commits_are() {
    let Pushed { world, end } = push(asking(), SimHub::new(), &small(3), 340, fault_on("merge", Fault::Status(409), 1));
    let error = end.expect_err("a conflict");
    assert_eq!(error.code, Code::Conflict);
    assert!(error.message.contains("/discussions/1"), "{error}");
    assert_eq!((world.count("merge"), world.hub.pulls[0].history.len()), (1, 2));
    let options = PushOptions { pull_request: false, ..asking() };
    let Pushed { world, end } = push(options, SimHub::new(), &small(3), 341, no_faults());
    assert_eq!((end.expect_err("no pull request").code, world.requests.len()), (Code::InvalidInput, 0));
}

#[test]
fn a_caller_may_plan_the_commits() {
    let asks = |planner: fn(&CommitState) -> usize, count: usize| {
        let mut world = World::new(SimHub::new(), 342, no_faults());
        world.planner = planner;
        let operations = adds(&mut world, &small(count));
        world.push(PushOptions { ask_plan: true, ..auto() }, operations).expect("the push");
        world
    };
    let tens = asks(|state| if state.files.len() >= 10 || !state.more { state.files.len().min(10) } else { 0 }, 35);
    assert_eq!(chain(&tens), expected(&[10, 10, 10, 5]));
    let never = asks(|_| 0, 35);
    assert_eq!(chain(&never), expected(&[35]), "who waits for nothing gets what the rule says");
    let all = asks(|state| if state.more { 0 } else { usize::MAX }, 600);
    assert_eq!(chain(&all), expected(&[600]));
}

#[test]
fn more_commits_than_the_hub_takes_in_an_hour_wait() {
    let mut world = World::new(SimHub::new(), 343, no_faults());
    world.planner = |_| 1;
    let operations = adds(&mut world, &small(131));
    world.push(PushOptions { ask_plan: true, ..auto() }, operations).expect("the push");
    let at: Vec<Millis> = (world.requests.iter().zip(&world.sent_at))
        .filter(|((name, _), _)| *name == "commit")
        .map(|(_, at)| *at)
        .collect();
    assert_eq!(at.len(), 131);
    assert!(at[127].0 < 3_600_000 && at[128].0 >= 3_600_000, "{:?} and {:?}", at[127], at[128]);
}

#[test]
fn a_file_that_takes_too_long_is_passed_over() {
    let mut files = small(260);
    files[0].1 = noise(1, 5_000);
    let Pushed { world, end } = push(auto(), SimHub::new(), &files, 344, fault_on("put", Fault::Later(503, 320), 1));
    end.expect("the push");
    assert_each_once(&world, &files);
    let sizes: Vec<usize> = chain(&world).into_iter().map(|(_, size)| size).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 260);
    let line = |n: usize| world.hub.history[n].lines[0]["value"]["path"].as_str().map(str::to_owned);
    assert_eq!(line(1), Some(files[1].0.clone()), "it goes with a later commit");
    let first = world.requests.iter().position(|(name, _)| *name == "commit").expect("a commit");
    assert!((300_000..330_000).contains(&world.sent_at[first].0), "after five minutes: {:?}", world.sent_at[first]);
}

#[test]
fn one_commit_does_not_take_everything_and_says_so_before_a_byte_is_sent() {
    let mut hub = SimHub::new();
    hub.lfs_above = 0;
    let count = hubferry::limits::LFS_FILES_PER_COMMIT + 1;
    let mut world = World::new(hub, 345, no_faults());
    world.files.push(b"x".to_vec());
    let operations = (0..count)
        .map(|n| Operation::AddOrUpdate { path: format!("{n}"), file: FileIdx(0), size: 1, modified_ms: None })
        .collect();
    let error = world.push(options(), operations).expect_err("too many");
    assert_eq!(error.code, Code::InvalidInput);
    assert!(error.message.contains("commits: \"auto\""), "{error}");
    assert_eq!((world.count("batch"), world.count("put"), world.count("commit")), (0, 0, 0));
}

#[test]
fn reports_come_at_their_times() {
    let mut world = World::new(SimHub::new(), 346, no_faults());
    world.slowness_ms = 2_000;
    let operations = adds(&mut world, &small(600));
    world.push(PushOptions { report_every: Some(Millis(1_000)), ..auto() }, operations).expect("the push");
    let reported: Vec<u64> = (world.events.iter())
        .filter_map(|event| if let Event::Report(progress) = event { Some(progress.files.committed) } else { None })
        .collect();
    let seconds = world.now.0 / 1_000;
    assert!((seconds - 1..=seconds).contains(&(reported.len() as u64)), "{} in {seconds} s", reported.len());
    assert!(reported.is_sorted() && reported.contains(&250));
}
