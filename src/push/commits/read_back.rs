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
use crate::quote::Quoted;
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
    pub(super) fn ask(&mut self, shared: &mut Shared, now: Millis, commit: &str, files: &[usize]) -> Result<(), Error> {
        let standing = self.standing.get_or_insert_with(|| standing(shared));
        self.in_flight += ask(shared, now, commit, standing, files, &[])?;
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
                    paths: batch.endpoint.paths.clone(),
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
                "Commit {commit} was made, but the Hub holds other content than was sent at {} path(s), first {path}; push \
                 again",
                self.wrong.len(), path = Quoted(path)),
        )
        .at(path))
    }
}

/// Asks for all that would show that a commit is this one: it holds what that adds, and not what that deletes. How many questions
/// that takes.
pub(super) fn ask_all(shared: &mut Shared, now: Millis, commit: &str, attempt: &Attempt) -> Result<usize, Error> {
    let standing = standing(shared);
    ask(shared, now, commit, &standing, &attempt.files, &attempt.commit.lines)
}

/// Nothing, in the place of a file.
const NOTHING: usize = usize::MAX;

fn ask(
    shared: &mut Shared,
    now: Millis,
    commit: &str,
    standing: &[bool],
    chosen: &[usize],
    lines: &[CommitLine],
) -> Result<usize, Error> {
    let (mut paths, mut files) = (Vec::new(), Vec::new());
    for &index in chosen {
        let file = &shared.files[index];
        if standing[index] && !matches!(file.skipped, Some(FileState::Ignored | FileState::Failed)) {
            paths.push(file.path.clone());
            files.push(index);
        }
    }
    for line in lines {
        let (CommitLine::DeleteFile { path } | CommitLine::DeleteFolder { path }) = line else { continue };
        let path = path.trim_end_matches('/');
        let holds = |&index: &usize| {
            let rest = shared.files.get(index).and_then(|file| file.path.strip_prefix(path));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if !files.iter().any(holds) {
            paths.push(path.to_owned());
            files.push(NOTHING);
        }
    }
    let mut questions = 0;
    while !paths.is_empty() {
        let at = paths.len().min(PATHS_INFO_PATHS);
        let (later, others) = (paths.split_off(at), files.split_off(at));
        let (repo, revision) = (shared.options.repo.clone(), commit.to_owned());
        let endpoint = PathsInfo { repo, revision, paths, expand: false };
        let request = endpoint.request(&shared.options.hub)?;
        let purpose = Purpose::ReadBack(Arc::new(Batch { endpoint, files }));
        shared.exchanges.start(Errand::api(purpose, request, Replay::Safe), now);
        (paths, files) = (later, others);
        questions += 1;
    }
    Ok(questions)
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
    let mut wrong = Vec::new();
    for (path, &index) in batch.endpoint.paths.iter().zip(&batch.files) {
        let ours = shared.files.get(index).map(|file| (file.oid().map_or("", String::as_str), file.size));
        if held.get(path.as_str()).copied() != ours {
            wrong.push(path.clone());
        }
    }
    Ok(wrong)
}

/// Files whose content stands when all is applied.
fn standing(shared: &Shared) -> Vec<bool> {
    let mut standing = vec![false; shared.files.len()];
    plan::standing(shared).into_iter().for_each(|index| standing[index] = true);
    standing
}
