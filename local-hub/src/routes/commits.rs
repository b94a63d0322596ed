//! The history of a revision, and its end by super-squash.

use maud::html;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Answer, Call, json, set};
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::limits::{COMMITS_PAGE, COMMITS_PAGE_MAX};
use crate::repo::history::{self, Summary};
use crate::repo::pack::PackWriter;
use crate::repo::write::{self, Message};
use crate::repo::{read, timestamp};

/// `GET /api/{t}/{id}/commits/{rev}?p=&limit=&expand[]=formatted`.
pub async fn list(call: Call, id: RepoId, rev: String) -> Answer {
    let repo = call.repo(&id)?;
    let limit = call.number("limit")?.unwrap_or(COMMITS_PAGE);
    if limit == 0 || limit > COMMITS_PAGE_MAX {
        return Err(Refusal::bad_request(format!("Invalid limit: expected 1 to {COMMITS_PAGE_MAX}")));
    }
    let page = call.number("p")?.unwrap_or(0);
    let formatted = call.query.iter().any(|(k, v)| (k == "expand[]" || k == "expand") && v == "formatted");
    let (commits, total) = repo
        .with_git(move |git| history::commits(git, read::commit(git, &rev)?.id(), page.saturating_mul(limit), limit))
        .await?;
    let more = page.saturating_add(1).saturating_mul(limit) < total;
    let commits: Vec<Value> = commits.iter().map(|commit| commit_json(commit, formatted)).collect();
    let mut response = json(&commits)?;
    set(&mut response, "x-total-count", total.to_string());
    if more {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (k, v) in call.query.iter().filter(|(k, _)| k != "p") {
            query.append_pair(k, v);
        }
        query.append_pair("p", &(page + 1).to_string());
        set(&mut response, "link", format!("<{}{}?{}>; rel=\"next\"", call.endpoint(), call.path, query.finish()));
    }
    Ok(response)
}

fn commit_json(commit: &Summary, formatted: bool) -> Value {
    let mut value = json!({
        "id": commit.id.to_string(), "title": commit.title, "message": commit.description, "date": timestamp(commit.time),
        "authors": [{ "user": commit.author, "avatar": "" }],
    });
    if formatted {
        value["formatted"] = json!({
            "title": html! { (commit.title) }.into_string(),
            "message": html! { (commit.description) }.into_string(),
        });
    }
    value
}

#[derive(Deserialize)]
struct SquashBody {
    message: Option<String>,
}

/// `POST /api/{t}/{id}/super-squash/{branch}`: the branch becomes one commit with the files it has.
pub async fn squash(mut call: Call, id: RepoId, rev: String) -> Answer {
    let repo = call.repo_to_write(&id)?;
    let body: SquashBody = call.json().await?;
    let author = call.user()?.name.clone();
    repo.change(move |git| {
        let reference = read::branch_ref(git, &rev)?;
        let head = git.find_reference(&reference)?.peel_to_commit()?;
        let title = body.message.filter(|text| !text.trim().is_empty());
        let title = title.unwrap_or_else(|| format!("Super-squash branch '{rev}' using local-hub"));
        let mut pack = PackWriter::new(git)?;
        let message = Message { author, title, description: String::new() };
        let text = write::commit_text(head.tree_id(), &[], &message);
        let commit = pack.add(git2::ObjectType::Commit, text.as_bytes())?;
        pack.finish()?;
        write::move_ref(git, &reference, Some(head.id()), commit)
    })
    .await?;
    json(&json!({}))
}
