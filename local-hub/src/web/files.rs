//! A folder and a file.

use std::collections::HashMap;

use git2::Repository;
use maud::{Markup, html};

use crate::call::Call;
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::repo::MAIN;
use crate::repo::history::{self, Summary};
use crate::repo::read::{self, Entry, EntryKind};
use crate::web::layout::{self, Tab};
use crate::web::links;

/// Entries that one page of a folder shows.
const SHOWN: usize = 1000;
/// Folders of more entries than this come without the last commit of each.
const WITH_COMMITS: usize = 200;
/// Text longer than this is not shown.
/// Units: bytes.
const TEXT_MAX: usize = 512 * 1024;

struct Folder {
    head: Summary,
    entries: Vec<Entry>,
    hidden: usize,
    last: HashMap<String, Summary>,
    readme: Option<String>,
    refs: Refs,
}

/// The names that lead to other revisions.
struct Refs {
    branches: Vec<String>,
    tags: Vec<String>,
    pulls: Vec<String>,
}

/// A folder.
/// Errors: 404 for a repo, a revision or a folder that is not there.
pub async fn tree(call: &Call, id: RepoId, rev: Option<String>, path: String) -> Result<Markup, Refusal> {
    let repo = call.repo(&id)?;
    let rev = rev.unwrap_or_else(|| MAIN.to_owned());
    let found = {
        let (rev, path) = (rev.clone(), path.clone());
        repo.with_git(move |git| read_folder(git, &rev, &path)).await?
    };
    let record = repo.record();
    let content = html! {
        div.bar { (crumbs(&id, &rev, &path)) (ref_list(&id, &rev, &path, &found.refs)) }
        div.box {
            header {
                span { strong { (found.head.author) } " " (found.head.title) }
                span { (layout::commit_link(&id, &found.head.id.to_string())) " · " (layout::time(found.head.time)) }
            }
            @if found.entries.is_empty() { p.note { "Nothing here." } }
            table {
                @for entry in &found.entries { (row(&id, &rev, entry, &found.last)) }
            }
            @if found.hidden > 0 { p.note { "… and " (found.hidden) " more entries" } }
        }
        @if let Some(readme) = &found.readme {
            h2 { "README.md" }
            div.box { div.text { pre { (readme) } } }
        }
    };
    Ok(layout::repo(&call.hub, &id, &record, &rev, Tab::Files, content))
}

fn read_folder(git: &Repository, rev: &str, path: &str) -> Result<Folder, Refusal> {
    let commit = read::commit(git, rev)?;
    let missing = || Refusal::entry_not_found(format!("{path} does not exist on {rev}"));
    let mut listed = read::list(git, &commit, path, false)?.ok_or_else(missing)?;
    // Folders first, as people look for them.
    listed.sort_by_key(|listed| !listed.is_folder);
    let hidden = listed.len().saturating_sub(SHOWN);
    let entries: Vec<Entry> =
        listed.into_iter().take(SHOWN).map(|listed| listed.describe(git)).collect::<Result<_, _>>()?;
    let last = if entries.len() + hidden <= WITH_COMMITS {
        let paths: Vec<String> = entries.iter().map(|entry| entry.path.clone()).collect();
        history::last_commits(git, &commit, &paths)?
    } else {
        HashMap::new()
    };
    let readme = if path.is_empty() { read::file(git, &commit, "README.md")?.and_then(text) } else { None };
    Ok(Folder { head: Summary::of(&commit), entries, hidden, last, readme, refs: refs(git)? })
}

fn refs(git: &Repository) -> Result<Refs, Refusal> {
    let names = |prefix: &str| -> Result<Vec<String>, Refusal> {
        let mut names = Vec::new();
        for reference in git.references_glob(&format!("{prefix}*"))? {
            let name = String::from_utf8_lossy(reference?.name_bytes()).into_owned();
            names.push(name.strip_prefix(prefix).unwrap_or(&name).to_owned());
        }
        names.sort();
        Ok(names)
    };
    let pulls = names("refs/pr/")?.into_iter().map(|num| format!("refs/pr/{num}")).collect();
    Ok(Refs { branches: names("refs/heads/")?, tags: names("refs/tags/")?, pulls })
}

fn row(id: &RepoId, rev: &str, entry: &Entry, last: &HashMap<String, Summary>) -> Markup {
    let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
    let is_folder = entry.kind == EntryKind::Folder;
    html! {
        tr {
            td {
                @if is_folder {
                    a.folder href=(links::at(id, "tree", rev, &entry.path)) { (name) "/" }
                } @else {
                    a href=(links::at(id, "blob", rev, &entry.path)) { (name) }
                    @if matches!(entry.kind, EntryKind::Lfs { .. }) { " " span.badge.lfs { "LFS" } }
                }
            }
            td.narrow { @if !is_folder { (layout::size(entry.size())) } }
            td.about {
                @if let Some(last) = last.get(&entry.path) {
                    a href={ (links::repo(id)) "/commit/" (last.id) } title=(last.title) { (last.title) }
                }
            }
            td.narrow.when { @if let Some(last) = last.get(&entry.path) { (layout::time(last.time)) } }
        }
    }
}

/// A file.
/// Errors: 404 for a repo, a revision or a file that is not there.
pub async fn blob(call: &Call, id: RepoId, rev: String, path: String) -> Result<Markup, Refusal> {
    let repo = call.repo_to_read(&id)?;
    let (entry, content, last) = {
        let (rev, path) = (rev.clone(), path.clone());
        repo.with_git(move |git| {
            let commit = read::commit(git, &rev)?;
            let entry = read::entry(git, &commit, &path)?.filter(|entry| entry.kind != EntryKind::Folder);
            let entry = entry.ok_or_else(|| Refusal::entry_not_found(format!("{path} does not exist on {rev}")))?;
            let content = match entry.kind {
                EntryKind::File { size } if size <= TEXT_MAX as u64 => text(read::blob(git, entry.oid)?),
                _ => None,
            };
            let last = history::last_commits(git, &commit, std::slice::from_ref(&path))?.remove(&path);
            Ok((entry, content, last))
        })
        .await?
    };
    let record = repo.record();
    let content = file_page(&id, &rev, &entry, content.as_deref(), last.as_ref());
    Ok(layout::repo(&call.hub, &id, &record, &rev, Tab::Files, content))
}

fn file_page(id: &RepoId, rev: &str, entry: &Entry, content: Option<&str>, last: Option<&Summary>) -> Markup {
    let resolve = links::at(id, "resolve", rev, &entry.path);
    let is_picture = mime_guess::from_path(&entry.path)
        .first_raw()
        .is_some_and(|kind| matches!(kind, "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/avif"));
    html! {
        div.bar {
            (crumbs(id, rev, &entry.path))
            span {
                @if content.is_some() { a.button href=(links::at(id, "raw", rev, &entry.path)) { "Raw" } " " }
                a.button href={ (resolve) "?download=true" } { "Download" }
            }
        }
        div.box {
            header {
                span {
                    (layout::size(entry.size()))
                    @if let EntryKind::Lfs { .. } = &entry.kind { " " span.badge.lfs { "LFS" } }
                }
                @if let Some(last) = last {
                    span { (layout::commit_link(id, &last.id.to_string())) " " (last.title) " · " (layout::time(last.time)) }
                }
            }
            @if is_picture && entry.size() > 0 {
                div.picture { img src=(resolve) alt=(entry.path); }
            }
            @if let EntryKind::Lfs { pointer, pointer_size } = &entry.kind {
                dl.facts {
                    dt { "SHA-256" } dd.oid { (pointer.oid) }
                    dt { "Size" } dd { (pointer.size) " bytes" }
                    dt { "Pointer" } dd { span.oid { (entry.oid) } ", " (pointer_size) " bytes" }
                }
            } @else if let Some(content) = content {
                (lines(content))
            } @else if !is_picture {
                p.note { "No preview of this file." }
            }
        }
    }
}

fn lines(content: &str) -> Markup {
    if content.is_empty() {
        return html! { p.note { "An empty file." } };
    }
    let count = content.lines().count();
    let numbers: String = (1..=count).map(|number| format!("{number}\n")).collect();
    html! {
        div.text {
            pre.lines aria-hidden="true" { (numbers) }
            pre { (content) }
        }
    }
}

/// A file's bytes as text, when they are text.
fn text(bytes: Vec<u8>) -> Option<String> {
    if bytes.len() > TEXT_MAX || bytes.contains(&0) {
        return None;
    }
    String::from_utf8(bytes).ok()
}

fn crumbs(id: &RepoId, rev: &str, path: &str) -> Markup {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    html! {
        nav.crumbs aria-label="Path" {
            a href=(links::at(id, "tree", rev, "")) { (id.name) }
            @for (at, part) in parts.iter().enumerate() {
                " / "
                @if at + 1 == parts.len() { (part) } @else { a href=(links::at(id, "tree", rev, &parts[..=at].join("/"))) { (part) } }
            }
        }
    }
}

fn ref_list(id: &RepoId, rev: &str, path: &str, refs: &Refs) -> Markup {
    let groups = [("Branches", &refs.branches), ("Tags", &refs.tags), ("Pull requests", &refs.pulls)];
    html! {
        details.refs {
            summary { (rev) }
            ul {
                @for (name, refs) in groups {
                    @if !refs.is_empty() { li.group { (name) } }
                    @for name in refs { li { a href=(links::at(id, "tree", name, path)) { (name) } } }
                }
            }
        }
    }
}
