//! Reading, by lanes of the driver: beginnings of files (whole small ones), and digests of large ones.
//!
//! Invariant: what is being read at a time fits the credit.

use std::collections::VecDeque;

use super::file::{FileEntry, Mode, Remote};
use super::shared::{GIT_ATTRIBUTES, GIT_IGNORE, Shared, is_rules_file};
use super::types::{Activity, Event, FileState, PushOutput};
use crate::error::{Code, Error};
use crate::exchange::not_awaited;
use crate::limits::{
    DIGEST_CREDIT_BYTES, DIGESTS_IN_FLIGHT, FILE_PROGRESS_EVERY, PROBE_FILES, PROBE_STEP_BYTES, PROBE_WHOLE_BYTES,
    PROBE_WHOLE_NEW_BYTES, PROBES_IN_FLIGHT, READ_STALL, RULES_FILE_BYTES, SAMPLE_BYTES,
};
use crate::quote::Quoted;
use crate::small::{SmallMap, SmallSet};
use crate::step::{DigestKind, Failure, ProbeFile, Probed, Step, StepId};
use crate::time::Millis;

enum Work {
    Probe { files: Vec<usize> },
    Digest { file: usize, kind: DigestKind, read: u64, told: Millis },
}

struct Running {
    work: Work,
    credit: u64,
}

#[derive(Default)]
pub(super) struct Read {
    /// The next probe waits for what earlier ones keep.
    starved: bool,
    running: SmallMap<StepId, Running>,
    cancels: VecDeque<StepId>,
    cancelled: SmallSet<StepId>,
    moved: Millis,
}

impl Read {
    pub(super) fn is_probing(&self) -> bool {
        self.running.values().any(|one| matches!(one.work, Work::Probe { .. }))
    }

    /// Whether nothing can be probed before files that were go on.
    pub(super) fn is_starved(&self) -> bool {
        self.starved
    }

    pub(super) fn is_digesting(&self) -> bool {
        self.running.values().any(|one| matches!(one.work, Work::Digest { .. }))
    }

    /// Stops everything.
    pub(super) fn abandon(&mut self) {
        for (id, _) in std::mem::take(&mut self.running) {
            self.cancels.push_back(id);
            self.cancelled.insert(id);
        }
    }

    pub(super) fn next_cancel(&mut self) -> Option<StepId> {
        self.cancels.pop_front()
    }

    /// Whatever is read is given time from now on.
    pub(super) fn note_moved(&mut self, now: Millis) {
        self.moved = now;
    }

    pub(super) fn wake_at(&self) -> Option<Millis> {
        (!self.running.is_empty()).then(|| self.moved + READ_STALL)
    }

    /// Errors: `file_unreadable` when no read has moved for too long.
    pub(super) fn check_stall(&self, now: Millis) -> Result<(), Error> {
        if self.wake_at().is_some_and(|at| at <= now) {
            return Err(Error::new(
                Code::FileUnreadable,
                format!(
                    "Reading stands still since {} s; if the files are in a cloud folder, download them first",
                    READ_STALL.0 / 1000
                ),
            ));
        }
        Ok(())
    }

    /// The next read, if there is one that fits.
    pub(super) fn next_step(&mut self, shared: &mut Shared, now: Millis) -> Option<Step<PushOutput>> {
        let step = self.next_probe(shared).or_else(|| self.next_digest(shared, now));
        if step.is_some() {
            self.moved = now;
        }
        step
    }

    fn next_probe(&mut self, shared: &mut Shared) -> Option<Step<PushOutput>> {
        self.starved = false;
        let running = self.running.values().filter(|one| matches!(one.work, Work::Probe { .. })).count();
        if running >= PROBES_IN_FLIGHT {
            return None;
        }
        let most = match &shared.card {
            Some(card) => {
                let at = shared.belts.probe.iter().position(|index| *index == card.file)?;
                shared.belts.probe.swap(0, at);
                1
            }
            None => PROBE_FILES,
        };
        let mut credit = 0;
        let mut taken = 0;
        let mut keeps = false;
        for &index in shared.belts.probe.iter().take(most) {
            let whole = shared.reads_whole(index);
            let bytes = probe_bytes(&shared.files[index], whole || shared.wants_text(index));
            // Rules files go alone: nothing that is kept may hold them up, because everything waits for them.
            let is_rules = is_rules_file(&shared.files[index].path);
            if taken > 0 && (credit + bytes > PROBE_STEP_BYTES || is_rules) {
                break;
            }
            credit += bytes;
            taken += 1;
            keeps |= shared.keeps(index);
            if is_rules {
                break;
            }
        }
        if taken == 0 {
            return None;
        }
        if !(if keeps { shared.credit.spend_to_keep(credit) } else { shared.credit.spend(credit) }) {
            self.starved = shared.credit.is_keeping();
            return None;
        }
        let files: Vec<usize> = shared.belts.probe.drain(..taken).collect();
        let id = shared.ids.issue();
        let step = Step::Probe { id, files: files.iter().map(|&index| probe_file(shared, index)).collect() };
        self.running.insert(id, Running { work: Work::Probe { files }, credit });
        Some(step)
    }

    fn next_digest(&mut self, shared: &mut Shared, now: Millis) -> Option<Step<PushOutput>> {
        let running = self.running.values().filter(|one| matches!(one.work, Work::Digest { .. })).count();
        if running >= if shared.is_gentle { 1 } else { DIGESTS_IN_FLIGHT } {
            return None;
        }
        if shared.card.is_some() {
            return None;
        }
        let index = *shared.belts.digest.front()?;
        let file = &shared.files[index];
        let (idx, size, kind, key) = (file.file, file.size, digest_kind(file), file.key);
        let credit = size.min(DIGEST_CREDIT_BYTES);
        if !shared.credit.spend(credit) {
            return None;
        }
        shared.belts.digest.pop_front();
        let id = shared.ids.issue();
        let work = Work::Digest { file: index, kind, read: 0, told: now };
        self.running.insert(id, Running { work, credit });
        Some(Step::Digest { id, file: idx, size, kind, key })
    }

    /// Takes a probe's answer. `Ok(false)`: it was not awaited.
    pub(super) fn probed(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        id: StepId,
        results: Vec<Result<Probed, Failure>>,
    ) -> Result<bool, Error> {
        if self.cancelled.remove(&id) {
            return Ok(true);
        }
        match self.running.remove(&id) {
            Some(Running { work: Work::Probe { files }, credit }) if files.len() == results.len() => {
                self.moved = now;
                let kept = files.iter().zip(&results).filter(|&(&index, result)| result.is_ok() && shared.keeps(index));
                let kept = kept.map(|(&index, _)| probe_bytes(&shared.files[index], shared.files[index].whole));
                let kept: u64 = kept.sum();
                shared.credit.give_back(credit.saturating_sub(kept));
                for (index, result) in files.into_iter().zip(results) {
                    if shared.keeps(index) && result.is_ok() {
                        let bytes = probe_bytes(&shared.files[index], shared.files[index].whole);
                        shared.files[index].xet.kept = bytes;
                        shared.credit.keep(bytes);
                    }
                    take_probe(shared, index, result)?;
                }
                Ok(true)
            }
            Some(Running { work: Work::Probe { files }, .. }) => {
                Err(Error::internal(format!("a probe of {} files was answered with {}", files.len(), results.len())))
            }
            other => {
                self.running.extend(other.map(|running| (id, running)));
                Ok(false)
            }
        }
    }

    /// Takes a digest. `Ok(false)`: it was not awaited.
    pub(super) fn digested(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        id: StepId,
        digest: String,
    ) -> Result<bool, Error> {
        if self.cancelled.remove(&id) {
            return Ok(true);
        }
        match self.running.remove(&id) {
            Some(Running { work: Work::Digest { file: index, kind, read, .. }, credit }) => {
                self.moved = now;
                shared.credit.give_back(credit);
                let file = &mut shared.files[index];
                shared.meter.bytes_read(file.size.saturating_sub(read));
                file.xet.read = file.size;
                check_digest(&digest, kind).map_err(|error| error.at(&file.path))?;
                match kind {
                    DigestKind::Sha256 => file.sha256 = Some(digest),
                    DigestKind::GitBlob => file.git_blob = Some(digest),
                }
                shared.note_hashed(index);
                shared.note_file(index);
                shared.tell_progress(index, 1.0, Activity::Hashing);
                hand_on(shared, index);
                Ok(true)
            }
            other => {
                self.running.extend(other.map(|running| (id, running)));
                Ok(false)
            }
        }
    }

    /// A read failed. `Ok(false)`: it was not awaited.
    pub(super) fn failed(&mut self, shared: &mut Shared, id: StepId, failure: Failure) -> Result<bool, Error> {
        if self.cancelled.remove(&id) {
            return Ok(true);
        }
        let Some(Running { work, credit }) = self.running.remove(&id) else { return Ok(false) };
        shared.credit.give_back(credit);
        let index = match work {
            Work::Probe { files } => files.first().copied(),
            Work::Digest { file, .. } => {
                shared.leave_out(file, read_error(&shared.files[file].path, failure))?;
                return Ok(true);
            }
        };
        let path = index.map_or("", |index| shared.files[index].path.as_str());
        Err(read_error(path, failure))
    }

    /// A digest goes on.
    ///
    /// Errors: `internal` when the step is not awaited.
    pub(super) fn progress(&mut self, shared: &mut Shared, now: Millis, id: StepId, bytes: u64) -> Result<(), Error> {
        if self.cancelled.contains(&id) {
            return Ok(());
        }
        match self.running.get_mut(&id).map(|running| &mut running.work) {
            Some(Work::Digest { file, read, told, .. }) => {
                let size = shared.files[*file].size;
                let bytes = bytes.min(size);
                let fresh = bytes.saturating_sub(*read);
                if fresh > 0 {
                    *read = bytes;
                    self.moved = now;
                    shared.meter.bytes_read(fresh);
                    if now.since(*told) >= FILE_PROGRESS_EVERY {
                        *told = now;
                        shared.tell_progress(*file, bytes as f64 / size as f64, Activity::Hashing);
                    }
                }
                Ok(())
            }
            Some(Work::Probe { .. }) => {
                self.moved = now;
                Ok(())
            }
            None => Err(not_awaited(id)),
        }
    }
}

impl Shared {
    /// Whether what a probe reads of this file is kept for the pass that may follow.
    fn keeps(&self, index: usize) -> bool {
        self.by_xet && !self.holding && !self.wants_text(index)
    }

    /// Whether a probe reads the file whole: it is small, and an oid is missing.
    fn reads_whole(&self, index: usize) -> bool {
        let file = &self.files[index];
        let most = match (self.by_xet && file.remote == Remote::Absent, self.holding) {
            (true, false) => PROBE_WHOLE_NEW_BYTES,
            // What cannot be kept would be read twice.
            (true, true) => 0,
            (false, _) => PROBE_WHOLE_BYTES,
        };
        file.size <= most && (file.git_blob.is_none() || file.sha256.is_none())
    }

    /// Counts a file whose first oid is known.
    pub(super) fn note_hashed(&mut self, index: usize) {
        if !std::mem::replace(&mut self.files[index].hashed, true) {
            self.meter.file_hashed();
        }
    }

    /// Whether somebody at the Hub wants to see this file's text before the commit.
    fn wants_text(&self, index: usize) -> bool {
        let file = &self.files[index];
        let rules = is_rules_file(&file.path) && file.size <= RULES_FILE_BYTES;
        rules || self.card.as_ref().is_some_and(|card| card.file == index)
    }

    /// Tells how far one file is.
    pub(super) fn tell_progress(&mut self, index: usize, progress: f64, activity: Activity) {
        let path = self.files[index].path.clone();
        self.events.push_back(Event::FileProgress { path, progress, activity });
    }
}

fn probe_bytes(file: &FileEntry, whole: bool) -> u64 {
    if whole { file.size } else { file.size.min(SAMPLE_BYTES) }
}

fn probe_file(shared: &mut Shared, index: usize) -> ProbeFile {
    let (text, keep, whole) = (shared.wants_text(index), shared.keeps(index), shared.reads_whole(index));
    let file = &mut shared.files[index];
    file.whole = whole;
    ProbeFile { file: file.file, size: file.size, whole, text, keep }
}

/// The digest that decides next: the mode's once it is known, before that the one the repo's entry can be compared with.
fn digest_kind(file: &FileEntry) -> DigestKind {
    match (file.mode, &file.remote) {
        (Some(Mode::Lfs), _) | (None, Remote::Lfs { .. } | Remote::Absent) => DigestKind::Sha256,
        (Some(Mode::Regular), _) | (None, Remote::Regular { .. }) => DigestKind::GitBlob,
    }
}

fn take_probe(shared: &mut Shared, index: usize, result: Result<Probed, Failure>) -> Result<(), Error> {
    let text = shared.wants_text(index);
    let mut probed = match result {
        Ok(probed) => probed,
        Err(failure) => return shared.leave_out(index, read_error(&shared.files[index].path, failure)),
    };
    let file = &mut shared.files[index];
    let bytes = probe_bytes(file, file.whole || text);
    shared.meter.bytes_read(bytes);
    file.xet.read = file.xet.read.max(bytes);
    if file.whole {
        let (Some(git_blob), Some(sha256)) = (probed.git_blob, probed.sha256) else {
            return Err(Error::internal("a probe of a whole file brought no oids").at(&file.path));
        };
        check_digest(&git_blob, DigestKind::GitBlob).map_err(|error| error.at(&file.path))?;
        check_digest(&sha256, DigestKind::Sha256).map_err(|error| error.at(&file.path))?;
        file.git_blob = Some(git_blob);
        file.sha256 = Some(sha256);
        shared.note_hashed(index);
        shared.tell_progress(index, 1.0, Activity::Hashing);
    }
    if let Some(card) = shared.card.as_mut().filter(|card| card.file == index) {
        card.text = Some(probed.text.take().unwrap_or_default());
    }
    let file = &mut shared.files[index];
    match file.path.as_str() {
        GIT_IGNORE => shared.rules.git_ignore = probed.text,
        GIT_ATTRIBUTES => shared.rules.git_attributes = probed.text,
        _ => {}
    }
    file.sample = Some(probed.sample);
    file.probed = true;
    hand_on(shared, index);
    Ok(())
}

/// Puts a file that has learnt something on the next belt, or takes it out when the repo holds it.
pub(super) fn hand_on(shared: &mut Shared, index: usize) {
    let judge = shared.can_judge_early() || shared.files[index].mode.is_some();
    let file = &shared.files[index];
    if judge && file.is_unchanged() {
        shared.note_file(index);
        shared.skip(index, FileState::Unchanged);
        return;
    }
    match file.mode {
        Some(Mode::Lfs) => shared.send_to_store(index),
        Some(Mode::Regular) => shared.count_unread(index),
        None if !file.probed => shared.belts.probe.push_back(index),
        None if judge && shared.by_xet && !shared.holding && file.may_be_in_store() => shared.send_to_store(index),
        None => shared.belts.sort.push_back(index),
    }
}

pub(super) fn check_digest(digest: &str, kind: DigestKind) -> Result<(), Error> {
    let length = match kind {
        DigestKind::Sha256 => 64,
        DigestKind::GitBlob => 40,
    };
    if digest.len() == length && digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return Ok(());
    }
    Err(Error::internal(format!("a digest must be {length} lower-case hex digits")))
}

pub(super) fn read_error(path: &str, failure: Failure) -> Error {
    let message = match failure.code {
        Code::FileChanged => {
            format!(
                "{path} changed while it was read ({}); choose it again and retry",
                failure.message,
                path = Quoted(path)
            )
        }
        _ => format!(
            "{path} cannot be read ({}); check that it exists and that you may read it",
            failure.message,
            path = Quoted(path)
        ),
    };
    Error::new(failure.code, message).at(path)
}
