//! What a push is aimed at (a branch, a pull request, or one that it opens), and who may push there.

use std::sync::Arc;

use crate::call::Call;
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::repo::discussions;
use crate::repo::{MAIN, Repo, blocking};

/// What a push is aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// A branch.
    Branch,
    /// The pull request of this number.
    Pull(u64),
    /// A pull request that the push opens (`create_pr=1`).
    NewPull,
}

/// The repo and the aim of a push.
/// Errors: 401, 403, 404; 400 for a pull request from another branch than main, or to one that is closed.
pub async fn check(call: &Call, id: &RepoId, rev: &str) -> Result<(Arc<Repo>, Aim), Refusal> {
    let repo = call.repo(id)?;
    let user = call.user()?;
    if call.flag("create_pr") {
        // Who may look may propose.
        user.check_token()?;
        if rev != MAIN && rev != format!("refs/heads/{MAIN}") {
            return Err(Refusal::bad_request(format!("A pull request can only be opened against {MAIN}")));
        }
        return Ok((repo, Aim::NewPull));
    }
    let Some(num) = discussions::number(rev) else {
        user.check_write(&id.owner)?;
        return Ok((repo, Aim::Branch));
    };
    let dir = repo.dir.clone();
    let pull = blocking(move || Ok(discussions::get(&dir, num)?)).await?;
    let pull = pull.filter(|pull| pull.is_pull_request).ok_or_else(|| Refusal::revision_not_found(rev))?;
    user.check_token()?;
    if pull.author != user.name {
        user.check_write(&id.owner)?;
    }
    if !pull.status.is_live() {
        return Err(Refusal::bad_request(format!("The pull request is {}", pull.status.as_str())));
    }
    Ok((repo, Aim::Pull(num)))
}
