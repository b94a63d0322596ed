//! The journal of a push: what it writes when, and what it takes over from an earlier one.
//!
//! Records gather until a step takes them along. A request that must not happen twice is held back until the record that announces it
//! is kept for certain; nothing else waits. A journal that fails never fails its push: it is told once, and no more is written.
//!
//! Invariants: what was learnt of a file is believed under its key only (path, size, date), for a while only, and where the Hub wants it
//! only while the push brings the same rules files; nothing secret is written.

use std::collections::VecDeque;

use super::file::{FileEntry, Mode};
use super::shared::{CARD, Purpose, Shared, is_rules_file};
use super::types::{CommitMade, Event, PushOutput};
use crate::exchange::{Errand, StepIds};
use crate::hash::Sha256;
use crate::journal::control::{self, Begun, Committed, Facts, Opening, Place, Posting, Record, Replayed};
use crate::limits::{JOURNAL_KEPT, JOURNAL_LIFE, JOURNAL_STEP_BYTES};
use crate::small::SmallMap;
use crate::step::{Failure, Step, StepId};
use crate::time::Millis;

/// What an earlier run of this push has left.
#[derive(Default)]
pub(super) struct Before {
    /// The parent of its first commit.
    pub(super) first_parent: Option<String>,
    /// Its pull request may be open.
    pub(super) opening: Option<Opening>,
    /// Its last commit may stand.
    pub(super) posting: Option<Posting>,
    /// Its commits that stand.
    pub(super) commits: Vec<CommitMade>,
}

#[derive(Default)]
pub(super) struct Journal {
    pub(super) before: Before,
    is_kept: bool,
    /// Which rules files this push brings.
    rules: u32,
    /// Milliseconds since 1970.
    now_ms: u64,
    /// What no step has taken along yet.
    records: Vec<u8>,
    /// Somebody waits for them.
    is_awaited: bool,
    /// Steps that are open; whether somebody waits.
    open: SmallMap<StepId, bool>,
    held: VecDeque<(Errand<Purpose>, Millis)>,
}

impl Journal {
    pub(super) fn set_clock(&mut self, now_ms: u64) {
        self.now_ms = now_ms;
    }

    /// Whether the step is one of ours.
    pub(super) fn knows(&self, id: StepId) -> bool {
        self.open.contains_key(&id)
    }

    /// The next step, if records must go now: somebody waits for them, they are many, or (`is_idle`) there is time.
    pub(super) fn next_step(&mut self, ids: &mut StepIds, is_idle: bool) -> Option<Step<PushOutput>> {
        if self.records.is_empty() || !(is_idle || self.is_awaited || self.records.len() >= JOURNAL_STEP_BYTES) {
            return None;
        }
        let id = ids.issue();
        let (records, barrier) = (std::mem::take(&mut self.records), std::mem::take(&mut self.is_awaited));
        self.open.insert(id, barrier);
        Some(Step::Record { id, records, barrier })
    }

    /// Writes a record, if a journal is kept.
    pub(super) fn note(&mut self, record: &Record) {
        if self.is_kept {
            self.records.extend(record.to_bytes());
        }
    }

    /// Nothing that is held back will be sent.
    pub(super) fn abandon(&mut self) {
        self.held.clear();
    }

    /// What waits for nothing any more.
    fn release(&mut self, id: StepId) -> VecDeque<(Errand<Purpose>, Millis)> {
        match self.open.remove(&id) {
            Some(true) => std::mem::take(&mut self.held),
            _ => VecDeque::new(),
        }
    }
}

impl Shared {
    /// The next step for the journal; see [`Journal::next_step`].
    pub(super) fn next_record(&mut self, is_idle: bool) -> Option<Step<PushOutput>> {
        self.journal.next_step(&mut self.ids, is_idle)
    }

    /// The result of the push with what earlier runs of it have committed.
    pub(super) fn with_earlier(&mut self, mut output: PushOutput) -> PushOutput {
        let before = std::mem::take(&mut self.journal.before.commits);
        if let Some(last) = before.last().filter(|last| last.oid == output.head.oid) {
            output.head = last.clone();
        }
        output.commits.splice(0..0, before);
        output
    }

    /// Sends a request once the record that announces it is kept.
    pub(super) fn start_recorded(&mut self, record: &Record, errand: Errand<Purpose>, at: Millis) {
        if !self.journal.is_kept {
            self.exchanges.start(errand, at);
            return;
        }
        self.journal.note(record);
        self.journal.is_awaited = true;
        self.journal.held.push_back((errand, at));
    }

    /// Records are kept. False when they are not ours.
    pub(super) fn recorded(&mut self, id: StepId) -> bool {
        let is_ours = self.journal.knows(id);
        for (errand, at) in self.journal.release(id) {
            self.exchanges.start(errand, at);
        }
        is_ours
    }

    /// Records are not kept: no more are written, and the push goes on.
    pub(super) fn not_recorded(&mut self, id: StepId, failure: &Failure) {
        if std::mem::take(&mut self.journal.is_kept) {
            self.events.push_back(Event::Warning {
                code: "journal_failed",
                message: format!(
                    "What is done cannot be kept on this device, so a push that is cut off begins anew ({})",
                    failure.message
                ),
                paths: Vec::new(),
            });
        }
        self.journal.records.clear();
        // With the journal gone, nobody need wait for it.
        self.journal.is_awaited = false;
        self.journal.open.remove(&id);
        for (errand, at) in std::mem::take(&mut self.journal.held) {
            self.exchanges.start(errand, at);
        }
    }

    /// Writes down what is known of a file.
    pub(super) fn note_file(&mut self, index: usize) {
        let file = &self.files[index];
        if let Some(key) = file.key.filter(|_| self.journal.is_kept) {
            let facts = Facts {
                at_ms: self.journal.now_ms,
                place: file.mode.map(|mode| match mode {
                    Mode::Regular => Place::Inline,
                    Mode::Lfs => Place::Store,
                }),
                rules: self.journal.rules,
                sha256: file.sha256.clone(),
                git_blob: file.git_blob.clone(),
                xet_hash: file.xet.hash.clone(),
            };
            self.journal.note(&Record::File(key, facts));
        }
    }

    /// Writes down that the store has a file's content.
    pub(super) fn note_stored(&mut self, index: usize) {
        if let Some(key) = self.files[index].key {
            let at_ms = self.journal.now_ms;
            self.journal.note(&Record::Stored(key, at_ms));
        }
    }

    /// Writes down that a commit stands.
    pub(super) fn note_commit(&mut self, made: &CommitMade) {
        self.journal.note(&Record::Committed(Committed { oid: made.oid.clone(), files: made.files }));
    }

    /// The Hub refused what may rest on the journal's word: the next push asks the store again.
    pub(super) fn distrust_journal(&mut self) {
        if self.files.iter().any(|file| file.was_stored) {
            self.journal.note(&Record::Distrust);
        }
    }

    /// A file of which enough is known is not read.
    pub(super) fn count_unread(&mut self, index: usize) {
        let file = &mut self.files[index];
        let fresh = file.size - file.xet.read.min(file.size);
        file.xet.read = file.size;
        self.meter.bytes_known(fresh);
    }
}

/// Keeps a journal from now on and takes over what an earlier one holds. How many of its bytes are taken over: what stands behind them
/// must be forgotten.
pub(super) fn restore(shared: &mut Shared, stream: &[u8]) -> usize {
    shared.journal.is_kept = true;
    shared.journal.rules = rules_of(&shared.files);
    let begun = begun(shared);
    match control::replay(stream) {
        Ok(Replayed { begun: None, .. }) => {}
        Ok(state) if state.begun.as_ref().is_some_and(|earlier| fits(earlier, &begun)) => {
            let bytes = state.bytes;
            take_over(shared, state);
            return bytes;
        }
        _ => {
            shared.events.push_back(Event::Warning {
                code: "journal_set_aside",
                message: "What was kept on this device of an earlier push cannot be used, so this one begins anew"
                    .to_owned(),
                paths: Vec::new(),
            });
        }
    }
    shared.journal.note(&Record::Begun(begun));
    0
}

fn begun(shared: &Shared) -> Begun {
    let options = &shared.options;
    Begun {
        hub: options.hub.url.as_str().to_owned(),
        repo: options.repo.to_string(),
        revision: options.revision.clone(),
        pull_request: options.pull_request,
        at_ms: shared.journal.now_ms,
    }
}

/// Whether a journal belongs to this push, and is not from long ago.
fn fits(earlier: &Begun, now: &Begun) -> bool {
    let same = Begun { at_ms: now.at_ms, ..earlier.clone() } == *now;
    same && now.at_ms.abs_diff(earlier.at_ms) <= JOURNAL_KEPT.0
}

fn take_over(shared: &mut Shared, mut state: Replayed) {
    shared.pull = state.pull;
    let made = |commit: Committed| CommitMade {
        url: shared.options.hub.page_url(&shared.options.repo, &format!("/commit/{}", commit.oid)),
        oid: commit.oid,
        files: commit.files,
    };
    shared.journal.before = Before {
        first_parent: state.first_parent,
        opening: state.opening,
        posting: state.posting,
        commits: state.commits.into_iter().map(made).collect(),
    };
    let (now_ms, rules) = (shared.journal.now_ms, shared.journal.rules);
    let is_fresh = |at_ms: u64| now_ms.abs_diff(at_ms) <= JOURNAL_LIFE.0;
    for index in 0..shared.files.len() {
        let file = &mut shared.files[index];
        let Some(key) = file.key else { continue };
        let Some(facts) = state.files.remove(&key).filter(|facts| is_fresh(facts.at_ms)) else { continue };
        // The texts of these are wanted whatever is known.
        let is_sent_along = is_rules_file(&file.path) || file.path == CARD;
        file.sha256 = facts.sha256;
        file.git_blob = facts.git_blob;
        file.xet.hash = facts.xet_hash;
        file.earlier_mode = match facts.place {
            _ if facts.rules != rules || is_sent_along => None,
            Some(Place::Inline) if file.git_blob.is_some() => Some(Mode::Regular),
            Some(Place::Store) => Some(Mode::Lfs),
            _ => None,
        };
        let stored = state.stored.get(&key).is_some_and(|at_ms| is_fresh(*at_ms));
        file.was_stored = stored && file.earlier_mode == Some(Mode::Lfs) && file.sha256.is_some();
        if file.sha256.is_some() || file.git_blob.is_some() {
            shared.note_hashed(index);
        }
    }
}

/// Which rules files a push brings, in four bytes: with others, the Hub may want a file elsewhere.
fn rules_of(files: &[FileEntry]) -> u32 {
    let mut hasher = Sha256::new();
    for file in files.iter().filter(|file| is_rules_file(&file.path)) {
        hasher.update(file.path.as_bytes());
        // One without a date is another one each time, as far as anybody can tell.
        hasher.update(file.key.map_or([0xff; 16], |key| key.0).as_slice());
    }
    let [a, b, c, d, ..] = hasher.digest_bytes();
    u32::from_le_bytes([a, b, c, d])
}
