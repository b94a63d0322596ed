//! The time that everything with an end goes by: presigned URLs, quotas, logins. Tests set it ahead, so that none of them has to sleep.
//!
//! Commits, records and the request log use the time of the machine.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The time of the machine, plus what tests added.
#[derive(Debug, Default)]
pub struct Clock {
    ahead: AtomicU64,
}

impl Clock {
    /// Seconds since 1970.
    pub fn now(&self) -> u64 {
        let machine = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        machine.saturating_add(self.ahead())
    }

    /// How far it is ahead of the machine.
    /// Units: seconds.
    pub fn ahead(&self) -> u64 {
        self.ahead.load(Ordering::Relaxed)
    }

    /// Sets it further ahead.
    /// Units: seconds.
    pub fn advance(&self, seconds: u64) {
        // Far enough for every test, and no sum overflows.
        let _ = self.ahead.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |ahead| {
            Some(ahead.saturating_add(seconds).min(u64::from(u32::MAX)))
        });
    }

    /// Goes by the machine again.
    pub fn reset(&self) {
        self.ahead.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_ahead_and_back() {
        let clock = Clock::default();
        let machine = clock.now();
        clock.advance(1000);
        clock.advance(1000);
        assert!(clock.now() >= machine + 2000 && clock.ahead() == 2000);
        clock.advance(u64::MAX);
        assert!(clock.now() > machine);
        clock.reset();
        assert!(clock.now() < machine + 1000);
    }
}
