//! What leaves, when, and what of it counts, without a push around it.

use super::*;
use crate::http::{Method, Request};
use crate::hub::Replay;
use crate::limits::{DEDUP_DEADLINE, FIRST_BYTE, OUTAGE, STALL};

const HUB: &str = "https://hub.example/api/x";
const STORE: &str = "https://store.example/x";
const MEGABYTE: usize = 1_000_000;

struct Desk {
    exchanges: Exchanges<u32>,
    ids: StepIds,
    started: u32,
}

impl Desk {
    fn new() -> Desk {
        Desk { exchanges: Exchanges::new(Jitter::none(), Patience::Normal), ids: StepIds::default(), started: 0 }
    }

    fn body(&mut self, url: &str) {
        let request = Request::new(Method::Put, url).text("x", "x".repeat(MEGABYTE));
        self.start(|purpose| Errand::body(purpose, request));
    }

    fn call(&mut self) {
        self.start(|purpose| Errand::api(purpose, Request::new(Method::Get, HUB), Replay::Safe));
    }

    fn start(&mut self, errand: impl FnOnce(u32) -> Errand<u32>) {
        self.started += 1;
        self.exchanges.start(errand(self.started), Millis(0));
    }

    /// What leaves now, and what is cancelled; retries and outcomes are counted.
    fn poll(&mut self, now: u64) -> (Vec<StepId>, Vec<StepId>, usize) {
        let (mut sent, mut cancelled, mut told) = (Vec::new(), Vec::new(), 0);
        while let Some(out) = self.exchanges.poll(Millis(now), &mut self.ids) {
            match out {
                Outgoing::Send { id, .. } => sent.push(id),
                Outgoing::Cancel { id } => cancelled.push(id),
                Outgoing::Retrying { .. } | Outgoing::Settled { .. } => told += 1,
            }
        }
        (sent, cancelled, told)
    }
}

#[test]
fn how_many_side_by_side() {
    // (what it shows, bodies to the store, bodies to the Hub, calls to the Hub, gentle, how many leave)
    let rows = [
        ("bodies at first", 9, 0, 0, false, 4),
        ("calls beside them", 9, 0, 9, false, 8),
        ("six to one host", 0, 9, 9, false, 6),
        ("one body at a time, calls as ever", 9, 0, 9, true, 5),
    ];
    for (name, to_store, to_hub, calls, gentle, expected) in rows {
        let mut desk = Desk::new();
        desk.exchanges.be_gentle(gentle);
        (0..to_store).for_each(|_| desk.body(STORE));
        (0..calls).for_each(|_| desk.call());
        (0..to_hub).for_each(|_| desk.body(HUB));
        let (sent, _, _) = desk.poll(0);
        assert_eq!(sent.len(), expected, "{name}");
    }
}

#[test]
fn nobody_waits_for_what_nobody_needs() {
    let mut desk = Desk::new();
    desk.exchanges.connection(Millis(0), false);
    desk.start(|purpose| Errand::once(purpose, Request::new(Method::Get, HUB), DEDUP_DEADLINE));
    assert_eq!(desk.poll(0), (vec![], vec![], 1), "it is settled at once");
}

#[test]
fn what_an_outage_leaves_in_the_air() {
    let short = OUTAGE.0 - 1;
    // (what it shows, how long it was, whether the transport has told of the body, milliseconds after it at which it is sent again)
    let rows = [
        ("a long one takes what cannot tell with it", OUTAGE.0, false, 0),
        ("a short one does not", short, false, 120_000 + 30_517 - short),
        ("what can tell has its time to move on", OUTAGE.0, true, STALL.0),
    ];
    for (name, outage, reports, expected) in rows {
        let mut desk = Desk::new();
        desk.body(STORE);
        let (sent, _, _) = desk.poll(0);
        if reports {
            desk.exchanges.progress(Millis(0), sent[0], 1000).expect("in the air");
        }
        assert!(desk.exchanges.connection(Millis(0), false) && !desk.exchanges.connection(Millis(0), false), "{name}");
        assert_eq!(desk.poll(outage), (vec![], vec![], 0), "{name}: nothing happens meanwhile");
        desk.exchanges.connection(Millis(outage), true);
        let again = desk.exchanges.wake_at(Millis(outage)).expect("something to do").0.max(outage);
        assert_eq!(again - outage, expected, "{name}");
        let (resent, cancelled, told) = desk.poll(again);
        assert_eq!((resent.len(), cancelled, told), (1, sent, 0), "{name}: and it does not count");
    }
}

#[test]
fn deadlines_of_a_body() {
    // (what it shows, reports of its bytes at these times, when it is cut)
    type Row<'a> = (&'a str, &'a [(u64, u64)], u64);
    let rows: [Row; 4] = [
        ("nobody tells: by its size", &[], 120_000 + 30_517),
        ("somebody will tell: the first byte", &[(5, 0)], 5 + FIRST_BYTE.0),
        ("it stands still", &[(5, 0), (900, 10), (950, 10)], 900 + STALL.0),
        ("all has left: the answer", &[(5, 0), (900, MEGABYTE as u64)], 900 + 120_000),
    ];
    for (name, reports, expected) in rows {
        let mut desk = Desk::new();
        desk.body(STORE);
        let (sent, _, _) = desk.poll(0);
        for &(at, bytes) in reports {
            desk.exchanges.progress(Millis(at), sent[0], bytes).expect("in the air");
        }
        assert_eq!(desk.exchanges.wake_at(Millis(0)), Some(Millis(expected)), "{name}");
    }
}

#[test]
fn a_driver_that_has_slept_blames_nobody() {
    let mut desk = Desk::new();
    desk.body(STORE);
    desk.poll(0);
    desk.exchanges.give_time(Millis(10_000_000));
    assert_eq!(desk.poll(10_000_000), (vec![], vec![], 0));
    let (sent, cancelled, told) = desk.poll(10_000_000 + STALL.0);
    assert_eq!((sent.len(), cancelled.len(), told), (0, 1, 1), "but not for ever");
}
