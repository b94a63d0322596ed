//! What is there: the head of the branch, and what stands at our paths in it.

use std::collections::HashMap;
use std::sync::Arc;

use super::earlier;
use super::file::Remote;
use super::journal::Before;
use super::plan::DEFAULT_BRANCH;
use super::read::hand_on;
use super::shared::{Batch, Purpose, Shared, is_rules_file};
use super::types::{Event, FileState, Phase};
use crate::error::{Code, Error, Refusal};
use crate::exchange::{Errand, lost_error};
use crate::http::{Response, without_query};
use crate::hub::branch::CreateBranch;
use crate::hub::paths_info::{Entry, PathsInfo};
use crate::hub::repo_head::RepoHead;
use crate::hub::{Endpoint, Replay};
use crate::json::Json;
use crate::limits::{API_IN_FLIGHT, BRANCH_ATTEMPTS, PATHS_INFO_PATHS, PROBE_WHOLE_BYTES};
use crate::step::Failure;
use crate::time::Millis;

/// Git blob oid of an empty file.
const EMPTY_GIT_BLOB: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

/// SHA-256 of an empty file.
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[derive(Default)]
pub(super) struct Ask {
    in_flight: usize,
    /// How often the branch was asked to be made.
    makings: u32,
}

impl Ask {
    /// Asks for the head.
    pub(super) fn begin(&mut self, shared: &mut Shared, now: Millis) -> Result<(), Error> {
        if shared.meter.enter(Phase::Preuploading) {
            shared.events.push_back(Event::Phase(Phase::Preuploading));
        }
        self.in_flight += 1;
        if earlier::ask_pull(shared, now)? { Ok(()) } else { ask_head(shared, now) }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.in_flight > 0
    }

    /// Sends lookups, once the head is known.
    pub(super) fn advance(&mut self, shared: &mut Shared, now: Millis) -> Result<(), Error> {
        let Some(parent) = shared.parent.clone() else { return Ok(()) };
        while !shared.belts.ask.is_empty() && self.in_flight < API_IN_FLIGHT {
            let count = shared.belts.ask.len().min(PATHS_INFO_PATHS);
            let files: Vec<usize> = shared.belts.ask.drain(..count).collect();
            let endpoint = PathsInfo {
                repo: shared.options.repo.clone(),
                revision: parent.clone(),
                paths: files.iter().map(|&index| shared.files[index].path.clone()).collect(),
                expand: false,
            };
            let request = endpoint.request(&shared.options.hub)?;
            let purpose = Purpose::Ask(Arc::new(Batch { endpoint, files }));
            shared.exchanges.start(Errand::api(purpose, request, PathsInfo::REPLAY), now);
            self.in_flight += 1;
        }
        Ok(())
    }

    /// Sends files that were looked up on, once it is known that they may be read, and which store there is for them.
    pub(super) fn route(&mut self, shared: &mut Shared) {
        while let Some(index) = shared.belts.route.pop_front() {
            route(shared, index);
        }
    }

    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        purpose: Purpose,
        outcome: Result<Response, Failure>,
    ) -> Result<(), Error> {
        self.in_flight -= 1;
        let response = outcome.map_err(lost_error)?;
        match purpose {
            Purpose::Head => self.head(shared, now, &response),
            Purpose::PullStatus => {
                earlier::pull_settled(shared, &response)?;
                self.in_flight += 1;
                ask_head(shared, now)
            }
            Purpose::Earlier(sha) => {
                earlier::history_settled(shared, &response)?;
                stand_on(shared, &sha)
            }
            Purpose::CreateBranch => {
                match create_branch(shared).parse(&response, &shared.options.hub) {
                    Ok(_) => {}
                    // Somebody else was faster: the branch is there, which is all we want.
                    Err(error) if error.code == Code::Conflict => {}
                    Err(error) => return Err(error),
                }
                self.begin(shared, now)
            }
            Purpose::Ask(batch) => {
                let entries = batch.endpoint.parse(&response, &shared.options.hub)?;
                let mut by_path: HashMap<String, Entry> =
                    entries.into_iter().map(|entry| (entry.path.clone(), entry)).collect();
                for &index in &batch.files {
                    let entry = by_path.remove(&shared.files[index].path);
                    shared.files[index].remote = entry.map_or(Remote::Absent, remote);
                }
                shared.belts.route.extend(&batch.files);
                Ok(())
            }
            _ => Err(Error::internal("an answer was handed to the wrong stage")),
        }
    }

    fn head(&mut self, shared: &mut Shared, now: Millis, response: &Response) -> Result<(), Error> {
        match head(shared).parse(response, &shared.options.hub) {
            Ok(sha) => {
                if earlier::ask_history(shared, now, &sha)? {
                    self.in_flight += 1;
                    return Ok(());
                }
                stand_on(shared, &sha)
            }
            // The branch of the earlier run's pull request is gone, and the pull request with it.
            Err(error) if error.code == Code::RevisionNotFound && shared.pull.take().is_some() => {
                shared.journal.before = Before::default();
                self.in_flight += 1;
                ask_head(shared, now)
            }
            Err(error)
                if error.code == Code::RevisionNotFound
                    && shared.options.create_branch
                    && shared.options.dry_run
                    && shared.options.revision != DEFAULT_BRANCH =>
            {
                // It would be made from there.
                shared.options.revision = DEFAULT_BRANCH.to_owned();
                self.begin(shared, now)
            }
            Err(error)
                if error.code == Code::RevisionNotFound
                    && shared.options.create_branch
                    && self.makings < BRANCH_ATTEMPTS =>
            {
                self.makings += 1;
                let endpoint = create_branch(shared);
                let request = endpoint.request(&shared.options.hub)?;
                shared.exchanges.start(Errand::api(Purpose::CreateBranch, request, Replay::Safe), now);
                self.in_flight += 1;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

fn head(shared: &Shared) -> RepoHead {
    RepoHead { repo: shared.options.repo.clone(), revision: shared.target() }
}

fn ask_head(shared: &mut Shared, now: Millis) -> Result<(), Error> {
    let request = head(shared).request(&shared.options.hub)?;
    shared.exchanges.start(Errand::api(Purpose::Head, request, Replay::Safe), now);
    Ok(())
}

/// The branch is not where the commit needs it, told as the Hub tells those who come with the commit itself.
pub(super) fn moved(shared: &Shared, message: String) -> Error {
    let url = head(shared).request(&shared.options.hub).map(|request| without_query(&request.url).to_owned());
    let data = Json::Object(vec![("error".into(), Json::Text(message.clone()))]);
    let mut error = Error::new(Code::Conflict, message);
    error.refusal = Some(Refusal { status: 412, url: url.unwrap_or_default(), request_id: None, data });
    error
}

/// The push builds on this commit.
///
/// Errors: `conflict` when the caller expects another one.
fn stand_on(shared: &mut Shared, sha: &str) -> Result<(), Error> {
    if let Some(expected) = shared.options.parent_commit.as_ref().map(|expected| expected.to_ascii_lowercase())
        && !sha.starts_with(&expected)
        && !earlier::stands_as_left(shared, &expected, sha)
    {
        let message = format!(
            "Branch {} of {} is at {}, not at the parentCommit {expected}; read it again and retry",
            shared.options.revision, shared.options.repo, sha
        );
        return Err(moved(shared, message));
    }
    shared.parent = Some(sha.to_owned());
    Ok(())
}

fn create_branch(shared: &Shared) -> CreateBranch {
    CreateBranch {
        repo: shared.options.repo.clone(),
        branch: shared.options.revision.clone(),
        starting_point: None,
        empty: false,
        overwrite: false,
    }
}

fn remote(entry: Entry) -> Remote {
    match (entry.is_file(), entry.lfs) {
        (false, _) => Remote::Absent,
        (true, Some(lfs)) => Remote::Lfs { oid: lfs.oid, size: lfs.size, xet_hash: entry.xet_hash },
        (true, None) => Remote::Regular { oid: entry.oid, size: entry.size },
    }
}

/// Sends a file to the least work that can tell whether it is new.
fn route(shared: &mut Shared, index: usize) {
    let judge_early = shared.can_judge_early();
    let file = &mut shared.files[index];
    if file.size == 0 {
        file.git_blob = Some(EMPTY_GIT_BLOB.to_owned());
        file.sha256 = Some(EMPTY_SHA256.to_owned());
        file.sample = Some(String::new());
        file.probed = true;
        shared.note_hashed(index);
        if let Some(card) = shared.card.as_mut().filter(|card| card.file == index) {
            card.text = Some(String::new());
        }
    }
    let file = &shared.files[index];
    if judge_early && file.is_unchanged() {
        shared.skip(index, FileState::Unchanged);
        return;
    }
    if file.earlier_mode.is_some() {
        shared.files[index].mode = file.earlier_mode;
        hand_on(shared, index);
        return;
    }
    if file.size == 0 {
        shared.belts.sort.push_back(index);
        return;
    }
    let same_size = match &file.remote {
        Remote::Absent => false,
        Remote::Regular { size, .. } => *size == file.size && file.git_blob.is_none(),
        Remote::Lfs { size, .. } => *size == file.size && file.sha256.is_none(),
    };
    let by_pass = shared.by_xet && !shared.holding && file.may_be_in_store();
    if judge_early && same_size && !file.forced && !by_pass && file.size > PROBE_WHOLE_BYTES {
        shared.belts.digest.push_back(index);
    } else if shared.card.as_ref().is_some_and(|card| card.file == index) || is_rules_file(&file.path) {
        // Everybody else waits for these.
        shared.belts.probe.push_front(index);
    } else {
        shared.belts.probe.push_back(index);
    }
}
