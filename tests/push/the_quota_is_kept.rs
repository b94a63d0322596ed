//! The Hub's quota of calls is never exceeded when it announces one: calls are spread.

use hubferry::exchange::{Errand, Exchanges, Outgoing, StepIds};
use hubferry::http::{Method, Request, Response};
use hubferry::hub::Replay;
use hubferry::push::RunState;
use hubferry::retry::{Jitter, Patience};
use hubferry::step::StepId;
use hubferry::time::Millis;

use crate::sim::{SimHub, World, no_faults, options};
use crate::sim_hub::SimQuota;

/// Makes so many calls at a server with this quota, that answers within so many milliseconds; the quota, and the time it took.
fn call(calls: u64, mut quota: SimQuota, slowest_ms: u64) -> (SimQuota, u64) {
    let mut exchanges: Exchanges<u64> = Exchanges::new(Jitter::new(3), Patience::Normal);
    let mut ids = StepIds::default();
    for call in 0..calls {
        let request = Request::new(Method::Get, "https://hub.example/api/x");
        exchanges.start(Errand::api(call, request, Replay::Safe), Millis(0));
    }
    let mut now = Millis(0);
    let mut state = 7_u64;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below.max(1)
    };
    // What arrives at the server, and what comes back.
    let mut arriving: Vec<(Millis, StepId)> = Vec::new();
    let mut answers: Vec<(Millis, StepId, Response)> = Vec::new();
    let mut settled = 0;
    while settled < calls {
        while let Some(out) = exchanges.poll(now, &mut ids) {
            match out {
                Outgoing::Send { id, .. } => arriving.push((now + Millis(random(slowest_ms)), id)),
                Outgoing::Settled { outcome, .. } => {
                    assert_eq!(outcome.expect("an answer").status, 200);
                    settled += 1;
                }
                Outgoing::Retrying { cause, .. } => panic!("turned away: {cause}"),
                Outgoing::Cancel { .. } => panic!("nothing hangs"),
            }
        }
        let times = arriving.iter().map(|(at, _)| *at).chain(answers.iter().map(|(at, _, _)| *at));
        let Some(next) = times.chain(exchanges.wake_at(now)).min() else { break };
        now = now.max(next);
        for (_, id) in arriving.extract_if(.., |(at, _)| *at <= now) {
            let status = if quota.count(now.0) { 200 } else { 429 };
            let response = Response { status, headers: quota.headers(now.0).into(), body: String::new() };
            answers.push((now + Millis(random(slowest_ms)), id, response));
        }
        for (_, id, response) in answers.extract_if(.., |(at, _, _)| *at <= now) {
            exchanges.response(now, id, response).expect("awaited");
        }
    }
    assert_eq!(settled, calls);
    (quota, now.0)
}

#[test]
fn two_thousand_calls() {
    // (calls per window, milliseconds of the slowest answer)
    for (per_window, slowest_ms) in [(500, 200), (500, 4_000), (100, 900), (20, 50)] {
        let (quota, took_ms) = call(2_000, SimQuota::new(per_window, 300_000), slowest_ms);
        assert_eq!(quota.exceeded, 0, "{per_window} per window");
        // A fiftieth is left to others; each window begins with what was on its way.
        let windows = 2_000_u64.div_ceil(per_window - per_window / 50 - 4.min(per_window / 5));
        // Four at a time, and no quicker than the server.
        let most_ms = ((windows + 1) * 302_000).max(2_000 * slowest_ms / 3);
        assert!(took_ms < most_ms, "{per_window} per window: it took {} s", took_ms / 1000);
    }
}

#[test]
fn a_few_calls_are_not_held_up() {
    let (_, took_ms) = call(200, SimQuota::new(500, 300_000), 100);
    assert!(took_ms < 20_000, "{took_ms}");
}

#[test]
fn a_push_of_many_objects() {
    let mut hub = SimHub::new();
    hub.verify = true;
    hub.quota = Some(SimQuota::new(60, 300_000));
    let files: Vec<(String, Vec<u8>)> = (0..150).map(|n| (format!("f{n}"), vec![n as u8; 2_000 + n])).collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let mut world = World::new(hub, 93, no_faults());
    let operations = world.adds(&files);
    let mut push = hubferry::push::Push::new(options()).expect("options");
    push.add(operations).expect("operations");
    let mut waited = false;
    while !world.run_for(&mut push, 1) {
        waited |= push.progress(world.now).state == RunState::Waiting;
    }
    let quota = world.hub.quota.as_ref().expect("the quota");
    assert_eq!((quota.exceeded, world.hub.history.len()), (0, 2));
    assert!(quota.windows >= 3 && waited, "{quota:?}");
}
