//! The list of repos.

use maud::{Markup, html};

use crate::call::Call;
use crate::error::Refusal;
use crate::ident::RepoType;
use crate::repo::read;
use crate::web::{layout, links};

/// All repos that may be seen, or those of one owner.
/// Errors: 404 for an owner without any.
pub fn list(call: &Call, owner: Option<String>) -> Result<Markup, Refusal> {
    let mut repos = call.hub.repos.all();
    repos.retain(|repo| call.repo(&repo.id).is_ok() && owner.as_ref().is_none_or(|owner| repo.id.owner == *owner));
    if owner.is_some() && repos.is_empty() {
        return Err(Refusal::no_route());
    }
    let title = owner.as_deref().unwrap_or("Repos");
    let group = |kind: RepoType| repos.iter().filter(move |repo| repo.id.kind == kind).peekable();
    let changed = |repo: &crate::repo::Repo| -> Option<i64> {
        Some(read::commit(&repo.git().ok()?, crate::repo::MAIN).ok()?.time().seconds())
    };
    Ok(layout::frame(
        &call.hub,
        title,
        html! {
            h1 { (title) }
            @if repos.is_empty() {
                div.box { p.note { "No repos yet. A push makes the first one." } }
            }
            @for (kind, name) in [(RepoType::Model, "Models"), (RepoType::Dataset, "Datasets"), (RepoType::Space, "Spaces")] {
                @let mut of_kind = group(kind);
                @if of_kind.peek().is_some() {
                    h2 { (name) }
                    div.box {
                        table {
                            @for repo in of_kind {
                                tr {
                                    td { a href=(links::repo(&repo.id)) { (repo.id) } }
                                    td.narrow { @if let Some(seconds) = changed(repo) { (layout::time(seconds)) } }
                                }
                            }
                        }
                    }
                }
            }
        },
    ))
}
