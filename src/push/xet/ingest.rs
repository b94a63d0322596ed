//! The pass over files: which, how many at a time, and what became of them.

use std::collections::VecDeque;

use super::super::file::Mode;
use super::super::read::{check_digest, hand_on, read_error};
use super::super::shared::Shared;
use super::super::types::{Activity, Event, Phase, PushOutput};
use crate::error::{Code, Error};
use crate::hash::XetHash;
use crate::http::FileIdx;
use crate::limits::{DIGEST_CREDIT_BYTES, FILE_PROGRESS_EVERY, INGEST_PASSES, INGESTS_IN_FLIGHT};
use crate::quote::Quoted;
use crate::small::{SmallMap, SmallSet};
use crate::step::{DigestKind, Failure, Ingested, Step, StepId};
use crate::time::Millis;

struct Running {
    file: usize,
    credit: u64,
    told: Millis,
}

#[derive(Default)]
pub(super) struct Ingests {
    /// Lanes of the data plane.
    pub(super) lanes: usize,
    running: SmallMap<StepId, Running>,
    /// Files that a lane holds whole already.
    kept: VecDeque<usize>,
    /// Files that are read.
    others: VecDeque<usize>,
    by_file: SmallMap<FileIdx, Vec<usize>>,
}

impl Ingests {
    pub(super) fn is_busy(&self) -> bool {
        !self.running.is_empty() || !self.kept.is_empty() || !self.others.is_empty()
    }

    pub(super) fn knows(&self, id: StepId) -> bool {
        self.running.contains_key(&id)
    }

    pub(super) fn abandon(&mut self) -> Vec<StepId> {
        std::mem::take(&mut self.running).into_iter().map(|(id, _)| id).collect()
    }

    /// The next file, if there is room and credit. What is kept holds its credit already.
    pub(super) fn next_step(&mut self, shared: &mut Shared, now: Millis) -> Option<Step<PushOutput>> {
        while let Some(index) = shared.belts.ingest.pop_front() {
            let file = &shared.files[index];
            if file.xet.kept == file.size { &mut self.kept } else { &mut self.others }.push_back(index);
        }
        let reading = self.running.values().filter(|one| one.credit > 0).count();
        if self.running.len() - reading < INGESTS_IN_FLIGHT
            && let Some(index) = self.kept.pop_front()
        {
            return Some(self.start(shared, now, index, 0));
        }
        let index = *self.others.front()?;
        let credit = shared.files[index].size.clamp(1, DIGEST_CREDIT_BYTES);
        if reading > (if shared.is_gentle { 0 } else { self.lanes }) || !shared.credit.spend(credit) {
            return None;
        }
        self.others.pop_front();
        Some(self.start(shared, now, index, credit))
    }

    fn start(&mut self, shared: &mut Shared, now: Millis, index: usize, credit: u64) -> Step<PushOutput> {
        if shared.meter.enter(Phase::UploadingLargeFiles) {
            shared.events.push_back(Event::Phase(Phase::UploadingLargeFiles));
        }
        let id = shared.ids.issue();
        let file = &shared.files[index];
        let named = self.by_file.get_or_default(file.file);
        if !named.contains(&index) {
            named.push(index);
        }
        self.running.insert(id, Running { file: index, credit, told: now });
        Step::Ingest { id, file: file.file, size: file.size, sha256: file.sha256.clone(), key: file.key }
    }

    /// A file is read on, up to `bytes` of it.
    pub(super) fn progress(&mut self, shared: &mut Shared, now: Millis, id: StepId, bytes: u64) {
        let Some(Running { file: index, told, .. }) = self.running.get_mut(&id) else { return };
        let file = &mut shared.files[*index];
        let bytes = bytes.min(file.size);
        let fresh = bytes.saturating_sub(file.xet.read);
        file.xet.read += fresh;
        let (progress, activity) = (bytes as f64 / file.size.max(1) as f64, activity(file.mode));
        shared.meter.bytes_read(fresh);
        if now.since(*told) >= FILE_PROGRESS_EVERY {
            *told = now;
            // The last bit is the store's word to say.
            shared.tell_progress(*index, progress.min(0.999), activity);
        }
    }

    /// A file is through. `Ok(false)`: it was not awaited.
    pub(super) fn ingested(&mut self, shared: &mut Shared, id: StepId, made: Ingested) -> Result<bool, Error> {
        let Some(Running { file: index, credit, .. }) = self.running.remove(&id) else { return Ok(false) };
        shared.credit.give_back(credit);
        let probed = shared.files[index].xet.kept;
        shared.release(index);
        let file = &mut shared.files[index];
        check_digest(&made.sha256, DigestKind::Sha256).map_err(|error| error.at(&file.path))?;
        if XetHash::parse(&made.xet_hash).is_none() || made.packed > file.size {
            return Err(Error::internal("a file was ingested into what cannot be").at(&file.path));
        }
        if file.sha256.as_ref().is_some_and(|known| *known != made.sha256) {
            let failure = Failure { code: Code::FileChanged, message: "its content differs".to_owned() };
            let error = read_error(&file.path, failure);
            // The authority has it.
            file.xet.ingested = true;
            shared.leave_out(index, error)?;
            return Ok(true);
        }
        let fresh = file.size.saturating_sub(file.xet.read);
        let found = (file.size - made.packed).saturating_sub(file.xet.deduplicated);
        file.xet.read = file.size;
        file.xet.deduplicated += found;
        file.xet.hash = Some(made.xet_hash);
        file.xet.ingested = true;
        file.sha256 = Some(made.sha256);
        let (is_sorted, size) = (file.mode.is_some(), file.size);
        shared.meter.bytes_read(fresh);
        shared.meter.resumed(made.resumed.min(size.saturating_sub(probed)));
        shared.meter.deduplicated(found);
        shared.note_hashed(index);
        shared.note_file(index);
        shared.awaits_shard(index);
        if !is_sorted || shared.files[index].is_unchanged() {
            shared.tell_progress(index, 1.0, Activity::Hashing);
            hand_on(shared, index);
        }
        Ok(true)
    }

    /// The pass over a file failed.
    ///
    /// Errors: what the driver says, unless it is the lane that is to blame, and not too often.
    pub(super) fn failed(&mut self, shared: &mut Shared, id: StepId, failure: Failure) -> Result<(), Error> {
        let Some(Running { file: index, credit, .. }) = self.running.remove(&id) else { return Ok(()) };
        shared.credit.give_back(credit);
        if failure.code != Code::Internal {
            return shared.leave_out(index, read_error(&shared.files[index].path, failure));
        }
        again(shared, index, &failure.message)
    }

    /// What was made of a file went with a lane.
    pub(super) fn lost(&mut self, shared: &mut Shared, file: FileIdx) -> Result<(), Error> {
        for index in self.by_file.get(&file).cloned().unwrap_or_default() {
            let state = &mut shared.files[index].xet;
            if state.ingested && !state.registered {
                state.ingested = false;
                shared.awaits_no_shard(index);
                again(shared, index, "the worker that packed it ended")?;
            }
        }
        Ok(())
    }
}

impl Shared {
    /// The files that were ingested by this name and wait for their shard.
    pub(super) fn unregistered_of(&self, named: &SmallSet<FileIdx>) -> Vec<usize> {
        self.unregistered.iter().copied().filter(|&index| named.contains(&self.files[index].file)).collect()
    }
}

/// What a file on its way through the pass is doing, in the words for its progress bar: until it is sorted it is only looked at.
fn activity(mode: Option<Mode>) -> Activity {
    if mode.is_some() { Activity::Uploading } else { Activity::Hashing }
}

/// Sends a file through the pass once more.
fn again(shared: &mut Shared, index: usize, why: &str) -> Result<(), Error> {
    shared.release(index);
    let file = &mut shared.files[index];
    file.xet.losses += 1;
    if file.xet.losses >= INGEST_PASSES {
        let message =
            format!("{} could not be packed, though it was tried {INGEST_PASSES} times: {why}", Quoted(&file.path));
        return Err(Error::internal(message).at(&file.path));
    }
    let (path, attempt) = (Some(file.path.clone()), file.xet.losses);
    shared.events.push_back(Event::Retry { path, attempt, delay_ms: 0, cause: why.to_owned() });
    shared.belts.ingest.push_front(index);
    Ok(())
}
