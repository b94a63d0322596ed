//! The caller's limit on the speed: bodies go one at a time, spaced so that the average holds.
//!
//! What is sent is a debt that shrinks at the limit's rate; the next body goes when it is paid. Within a body nothing is slowed
//! down: no transport can do that.

use crate::time::Millis;

#[derive(Debug, Default)]
pub(super) struct Throttle {
    /// Bytes per second.
    limit: Option<u64>,
    /// Bytes that were sent ahead of the limit, at this time.
    debt: u64,
    at: Millis,
}

impl Throttle {
    pub(super) fn set(&mut self, now: Millis, limit: Option<u64>) {
        self.settle(now);
        self.limit = limit.map(|limit| limit.max(1));
        if self.limit.is_none() {
            self.debt = 0;
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.limit.is_some()
    }

    /// A body of so many bytes leaves.
    pub(super) fn spend(&mut self, now: Millis, bytes: u64) {
        self.settle(now);
        if self.is_on() {
            self.debt = self.debt.saturating_add(bytes);
        }
    }

    /// When the next may.
    pub(super) fn start_at(&self) -> Millis {
        match self.limit {
            Some(limit) => self.at + Millis(millis_for(self.debt, limit)),
            None => Millis(0),
        }
    }

    fn settle(&mut self, now: Millis) {
        if let Some(limit) = self.limit {
            let millis = now.since(self.at).0;
            let (seconds, rest) = (millis / 1000, millis % 1000);
            let paid = seconds.saturating_mul(limit).saturating_add(rest.saturating_mul(limit) / 1000);
            self.debt = self.debt.saturating_sub(paid);
        }
        self.at = now;
    }
}

fn millis_for(bytes: u64, limit: u64) -> u64 {
    bytes.saturating_mul(1000).div_ceil(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_holds_whatever_the_sizes() {
        let mut throttle = Throttle::default();
        throttle.set(Millis(0), Some(1_000));
        let mut now = Millis(0);
        let mut sent = 0;
        for bytes in [5_000, 1, 999, 70_000, 12_345, 3].into_iter().cycle().take(60) {
            now = now.max(throttle.start_at());
            assert!(sent <= now.0, "{sent} bytes before {now:?}");
            throttle.spend(now, bytes);
            sent += bytes;
            now = now + Millis(7);
        }
        assert!(throttle.start_at().0 <= sent + 60 * 7, "and no slower than that");
    }

    #[test]
    fn a_new_limit_holds_for_what_was_sent_before() {
        let mut throttle = Throttle::default();
        throttle.spend(Millis(0), 1 << 40);
        assert_eq!(throttle.start_at(), Millis(0), "without a limit there is no debt");
        throttle.set(Millis(0), Some(1_000));
        throttle.spend(Millis(0), 10_000);
        assert_eq!(throttle.start_at(), Millis(10_000));
        throttle.set(Millis(5_000), Some(10_000));
        assert_eq!(throttle.start_at(), Millis(5_500), "half is paid, the rest goes quicker");
        throttle.set(Millis(5_000), Some(0));
        assert_eq!(throttle.start_at(), Millis(5_005_000), "zero is as slow as can be");
        throttle.set(Millis(6_000), None);
        assert_eq!(throttle.start_at(), Millis(0));
    }
}
