//! Whether and when a request is tried again: one rule for every request of the engine.
//!
//! Source: Hub API, retries. Statuses that mean "later" and lost connections are repeated with doubling delays; a delay
//! that the server asks for comes first. What the caller must change (401, 403, 404, 413, 422 …) is never repeated.

use crate::error::Code;
use crate::http::Response;
use crate::hub::{Replay, ratelimit};
use crate::limits;
use crate::step::Failure;
use crate::time::Millis;

/// What to do after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Try again after this span.
    In(Millis),
    /// The outcome stands.
    Stands,
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

/// Judges an answer to attempt number `attempt` (from 1) of at most `attempts`.
pub fn after_response(
    response: &Response,
    attempt: u32,
    attempts: u32,
    replay: Replay,
    jitter: &mut Jitter,
) -> Verdict {
    let later = match replay {
        Replay::Safe => matches!(response.status, 408 | 425 | 429 | 500 | 502 | 503 | 504),
        Replay::Unsafe => response.status == 429,
    };
    if !later || attempt >= attempts {
        return Verdict::Stands;
    }
    match ratelimit::wait_hint(response) {
        Some(span) if span > limits::LONGEST_SERVER_DELAY => Verdict::Stands,
        Some(span) => Verdict::In(jitter.lengthen(span)),
        None => Verdict::In(jitter.shorten(backoff(attempt))),
    }
}

/// Judges an attempt that brought no answer.
pub fn after_failure(failure: &Failure, attempt: u32, attempts: u32, replay: Replay, jitter: &mut Jitter) -> Verdict {
    let passing = matches!(failure.code, Code::Offline | Code::Timeout | Code::Blocked);
    if !passing || replay == Replay::Unsafe || attempt >= attempts {
        return Verdict::Stands;
    }
    Verdict::In(jitter.shorten(backoff(attempt)))
}

/// The delay after attempt number `attempt`: doubling, capped.
pub fn backoff(attempt: u32) -> Millis {
    let doublings = attempt.saturating_sub(1).min(16);
    Millis((limits::FIRST_RETRY_DELAY.0 << doublings).min(limits::LONGEST_RETRY_DELAY.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, headers: &[(&str, &str)]) -> Response {
        Response {
            status,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: String::new(),
        }
    }

    #[test]
    fn answers() {
        use Replay::{Safe, Unsafe};
        let limited = "\"api\";r=0;t=55";
        // (what it shows, status, headers, attempt, replay, expected)
        type Row = (&'static str, u16, Vec<(&'static str, &'static str)>, u32, Replay, Verdict);
        let rows: Vec<Row> = vec![
            ("repeats a 503", 503, vec![], 1, Safe, Verdict::In(Millis(1_000))),
            ("doubles", 502, vec![], 3, Safe, Verdict::In(Millis(4_000))),
            ("stops doubling at eight seconds", 500, vec![], 5, Safe, Verdict::In(Millis(8_000))),
            ("gives up when the attempts are spent", 503, vec![], 6, Safe, Verdict::Stands),
            ("waits as long as Retry-After says", 429, vec![("retry-after", "7")], 1, Safe, Verdict::In(Millis(8_000))),
            ("prefers RateLimit", 429, vec![("ratelimit", limited), ("retry-after", "7")], 1, Safe, {
                Verdict::In(Millis(56_000))
            }),
            ("gives up rather than sleep for a day", 503, vec![("retry-after", "86400")], 1, Safe, Verdict::Stands),
            ("ignores an unreadable header", 503, vec![("retry-after", "soon")], 1, Safe, Verdict::In(Millis(1_000))),
            ("never repeats a refusal", 422, vec![], 1, Safe, Verdict::Stands),
            ("never repeats a missing right", 403, vec![], 1, Safe, Verdict::Stands),
            ("does not repeat success", 200, vec![], 1, Safe, Verdict::Stands),
            ("repeats an unsafe request that was turned away", 429, vec![], 1, Unsafe, Verdict::In(Millis(1_000))),
            ("does not repeat an unsafe request that may have worked", 504, vec![], 1, Unsafe, Verdict::Stands),
        ];
        for (name, status, headers, attempt, replay, expected) in rows {
            let response = response(status, &headers);
            let verdict = after_response(&response, attempt, limits::ATTEMPTS, replay, &mut Jitter::none());
            assert_eq!(verdict, expected, "{name}");
        }
    }

    #[test]
    fn what_may_be_tried_once_is_not_tried_again() {
        let mut jitter = Jitter::none();
        assert_eq!(after_response(&response(503, &[]), 1, 1, Replay::Safe, &mut jitter), Verdict::Stands);
        let failure = Failure { code: Code::Blocked, message: String::new() };
        assert_eq!(after_failure(&failure, 1, 1, Replay::Safe, &mut jitter), Verdict::Stands);
    }

    #[test]
    fn failures() {
        let failure = |code| Failure { code, message: String::new() };
        // (what it shows, code, attempt, replay, expected)
        let rows = [
            ("repeats a lost connection", Code::Blocked, 1, Replay::Safe, Verdict::In(Millis(1_000))),
            ("repeats a timeout", Code::Timeout, 2, Replay::Safe, Verdict::In(Millis(2_000))),
            ("gives up", Code::Blocked, 6, Replay::Safe, Verdict::Stands),
            ("leaves an unsafe request alone", Code::Timeout, 1, Replay::Unsafe, Verdict::Stands),
            ("does not repeat a changed file", Code::FileChanged, 1, Replay::Safe, Verdict::Stands),
        ];
        for (name, code, attempt, replay, expected) in rows {
            let verdict = after_failure(&failure(code), attempt, limits::ATTEMPTS, replay, &mut Jitter::none());
            assert_eq!(verdict, expected, "{name}");
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
