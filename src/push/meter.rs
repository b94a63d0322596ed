//! What a push has done so far, as numbers that never go back.

use super::types::{ByteTotals, FileState, Phase, Progress};
use crate::time::Millis;

/// Weight of the newest sample in the smoothed speed.
const SMOOTHING: f64 = 0.3;

/// Samples closer together than this are merged.
const SAMPLE_EVERY: Millis = Millis(200);

/// No estimate of the end before this much time.
const ETA_AFTER: Millis = Millis(5_000);

#[derive(Debug, Default)]
pub(super) struct Meter {
    progress: Progress,
    entered: bool,
    sent_with_repetitions: u64,
    /// Large files go to the content store.
    by_xet: bool,
    /// Bytes of bodies that lanes have sealed.
    sealed: u64,
    /// Bytes that have left and will leave again in another body: they count once.
    sent_in_vain: u64,
    /// Bytes of files that the Hub leaves out.
    left_out: u64,
    /// Bytes that count as read, and were read by an earlier run.
    resumed: u64,
    speed: Speed,
}

/// Smoothed bytes per second over everything that moves.
#[derive(Debug, Default)]
struct Speed {
    first: Option<Millis>,
    last: Option<(Millis, u64)>,
    bytes_per_second: f64,
}

impl Meter {
    pub(super) fn file_added(&mut self, size: u64) {
        self.progress.files.total += 1;
        self.progress.bytes.total += size;
    }

    pub(super) fn bytes_read(&mut self, bytes: u64) {
        self.progress.bytes.read += bytes;
    }

    /// So many bytes need not be read: enough was known of them before this push.
    pub(super) fn bytes_known(&mut self, bytes: u64) {
        self.progress.bytes.read += bytes;
        self.resumed(bytes);
    }

    /// So many of the bytes that count as read were not.
    pub(super) fn resumed(&mut self, bytes: u64) {
        self.resumed += bytes;
    }

    pub(super) fn file_hashed(&mut self) {
        self.progress.files.hashed += 1;
    }

    /// `fresh` bytes of the file do not count as deduplicated yet.
    pub(super) fn file_skipped(&mut self, fresh: u64, state: FileState) {
        match state {
            FileState::Failed => self.progress.files.failed += 1,
            _ => self.progress.files.skipped += 1,
        }
        if state == FileState::Unchanged {
            self.progress.bytes.deduplicated += fresh;
        } else {
            self.left_out += fresh;
        }
    }

    /// From now on large files go to the content store.
    pub(super) fn go_by_xet(&mut self) {
        self.by_xet = true;
    }

    pub(super) fn total_bytes(&self) -> u64 {
        self.progress.bytes.total
    }

    /// So many bytes of a file were found among what is stored, or will be.
    pub(super) fn deduplicated(&mut self, bytes: u64) {
        self.progress.bytes.deduplicated += bytes;
    }

    /// A body of so many bytes can be sent.
    pub(super) fn xorb_sealed(&mut self, bytes: u64) {
        self.sealed += bytes;
    }

    /// A body is gone with its lane, of which so many bytes have left: its content is packed and sent once more.
    pub(super) fn xorb_lost(&mut self, bytes: u64, sent: u64) {
        self.sealed = self.sealed.saturating_sub(bytes);
        self.sent_in_vain += sent;
    }

    /// A shard that names a file was accepted.
    pub(super) fn registered(&mut self, size: u64) {
        self.progress.files.uploaded += 1;
        self.progress.bytes.registered += size;
    }

    /// A foreign commit changed the path: the file is not skipped after all.
    pub(super) fn file_unskipped(&mut self, size: u64) {
        self.progress.files.skipped -= 1;
        self.progress.bytes.deduplicated -= size;
    }

    pub(super) fn file_failed(&mut self) {
        self.progress.files.failed += 1;
    }

    /// `fresh` bytes left us, `first` of them for the first time.
    pub(super) fn bytes_sent(&mut self, fresh: u64, first: u64) {
        self.sent_with_repetitions += fresh;
        let again = first.min(self.sent_in_vain);
        self.sent_in_vain -= again;
        self.progress.bytes.sent += first - again;
    }

    /// The store holds an LFS object that `files` files share.
    pub(super) fn stored(&mut self, size: u64, files: u64, was_there: bool) {
        self.progress.files.uploaded += files;
        self.progress.bytes.registered += size * files;
        let copies = if was_there { files } else { files - 1 };
        self.progress.bytes.deduplicated += size * copies;
    }

    pub(super) fn committed(&mut self, files: u64, bytes: u64) {
        self.progress.files.committed += files;
        self.progress.bytes.committed += bytes;
    }

    /// Moves on to `phase`; says whether that is news.
    pub(super) fn enter(&mut self, phase: Phase) -> bool {
        let news = !self.entered || phase > self.progress.phase;
        self.entered = true;
        self.progress.phase = self.progress.phase.max(phase);
        news
    }

    pub(super) fn totals(&self) -> ByteTotals {
        let bytes = &self.progress.bytes;
        ByteTotals {
            total: bytes.total,
            read: bytes.read.saturating_sub(self.resumed),
            deduplicated: bytes.deduplicated,
            sent: self.sent_with_repetitions,
        }
    }

    pub(super) fn snapshot(&mut self, now: Millis, requests: u64) -> Progress {
        let bytes = self.progress.bytes;
        self.speed.sample(now, bytes.read.saturating_sub(self.resumed) + bytes.sent);
        let left = if self.by_xet { self.left_by_xet() } else { self.left_by_lfs() };
        Progress {
            requests,
            bytes_per_second: self.speed.bytes_per_second,
            eta_seconds: self.speed.eta(now, left),
            ..self.progress.clone()
        }
    }
}

impl Meter {
    /// Bytes that have to move: every one is read once and sent once, unless it is known on the Hub.
    fn left_by_lfs(&self) -> u64 {
        let bytes = &self.progress.bytes;
        let all = 2 * bytes.total.saturating_sub(bytes.deduplicated);
        all.saturating_sub(bytes.read.min(bytes.total) + bytes.sent)
    }

    /// Bytes that have to move: every one is read once, and what is not read yet will deduplicate and shrink as the rest did.
    fn left_by_xet(&self) -> u64 {
        let bytes = &self.progress.bytes;
        let unread = bytes.total.saturating_sub(bytes.read + self.left_out);
        let new = bytes.read.saturating_sub(bytes.deduplicated);
        let shrinks_to = match (self.sealed, bytes.read) {
            (0, 0) => 1.0,
            (0, read) => new as f64 / read as f64,
            (sealed, read) => (sealed as f64 / read.max(1) as f64).min(1.0),
        };
        unread + self.sealed.saturating_sub(bytes.sent) + (unread as f64 * shrinks_to) as u64
    }
}

impl Speed {
    fn sample(&mut self, now: Millis, moved: u64) {
        self.first.get_or_insert(now);
        let Some((then, before)) = self.last else {
            self.last = Some((now, moved));
            return;
        };
        let span = now.since(then);
        if span < SAMPLE_EVERY {
            return;
        }
        self.last = Some((now, moved));
        let speed = moved.saturating_sub(before) as f64 * 1000.0 / span.0 as f64;
        self.bytes_per_second = if self.bytes_per_second == 0.0 {
            speed
        } else {
            SMOOTHING * speed + (1.0 - SMOOTHING) * self.bytes_per_second
        };
    }

    fn eta(&self, now: Millis, left: u64) -> Option<f64> {
        let running = now.since(self.first?);
        (running >= ETA_AFTER && self.bytes_per_second >= 1.0).then(|| left as f64 / self.bytes_per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_and_end_are_estimated_after_five_seconds() {
        let mut meter = Meter::default();
        meter.file_added(10_000);
        let start = meter.snapshot(Millis(0), 0);
        assert_eq!((start.bytes_per_second, start.eta_seconds), (0.0, None));
        for second in 1..=6 {
            meter.bytes_read(1_000);
            let progress = meter.snapshot(Millis(second * 1_000), 0);
            assert_eq!(progress.bytes_per_second, 1_000.0);
            assert_eq!(progress.eta_seconds.is_some(), second >= 5, "at {second} s");
        }
        assert_eq!(meter.snapshot(Millis(6_000), 0).eta_seconds, Some(14.0));
    }

    #[test]
    fn what_shrinks_is_not_waited_for() {
        let mut meter = Meter::default();
        meter.go_by_xet();
        meter.file_added(100_000);
        for second in 1..=6 {
            meter.bytes_read(10_000);
            meter.xorb_sealed(1_000);
            meter.bytes_sent(500, 500);
            meter.snapshot(Millis(second * 1_000), 0);
        }
        // 40,000 to be read, a tenth of that and 3,000 that are sealed to be sent, at 10,500 a second.
        let eta = meter.snapshot(Millis(6_000), 0).eta_seconds.unwrap();
        assert!((eta - 47_000.0 / 10_500.0).abs() < 0.01, "{eta}");
        meter.bytes_read(40_000);
        meter.bytes_sent(3_000, 3_000);
        assert_eq!(meter.snapshot(Millis(6_000), 0).eta_seconds, Some(0.0), "all that is left is the commit");
    }

    #[test]
    fn phases_only_go_forward() {
        let mut meter = Meter::default();
        assert!(meter.enter(Phase::Preuploading));
        assert!(!meter.enter(Phase::Preuploading));
        assert!(meter.enter(Phase::Committing));
        assert!(!meter.enter(Phase::UploadingLargeFiles));
    }
}
