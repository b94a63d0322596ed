//! `GET /api/{t}/{id}/tree/{rev}[/{path}]`, and the form of an entry.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use git2::{Commit, Repository};
use serde_json::{Map, Value, json};

use crate::call::{Answer, Call, json, set};
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::limits::{TREE_PAGE, TREE_PAGE_EXPANDED};
use crate::repo::history;
use crate::repo::read::{self, Entry, EntryKind};
use crate::repo::timestamp;

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
            Ok((entries_json(git, &commit, &page, expand)?, last))
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
) -> Result<Vec<Value>, Refusal> {
    let paths: Vec<String> = if expand { entries.iter().map(|entry| entry.path.clone()).collect() } else { Vec::new() };
    let last = history::last_commits(git, commit, &paths)?;
    let one = |entry: &Entry| {
        let is_folder = entry.kind == EntryKind::Folder;
        let mut value = json!({
            "type": if is_folder { "directory" } else { "file" },
            "oid": entry.oid.to_string(), "size": entry.size(), "path": entry.path,
        });
        if let Some(lfs) = lfs_json(&entry.kind) {
            value["lfs"] = lfs.into();
        }
        if let Some(last) = last.get(&entry.path) {
            value["lastCommit"] =
                json!({ "id": last.id.to_string(), "title": last.title, "date": timestamp(last.time) });
            if !is_folder {
                value["securityFileStatus"] =
                    json!({ "status": "unscanned", "avScan": null, "pickleImportScan": null });
            }
        }
        value
    };
    Ok(entries.iter().map(one).collect())
}

/// What the API says about a large file.
pub fn lfs_json(kind: &EntryKind) -> Option<Map<String, Value>> {
    let EntryKind::Lfs { pointer, pointer_size } = kind else { return None };
    let pairs: [(&str, Value); 3] =
        [("oid", pointer.oid.as_str().into()), ("size", pointer.size.into()), ("pointerSize", (*pointer_size).into())];
    Some(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}
