//! Whether and when a request is tried again: one table for every request of the engine.
//!
//! Invariants: what is in no row of `RULES` is never repeated, so 401, 403, 404, 413 and 422 never are; a server that names a
//! time is not asked earlier. Two refusals are answered elsewhere, because the request changes: a store that does not take an
//! upload URL any more (a new batch call makes new ones) and one that does not take its token any more (a new token, once for
//! each that ran out).
//!
//! Source: Hub API, retries and rate limits.

use crate::error::Code;
use crate::http::Response;
use crate::hub::ratelimit;
use crate::json::Json;
use crate::limits::{
    ATTEMPTS, ATTEMPTS_WHEN_REFUSED, FIRST_REFUSED_DELAY, FIRST_RETRY_DELAY, LONGEST_ENDLESS_DELAY,
    LONGEST_REFUSED_DELAY, LONGEST_RETRY_DELAY, LONGEST_SERVER_DELAY, RETRY_BUDGET,
};
use crate::step::Failure;
use crate::time::Millis;

/// What sort of request it is, as far as another attempt is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A call that twice is the same as once.
    Call,
    /// A call that must not be done twice: a commit, the opening of a pull request. Whoever sends it finds out what became of it.
    Change,
    /// Content on its way to a store.
    Body,
    /// A call whose answer nobody needs.
    Aside,
}

/// What is wrong with an attempt that another one may mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// 429: turned away, nothing was done.
    Refused,
    /// A status that says nothing about the request itself.
    Later,
    /// No answer: the connection broke, stood still, or there was none.
    Lost,
    /// A good status over half an answer, or over something that is not the Hub's.
    Garbled,
}

/// How a trouble is met.
struct Rule {
    trouble: Trouble,
    /// Whose.
    kinds: &'static [Kind],
    /// Attempts at most, the first included.
    attempts: u32,
    /// The wait after the first attempt, where the server names none; doubles.
    first: Millis,
    /// The wait at which that ends.
    longest: Millis,
}

/// What is repeated, how often, and how long we wait.
#[rustfmt::skip]
const RULES: [Rule; 4] = [
    Rule { trouble: Trouble::Refused, kinds: &[Kind::Call, Kind::Change, Kind::Body], attempts: ATTEMPTS_WHEN_REFUSED, first: FIRST_REFUSED_DELAY, longest: LONGEST_REFUSED_DELAY },
    Rule { trouble: Trouble::Later,   kinds: &[Kind::Call, Kind::Body],               attempts: ATTEMPTS,              first: FIRST_RETRY_DELAY,   longest: LONGEST_RETRY_DELAY },
    Rule { trouble: Trouble::Lost,    kinds: &[Kind::Call, Kind::Body],               attempts: ATTEMPTS,              first: FIRST_RETRY_DELAY,   longest: LONGEST_RETRY_DELAY },
    Rule { trouble: Trouble::Garbled, kinds: &[Kind::Call, Kind::Body],               attempts: ATTEMPTS,              first: FIRST_RETRY_DELAY,   longest: LONGEST_RETRY_DELAY },
];

/// Statuses that mean "later": those of the Hub, and those of what stands between us and a server. Source: Hub API, retries.
const LATER: [u16; 14] = [408, 425, 500, 502, 503, 504, 509, 520, 521, 522, 523, 524, 529, 530];

/// How long somebody is willing to wait for better times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patience {
    /// Until the attempts of a request, or those of the push, are used up.
    #[default]
    Normal,
    /// For ever, with waits that grow, as long as the trouble is one that may pass.
    Endless,
}

impl Patience {
    /// Whether something that has failed so often may be tried once more.
    pub fn allows(self, failures: u32) -> bool {
        self == Patience::Endless || failures < ATTEMPTS
    }

    /// The wait before that: doubling up to a bound, which endless patience leaves behind after the usual attempts.
    pub fn wait_after(self, failures: u32) -> Millis {
        let is_beyond = self == Patience::Endless && failures >= ATTEMPTS;
        doubled(FIRST_RETRY_DELAY, failures, if is_beyond { LONGEST_ENDLESS_DELAY } else { LONGEST_RETRY_DELAY })
    }
}

/// Failed attempts of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failures {
    /// Those that were turned away.
    pub refused: u32,
    /// All others.
    pub others: u32,
}

impl Failures {
    /// All of them.
    pub fn count(self) -> u32 {
        self.refused + self.others
    }

    /// One more; how many of its sort there are.
    fn add(&mut self, trouble: Trouble) -> u32 {
        let count = if trouble == Trouble::Refused { &mut self.refused } else { &mut self.others };
        *count += 1;
        *count
    }
}

/// What to do after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Try again after this span.
    In(Millis),
    /// The outcome stands.
    Stands,
}

/// The trouble with an answer, if there is one. `is_read`: its body came as text and is JSON when all is well.
pub fn trouble_of(response: &Response, kind: Kind, is_read: bool) -> Option<Trouble> {
    match response.status {
        429 => Some(Trouble::Refused),
        status if LATER.contains(&status) => Some(Trouble::Later),
        // The store's word for a body that came too slowly. Source: S3, error responses.
        400 if kind == Kind::Body && response.body.contains("<Code>RequestTimeout</Code>") => Some(Trouble::Later),
        _ if is_read && response.is_success() && is_garbled(response) => Some(Trouble::Garbled),
        _ => None,
    }
}

/// The trouble with an attempt that brought no answer, if it is one that may pass.
pub fn trouble_with(failure: &Failure) -> Option<Trouble> {
    matches!(failure.code, Code::Offline | Code::Timeout | Code::Blocked).then_some(Trouble::Lost)
}

/// Whether a good answer is half of one, or the page of somebody in between. Some answers are empty, or words that nobody reads.
fn is_garbled(response: &Response) -> bool {
    let body = response.body.trim_start().as_bytes();
    let is_broken = match body.first() {
        Some(b'<') => body.len() < 5,
        Some(b'{' | b'[') => Json::parse(&response.body).is_err(),
        _ => false,
    };
    is_broken || response.is_page()
}

/// Judges a trouble of a request that has had these failures, and counts it. `named`: the wait that the server asks for.
pub fn judge(
    trouble: Trouble,
    kind: Kind,
    failures: &mut Failures,
    named: Option<Millis>,
    patience: Patience,
    jitter: &mut Jitter,
) -> Verdict {
    let Some(rule) = RULES.iter().find(|rule| rule.trouble == trouble && rule.kinds.contains(&kind)) else {
        return Verdict::Stands;
    };
    let count = failures.add(trouble);
    let is_endless = patience == Patience::Endless;
    if !is_endless && (count >= rule.attempts || named.is_some_and(|span| span > LONGEST_SERVER_DELAY)) {
        return Verdict::Stands;
    }
    let longest = if is_endless && count >= rule.attempts { LONGEST_ENDLESS_DELAY } else { rule.longest };
    let own = doubled(rule.first, count, longest);
    Verdict::In(match named {
        Some(span) => jitter.lengthen(span),
        None if trouble == Trouble::Refused => jitter.lengthen(own),
        None => jitter.shorten(own),
    })
}

/// The wait that a server asks for.
pub fn named_wait(response: &Response) -> Option<Millis> {
    ratelimit::wait_hint(response)
}

/// The delay after attempt number `attempt` of something: doubling, capped.
pub fn backoff(attempt: u32) -> Millis {
    doubled(FIRST_RETRY_DELAY, attempt, LONGEST_RETRY_DELAY)
}

fn doubled(first: Millis, count: u32, longest: Millis) -> Millis {
    let doublings = count.saturating_sub(1).min(16);
    Millis((first.0 << doublings).min(longest.0))
}

/// The attempts that a whole push may still waste. Where everything fails now and then, each request may have its attempts; where
/// most requests fail, no patience with each of them helps.
#[derive(Debug)]
pub struct Budget {
    /// In halves of an attempt.
    halves: u32,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { halves: 2 * RETRY_BUDGET }
    }
}

impl Budget {
    /// Takes one attempt; `false` when there is none left.
    pub fn spend(&mut self) -> bool {
        let is_left = self.halves >= 2;
        self.halves = self.halves.saturating_sub(2);
        is_left
    }

    /// A request was answered well: half an attempt comes back.
    pub fn earn(&mut self) {
        self.halves = (self.halves + 1).min(2 * RETRY_BUDGET);
    }
}

/// A seeded source of small random shifts, so that clients do not come back in step. Not for secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jitter(Option<u64>);

impl Jitter {
    /// No shift at all, for tests.
    pub fn none() -> Jitter {
        Jitter(None)
    }

    /// Shifts from a seed; the same seed gives the same shifts.
    pub fn new(seed: u64) -> Jitter {
        Jitter(Some(seed))
    }

    /// `span`, shortened by up to half of it.
    fn shorten(&mut self, span: Millis) -> Millis {
        span - Millis(self.below(span.0 / 2 + 1))
    }

    /// `span`, lengthened by up to a tenth: a server that names a time must not be asked earlier.
    fn lengthen(&mut self, span: Millis) -> Millis {
        span + Millis(self.below(span.0 / 10 + 1))
    }

    /// SplitMix64, reduced to `0..bound`.
    fn below(&mut self, bound: u64) -> u64 {
        let Some(state) = &mut self.0 else { return 0 };
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 4] = [Kind::Call, Kind::Change, Kind::Body, Kind::Aside];

    fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status, headers, body: body.to_owned() }
    }

    /// The verdict after an answer, with so many failures before.
    fn after(answer: &Response, kind: Kind, failures: u32, patience: Patience) -> Verdict {
        let Some(trouble) = trouble_of(answer, kind, true) else { return Verdict::Stands };
        let mut failures = Failures { refused: failures, others: failures };
        judge(trouble, kind, &mut failures, named_wait(answer), patience, &mut Jitter::none())
    }

    #[test]
    fn waits() {
        use Patience::{Endless, Normal};
        let limited: &[(&str, &str)] = &[("ratelimit", "\"api\";r=0;t=55"), ("retry-after", "7")];
        let day: &[(&str, &str)] = &[("retry-after", "86400")];
        // (what it shows, status, headers, failures before, patience, milliseconds)
        type Row<'a> = (&'a str, u16, &'a [(&'a str, &'a str)], u32, Patience, Option<u64>);
        let rows: [Row; 16] = [
            ("the first wait", 503, &[], 0, Normal, Some(1_000)),
            ("it doubles", 502, &[], 2, Normal, Some(4_000)),
            ("up to eight seconds", 500, &[], 4, Normal, Some(8_000)),
            ("the attempts are spent", 503, &[], 5, Normal, None),
            ("endless patience waits on", 503, &[], 5, Endless, Some(32_000)),
            ("and longer and longer, to five minutes", 503, &[], 60, Endless, Some(300_000)),
            ("a named time", 503, &[("retry-after", "7")], 0, Normal, Some(8_000)),
            ("RateLimit before Retry-After", 429, limited, 0, Normal, Some(56_000)),
            ("nobody sleeps for a day", 503, day, 0, Normal, None),
            ("but endless patience does", 503, day, 0, Endless, Some(86_401_000)),
            ("a header that cannot be read", 503, &[("retry-after", "soon")], 0, Normal, Some(1_000)),
            ("turned away, and nothing to be read", 429, &[], 0, Normal, Some(5_000)),
            ("again", 429, &[], 2, Normal, Some(20_000)),
            ("at most a minute", 429, &[], 8, Normal, Some(60_000)),
            ("turned away too often", 429, &[], 9, Normal, None),
            ("endless patience is turned away on", 429, &[], 20, Endless, Some(300_000)),
        ];
        for (name, status, headers, failures, patience, expected) in rows {
            let expected = expected.map_or(Verdict::Stands, |ms| Verdict::In(Millis(ms)));
            assert_eq!(after(&response(status, headers, ""), Kind::Call, failures, patience), expected, "{name}");
        }
    }

    #[test]
    fn being_turned_away_is_outlasted_by_a_window_of_the_hub() {
        let waited: u64 =
            (1..ATTEMPTS_WHEN_REFUSED).map(|count| doubled(FIRST_REFUSED_DELAY, count, LONGEST_REFUSED_DELAY).0).sum();
        assert!(waited > 330_000, "{waited}");
    }

    #[test]
    fn every_status_for_every_kind() {
        for status in 100..600 {
            for kind in KINDS {
                let expected = match (kind, status) {
                    (Kind::Aside, _) => false,
                    (_, 429) => true,
                    (Kind::Change, _) => false,
                    (_, 408 | 425 | 500 | 502 | 503 | 504 | 509 | 520..=524 | 529 | 530) => true,
                    _ => false,
                };
                for patience in [Patience::Normal, Patience::Endless] {
                    let verdict = after(&response(status, &[], ""), kind, 0, patience);
                    assert_eq!(verdict != Verdict::Stands, expected, "{status} for {kind:?}");
                }
            }
        }
    }

    #[test]
    fn bodies_of_answers() {
        // (what it shows, status, body, kind, whether it is repeated)
        let rows = [
            ("half of an answer", 200, r#"{"sha": "12"#, Kind::Call, true),
            ("somebody else's page", 200, "<!doctype html><p>Sign in", Kind::Call, true),
            ("a whole answer", 200, r#" {"sha": "12"}"#, Kind::Call, false),
            ("none", 204, "", Kind::Call, false),
            ("plain words", 200, "OK", Kind::Call, false),
            ("a commit that may have been made", 200, r#"{"commitOid"#, Kind::Change, false),
            ("a store that says something in its own way", 200, "<?xml?><Result/>", Kind::Body, false),
            ("somebody else's page in the place of a store's answer", 200, "<HTML><p>Sign in", Kind::Body, true),
            ("a store that did not get the body in time", 400, "<Error><Code>RequestTimeout</Code>", Kind::Body, true),
            ("a body that the store refuses", 400, "<Error><Code>BadDigest</Code>", Kind::Body, false),
            ("an expired URL is renewed, not repeated", 403, "<Error><Code>AccessDenied</Code>", Kind::Body, false),
        ];
        for (name, status, body, kind, expected) in rows {
            let verdict = after(&response(status, &[], body), kind, 0, Patience::Normal);
            assert_eq!(verdict != Verdict::Stands, expected, "{name}");
        }
        let page = response(200, &[("content-type", "Text/HTML; charset=utf-8")], "Sign in");
        assert_ne!(after(&page, Kind::Body, 0, Patience::Normal), Verdict::Stands, "a page by its type");
        assert_eq!(trouble_of(&page, Kind::Call, false), None, "a file that is a page is a file");
    }

    #[test]
    fn requests_without_an_answer() {
        let all =
            [Code::Offline, Code::Timeout, Code::Blocked, Code::FileChanged, Code::FileUnreadable, Code::Internal];
        for code in all {
            for kind in KINDS {
                let trouble = trouble_with(&Failure { code, message: String::new() });
                let verdict = trouble.map_or(Verdict::Stands, |trouble| {
                    judge(trouble, kind, &mut Failures::default(), None, Patience::Normal, &mut Jitter::none())
                });
                let passes = matches!(code, Code::Offline | Code::Timeout | Code::Blocked);
                let expected = passes && matches!(kind, Kind::Call | Kind::Body);
                assert_eq!(verdict != Verdict::Stands, expected, "{code:?} of {kind:?}");
            }
        }
    }

    #[test]
    fn a_push_that_mostly_fails_runs_out_of_attempts_and_one_that_fails_now_and_then_does_not() {
        let mut budget = Budget::default();
        let granted = (0..).take_while(|_| budget.spend()).count();
        assert_eq!(granted, RETRY_BUDGET as usize);
        let mut budget = Budget::default();
        for _ in 0..10_000 {
            assert!(budget.spend(), "one failure in three is borne for ever");
            budget.earn();
            budget.earn();
        }
    }

    #[test]
    fn jitter_stays_in_bounds_and_repeats_with_its_seed() {
        let mut one = Jitter::new(7);
        let mut two = Jitter::new(7);
        for _ in 0..1000 {
            let short = one.shorten(Millis(8_000));
            assert!((Millis(4_000)..=Millis(8_000)).contains(&short));
            assert_eq!(short, two.shorten(Millis(8_000)));
            let long = one.lengthen(Millis(8_000));
            assert!((Millis(8_000)..=Millis(8_800)).contains(&long));
            assert_eq!(long, two.lengthen(Millis(8_000)));
        }
    }
}
