//! Discussions and pull requests.

use maud::{Markup, html};

use crate::call::Call;
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::repo::discussions::{self, Discussion, Event};
use crate::repo::{MAIN, blocking};
use crate::web::layout::{self, Tab};
use crate::web::links;

/// The list, the newest first.
pub async fn list(call: &Call, id: RepoId) -> Result<Markup, Refusal> {
    let repo = call.repo(&id)?;
    let all = {
        let dir = repo.dir.clone();
        blocking(move || Ok(discussions::all(&dir)?)).await?
    };
    let content = html! {
        div.box {
            @if all.is_empty() { p.note { "No pull requests and no discussions." } }
            table {
                @for one in &all {
                    tr {
                        td { a href={ (links::repo(&id)) "/discussions/" (one.num) } { "#" (one.num) " " (one.title) } }
                        td.narrow.when { (one.author) }
                        td.narrow.when { (layout::time_text(&one.created_at)) }
                        td.narrow { (badge(one)) }
                    }
                }
            }
        }
    };
    Ok(layout::repo(&call.hub, &id, &repo.record(), MAIN, Tab::Discussions, content))
}

/// One of them, with what happened.
pub async fn one(call: &Call, id: RepoId, num: u64) -> Result<Markup, Refusal> {
    let repo = call.repo(&id)?;
    let found = {
        let dir = repo.dir.clone();
        blocking(move || Ok(discussions::get(&dir, num)?)).await?
    };
    let found = found.ok_or_else(Refusal::no_route)?;
    let content = html! {
        div.bar {
            strong { "#" (found.num) " " (found.title) " " (badge(&found)) }
            @if found.is_pull_request {
                a.button href=(links::at(&id, "tree", &found.reference(), "")) { "Files of this pull request" }
            }
        }
        @for event in &found.events { div.box { (happened(&id, event)) } }
    };
    Ok(layout::repo(&call.hub, &id, &repo.record(), MAIN, Tab::Discussions, content))
}

fn happened(id: &RepoId, event: &Event) -> Markup {
    let text = |key: &str| event.data[key].as_str().unwrap_or_default().to_owned();
    let what = match event.kind.as_str() {
        "commit" => html! { "committed " (layout::commit_link(id, &text("oid"))) " " (text("subject")) },
        "status-change" => match text("status").as_str() {
            "open" => html! { "opened it" },
            done => html! { (done) " it" },
        },
        "title-change" => html! { "renamed it to " (text("to")) },
        _ if event.data["latest"]["raw"] == "" => html! { "opened it without a word" },
        _ => html! { "said" },
    };
    html! {
        header { span { strong { (event.author) } " " (what) } (layout::time_text(&event.created_at)) }
        @if let Some(said) = event.data["latest"]["raw"].as_str().filter(|said| !said.is_empty()) { p.said { (said) } }
    }
}

fn badge(discussion: &Discussion) -> Markup {
    let word = discussion.status.as_str();
    html! { span class={ "badge " (word) } { (word) } }
}
