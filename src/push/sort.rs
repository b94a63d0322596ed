//! Preupload: the Hub says which files it ignores, which it wants inline, and which by LFS.

use std::collections::HashSet;
use std::sync::Arc;

use super::file::Mode;
use super::shared::{Batch, Purpose, Shared};
use super::types::{Commits, Event, FileState};
use crate::error::Error;
use crate::exchange::{Errand, lost_error};
use crate::http::Response;
use crate::hub::Endpoint;
use crate::hub::preupload::{Preupload, PreuploadFile, UploadMode};
use crate::limits::{API_IN_FLIGHT, INLINE_COMMIT_BYTES, LFS_FILES_PER_COMMIT, PREUPLOAD_FILES};
use crate::quote::Quoted;
use crate::step::Failure;
use crate::time::Millis;

#[derive(Default)]
pub(super) struct Sort {
    in_flight: usize,
    inline_bytes: u64,
    lfs_files: usize,
    ignored: Vec<String>,
}

impl Sort {
    pub(super) fn is_busy(&self) -> bool {
        self.in_flight > 0
    }

    /// Sends full batches at once, a last small one when no more files come.
    pub(super) fn advance(&mut self, shared: &mut Shared, now: Millis, reading: bool) -> Result<(), Error> {
        if !shared.rules_are_read() {
            return Ok(());
        }
        while self.in_flight < API_IN_FLIGHT {
            let waiting = shared.belts.sort.len();
            if waiting == 0 || (waiting < PREUPLOAD_FILES && reading) {
                return Ok(());
            }
            let files = next_batch(shared);
            let endpoint = Preupload {
                repo: shared.options.repo.clone(),
                revision: shared.options.revision.clone(),
                pull_request: shared.options.pull_request,
                files: files.iter().map(|&index| question(shared, index)).collect(),
                git_ignore: shared.rules.git_ignore.clone(),
                git_attributes: shared.rules.git_attributes.clone(),
            };
            let request = endpoint.request(&shared.options.hub)?;
            let purpose = Purpose::Preupload(Arc::new(Batch { endpoint, files }));
            shared.exchanges.start(Errand::api(purpose, request, Preupload::REPLAY), now);
            self.in_flight += 1;
        }
        Ok(())
    }

    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        purpose: Purpose,
        outcome: Result<Response, Failure>,
    ) -> Result<(), Error> {
        self.in_flight -= 1;
        let Purpose::Preupload(batch) = purpose else {
            return Err(Error::internal("an answer was handed to the wrong stage"));
        };
        let response = outcome.map_err(lost_error)?;
        let answers = batch.endpoint.parse(&response, &shared.options.hub)?;
        for &index in &batch.files {
            let path = &shared.files[index].path;
            let answer = answers.get(path).ok_or_else(|| {
                Error::protocol(format!("The Hub's preupload answer lacks {path}", path = Quoted(path))).at(path)
            })?;
            if answer.should_ignore && shared.options.ignore_by_hub {
                self.ignored.push(path.clone());
                shared.skip(index, FileState::Ignored);
                continue;
            }
            // The store refuses empty bodies, so an empty file is regular whatever the rules say.
            let mode = match answer.upload_mode {
                UploadMode::Lfs if shared.files[index].size > 0 => Mode::Lfs,
                _ => Mode::Regular,
            };
            self.take(shared, index, mode)?;
        }
        Ok(())
    }

    /// Sorting is over, or comes to a rest: says what the Hub leaves out.
    pub(super) fn tell_ignored(&mut self, shared: &mut Shared) {
        if self.ignored.is_empty() {
            return;
        }
        shared.events.push_back(Event::Warning {
            code: "ignored_by_hub",
            message: "The repo's .gitignore leaves these files out".to_owned(),
            paths: std::mem::take(&mut self.ignored),
        });
    }

    fn take(&mut self, shared: &mut Shared, index: usize, mode: Mode) -> Result<(), Error> {
        shared.files[index].mode = Some(mode);
        shared.note_file(index);
        let file = &shared.files[index];
        if file.is_unchanged() {
            shared.skip(index, FileState::Unchanged);
            return Ok(());
        }
        match mode {
            Mode::Regular => self.inline_bytes += file.size,
            Mode::Lfs => self.lfs_files += 1,
        }
        if shared.options.commits == Commits::One {
            self.check_limits()?;
        }
        match mode {
            Mode::Lfs => shared.send_to_store(index),
            Mode::Regular => {
                let file = &shared.files[index];
                if if shared.options.dry_run { file.needs_digest() } else { file.git_blob.is_none() } {
                    shared.belts.digest.push_back(index);
                } else {
                    shared.count_unread(index);
                }
                shared.forget(index);
            }
        }
        Ok(())
    }

    fn check_limits(&self) -> Result<(), Error> {
        if self.inline_bytes > INLINE_COMMIT_BYTES {
            return Err(Error::invalid(format!(
                "One commit takes at most {} MB of small files; push the folder with commits: \"auto\", which makes several",
                INLINE_COMMIT_BYTES / 1_000_000
            )));
        }
        if self.lfs_files > LFS_FILES_PER_COMMIT {
            return Err(Error::invalid(format!(
                "One commit takes at most {LFS_FILES_PER_COMMIT} large files; push the folder with commits: \"auto\", which \
                 makes several"
            )));
        }
        Ok(())
    }
}

/// Takes files for one question. Answers are known by their paths, so a path that is added more than once is asked about in as
/// many questions.
fn next_batch(shared: &mut Shared) -> Vec<usize> {
    let count = shared.belts.sort.len().min(PREUPLOAD_FILES);
    let mut named = HashSet::new();
    let (files, again): (Vec<usize>, Vec<usize>) =
        shared.belts.sort.drain(..count).partition(|&index| named.insert(shared.files[index].path.as_str()));
    for index in again.into_iter().rev() {
        shared.belts.sort.push_front(index);
    }
    files
}

fn question(shared: &mut Shared, index: usize) -> PreuploadFile {
    let file = &mut shared.files[index];
    PreuploadFile { path: file.path.clone(), sample: file.sample.take().unwrap_or_default(), size: file.size }
}
