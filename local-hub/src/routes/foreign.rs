//! A commit by somebody else that slips in before a request's work: what a fault rule orders to see how a client takes it.

use git2::{ObjectType, Repository};
use uuid::Uuid;

use crate::error::Refusal;
use crate::faults::Fault;
use crate::hub::Hub;
use crate::ident::RepoId;
use crate::repo::pack::PackWriter;
use crate::repo::write::{self, Change, Message};
use crate::repo::{MAIN, read};
use crate::route::RepoRoute;

/// Makes the commit on the branch that a request to a repo is about. A request about no branch, or about none that is there, is about main.
pub async fn commit(hub: &Hub, id: &RepoId, route: &RepoRoute, fault: &Fault) -> Result<(), Refusal> {
    let (Some(repo), Fault::ForeignCommit { path, content, author }) = (hub.repos.get(id), fault) else {
        return Ok(());
    };
    let rev = route.revision().unwrap_or(MAIN).to_owned();
    let path = path.clone().unwrap_or_else(|| "foreign.txt".to_owned());
    let path = crate::path::RepoPath::new(&path).map_err(Refusal::unprocessable)?.as_str().to_owned();
    let content = content.clone().unwrap_or_else(|| format!("{}\n", Uuid::new_v4()));
    let author = author.clone().unwrap_or_else(|| "somebody-else".to_owned());
    let message = Message { author, title: format!("Add {path}"), description: String::new() };
    repo.change(move |git| add(git, &rev, path, content.as_bytes(), &message)).await
}

fn add(git: &Repository, rev: &str, path: String, content: &[u8], message: &Message) -> Result<(), Refusal> {
    let reference = read::branch_ref(git, rev).or_else(|_| read::branch_ref(git, MAIN))?;
    let head = git.find_reference(&reference)?.peel_to_commit()?.id();
    let mut pack = PackWriter::new(git)?;
    let blob = pack.add(ObjectType::Blob, content)?;
    let commit = write::commit(git, pack, Some(head), &[Change::File { path, blob }], None, message)?;
    write::move_ref(git, &reference, Some(head), commit)
}
