//! A look at what stands after a commit, beside whatever comes next. One that fails says nothing about the commit: it is a
//! warning.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::plan;
use super::super::shared::{Batch, Purpose, Shared};
use super::super::types::{Event, FileState};
use crate::error::{Code, Error};
use crate::exchange::{Errand, lost_error};
use crate::http::Response;
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
        let standing = self.standing.get_or_insert_with(|| {
            let mut standing = vec![false; shared.files.len()];
            plan::standing(shared).into_iter().for_each(|index| standing[index] = true);
            standing
        });
        let left_out =
            |index: usize| matches!(shared.files[index].skipped, Some(FileState::Ignored | FileState::Failed));
        let files: Vec<usize> = files.filter(|&index| standing[index] && !left_out(index)).collect();
        for files in files.chunks(PATHS_INFO_PATHS) {
            let endpoint = PathsInfo {
                repo: shared.options.repo.clone(),
                revision: commit.to_owned(),
                paths: files.iter().map(|&index| shared.files[index].path.clone()).collect(),
                expand: false,
            };
            let request = endpoint.request(&shared.options.hub)?;
            let purpose = Purpose::ReadBack(Arc::new(Batch { endpoint, files: files.to_vec() }));
            shared.exchanges.start(Errand::api(purpose, request, Replay::Safe), now);
            self.in_flight += 1;
        }
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
        let entries =
            outcome.map_err(lost_error).and_then(|response| batch.endpoint.parse(&response, &shared.options.hub));
        match entries {
            Ok(entries) => {
                let held: HashMap<&str, (&str, u64)> = entries
                    .iter()
                    .map(|entry| match &entry.lfs {
                        Some(lfs) => (entry.path.as_str(), (lfs.oid.as_str(), lfs.size)),
                        None => (entry.path.as_str(), (entry.oid.as_str(), entry.size)),
                    })
                    .collect();
                for &index in &batch.files {
                    let file = &shared.files[index];
                    let ours = (file.oid().map_or("", String::as_str), file.size);
                    if held.get(file.path.as_str()) != Some(&ours) {
                        self.wrong.push((file.path.clone(), batch.endpoint.revision.clone()));
                    }
                }
            }
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
