//! One attempt in the air, and until when it may stay there.
//!
//! Some transports tell how far a body is, others cannot. With the first kind, a body that stands still is noticed soon; with the
//! others its deadline grows with its size, by the slowest speed that is not taken for a stall.

use super::errand::{Errand, Sent};
use crate::limits::{FIRST_BYTE, OUTAGE, SLOWEST_BYTES_PER_SECOND, STALL};
use crate::retry::Failures;
use crate::time::Millis;

pub(super) struct Flight<P> {
    pub(super) errand: Errand<P>,
    pub(super) failures: Failures,
    /// When it is cut.
    pub(super) until: Millis,
    /// Bytes of the body that have left, as far as we were told.
    sent: u64,
    /// Its transport tells how far it is.
    reports: bool,
    /// There was no connection for a moment: if it is lost, that does not count.
    pub(super) was_offline: bool,
}

impl<P> Flight<P> {
    pub(super) fn new(now: Millis, errand: Errand<P>, failures: Failures) -> Flight<P> {
        let travel = Millis(errand.request.body_bytes().saturating_mul(1000) / SLOWEST_BYTES_PER_SECOND);
        let until = now + errand.deadline + travel;
        Flight { errand, failures, until, sent: 0, reports: false, was_offline: false }
    }

    /// `bytes` of the body have left, or none yet; what of that is news.
    pub(super) fn progress(&mut self, now: Millis, bytes: u64) -> Option<Sent> {
        let total = self.errand.request.body_bytes();
        let bytes = bytes.min(total);
        let fresh = bytes.saturating_sub(self.sent);
        if fresh > 0 {
            self.sent = bytes;
            self.until = now + if bytes < total { STALL } else { self.errand.deadline };
        } else if !self.reports && total > 0 {
            self.until = now + FIRST_BYTE;
        }
        self.reports = true;
        (fresh > 0).then_some(Sent { fresh, so_far: bytes })
    }

    /// Bytes of the body that nobody told of.
    pub(super) fn untold(&self) -> u64 {
        self.errand.request.body_bytes() - self.sent
    }

    /// Everything stood still for a while; it is given time.
    pub(super) fn give_time(&mut self, now: Millis) {
        self.until = self.until.max(now + STALL);
    }

    /// There is a connection again, after `outage`. Whether the attempt should be given up for one over the new connection.
    pub(super) fn is_stale(&mut self, now: Millis, outage: Millis) -> bool {
        if self.reports && self.untold() > 0 {
            self.until = now + STALL;
            return false;
        }
        outage >= OUTAGE
    }
}
