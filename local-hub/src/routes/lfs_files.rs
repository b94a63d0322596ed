//! The large files of a repo: which there are, and their end; and copies of them for another repo.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io;
use std::sync::Arc;

use git2::{Repository, Sort};
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use xet_core_structures::merklehash::MerkleHash;

use crate::call::{Answer, Call, json, set};
use crate::cas::Cas;
use crate::durable;
use crate::error::Refusal;
use crate::ident::{RepoId, RepoType};
use crate::limits::{LFS_DUPLICATES, LFS_FILES_PAGE};
use crate::repo::pointer::is_oid;
use crate::repo::{Repo, blocking, read, rewrite, timestamp};
use crate::store::objects;

/// Where a large file is named.
struct Named {
    path: String,
    reference: String,
}

/// `GET /api/{t}/{id}/lfs-files`: the objects that are stored, by oid, each with a name that it has or had.
/// Errors: 401, 403, 404: for who may write.
pub async fn list(call: Call, id: RepoId) -> Answer {
    let repo = call.repo_to_write(&id)?;
    let after = call.param("cursor").unwrap_or_default().to_owned();
    let limit = call.number("limit")?.unwrap_or(LFS_FILES_PAGE).clamp(1, LFS_FILES_PAGE);
    let hub = Arc::clone(&call.hub);
    let looked = Arc::clone(&repo);
    let (entries, next) = repo
        .with_git(move |git| {
            let mut stored = stored(&hub.cas, &looked)?.split_off(&after);
            stored.remove(&after);
            let more = stored.len() > limit;
            let page: Vec<(String, Stored)> = stored.into_iter().take(limit).collect();
            let names = names(git, page.iter().map(|(oid, _)| oid.clone()).collect())?;
            let next = more.then(|| page.last().map(|(oid, _)| oid.clone())).flatten();
            let entries: Vec<Value> = page.iter().map(|(oid, file)| entry(oid, file, names.get(oid))).collect();
            Ok((entries, next))
        })
        .await?;
    let mut response = json(&entries)?;
    if let Some(cursor) = next {
        let url = format!("{}{}?limit={limit}&cursor={cursor}", call.endpoint(), call.path);
        set(&mut response, "link", format!("<{url}>; rel=\"next\""));
    }
    Ok(response)
}

/// What is stored under an oid.
struct Stored {
    size: u64,
    pushed_at: i64,
    file_hash: Option<MerkleHash>,
}

/// All large files of a repo, whatever stores them, by oid.
fn stored(cas: &Cas, repo: &Repo) -> io::Result<BTreeMap<String, Stored>> {
    let mut found = BTreeMap::new();
    for (oid, file) in objects::all(&repo.dir)? {
        let pushed_at = file.modified().map_or(0, |at| OffsetDateTime::from(at).unix_timestamp());
        found.insert(oid, Stored { size: file.len(), pushed_at, file_hash: None });
    }
    for file in repo.xet.all()?.into_iter().filter(|file| cas.has_file(&file.file_hash)) {
        let stored = found.entry(file.oid).or_insert(Stored { size: file.size, pushed_at: file.at, file_hash: None });
        stored.file_hash = Some(file.file_hash);
    }
    Ok(found)
}

fn entry(oid: &str, file: &Stored, named: Option<&Named>) -> Value {
    json!({
        "fileOid": oid, "oid": oid, "size": file.size, "pushedAt": timestamp(file.pushed_at),
        "xetHash": file.file_hash.map(|hash| hash.hex()), "filename": named.map(|named| named.path.as_str()), "ref": named.map(|named| named.reference.as_str()),
    })
}

/// A name for each of these objects that has or had one: the newest of the first ref, by its name, that leads to it.
fn names(git: &Repository, mut wanted: HashSet<String>) -> Result<HashMap<String, Named>, Refusal> {
    let mut found = HashMap::new();
    let mut refs = BTreeMap::new();
    for reference in git.references()? {
        let reference = reference?;
        if let Ok(commit) = reference.peel_to_commit() {
            refs.insert(String::from_utf8_lossy(reference.name_bytes()).into_owned(), commit.id());
        }
    }
    let mut seen = HashSet::new();
    for (reference, head) in refs {
        let mut walk = git.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL)?;
        walk.push(head)?;
        for oid in walk {
            let oid = oid?;
            if wanted.is_empty() {
                return Ok(found);
            }
            if !seen.insert(oid) {
                continue;
            }
            let commit = git.find_commit(oid)?;
            for listed in read::list(git, &commit, "", true)?.unwrap_or_default() {
                if listed.is_folder || !seen.insert(listed.oid) {
                    continue;
                }
                if let Some(pointer) = read::pointer(git, listed.oid)?
                    && wanted.remove(&pointer.oid)
                {
                    found.insert(pointer.oid, Named { path: listed.path, reference: reference.clone() });
                }
            }
        }
    }
    Ok(found)
}

#[derive(Deserialize)]
struct DeleteBody {
    deletions: Deletions,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deletions {
    sha: Vec<String>,
    #[serde(default = "yes")]
    rewrite_history: bool,
}

fn yes() -> bool {
    true
}

/// `POST /api/{t}/{id}/lfs-files/batch`: objects are deleted for good, and their pointers from all of the history unless that is kept.
/// Errors: 401, 403, 404: for who may manage the repo; 400 for what is no oid; 413.
pub async fn delete(mut call: Call, id: RepoId) -> Answer {
    let repo = call.repo_to_manage(&id)?;
    let DeleteBody { deletions } = call.json().await?;
    if deletions.sha.len() > LFS_FILES_PAGE {
        return Err(Refusal::too_large(format!("at most {LFS_FILES_PAGE} files per call")));
    }
    if let Some(bad) = deletions.sha.iter().find(|oid| !is_oid(oid)) {
        return Err(Refusal::bad_request(format!("Invalid oid: {bad}")));
    }
    let changed = Arc::clone(&repo);
    repo.change(move |git| {
        let gone: HashSet<String> = deletions.sha.into_iter().collect();
        if deletions.rewrite_history {
            rewrite::without(git, &gone)?;
        }
        for oid in &gone {
            objects::remove(&changed.dir, oid)?;
        }
        changed.xet.remove(&gone)?;
        Ok(())
    })
    .await?;
    json(&json!({}))
}

#[derive(Deserialize)]
struct DuplicateBody {
    target: Target,
    files: Vec<Duplicate>,
}

#[derive(Deserialize)]
struct Target {
    #[serde(rename = "type")]
    kind: String,
    name: String,
}

#[derive(Deserialize)]
struct Duplicate {
    sha256: String,
}

/// `POST /api/{t}/{id}/lfs-files/duplicate`: another repo gets objects of this one, without their bytes being sent.
/// Errors: 401, 403, 404 for either repo; 400 for a target that cannot be; 413. Objects that are not there are `failed`.
pub async fn duplicate(mut call: Call, id: RepoId) -> Answer {
    let from = call.repo_to_read(&id)?;
    let body: DuplicateBody = call.json().await?;
    let (owner, name) = body.target.name.split_once('/').unwrap_or(("", &body.target.name));
    let kind = RepoType::from_singular(&body.target.kind);
    let kind = kind.ok_or_else(|| Refusal::bad_request("Invalid target: expected the type model, dataset or space"))?;
    let to = call.repo_to_write(&RepoId { kind, owner: owner.to_owned(), name: name.to_owned() })?;
    if body.files.len() > LFS_DUPLICATES {
        return Err(Refusal::too_large(format!("at most {LFS_DUPLICATES} files per call")));
    }
    let failed = blocking(move || {
        let _writing = to.lock()?;
        let mut failed = Vec::new();
        for file in body.files {
            let copied = is_oid(&file.sha256) && copy(&from, &to, &file.sha256)?;
            if !copied {
                failed.push(json!({ "sha256": file.sha256, "error": "The file does not exist in the source repo" }));
            }
        }
        Ok(failed)
    })
    .await?;
    json(&json!({ "failed": failed }))
}

/// Gives an object to another repo; whether there is one. Objects never change, so both may share its bytes.
fn copy(from: &Repo, to: &Repo, oid: &str) -> io::Result<bool> {
    if let Some(file) = from.xet.get(oid)? {
        to.xet.add(vec![file])?;
        return Ok(true);
    }
    if objects::size(&to.dir, oid)?.is_some() {
        return Ok(true);
    }
    let path = objects::path(&to.dir, oid);
    let Some(parent) = path.parent() else { return Ok(false) };
    durable::create_dirs(parent)?;
    match fs::hard_link(objects::path(&from.dir, oid), &path) {
        Ok(()) => durable::sync_dir(parent).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
