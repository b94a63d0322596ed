//! What all stages of a push share: the files, the belts between stages, requests, events, credit and the meter.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::credit::Credit;
use super::file::{FileEntry, Mode};
use super::journal::Journal;
use super::meter::Meter;
use super::types::{Activity, Event, FileState, OnFileError, PushOptions};
use super::xet;
use crate::error::{Code, Error};
use crate::exchange::{Exchanges, StepIds};
use crate::http::FileIdx;
use crate::hub::commits::ListCommits;
use crate::hub::paths_info::PathsInfo;
use crate::hub::preupload::Preupload;
use crate::limits::PROBE_WHOLE_BYTES;
use crate::retry::Jitter;
use crate::step::Tell;

/// Path of the root's ignore rules.
pub(super) const GIT_IGNORE: &str = ".gitignore";

/// Path of the root's attributes.
pub(super) const GIT_ATTRIBUTES: &str = ".gitattributes";

/// Path of the repo's card, whose metadata is checked before anything else is read.
pub(super) const CARD: &str = "README.md";

/// Whether preupload wants to see this file's text.
pub(super) fn is_rules_file(path: &str) -> bool {
    path == GIT_IGNORE || path == GIT_ATTRIBUTES
}

/// Why a request is under way.
#[derive(Clone)]
pub(super) enum Purpose {
    /// The head of the revision.
    Head,
    /// Making the branch.
    CreateBranch,
    /// Whether the token may push here.
    MayWrite,
    /// What the repo holds that the commit may delete.
    Mirror,
    /// Whether the metadata of README.md is valid.
    CheckCard,
    /// What is at these paths now.
    Ask(Arc<Batch<PathsInfo>>),
    /// What the Hub wants with these files.
    Preupload(Arc<Batch<Preupload>>),
    /// Upload actions for these LFS objects.
    LfsBatch(Arc<[usize]>),
    /// One object in one PUT.
    Put(usize),
    /// One part of an object.
    Part(usize, usize),
    /// All parts of an object are there.
    Complete(usize),
    /// The Hub shall look at the object.
    Verify(usize),
    /// What the content store is asked, and for what.
    Xet(xet::Purpose),
    /// The pull request that gets the commit.
    Pull,
    /// The commit.
    Commit,
    /// What happened on the branch since our parent.
    History(Arc<ListCommits>),
    /// Whether the pull request of an earlier run takes commits still.
    PullStatus,
    /// What happened up to this head since that run sent its last commit.
    Earlier(Arc<str>),
    /// What stands at these paths after the commit.
    ReadBack(Arc<Batch<PathsInfo>>),
}

/// An endpoint asked for several files at once.
pub(super) struct Batch<E> {
    pub(super) endpoint: E,
    /// Indexes into [`Shared::files`].
    pub(super) files: Vec<usize>,
}

/// One line of the commit, in the order the caller gave.
pub(super) enum Line {
    /// The file with this index.
    Add(usize),
    /// A file.
    DeleteFile(String),
    /// A folder.
    DeleteFolder(String),
}

/// The queues between the stages; each holds indexes into [`Shared::files`].
#[derive(Default)]
pub(super) struct Belts {
    /// Wait to be looked up on the Hub.
    pub(super) ask: VecDeque<usize>,
    /// Were looked up; wait for leave to be read.
    pub(super) route: VecDeque<usize>,
    /// Wait for their beginning to be read.
    pub(super) probe: VecDeque<usize>,
    /// Wait for a digest.
    pub(super) digest: VecDeque<usize>,
    /// Wait for the Hub's word on how to store them.
    pub(super) sort: VecDeque<usize>,
    /// LFS files with an oid that wait for upload actions.
    pub(super) store: VecDeque<usize>,
    /// Files whose old version should be recalled before they are ingested.
    pub(super) recall: VecDeque<usize>,
    /// Wait for the pass that chunks, packs and sends.
    pub(super) ingest: VecDeque<usize>,
}

impl Belts {
    pub(super) fn is_before_sort_busy(&self) -> bool {
        !self.ask.is_empty() || !self.route.is_empty() || !self.probe.is_empty()
    }

    pub(super) fn any(&self) -> bool {
        let later = [&self.digest, &self.sort, &self.store, &self.recall, &self.ingest];
        self.is_before_sort_busy() || later.iter().any(|belt| !belt.is_empty())
    }
}

/// The rules files that this commit brings along; they decide already in this commit.
#[derive(Default)]
pub(super) struct Rules {
    /// Their indexes.
    pub(super) files: Vec<usize>,
    pub(super) brings_attributes: bool,
    pub(super) git_ignore: Option<String>,
    pub(super) git_attributes: Option<String>,
}

/// The README.md at the root, until its metadata is checked.
pub(super) struct Card {
    /// Its index.
    pub(super) file: usize,
    /// Its text, once it is read and until it is sent.
    pub(super) text: Option<String>,
}

pub(super) struct Shared {
    pub(super) options: PushOptions,
    pub(super) files: Vec<FileEntry>,
    pub(super) lines: Vec<Line>,
    /// The commit that the push builds on; known once the head was read.
    pub(super) parent: Option<String>,
    pub(super) belts: Belts,
    pub(super) rules: Rules,
    /// While this stands nothing else is read.
    pub(super) card: Option<Card>,
    /// Paths that the commit deletes because they match the caller's patterns.
    pub(super) mirrored: Vec<String>,
    /// The number of the pull request, once it is open.
    pub(super) pull: Option<u64>,
    /// It was opened by an earlier run of this push, and is a draft still.
    pub(super) pull_is_draft: bool,
    /// What is deleted is in a commit.
    pub(super) deletes_are_done: bool,
    /// Large files go to the content store, not by LFS.
    pub(super) by_xet: bool,
    /// The Hub has a content store for this repo.
    pub(super) offers_xet: bool,
    /// Nothing may be sent or kept before everything is sorted: it may be more than one commit takes.
    pub(super) holding: bool,
    /// Files of the next commit that no accepted shard names.
    pub(super) awaited: BTreeSet<usize>,
    /// Files that broke the request they were part of.
    pub(super) broken: Vec<FileIdx>,
    /// Files that the authority has and no accepted shard names.
    pub(super) unregistered: BTreeSet<usize>,
    /// Their bytes.
    pub(super) unregistered_bytes: u64,
    /// Words for the data plane, in their order.
    pub(super) tells: VecDeque<Tell>,
    forgotten: Vec<FileIdx>,
    pub(super) ids: StepIds,
    pub(super) exchanges: Exchanges<Purpose>,
    pub(super) events: VecDeque<Event>,
    pub(super) credit: Credit,
    pub(super) meter: Meter,
    /// One file is read at a time.
    pub(super) is_gentle: bool,
    pub(super) journal: Journal,
}

impl Shared {
    pub(super) fn new(options: PushOptions) -> Shared {
        Shared {
            files: Vec::new(),
            lines: Vec::new(),
            parent: None,
            belts: Belts::default(),
            rules: Rules::default(),
            card: None,
            mirrored: Vec::new(),
            pull: None,
            pull_is_draft: false,
            deletes_are_done: false,
            by_xet: false,
            offers_xet: false,
            holding: false,
            awaited: BTreeSet::new(),
            broken: Vec::new(),
            unregistered: BTreeSet::new(),
            unregistered_bytes: 0,
            tells: VecDeque::new(),
            forgotten: Vec::new(),
            ids: StepIds::default(),
            exchanges: Exchanges::new(Jitter::new(options.seed), options.patience),
            events: VecDeque::new(),
            credit: Credit::new(options.buffer_budget_bytes),
            meter: Meter::default(),
            is_gentle: false,
            journal: Journal::default(),
            options,
        }
    }

    /// Whether a file may be called unchanged before preupload: not when new attributes may move it to another store.
    pub(super) fn can_judge_early(&self) -> bool {
        !self.rules.brings_attributes
    }

    /// Whether preupload can be asked: the rules files of this commit are read, or need not be.
    pub(super) fn rules_are_read(&self) -> bool {
        let mut rules = self.rules.files.iter().map(|&index| &self.files[index]);
        rules.all(|file| file.probed || file.skipped.is_some())
    }

    /// Takes a file out of the push: the commit needs no line for it.
    pub(super) fn skip(&mut self, index: usize, state: FileState) {
        self.forget(index);
        if state == FileState::Unchanged {
            self.count_unread(index);
        }
        let file = &mut self.files[index];
        file.skipped = Some(state);
        file.sample = None;
        let fresh = file.size - file.xet.deduplicated;
        if state == FileState::Unchanged {
            file.xet.deduplicated = file.size;
        }
        self.meter.file_skipped(fresh, state);
        if state == FileState::Unchanged {
            self.tell_progress(index, 1.0, Activity::Uploading);
        }
    }

    /// A file cannot be read, or is not what it was: goes on without it, where the caller allows that.
    ///
    /// Errors: `error`, where he does not, or where no file is to blame.
    pub(super) fn leave_out(&mut self, index: usize, error: Error) -> Result<(), Error> {
        let is_of_file = matches!(error.code, Code::FileChanged | Code::FileUnreadable);
        if self.options.on_file_error == OnFileError::Fail || !is_of_file {
            return Err(error);
        }
        if self.files[index].skipped.is_some() {
            return Ok(());
        }
        self.skip(index, FileState::Failed);
        self.tell_progress(index, 0.0, Activity::Error);
        let paths = vec![self.files[index].path.clone()];
        self.events.push_back(Event::Warning { code: "file_skipped", message: error.into_account().message, paths });
        Ok(())
    }

    /// Which of these files, if any, broke the request that they are part of.
    pub(super) fn take_broken(&mut self, files: &[usize]) -> Option<usize> {
        let is_broken = |&index: &usize| self.broken.contains(&self.files[index].file);
        let index = files.iter().copied().find(is_broken)?;
        let file = self.files[index].file;
        self.broken.retain(|broken| *broken != file);
        Some(index)
    }

    /// These files are committed next: those that no shard names are awaited.
    pub(super) fn await_shards(&mut self, files: &[usize]) {
        self.awaited.clear();
        if self.by_xet {
            let unnamed = |&index: &usize| {
                let file = &self.files[index];
                file.mode == Some(Mode::Lfs) && !file.xet.registered
            };
            self.awaited.extend(files.iter().copied().filter(unnamed));
        }
    }

    /// Large files go to the content store from now on.
    pub(super) fn go_by_xet(&mut self) {
        self.by_xet = true;
        self.meter.go_by_xet();
    }

    /// Sends a large file on to its store: it is not known to be there.
    pub(super) fn send_to_store(&mut self, index: usize) {
        if self.files[index].was_stored {
            self.was_stored(index);
            return;
        }
        if !self.by_xet && self.files[index].sha256.is_some() {
            self.count_unread(index);
        }
        let file = &self.files[index];
        if self.options.dry_run {
            if file.needs_digest() {
                self.belts.digest.push_back(index);
            }
            return;
        }
        let belt = if !self.by_xet {
            if file.sha256.is_some() { &mut self.belts.store } else { &mut self.belts.digest }
        } else if file.xet.ingested || file.xet.registered {
            return;
        } else if file.remote_xet_hash().is_some() && !file.xet.recalled && file.size > PROBE_WHOLE_BYTES {
            &mut self.belts.recall
        } else {
            &mut self.belts.ingest
        };
        belt.push_back(index);
    }

    /// The store has a file since an earlier push: the commit may name it.
    fn was_stored(&mut self, index: usize) {
        self.count_unread(index);
        let file = &mut self.files[index];
        let size = file.size;
        file.xet.deduplicated = size;
        file.xet.registered = self.by_xet;
        if !std::mem::replace(&mut file.stored, true) {
            self.meter.stored(size, 1, true);
        }
        self.tell_progress(index, 1.0, Activity::Uploading);
    }

    /// What a probe kept of a file is used up.
    pub(super) fn release(&mut self, index: usize) {
        let kept = std::mem::take(&mut self.files[index].xet.kept);
        self.credit.release(kept);
    }

    /// Neither what a probe kept of a file is needed, nor what the pass made of it.
    pub(super) fn forget(&mut self, index: usize) {
        let file = &mut self.files[index];
        let is_held = std::mem::take(&mut file.xet.ingested) && !file.xet.registered;
        if is_held || file.xet.kept > 0 {
            self.forgotten.push(file.file);
        }
        self.awaits_no_shard(index);
        self.awaited.remove(&index);
        self.release(index);
    }

    /// The authority has the file.
    pub(super) fn awaits_shard(&mut self, index: usize) {
        if self.unregistered.insert(index) {
            self.unregistered_bytes += self.files[index].size;
        }
    }

    /// The file is in an accepted shard, or will be in none.
    pub(super) fn awaits_no_shard(&mut self, index: usize) {
        if self.unregistered.remove(&index) {
            self.unregistered_bytes -= self.files[index].size;
        }
    }

    /// The next word for the data plane.
    pub(super) fn next_tell(&mut self) -> Option<Tell> {
        if !self.forgotten.is_empty() {
            self.tells.push_back(Tell::Forget { files: std::mem::take(&mut self.forgotten) });
        }
        self.tells.pop_front()
    }

    pub(super) fn has_tell(&self) -> bool {
        !self.tells.is_empty() || !self.forgotten.is_empty()
    }
}
