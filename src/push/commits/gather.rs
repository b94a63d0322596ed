//! The files that are ready to be committed, in the order of the operations.
//!
//! The first file that is not ready holds the others up, so that the commits of a push do not depend on which answer came first.
//! When one has held them up for too long, it is passed over, and goes with a later commit.

use super::super::file::{FileEntry, Mode};
use super::super::shared::Shared;
use super::plan::{CommitFile, choose};
use crate::limits::{BATCH_LATE_FILES, BATCH_TIME, INLINE_COMMIT_BYTES};
use crate::time::Millis;

#[derive(Default)]
pub(super) struct Gather {
    /// The first file that was not looked at.
    at: usize,
    ready: Vec<usize>,
    /// Files that were passed over.
    late: Vec<usize>,
    /// When the last commit was chosen.
    since: Option<Millis>,
}

impl Gather {
    /// Looks for files, until there are so many. Whether others may come.
    pub(super) fn look(&mut self, shared: &Shared, now: Millis, enough: usize) -> bool {
        let overdue = self.waited(now) >= BATCH_TIME;
        let Gather { at, ready, late, .. } = self;
        late.retain(|&index| {
            let file = &shared.files[index];
            if ready.len() < enough && is_ready(shared, file) {
                ready.push(index);
                return false;
            }
            is_wanted(file)
        });
        while ready.len() < enough
            && let Some(file) = shared.files.get(*at)
        {
            if is_ready(shared, file) {
                ready.push(*at);
            } else if is_wanted(file) {
                if !overdue || late.len() >= BATCH_LATE_FILES {
                    break;
                }
                late.push(*at);
            }
            *at += 1;
        }
        *at < shared.files.len() || !late.is_empty()
    }

    /// How many of the files go with a commit of at most so many.
    pub(super) fn choose(&self, shared: &Shared, now: Millis, more: bool, most: usize) -> usize {
        let files = self.ready.iter().map(|&index| (shared.files[index].size, is_inline(&shared.files[index])));
        choose(files, more, most, self.waited(now))
    }

    /// The same files, for somebody else who chooses.
    pub(super) fn shown(&self, shared: &Shared) -> Vec<CommitFile> {
        let file = |&index: &usize| {
            let file = &shared.files[index];
            CommitFile { path: file.path.clone(), size: file.size, inline: is_inline(file) }
        };
        self.ready.iter().map(file).collect()
    }

    /// So many of the first files, or fewer where one commit does not take them.
    pub(super) fn take(&mut self, shared: &Shared, count: usize, now: Millis) -> Vec<usize> {
        let mut inline_bytes = 0;
        let fits = self.ready.iter().take(count).take_while(|&&index| {
            let file = &shared.files[index];
            inline_bytes += if is_inline(file) { file.size } else { 0 };
            inline_bytes <= INLINE_COMMIT_BYTES
        });
        let count = fits.count().max(count.min(1)).min(self.ready.len());
        self.since = Some(now);
        self.ready.drain(..count).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }

    /// Time since the last commit was chosen.
    pub(super) fn waited(&self, now: Millis) -> Millis {
        self.since.map_or(Millis(0), |since| Millis(now.since(since).0))
    }

    /// Time begins to count.
    pub(super) fn begin(&mut self, now: Millis) {
        self.since.get_or_insert(now);
    }

    /// When what holds the others up is passed over.
    pub(super) fn wake_at(&self, now: Millis) -> Option<Millis> {
        self.since.map(|since| since + BATCH_TIME).filter(|at| *at > now)
    }

    /// Everything is looked at anew.
    pub(super) fn reset(&mut self) {
        self.at = 0;
        self.ready.clear();
        self.late.clear();
    }
}

/// Whether the file may need a commit.
pub(super) fn is_wanted(file: &FileEntry) -> bool {
    file.skipped.is_none() && !file.done
}

fn is_ready(shared: &Shared, file: &FileEntry) -> bool {
    is_wanted(file)
        && match file.mode {
            Some(Mode::Regular) => file.git_blob.is_some(),
            Some(Mode::Lfs) if shared.by_xet => file.xet.ingested || file.xet.registered,
            Some(Mode::Lfs) => file.stored,
            None => false,
        }
}

fn is_inline(file: &FileEntry) -> bool {
    file.mode == Some(Mode::Regular)
}
