//! Downloads: `{p}{id}/resolve/{rev}/{path}`, which sends large files to the store, and `/raw/`, which shows their pointers.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use xet_core_structures::merklehash::MerkleHash;

use crate::call::{Answer, Call, set, typed};
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::range::{self, Part};
use crate::repo::pointer::Pointer;
use crate::repo::read::{self, EntryKind};
use crate::store::large;

/// What a client asks for that wants to know where a file's chunks are, and not the file.
const FILE_INFO: &str = "application/vnd.xet-fileinfo+json";

/// What a download is about.
struct Found {
    commit: String,
    oid: String,
    kind: EntryKind,
    /// A regular file's content, or a pointer's text.
    content: Vec<u8>,
    /// The hash by which the content-addressed store knows it.
    file_hash: Option<MerkleHash>,
}

async fn find(call: &Call, id: &RepoId, rev: String, path: String) -> Result<Found, Refusal> {
    let repo = call.repo_to_read(id)?;
    let (hub, looked) = (Arc::clone(&call.hub), Arc::clone(&repo));
    repo.with_git(move |git| {
        let commit = read::commit(git, &rev)?;
        let entry = read::entry(git, &commit, &path)?.filter(|entry| entry.kind != EntryKind::Folder);
        let entry = entry.ok_or_else(|| Refusal::entry_not_found("Entry not found"))?;
        let file_hash = match &entry.kind {
            EntryKind::Lfs { pointer, .. } if hub.cas.xet.settings().offered => {
                large::file_hash(&hub.cas, &looked, &pointer.oid)?
            }
            _ => None,
        };
        Ok(Found {
            file_hash,
            commit: commit.id().to_string(),
            oid: entry.oid.to_string(),
            content: read::blob(git, entry.oid)?,
            kind: entry.kind,
        })
    })
    .await
}

/// `GET|HEAD …/resolve/{rev}/{path}`.
pub async fn get(call: Call, id: RepoId, rev: String, path: String) -> Answer {
    let found = find(&call, &id, rev, path.clone()).await?;
    let disposition =
        if call.flag("noContentDisposition") { None } else { Some(disposition(&path, call.flag("download"))) };
    let mut response = match &found.kind {
        EntryKind::Lfs { pointer, .. } => {
            let hub = &call.hub;
            let seconds = hub.config.url_lifetime.as_secs();
            let disposition = disposition.clone().unwrap_or_default();
            let url = hub.store.get_url(&id, &pointer.oid, &disposition, content_type(&path), seconds);
            let mut response = match &found.file_hash {
                Some(hash) if accepts(&call, FILE_INFO) => file_info(&call, &id, &found.commit, hash, pointer)?,
                _ => {
                    let mut response =
                        typed(StatusCode::FOUND, "text/plain; charset=utf-8", format!("Found. Redirecting to {url}"))?;
                    set(&mut response, "location", url);
                    response
                }
            };
            if let Some(hash) = &found.file_hash {
                let (auth, reconstruction) = xet_urls(&call, &id, &found.commit, hash);
                set(&mut response, "x-xet-hash", hash.hex());
                let link = format!("<{auth}>; rel=\"xet-auth\", <{reconstruction}>; rel=\"xet-reconstruction-info\"");
                set(&mut response, "link", link);
            }
            set(&mut response, "etag", format!("\"{}\"", pointer.oid));
            set(&mut response, "x-linked-etag", format!("\"{}\"", pointer.oid));
            set(&mut response, "x-linked-size", pointer.size.to_string());
            response
        }
        _ => content(&call, found.content, content_type(&path), &found.oid)?,
    };
    if let Some(disposition) = disposition {
        set(&mut response, "content-disposition", disposition);
    }
    finish(&mut response, &found.commit);
    Ok(response)
}

/// Whether the caller takes this media type by name.
fn accepts(call: &Call, media_type: &str) -> bool {
    let accepted = call.headers.get_all(header::ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|text| text.split(',')).any(|one| one.split(';').next().unwrap_or_default().trim() == media_type)
}

/// Where a token to read a file is to be had, and where it is told what the file is made of.
fn xet_urls(call: &Call, id: &RepoId, commit: &str, hash: &MerkleHash) -> (String, String) {
    let auth = format!("{}/api/{}/{id}/xet-read-token/{commit}", call.endpoint(), id.kind.plural());
    (auth, format!("{}/v1/reconstructions/{hash}", call.hub.cas.url))
}

/// What a client that reads by Xet asks for instead of the content.
fn file_info(call: &Call, id: &RepoId, commit: &str, hash: &MerkleHash, pointer: &Pointer) -> Answer {
    let (auth, reconstruction) = xet_urls(call, id, commit, hash);
    let info = json!({
        "hash": hash.hex(), "size": pointer.size, "etag": pointer.oid, "refreshUrl": auth, "reconstructionUrl": reconstruction,
    });
    typed(StatusCode::OK, FILE_INFO, info.to_string())
}

/// `GET|HEAD …/raw/{rev}/{path}`.
pub async fn raw(call: Call, id: RepoId, rev: String, path: String) -> Answer {
    let found = find(&call, &id, rev, path).await?;
    let mut response = content(&call, found.content, "text/plain; charset=utf-8", &found.oid)?;
    finish(&mut response, &found.commit);
    Ok(response)
}

fn finish(response: &mut axum::http::Response<Body>, commit: &str) {
    set(response, "x-repo-commit", commit);
    set(response, "accept-ranges", "bytes");
    // What a user pushed is never run on the Hub's origin.
    set(response, "content-security-policy", "default-src 'none'; sandbox");
    set(response, "x-content-type-options", "nosniff");
}

/// A content, or the range of it that is asked for.
/// Errors: 416 beyond its end.
fn content(call: &Call, content: Vec<u8>, content_type: &str, oid: &str) -> Answer {
    let etag = format!("\"{oid}\"");
    let matches = call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if matches.is_some_and(|text| text.split(',').any(|one| one.trim().trim_start_matches("W/") == etag)) {
        let mut response = typed(StatusCode::NOT_MODIFIED, content_type, Body::empty())?;
        set(&mut response, "etag", etag);
        return Ok(response);
    }
    let size = content.len() as u64;
    let mut response = match range::parse(&call.headers, size) {
        Part::Whole => typed(StatusCode::OK, content_type, content)?,
        Part::Range(first, last) => {
            let part = bytes::Bytes::from(content).slice(first as usize..=last as usize);
            let mut response = typed(StatusCode::PARTIAL_CONTENT, content_type, part)?;
            set(&mut response, "content-range", format!("bytes {first}-{last}/{size}"));
            response
        }
        Part::Beyond => {
            let mut response = Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, "Range not satisfiable").into_response();
            set(&mut response, "content-range", format!("bytes */{size}"));
            return Ok(response);
        }
    };
    set(&mut response, "etag", etag);
    Ok(response)
}

/// The content type by the name. Text is shown as text, whatever it is: a page among the files shall not run.
fn content_type(path: &str) -> &'static str {
    match mime_guess::from_path(path).first_raw() {
        Some("application/json" | "application/javascript" | "application/xml") => "text/plain; charset=utf-8",
        Some(text) if text.starts_with("text/") => "text/plain; charset=utf-8",
        Some(other) => other,
        None => "application/octet-stream",
    }
}

fn disposition(path: &str, download: bool) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let plain: String =
        name.chars().map(|c| if matches!(c, ' '..='~') && c != '"' && c != '\\' { c } else { '_' }).collect();
    let kind = if download { "attachment" } else { "inline" };
    format!("{kind}; filename*=UTF-8''{}; filename=\"{plain}\";", utf8_percent_encode(name, NON_ALPHANUMERIC))
}
