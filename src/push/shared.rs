//! What all stages of a push share: the files, the belts between stages, requests, events, credit and the meter.

use std::collections::VecDeque;
use std::sync::Arc;

use super::credit::Credit;
use super::file::FileEntry;
use super::meter::Meter;
use super::types::{Activity, Event, PushOptions};
use crate::exchange::{Exchanges, StepIds};
use crate::hub::commits::ListCommits;
use crate::hub::paths_info::PathsInfo;
use crate::hub::preupload::Preupload;
use crate::retry::Jitter;

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
    /// The pull request that gets the commit.
    Pull,
    /// The commit.
    Commit,
    /// What happened on the branch since our parent.
    History(Arc<ListCommits>),
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
    /// Wait for their beginning to be read.
    pub(super) probe: VecDeque<usize>,
    /// Wait for a digest.
    pub(super) digest: VecDeque<usize>,
    /// Wait for the Hub's word on how to store them.
    pub(super) sort: VecDeque<usize>,
    /// LFS files with an oid that wait for upload actions.
    pub(super) store: VecDeque<usize>,
}

impl Belts {
    pub(super) fn is_before_sort_busy(&self) -> bool {
        !self.ask.is_empty() || !self.probe.is_empty()
    }

    pub(super) fn any(&self) -> bool {
        self.is_before_sort_busy() || !self.digest.is_empty() || !self.sort.is_empty() || !self.store.is_empty()
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
    pub(super) ids: StepIds,
    pub(super) exchanges: Exchanges<Purpose>,
    pub(super) events: VecDeque<Event>,
    pub(super) credit: Credit,
    pub(super) meter: Meter,
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
            ids: StepIds::default(),
            exchanges: Exchanges::new(Jitter::new(options.seed)),
            events: VecDeque::new(),
            credit: Credit::new(options.buffer_budget_bytes),
            meter: Meter::default(),
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
    pub(super) fn skip(&mut self, index: usize, state: super::FileState) {
        let file = &mut self.files[index];
        file.skipped = Some(state);
        file.sample = None;
        self.meter.file_skipped(file.size, state);
        if state == super::FileState::Unchanged {
            self.tell_progress(index, 1.0, Activity::Uploading);
        }
    }
}
