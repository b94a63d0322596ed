//! How many bodies go side by side: one more while that makes the whole faster, half as many when a store or the way to it is
//! overrun.
//!
//! A width is measured only while it is used to the full: a lack of bodies says nothing about the connection.

use crate::limits::{BODIES_AT_FIRST, BODIES_AT_MOST, WIDTH_MEASURE, WIDTH_REST};
use crate::time::Millis;

#[derive(Debug)]
pub(super) struct Width {
    width: usize,
    measured: Option<Measure>,
    /// Bytes per second of the width before this one; zero when that says nothing.
    before: u64,
    /// One more brought nothing: none is tried until then.
    rests_until: Millis,
}

/// What went through since the width is used to the full.
#[derive(Debug)]
struct Measure {
    since: Millis,
    bytes: u64,
    bodies: usize,
}

impl Default for Width {
    fn default() -> Width {
        Width { width: BODIES_AT_FIRST, measured: None, before: 0, rests_until: Millis(0) }
    }
}

impl Width {
    pub(super) fn get(&self) -> usize {
        self.width
    }

    /// A body has left us; `in_air` of them are under way now.
    pub(super) fn started(&mut self, now: Millis, in_air: usize) {
        if in_air >= self.width {
            self.measured.get_or_insert(Measure { since: now, bytes: 0, bodies: 0 });
        }
    }

    /// Bytes of some body have arrived.
    pub(super) fn moved(&mut self, bytes: u64) {
        if let Some(measure) = &mut self.measured {
            measure.bytes += bytes;
        }
    }

    /// A body has arrived; `in_air` were under way, it included.
    pub(super) fn arrived(&mut self, now: Millis, in_air: usize) {
        let Some(measure) = &mut self.measured else { return };
        if in_air < self.width {
            self.measured = None;
            return;
        }
        measure.bodies += 1;
        let span = now.since(measure.since);
        if span < WIDTH_MEASURE || measure.bodies < self.width {
            return;
        }
        let speed = measure.bytes.saturating_mul(1000) / span.0.max(1);
        self.measured = Some(Measure { since: now, bytes: 0, bodies: 0 });
        // A tenth more is more than chance.
        let gained = speed > self.before + self.before / 10;
        if !gained && self.width > BODIES_AT_FIRST {
            self.change(self.width - 1, 0);
            self.rests_until = now + WIDTH_REST;
        } else if gained && self.width < BODIES_AT_MOST && now >= self.rests_until {
            self.change(self.width + 1, speed);
        }
    }

    /// A body was turned away, or stood still.
    pub(super) fn shrink(&mut self) {
        self.change((self.width / 2).max(1), 0);
    }

    fn change(&mut self, width: usize, before: u64) {
        self.width = width;
        self.before = before;
        self.measured = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends bodies of a megabyte for so many seconds over a line whose speed depends on the width; the width at the end.
    fn send(width: &mut Width, from_s: u64, seconds: u64, speed: impl Fn(usize) -> u64) -> usize {
        let mut now = Millis(from_s * 1000);
        width.started(now, width.get());
        while now < Millis((from_s + seconds) * 1000) {
            now = now + Millis(1_000_000_000 / speed(width.get()).max(1));
            width.moved(1_000_000);
            width.arrived(now, width.get());
            width.started(now, width.get());
        }
        width.get()
    }

    #[test]
    fn it_grows_while_the_whole_gets_faster() {
        let mut width = Width::default();
        assert_eq!(send(&mut width, 0, 30, |width| 2_000_000 * width as u64), BODIES_AT_MOST);
    }

    #[test]
    fn it_stays_where_one_more_brings_nothing() {
        let mut width = Width::default();
        assert_eq!(send(&mut width, 0, 30, |_| 8_000_000), BODIES_AT_FIRST);
    }

    #[test]
    fn it_halves_down_to_one_and_comes_back() {
        let mut width = Width::default();
        let seen: Vec<usize> = (0..4)
            .map(|_| {
                width.shrink();
                width.get()
            })
            .collect();
        assert_eq!(seen, [2, 1, 1, 1]);
        assert_eq!(send(&mut width, 0, 60, |width| 2_000_000 * width as u64), BODIES_AT_MOST);
    }

    #[test]
    fn a_lack_of_bodies_says_nothing() {
        let mut width = Width::default();
        for second in 0..100 {
            width.started(Millis(second * 1000), 1);
            width.moved(second * 1_000_000);
            width.arrived(Millis(second * 1000 + 900), 1);
        }
        assert_eq!(width.get(), BODIES_AT_FIRST);
    }
}
