//! `GET /api/{t}/{id}/tree/{rev}[/{path}]`, and the form of an entry.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use git2::{Commit, Repository};
use serde_json::{Map, Value, json};

use crate::call::{Answer, Call, json, set};
use crate::error::Refusal;
use crate::hub::Hub;
use crate::ident::RepoId;
use crate::limits::{TREE_PAGE, TREE_PAGE_EXPANDED};
use crate::repo::history;
use crate::repo::read::{self, Entry, EntryKind};
use crate::repo::{Repo, timestamp};
use crate::store::large;

/// A page of the entries below a folder.
/// Errors: 404 RevisionNotFound, EntryNotFound; 400 for a bad cursor or limit.
pub async fn list(call: Call, id: RepoId, rev: String, path: String) -> Answer {
    let repo = call.repo(&id)?;
    let recursive = call.flag("recursive");
    let expand = call.flag("expand");
    let most = if expand { TREE_PAGE_EXPANDED } else { TREE_PAGE };
    let limit = call.number("limit")?.unwrap_or(most);
    if limit == 0 || limit > TREE_PAGE {
        return Err(Refusal::bad_request(format!("Invalid limit: expected 1 to {TREE_PAGE}")));
    }
    let limit = limit.min(most);
    let after = call.param("cursor").map(read_cursor).transpose()?;
    let looked = Large::of(&call, &repo);
    let (entries, more) = repo
        .with_git(move |git| {
            let commit = read::commit(git, &rev)?;
            let missing = || Refusal::entry_not_found(format!("{path} does not exist on \"{rev}\""));
            let listed = read::list(git, &commit, &path, recursive)?.ok_or_else(missing)?;
            let start = match &after {
                None => 0,
                Some(after) => {
                    let at = listed.iter().position(|listed| listed.path == *after);
                    at.ok_or_else(|| Refusal::bad_request("Invalid cursor: the tree has changed"))? + 1
                }
            };
            let more = listed.len() > start + limit;
            let page: Vec<Entry> = listed
                .into_iter()
                .skip(start)
                .take(limit)
                .map(|listed| listed.describe(git))
                .collect::<Result<_, _>>()?;
            let last = more.then(|| page.last().map(|entry| entry.path.clone())).flatten();
            Ok((entries_json(git, &commit, &page, expand, &looked)?, last))
        })
        .await?;
    let mut response = json(&entries)?;
    if let Some(last) = more {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (k, v) in call.query.iter().filter(|(k, _)| k != "cursor") {
            query.append_pair(k, v);
        }
        query.append_pair("cursor", &URL_SAFE_NO_PAD.encode(last));
        set(&mut response, "link", format!("<{}{}?{}>; rel=\"next\"", call.endpoint(), call.path, query.finish()));
    }
    Ok(response)
}

fn read_cursor(text: &str) -> Result<String, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| Refusal::bad_request("Invalid cursor"))
}

/// Entries as the API shows them; expanded ones with their last commit.
pub fn entries_json(
    git: &Repository,
    commit: &Commit<'_>,
    entries: &[Entry],
    expand: bool,
    large: &Large,
) -> Result<Vec<Value>, Refusal> {
    let paths: Vec<String> = if expand { entries.iter().map(|entry| entry.path.clone()).collect() } else { Vec::new() };
    let last = history::last_commits(git, commit, &paths)?;
    let one = |entry: &Entry| -> Result<Value, Refusal> {
        let is_folder = entry.kind == EntryKind::Folder;
        let mut value = json!({
            "type": if is_folder { "directory" } else { "file" },
            "oid": entry.oid.to_string(), "size": entry.size(), "path": entry.path,
        });
        if let Some(lfs) = lfs_json(&entry.kind) {
            value["lfs"] = lfs.into();
        }
        if let Some(hash) = large.xet_hash(&entry.kind)? {
            value["xetHash"] = hash.into();
        }
        if let Some(last) = last.get(&entry.path) {
            value["lastCommit"] =
                json!({ "id": last.id.to_string(), "title": last.title, "date": timestamp(last.time) });
            if !is_folder {
                value["securityFileStatus"] =
                    json!({ "status": "unscanned", "avScan": null, "pickleImportScan": null });
            }
        }
        Ok(value)
    };
    entries.iter().map(one).collect()
}

/// The large files of a repo, for what the API says of them.
pub struct Large {
    hub: Arc<Hub>,
    repo: Arc<Repo>,
}

impl Large {
    /// Those of a repo that a call is about.
    pub fn of(call: &Call, repo: &Arc<Repo>) -> Self {
        Self { hub: Arc::clone(&call.hub), repo: Arc::clone(repo) }
    }

    /// The hash by which the content-addressed store knows a file.
    pub fn xet_hash(&self, kind: &EntryKind) -> Result<Option<String>, Refusal> {
        let EntryKind::Lfs { pointer, .. } = kind else { return Ok(None) };
        Ok(large::file_hash(&self.hub.cas, &self.repo, &pointer.oid)?.map(|hash| hash.hex()))
    }
}

/// What the API says about a large file.
pub fn lfs_json(kind: &EntryKind) -> Option<Map<String, Value>> {
    let EntryKind::Lfs { pointer, pointer_size } = kind else { return None };
    let pairs: [(&str, Value); 3] =
        [("oid", pointer.oid.as_str().into()), ("size", pointer.size.into()), ("pointerSize", (*pointer_size).into())];
    Some(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}
