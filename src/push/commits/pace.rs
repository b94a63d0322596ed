//! How large the next of several commits is, and when it may be made.
//!
//! Full commits that are quick make the next one larger, slow and failed ones smaller. When the Hub's number of commits an hour
//! is reached, the next one waits, and takes as much as any may.

use std::collections::VecDeque;

use crate::limits::{COMMIT_FIRST_STEP, COMMIT_QUICK, COMMIT_SCALE, COMMITS_PER_SPAN, COMMITS_SPAN};
use crate::time::Millis;

pub(in crate::push) struct Pace {
    step: usize,
    /// When commits were made, the last of them.
    made: VecDeque<Millis>,
    has_waited: bool,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { step: COMMIT_FIRST_STEP, made: VecDeque::new(), has_waited: false }
    }
}

impl Pace {
    /// Files of the next commit, at most.
    pub(in crate::push) fn most(&self) -> usize {
        COMMIT_SCALE[if self.has_waited { COMMIT_SCALE.len() - 1 } else { self.step }]
    }

    /// When the next commit may be made, if that is not yet.
    pub(super) fn not_before(&mut self, now: Millis) -> Option<Millis> {
        let first = *self.made.front().filter(|_| self.made.len() >= COMMITS_PER_SPAN)?;
        let at = first + COMMITS_SPAN;
        self.has_waited |= at > now;
        (at > now).then_some(at)
    }

    /// A commit was made; `full` says that more files would not have fitted.
    pub(in crate::push) fn made(&mut self, now: Millis, took: Millis, full: bool) {
        self.has_waited = false;
        if self.made.len() == COMMITS_PER_SPAN {
            self.made.pop_front();
        }
        self.made.push_back(now);
        if took >= COMMIT_QUICK {
            self.step = self.step.saturating_sub(1);
        } else if full {
            self.step = (self.step + 1).min(COMMIT_SCALE.len() - 1);
        }
    }

    /// A commit of so many files failed for good: how many go in each of its pieces; none when it cannot be divided.
    pub(super) fn failed(&mut self, files: usize) -> Option<usize> {
        if files <= COMMIT_SCALE[0] {
            return None;
        }
        self.step = self.step.saturating_sub(1);
        while COMMIT_SCALE[self.step] >= files {
            self.step -= 1;
        }
        Some(COMMIT_SCALE[self.step])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_and_quick_goes_up_slow_goes_down() {
        let mut pace = Pace::default();
        // (what it shows, seconds it took, full, files of the next)
        let rows = [
            ("up", 39, true, 400),
            ("not full stays", 1, false, 400),
            ("up again", 0, true, 600),
            ("slow", 40, true, 400),
            ("slow and not full", 100, false, 250),
            ("slow", 41, true, 200),
            ("slow", 41, true, 125),
            ("slow", 41, true, 100),
            ("slow", 41, true, 75),
            ("slow", 41, true, 50),
            ("slow", 41, true, 20),
            ("never below the first", 41, true, 20),
        ];
        for (name, seconds, full, expected) in rows {
            pace.made(Millis(0), Millis(seconds * 1000), full);
            assert_eq!(pace.most(), expected, "{name}");
        }
        for _ in 0..20 {
            pace.made(Millis(0), Millis(0), true);
        }
        assert_eq!(pace.most(), 1000, "never above the last");
    }

    #[test]
    fn a_failed_commit_is_divided_into_pieces_that_are_smaller_than_it() {
        // (files, files of a piece)
        let rows =
            [(250, Some(200)), (200, Some(125)), (90, Some(75)), (21, Some(20)), (20, None), (1, None), (0, None)];
        for (files, expected) in rows {
            assert_eq!(Pace::default().failed(files), expected, "{files} files");
        }
    }

    #[test]
    fn the_hourly_number_is_kept_and_who_waits_takes_more() {
        let mut pace = Pace::default();
        for second in 0..COMMITS_PER_SPAN as u64 {
            assert_eq!(pace.not_before(Millis(second * 1000)), None);
            pace.made(Millis(second * 1000), Millis(0), false);
        }
        assert_eq!(pace.not_before(Millis(200_000)), Some(COMMITS_SPAN), "an hour after the first");
        assert_eq!(pace.most(), 1000);
        assert_eq!(pace.not_before(COMMITS_SPAN), None);
        pace.made(COMMITS_SPAN, Millis(0), false);
        assert_eq!(pace.most(), 250);
        assert_eq!(pace.not_before(COMMITS_SPAN), Some(COMMITS_SPAN + Millis(1000)), "an hour after the second");
    }
}
