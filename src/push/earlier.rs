//! What an earlier run of the same push may have left on the Hub: a pull request, and a commit whose answer it did not live to see.
//!
//! Both are looked at before anything else, so that everybody builds on what stands.

use super::shared::{Purpose, Shared};
use super::types::{CommitMade, Event};
use crate::error::{Code, Error};
use crate::exchange::Errand;
use crate::http::Response;
use crate::hub::commits::ListCommits;
use crate::hub::discussions::{AskPull, PullStatus};
use crate::hub::{Endpoint, Replay};
use crate::journal::control::Posting;
use crate::time::Millis;

/// Asks whether the pull request takes commits still; false when there is none.
pub(super) fn ask_pull(shared: &mut Shared, now: Millis) -> Result<bool, Error> {
    let Some(endpoint) = status(shared) else { return Ok(false) };
    let request = endpoint.request(&shared.options.hub)?;
    shared.exchanges.start(Errand::api(Purpose::PullStatus, request, Replay::Safe), now);
    Ok(true)
}

/// One that is closed or merged is done with: what is left gets another.
pub(super) fn pull_settled(shared: &mut Shared, response: &Response) -> Result<(), Error> {
    let Some(endpoint) = status(shared) else { return Ok(()) };
    match endpoint.parse(response, &shared.options.hub) {
        Ok(PullStatus::Draft) => shared.pull_is_draft = true,
        Ok(PullStatus::Open) => {}
        Err(error) if !is_gone(error.code) => return Err(error),
        _ => {
            shared.pull = None;
            shared.journal.before = super::journal::Before::default();
        }
    }
    Ok(())
}

/// Asks what happened since the parent of the commit that may stand; `head` comes back. False when there is none.
pub(super) fn ask_history(shared: &mut Shared, now: Millis, head: &str) -> Result<bool, Error> {
    if shared.journal.before.posting.is_none() {
        return Ok(false);
    }
    let endpoint = history(shared);
    let request = endpoint.request(&shared.options.hub)?;
    shared.exchanges.start(Errand::api(Purpose::Earlier(head.into()), request, Replay::Safe), now);
    Ok(true)
}

/// The first commit after the parent with our title is ours.
pub(super) fn history_settled(shared: &mut Shared, response: &Response) -> Result<(), Error> {
    let page = history(shared).parse(response, &shared.options.hub)?;
    let Some(Posting { parent, title, files }) = shared.journal.before.posting.take() else { return Ok(()) };
    let since = page.commits.iter().position(|commit| commit.id == parent).map(|at| &page.commits[..at]);
    let first = since.and_then(|since| since.last());
    if let Some(ours) = first.filter(|first| first.title == title) {
        let url = shared.options.hub.page_url(&shared.options.repo, &format!("/commit/{}", ours.id));
        let made = CommitMade { oid: ours.id.clone(), url, files };
        shared.note_commit(&made);
        shared.journal.before.commits.push(made.clone());
        shared.events.push_back(Event::Commit(made));
    }
    Ok(())
}

/// Whether the branch stands where this push has left it, though the caller expects it where it was in the beginning.
pub(super) fn stands_as_left(shared: &Shared, expected: &str, head: &str) -> bool {
    let before = &shared.journal.before;
    let is_ours = before.commits.last().is_some_and(|commit| commit.oid == head);
    is_ours && before.first_parent.as_ref().is_some_and(|parent| parent.starts_with(expected))
}

fn status(shared: &Shared) -> Option<AskPull> {
    Some(AskPull { repo: shared.options.repo.clone(), num: shared.pull? })
}

fn history(shared: &Shared) -> ListCommits {
    ListCommits { repo: shared.options.repo.clone(), revision: shared.target(), limit: None, next: None }
}

fn is_gone(code: Code) -> bool {
    matches!(code, Code::RepoNotFound | Code::RevisionNotFound | Code::EntryNotFound)
}
