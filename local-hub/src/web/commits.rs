//! The history, and one commit.

use maud::{Markup, html};

use crate::call::Call;
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::limits::COMMITS_PAGE;
use crate::repo::history::{self, Summary, Touch};
use crate::repo::read;
use crate::web::layout::{self, Tab};
use crate::web::links;

/// Changed paths that one page shows.
const SHOWN: usize = 1000;

/// A page of the history.
pub async fn list(call: &Call, id: RepoId, rev: String) -> Result<Markup, Refusal> {
    let repo = call.repo(&id)?;
    let page = call.number("p")?.unwrap_or(0);
    let (commits, total) = {
        let rev = rev.clone();
        let skip = page.saturating_mul(COMMITS_PAGE);
        repo.with_git(move |git| history::commits(git, read::commit(git, &rev)?.id(), skip, COMMITS_PAGE)).await?
    };
    let more = page.saturating_add(1).saturating_mul(COMMITS_PAGE) < total;
    let here = links::at(&id, "commits", &rev, "");
    let content = html! {
        div.bar { span.quiet { (total) @if total == 1 { " commit" } @else { " commits" } " on " span.oid { (rev) } } }
        div.box {
            @if commits.is_empty() { p.note { "No more commits." } }
            table {
                @for commit in &commits {
                    tr {
                        td { a href={ (links::repo(&id)) "/commit/" (commit.id) } { (commit.title) } }
                        td.narrow.when { (commit.author) }
                        td.narrow.when { (layout::time(commit.time)) }
                        td.narrow { (layout::commit_link(&id, &commit.id.to_string())) }
                    }
                }
            }
        }
        nav.pages aria-label="Pages" {
            @if page > 0 { a.button href={ (here) "?p=" (page - 1) } { "Newer" } }
            @if more { a.button href={ (here) "?p=" (page + 1) } { "Older" } }
        }
    };
    Ok(layout::repo(&call.hub, &id, &repo.record(), &rev, Tab::Commits, content))
}

/// A commit, with the paths that it changed.
pub async fn one(call: &Call, id: RepoId, sha: String) -> Result<Markup, Refusal> {
    let repo = call.repo(&id)?;
    let (commit, parents, touched) = repo
        .with_git(move |git| {
            let commit = read::commit(git, &sha)?;
            let parents: Vec<String> = commit.parent_ids().map(|parent| parent.to_string()).collect();
            Ok((Summary::of(&commit), parents, history::touched(git, &commit)?))
        })
        .await?;
    let oid = commit.id.to_string();
    let first = parents.first().cloned().unwrap_or_else(|| oid.clone());
    let count = |wanted: Touch| touched.iter().filter(|(_, touch)| *touch == wanted).count();
    let content = html! {
        div.box {
            header {
                span { strong { (commit.author) } " · " (layout::time(commit.time)) }
                a.button href=(links::at(&id, "tree", &oid, "")) { "Files at this commit" }
            }
            div.said {
                strong { (commit.title) }
                @if !commit.description.is_empty() { p.message { (commit.description) } }
            }
            dl.facts {
                dt { "Commit" } dd.oid { (oid) }
                @for parent in &parents { dt { "Parent" } dd { (layout::commit_link(&id, parent)) } }
            }
        }
        h2 {
            (count(Touch::Added)) " added, " (count(Touch::Changed)) " changed, " (count(Touch::Deleted)) " deleted"
        }
        div.box {
            @if touched.is_empty() { p.note { "No file was changed." } }
            table {
                @for (path, touch) in touched.iter().take(SHOWN) {
                    // A deleted file is shown as it was before.
                    @let rev = if *touch == Touch::Deleted { &first } else { &oid };
                    tr {
                        td { a href=(links::at(&id, "blob", rev, path)) { (path) } }
                        td.narrow { (badge(*touch)) }
                    }
                }
            }
            @if touched.len() > SHOWN { p.note { "… and " (touched.len() - SHOWN) " more paths" } }
        }
    };
    Ok(layout::repo(&call.hub, &id, &repo.record(), &oid, Tab::Commits, content))
}

fn badge(touch: Touch) -> Markup {
    match touch {
        Touch::Added => html! { span.badge.added { "added" } },
        Touch::Changed => html! { span.badge { "changed" } },
        Touch::Deleted => html! { span.badge.deleted { "deleted" } },
    }
}
