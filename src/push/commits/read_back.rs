//! A look at what stands after a commit, beside whatever comes next. One that fails says nothing about the commit: it is a
//! warning. The same look tells whether a commit of which the answer was lost is ours; that one is waited for.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::plan;
use super::super::shared::{Batch, Purpose, Shared};
use super::super::types::{Event, FileState};
use super::life::Attempt;
use crate::error::{Code, Error};
use crate::exchange::{Errand, lost_error};
use crate::http::Response;
use crate::hub::commit::CommitLine;
use crate::hub::paths_info::PathsInfo;
use crate::hub::{Endpoint, Replay};
use crate::limits::PATHS_INFO_PATHS;
use crate::step::Failure;
use crate::time::Millis;

#[derive(Default)]
pub(super) struct ReadBack {
    in_flight: usize,
    /// Paths that hold something else than was sent, and the commit.
    wrong: Vec<(String, String)>,
    lost: bool,
    /// Files whose content stands when all is applied; made once.
    standing: Option<Vec<bool>>,
}

impl ReadBack {
    pub(super) fn is_busy(&self) -> bool {
        self.in_flight > 0
    }

    /// Whether a look failed.
    pub(super) fn is_lost(&self) -> bool {
        self.lost
    }

    /// Asks what a commit holds at the paths of these files.
    pub(super) fn ask(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        commit: &str,
        files: impl Iterator<Item = usize>,
    ) -> Result<(), Error> {
        let standing = self.standing.get_or_insert_with(|| standing(shared));
        let files: Vec<usize> = files.filter(|&index| standing[index] && !is_left_out(shared, index)).collect();
        self.in_flight += ask_paths(shared, now, commit, &files, &[])?;
        Ok(())
    }

    /// Compares.
    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        batch: &Batch<PathsInfo>,
        outcome: Result<Response, Failure>,
    ) {
        self.in_flight -= 1;
        match compare(shared, batch, outcome) {
            Ok(wrong) => self.wrong.extend(wrong.into_iter().map(|path| (path, batch.endpoint.revision.clone()))),
            Err(error) => {
                self.lost = true;
                shared.events.push_back(Event::Warning {
                    code: "not_verified",
                    message: format!("The commit stands, but it could not be read back: {error}"),
                    paths: batch.files.iter().map(|&index| shared.files[index].path.clone()).collect(),
                });
            }
        }
    }

    /// Errors: `integrity` when the Hub holds something else than was sent.
    pub(super) fn check(&self) -> Result<(), Error> {
        let Some((path, commit)) = self.wrong.first() else { return Ok(()) };
        Err(Error::new(
            Code::Integrity,
            format!(
                "Commit {commit} was made, but the Hub holds other content than was sent at {} path(s), first {path:?}; push \
                 again",
                self.wrong.len()
            ),
        )
        .at(path))
    }
}

/// Asks for all that would show that a commit is this one: it holds what that adds, and not what that deletes. How many questions
/// that takes.
pub(super) fn ask_all(shared: &mut Shared, now: Millis, commit: &str, attempt: &Attempt) -> Result<usize, Error> {
    let standing = standing(shared);
    let files = attempt.files.iter().copied();
    let files: Vec<usize> = files.filter(|&index| standing[index] && !is_left_out(shared, index)).collect();
    let is_added = |gone: &str| {
        let below = |path: &str| path.strip_prefix(gone).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        files.iter().any(|&index| below(&shared.files[index].path))
    };
    let deleted = attempt.commit.lines.iter().filter_map(|line| match line {
        CommitLine::DeleteFile { path } | CommitLine::DeleteFolder { path } => Some(path.trim_end_matches('/')),
        _ => None,
    });
    let gone: Vec<String> = deleted.filter(|path| !is_added(path)).map(str::to_owned).collect();
    ask_paths(shared, now, commit, &files, &gone)
}

/// Asks what a commit holds at the paths of these files, and at these other ones. How many questions that takes.
fn ask_paths(shared: &mut Shared, now: Millis, commit: &str, files: &[usize], gone: &[String]) -> Result<usize, Error> {
    let paths_of = |files: &[usize]| files.iter().map(|&index| shared.files[index].path.clone()).collect();
    let batches: Vec<(Vec<String>, Vec<usize>)> = files
        .chunks(PATHS_INFO_PATHS)
        .map(|files| (paths_of(files), files.to_vec()))
        .chain(gone.chunks(PATHS_INFO_PATHS).map(|paths| (paths.to_vec(), Vec::new())))
        .collect();
    let count = batches.len();
    for (paths, files) in batches {
        let (repo, revision) = (shared.options.repo.clone(), commit.to_owned());
        let endpoint = PathsInfo { repo, revision, paths, expand: false };
        let request = endpoint.request(&shared.options.hub)?;
        let purpose = Purpose::ReadBack(Arc::new(Batch { endpoint, files }));
        shared.exchanges.start(Errand::api(purpose, request, Replay::Safe), now);
    }
    Ok(count)
}

/// The paths at which a commit holds something else than it should: the content of its file, or nothing where there is none.
pub(super) fn compare(
    shared: &Shared,
    batch: &Batch<PathsInfo>,
    outcome: Result<Response, Failure>,
) -> Result<Vec<String>, Error> {
    let entries = batch.endpoint.parse(&outcome.map_err(lost_error)?, &shared.options.hub)?;
    let held: HashMap<&str, (&str, u64)> = entries
        .iter()
        .map(|entry| match &entry.lfs {
            Some(lfs) => (entry.path.as_str(), (lfs.oid.as_str(), lfs.size)),
            None => (entry.path.as_str(), (entry.oid.as_str(), entry.size)),
        })
        .collect();
    let is_wrong = |(at, path): &(usize, &String)| {
        let file = batch.files.get(*at).map(|&index| &shared.files[index]);
        held.get(path.as_str()).copied() != file.map(|file| (file.oid().map_or("", String::as_str), file.size))
    };
    Ok(batch.endpoint.paths.iter().enumerate().filter(is_wrong).map(|(_, path)| path.clone()).collect())
}

/// Files whose content stands when all is applied.
fn standing(shared: &Shared) -> Vec<bool> {
    let mut standing = vec![false; shared.files.len()];
    plan::standing(shared).into_iter().for_each(|index| standing[index] = true);
    standing
}

fn is_left_out(shared: &Shared, index: usize) -> bool {
    matches!(shared.files[index].skipped, Some(FileState::Ignored | FileState::Failed))
}
