//! The list of repos.

use maud::{Markup, html};

use crate::call::Call;
use crate::error::Refusal;
use crate::ident::{RepoId, RepoType};
use crate::repo::{MAIN, Repo, blocking, read};
use crate::web::{layout, links};

/// All repos that may be seen, or those of one owner.
/// Errors: 404 for an owner without any.
pub async fn list(call: &Call, owner: Option<String>) -> Result<Markup, Refusal> {
    let mut repos = call.hub.repos.all();
    repos.retain(|repo| call.repo(&repo.id).is_ok() && owner.as_ref().is_none_or(|owner| repo.id.owner == *owner));
    if owner.is_some() && repos.is_empty() {
        return Err(Refusal::no_route());
    }
    let title = owner.as_deref().unwrap_or("Repos");
    let shown: Vec<(RepoId, Option<i64>)> =
        blocking(move || Ok(repos.iter().map(|repo| (repo.id.clone(), changed(repo).ok())).collect())).await?;
    let group = |kind: RepoType| shown.iter().filter(move |(id, _)| id.kind == kind).peekable();
    Ok(layout::frame(
        &call.hub,
        title,
        html! {
            h1 { (title) }
            @if shown.is_empty() {
                div.box { p.note { "No repos yet. A push makes the first one." } }
            }
            @for kind in RepoType::ALL {
                @let mut of_kind = group(kind);
                @if of_kind.peek().is_some() {
                    h2 { (heading(kind)) }
                    div.box {
                        table {
                            @for (id, seconds) in of_kind {
                                tr {
                                    td { a href=(links::repo(id)) { (id) } }
                                    td.narrow { @if let Some(seconds) = seconds { (layout::time(*seconds)) } }
                                }
                            }
                        }
                    }
                }
            }
        },
    ))
}

/// When main last moved. A repo that goes away meanwhile has no time.
fn changed(repo: &Repo) -> Result<i64, Refusal> {
    Ok(read::commit(&repo.git()?, MAIN)?.time().seconds())
}

fn heading(kind: RepoType) -> &'static str {
    match kind {
        RepoType::Model => "Models",
        RepoType::Dataset => "Datasets",
        RepoType::Space => "Spaces",
        RepoType::Kernel => "Kernels",
    }
}
