//! When a host may be asked: not while it has told us to wait, and calls not faster than its quota lasts.
//!
//! The Hub counts calls in windows of five minutes and says with each answer how many are left. While there is plenty, nothing is
//! held back; from half of the quota on, the rest is spread over the rest of the window. Invariant: as far as a host has told,
//! and nobody else uses the same quota, no call leaves that it would refuse.

use crate::hub::ratelimit::RateLimit;
use crate::limits::QUOTA_RESERVE;
use crate::time::Millis;

/// Two announcements of the end of one window differ by less: they count in whole seconds.
const SAME_WINDOW: Millis = Millis(3_000);

#[derive(Debug, Default)]
pub(super) struct Pacing {
    hosts: Vec<Host>,
}

#[derive(Debug)]
struct Host {
    name: String,
    /// Nothing goes before.
    hold: Millis,
    /// Calls go there: bodies leave room for them.
    is_called: bool,
    window: Option<Window>,
}

/// What is left of a host's quota.
#[derive(Debug)]
struct Window {
    /// Calls per window.
    quota: u64,
    length: Millis,
    left: u64,
    ends: Millis,
    /// The end is our own reckoning, not the host's word.
    is_guess: bool,
    last: Millis,
}

impl Pacing {
    /// When a request may go to this host.
    pub(super) fn start_at(&self, host: &str, now: Millis, is_call: bool) -> Millis {
        let Some(host) = self.get(host) else { return Millis(0) };
        match &host.window {
            Some(window) if is_call => host.hold.max(window.start_at(now)),
            _ => host.hold,
        }
    }

    /// Whether calls go to this host.
    pub(super) fn is_called(&self, host: &str) -> bool {
        self.get(host).is_some_and(|host| host.is_called)
    }

    /// A call goes there; `in_air` others are on their way.
    pub(super) fn called(&mut self, host: &str, now: Millis, in_air: u64) {
        let host = self.entry(host);
        host.is_called = true;
        if let Some(window) = &mut host.window {
            window.spend(now, in_air);
        }
    }

    /// A call was answered with this; `in_air` others are on their way, counted or not.
    pub(super) fn announced(&mut self, host: &str, now: Millis, limit: &RateLimit, in_air: u64) {
        let ends = now + Millis(limit.reset_seconds.saturating_add(1).saturating_mul(1000));
        let left = limit.remaining.saturating_sub(in_air);
        let host = self.entry(host);
        let window = host.window.get_or_insert(Window {
            quota: limit.remaining,
            length: Millis(0),
            left,
            ends,
            is_guess: true,
            last: now,
        });
        window.quota = limit.quota.unwrap_or(window.quota.max(limit.remaining));
        window.length = limit.window_seconds.map_or(window.length, |seconds| Millis(seconds.saturating_mul(1000)));
        let is_same = !window.is_guess && ends.since(window.ends).max(window.ends.since(ends)) < SAME_WINDOW;
        if is_same {
            window.left = window.left.min(left);
        } else if window.is_guess || ends > window.ends {
            (window.left, window.ends, window.is_guess) = (left, ends, false);
        }
    }

    /// The host has asked us to wait.
    pub(super) fn hold(&mut self, host: &str, until: Millis) {
        let host = self.entry(host);
        host.hold = host.hold.max(until);
    }

    fn get(&self, name: &str) -> Option<&Host> {
        self.hosts.iter().find(|host| host.name == name)
    }

    fn entry(&mut self, name: &str) -> &mut Host {
        let at = self.hosts.iter().position(|host| host.name == name).unwrap_or_else(|| {
            let host = Host { name: name.to_owned(), hold: Millis(0), is_called: false, window: None };
            self.hosts.push(host);
            self.hosts.len() - 1
        });
        &mut self.hosts[at]
    }
}

impl Window {
    fn start_at(&self, now: Millis) -> Millis {
        if now >= self.ends {
            return Millis(0);
        }
        let left = self.left.saturating_sub(self.quota / QUOTA_RESERVE);
        match left {
            0 => self.ends,
            _ if self.left > self.quota / 2 => Millis(0),
            _ => self.last + Millis(self.ends.since(self.last).0 / left),
        }
    }

    fn spend(&mut self, now: Millis, in_air: u64) {
        if now >= self.ends {
            // The next window; its first answer tells more. What is on its way may count in it.
            self.left = self.quota.saturating_sub(in_air);
            self.ends = now + self.length;
            self.is_guess = true;
        }
        self.left = self.left.saturating_sub(1);
        self.last = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUB: &str = "https://hub.example";

    fn limit(remaining: u64, reset_seconds: u64) -> RateLimit {
        let (quota, window_seconds) = (Some(100), Some(300));
        RateLimit { bucket: "api".to_owned(), remaining, reset_seconds, quota, window_seconds }
    }

    #[test]
    fn when_the_next_call_may_go() {
        // (what it shows, left, seconds to the end, in the air, milliseconds from now)
        let rows = [
            ("plenty", 90, 300, 0, 0),
            ("half of the quota is spread over the rest of the window", 50, 95, 0, 2_000),
            ("what is on its way may not be counted yet", 54, 95, 4, 2_000),
            ("what is left to others is not ours", 2, 55, 0, 56_000),
            ("nothing", 0, 55, 0, 56_000),
        ];
        for (name, left, seconds, in_air, expected) in rows {
            let mut pacing = Pacing::default();
            let now = Millis(1_000_000);
            pacing.announced(HUB, now, &limit(left, seconds), in_air);
            let wait = pacing.start_at(HUB, now, true).since(now).0;
            assert_eq!(wait, expected, "{name}");
            assert_eq!(pacing.start_at(HUB, now, false), Millis(0), "{name}: bodies do not count");
            assert_eq!(pacing.start_at("https://store.example", now, true), Millis(0), "{name}: nor do other hosts");
        }
    }

    #[test]
    fn answers_that_overtake_each_other_do_not_give_calls_back() {
        let mut pacing = Pacing::default();
        pacing.announced(HUB, Millis(0), &limit(3, 60), 0);
        pacing.announced(HUB, Millis(500), &limit(80, 60), 0);
        assert_eq!(pacing.start_at(HUB, Millis(500), true), Millis(61_000), "the later answer is an older one");
        pacing.announced(HUB, Millis(61_500), &limit(99, 299), 0);
        assert_eq!(pacing.start_at(HUB, Millis(61_500), true), Millis(0), "a new window is a new quota");
    }

    #[test]
    fn a_host_that_asks_for_time_gets_it() {
        let mut pacing = Pacing::default();
        pacing.hold(HUB, Millis(5_000));
        pacing.hold(HUB, Millis(3_000));
        assert_eq!(pacing.start_at(HUB, Millis(0), true), Millis(5_000));
        assert_eq!(pacing.start_at(HUB, Millis(0), false), Millis(5_000), "bodies too");
    }
}
