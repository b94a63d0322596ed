//! What a browser sees: the page's files, and the view of repos.

pub mod page;

use crate::call::{Answer, Call};
use crate::error::Refusal;
use crate::ident::RepoId;

/// A view of repos.
pub enum View {
    /// All repos, or those of an owner.
    Repos(Option<String>),
    /// A folder; without a revision, the repo's main branch.
    Tree(RepoId, Option<String>, String),
    /// A file.
    Blob(RepoId, String, String),
    /// The history.
    Commits(RepoId, String),
    /// A commit.
    Commit(RepoId, String),
    /// The discussions and pull requests.
    Discussions(RepoId),
    /// One of them.
    Discussion(RepoId, u64),
}

/// Sends a view.
pub async fn answer(_call: Call, _view: View) -> Answer {
    Err(Refusal::no_route())
}

/// Sends a file of the view.
pub fn file(_name: &str) -> Answer {
    Err(Refusal::no_route())
}
