//! Branches, tags, and the list of refs.

use git2::ObjectType;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::call::{Answer, Call, json};
use crate::error::Refusal;
use crate::ident::{RepoId, is_ref_name};
use crate::repo::pack::PackWriter;
use crate::repo::write::{self, Message};
use crate::repo::{MAIN, read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CreateBody {
    starting_point: Option<String>,
    empty_branch: bool,
    overwrite: bool,
}

/// `POST /api/{t}/{id}/branch/{branch}`.
/// Errors: 400 for a bad name, 404 RevisionNotFound for the starting point, 409 when the branch is there and may not be overwritten.
pub async fn create(mut call: Call, id: RepoId, name: String) -> Answer {
    let repo = call.repo_to_write(&id)?;
    let body: CreateBody = optional_json(&mut call).await?;
    check_name(&name)?;
    let author = call.user()?.name.clone();
    repo.change(move |git| {
        let reference = format!("refs/heads/{name}");
        let old = git.find_reference(&reference).ok().and_then(|reference| reference.target());
        if old.is_some() && !body.overwrite {
            return Err(Refusal::conflict(format!("Reference already exists: {reference}")));
        }
        let target = if body.empty_branch {
            let mut pack = PackWriter::new(git)?;
            let message = Message { author, title: "initial commit".to_owned(), description: String::new() };
            let tree = pack.add(ObjectType::Tree, b"")?;
            let commit = pack.add(ObjectType::Commit, write::commit_text(tree, &[], &message).as_bytes())?;
            pack.finish()?;
            commit
        } else {
            read::commit(git, body.starting_point.as_deref().unwrap_or(MAIN))?.id()
        };
        check_room(git, &reference)?;
        write::move_ref(git, &reference, old, target)
    })
    .await?;
    json(&json!({}))
}

/// `DELETE /api/{t}/{id}/branch/{branch}`.
/// Errors: 403 for the main branch, 404 RevisionNotFound.
pub async fn delete(call: Call, id: RepoId, name: String) -> Answer {
    let repo = call.repo_to_write(&id)?;
    if name == MAIN {
        return Err(Refusal::forbidden("Cannot delete the main branch"));
    }
    repo.change(move |git| remove(git, &format!("refs/heads/{name}"), &name)).await?;
    json(&json!({}))
}

#[derive(Deserialize)]
struct TagBody {
    tag: String,
    message: Option<String>,
}

/// `POST /api/{t}/{id}/tag/{rev}`.
/// Errors: 400 for a bad name, 404 RevisionNotFound, 409 when the tag is there.
pub async fn create_tag(mut call: Call, id: RepoId, rev: String) -> Answer {
    let repo = call.repo_to_write(&id)?;
    let body: TagBody = call.json().await?;
    check_name(&body.tag)?;
    let author = call.user()?.name.clone();
    repo.change(move |git| {
        let reference = format!("refs/tags/{}", body.tag);
        if git.find_reference(&reference).is_ok() {
            return Err(Refusal::conflict(format!("Tag reference already exists: {}", body.tag)));
        }
        let commit = read::commit(git, &rev)?;
        check_room(git, &reference)?;
        let target = match body.message.filter(|text| !text.trim().is_empty()) {
            None => commit.id(),
            Some(text) => {
                let tagger = git2::Signature::now(&author, &format!("{author}@users.noreply.localhost"))?;
                git.tag_annotation_create(&body.tag, commit.as_object(), &tagger, &text)?
            }
        };
        write::move_ref(git, &reference, None, target)
    })
    .await?;
    json(&json!({}))
}

/// `DELETE /api/{t}/{id}/tag/{tag}`.
/// Errors: 404 RevisionNotFound.
pub async fn delete_tag(call: Call, id: RepoId, name: String) -> Answer {
    let repo = call.repo_to_write(&id)?;
    repo.change(move |git| remove(git, &format!("refs/tags/{name}"), &name)).await?;
    json(&json!({}))
}

/// `GET /api/{t}/{id}/refs[?include_prs=1]`.
pub async fn refs(call: Call, id: RepoId) -> Answer {
    let repo = call.repo(&id)?;
    let with_prs = call.flag("include_prs");
    let refs = repo
        .with_git(move |git| {
            let mut groups = Map::new();
            for (key, prefix) in [("branches", "refs/heads/"), ("converts", "refs/convert/"), ("tags", "refs/tags/")] {
                groups.insert(key.to_owned(), group(git, prefix)?);
            }
            if with_prs {
                groups.insert("pullRequests".to_owned(), group(git, "refs/pr/")?);
            }
            Ok(groups)
        })
        .await?;
    json(&refs)
}

fn group(git: &git2::Repository, prefix: &str) -> Result<Value, Refusal> {
    let mut list = Vec::new();
    for reference in git.references_glob(&format!("{prefix}*"))? {
        let reference = reference?;
        let full = String::from_utf8_lossy(reference.name_bytes()).into_owned();
        let name = if prefix == "refs/pr/" { full.as_str() } else { full.strip_prefix(prefix).unwrap_or(&full) };
        list.push(json!({ "name": name, "ref": full, "targetCommit": reference.peel_to_commit()?.id().to_string() }));
    }
    list.sort_by(|a, b| a["name"].as_str().cmp(&b["name"].as_str()));
    Ok(list.into())
}

/// A ref cannot be made below another one, nor above: `a` and `a/b` are a file and a folder of one name.
fn check_room(git: &git2::Repository, reference: &str) -> Result<(), Refusal> {
    let taken = git.references_glob(&format!("{reference}/*"))?.next().is_some()
        || reference.match_indices('/').any(|(at, _)| git.find_reference(&reference[..at]).is_ok());
    if taken {
        Err(Refusal::conflict(format!("Reference {reference} is in conflict with another one")))
    } else {
        Ok(())
    }
}

fn check_name(name: &str) -> Result<(), Refusal> {
    if is_ref_name(name) { Ok(()) } else { Err(Refusal::bad_request(format!("Invalid reference name: {name}"))) }
}

fn remove(git: &git2::Repository, reference: &str, name: &str) -> Result<(), Refusal> {
    let mut found = git.find_reference(reference).map_err(|_| Refusal::revision_not_found(name))?;
    Ok(found.delete()?)
}

/// A JSON body, or the default when there is none.
async fn optional_json<T: Default + serde::de::DeserializeOwned>(call: &mut Call) -> Result<T, Refusal> {
    let bytes = call.bytes(crate::limits::JSON_BODY_MAX).await?;
    if bytes.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(&bytes).map_err(|error| Refusal::bad_request(format!("Invalid JSON body: {error}")))
}
