//! Discussions and pull requests.

use std::path::Path;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Answer, Call, json};
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::limits::DISCUSSIONS_PAGE;
use crate::repo::discussions::{self, Discussion, Status};
use crate::repo::{MAIN, blocking, merge, write};
use crate::route::DiscussionEvent;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateBody {
    title: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    pull_request: bool,
}

/// `POST /api/{t}/{id}/discussions`. A pull request starts as a draft at the head of the main branch.
/// Errors: 400 for a title that is too short; 401; 403; 404.
pub async fn create(mut call: Call, id: RepoId) -> Answer {
    let repo = call.repo(&id)?;
    let body: CreateBody = call.json().await?;
    let author = writer(&call)?;
    let title = title(&body.title)?;
    let status = if body.pull_request { Status::Draft } else { Status::Open };
    let dir = repo.dir.clone();
    let new = repo
        .change(move |git| {
            let num = discussions::next(&dir, git)?;
            if body.pull_request {
                let main = git.find_reference(&format!("refs/heads/{MAIN}"))?.peel_to_commit()?;
                write::move_ref(git, &discussions::reference(num), None, main.id())?;
            }
            let description = body.description.unwrap_or_default();
            let new = Discussion::new(num, &author, &title, &description, status, body.pull_request);
            discussions::put(&dir, &new)?;
            Ok(new)
        })
        .await?;
    json(&summary(&new, &id, &call.endpoint()))
}

/// `GET /api/{t}/{id}/discussions?p=&type=&status=&author=`.
pub async fn list(call: Call, id: RepoId) -> Answer {
    let repo = call.repo(&id)?;
    let page = call.number("p")?.unwrap_or(0);
    let wanted_type = one_of(&call, "type", &["all", "discussion", "pull_request"])?;
    let wanted_status = one_of(&call, "status", &["all", "open", "closed"])?;
    let all = blocking(move || Ok(discussions::all(&repo.dir)?)).await?;
    let fits = |discussion: &&Discussion| {
        let right_type = match wanted_type.as_str() {
            "discussion" => !discussion.is_pull_request,
            "pull_request" => discussion.is_pull_request,
            _ => true,
        };
        let right_status = match wanted_status.as_str() {
            "open" => discussion.status.is_live(),
            "closed" => !discussion.status.is_live(),
            _ => true,
        };
        right_type && right_status && call.param("author").is_none_or(|author| author == discussion.author)
    };
    let found: Vec<&Discussion> = all.iter().filter(fits).collect();
    let start = page.saturating_mul(DISCUSSIONS_PAGE);
    let endpoint = call.endpoint();
    let shown: Vec<Value> =
        found.iter().skip(start).take(DISCUSSIONS_PAGE).map(|discussion| summary(discussion, &id, &endpoint)).collect();
    let closed = all.iter().filter(|discussion| !discussion.status.is_live()).count();
    json(&json!({ "discussions": shown, "count": found.len(), "start": start, "numClosedDiscussions": closed }))
}

fn one_of(call: &Call, name: &str, words: &[&str]) -> Result<String, Refusal> {
    let word = call.param(name).unwrap_or("all");
    if words.contains(&word) {
        return Ok(word.to_owned());
    }
    Err(Refusal::bad_request(format!("Invalid {name}: expected one of {}", words.join(", "))))
}

/// `GET /api/{t}/{id}/discussions/{num}[?diff=1]`.
pub async fn get(call: Call, id: RepoId, num: u64) -> Answer {
    let repo = call.repo(&id)?;
    let with_diff = call.flag("diff");
    let dir = repo.dir.clone();
    let discussion = blocking(move || read(&dir, num)).await?;
    let mut value = summary(&discussion, &id, &call.endpoint());
    value["events"] = discussion.events.iter().map(event_json).collect();
    if discussion.is_pull_request {
        value["gitReference"] = discussion.reference().into();
        value["changes"] = json!({ "base": format!("refs/heads/{MAIN}") });
        if let Some(commit) = &discussion.merge_commit {
            value["changes"]["mergeCommitId"] = commit.as_str().into();
        }
        let live = discussion.status.is_live();
        let (diff, conflicts) = repo.with_git(move |git| merge::changes(git, &discussion)).await?;
        value["filesWithConflicts"] = if live { conflicts.into() } else { json!([]) };
        if with_diff {
            value["diff"] = diff.into();
        }
    }
    json(&value)
}

#[derive(Deserialize)]
struct EventBody {
    status: Option<String>,
    comment: Option<String>,
    title: Option<String>,
}

/// `POST /api/{t}/{id}/discussions/{num}/{status|merge|comment|title}`.
/// Errors: 400 for a step that cannot be made from here; 403; 404; 409 for a merge in conflict.
pub async fn event(mut call: Call, id: RepoId, num: u64, kind: DiscussionEvent) -> Answer {
    let repo = call.repo(&id)?;
    let author = writer(&call)?;
    let bytes = call.bytes(crate::limits::JSON_BODY_MAX).await?;
    let body: EventBody = serde_json::from_slice(if bytes.is_empty() { b"{}" } else { &bytes })
        .map_err(|error| Refusal::bad_request(format!("Invalid JSON body: {error}")))?;
    let may_write = call.user()?.check_write(&id.owner);
    let dir = repo.dir.clone();
    let discussion = repo
        .change(move |git| {
            let mut discussion = read(&dir, num)?;
            if kind == DiscussionEvent::Merge {
                may_write?;
                if !discussion.is_pull_request {
                    return Err(Refusal::bad_request("Not a pull request"));
                }
                return merge::merge(git, &dir, discussion, &author, spoken(body.comment).as_deref());
            }
            step(&mut discussion, kind, body, &author, may_write)?;
            discussions::put(&dir, &discussion)?;
            Ok(discussion)
        })
        .await?;
    let last = |kind: &str| discussion.events.iter().rfind(|event| event.kind == kind).map(event_json);
    json(&json!({
        "newMessage": last("comment"), "newTitle": last("title-change"), "newStatus": last("status-change"),
    }))
}

/// A comment that says something.
fn spoken(comment: Option<String>) -> Option<String> {
    comment.filter(|text| !text.trim().is_empty())
}

fn step(
    discussion: &mut Discussion,
    kind: DiscussionEvent,
    body: EventBody,
    author: &str,
    may_write: Result<(), Refusal>,
) -> Result<(), Refusal> {
    let own = discussion.author == author;
    let comment = spoken(body.comment);
    match kind {
        DiscussionEvent::Comment => {
            let comment = comment.ok_or_else(|| Refusal::bad_request("Invalid comment: it is empty"))?;
            discussion.comment(author, &comment);
            return Ok(());
        }
        DiscussionEvent::Title => {
            owner_or_writer(own, may_write)?;
            discussion.retitle(author, &title(body.title.as_deref().unwrap_or_default())?);
        }
        DiscussionEvent::Status => {
            owner_or_writer(own, may_write)?;
            let status = match body.status.as_deref() {
                Some("open") => Status::Open,
                Some("closed") => Status::Closed,
                _ => return Err(Refusal::bad_request("Invalid status: expected open or closed")),
            };
            discussion.turn(author, status)?;
        }
        // The caller does that: it changes more than the record.
        DiscussionEvent::Merge => {}
    }
    if let Some(comment) = comment {
        discussion.comment(author, &comment);
    }
    Ok(())
}

fn event_json(event: &discussions::Event) -> Value {
    json!({
        "id": event.id, "type": event.kind, "createdAt": event.created_at, "author": { "name": event.author }, "data": event.data,
    })
}

fn owner_or_writer(own: bool, may_write: Result<(), Refusal>) -> Result<(), Refusal> {
    if own { Ok(()) } else { may_write }
}

/// The caller's name, when the token may write: who may look may also discuss.
fn writer(call: &Call) -> Result<String, Refusal> {
    let user = call.user()?;
    user.check_token()?;
    Ok(user.name.clone())
}

fn title(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() < 3 {
        return Err(Refusal::bad_request("Invalid title: at least 3 characters"));
    }
    Ok(text.to_owned())
}

fn read(repo_dir: &Path, num: u64) -> Result<Discussion, Refusal> {
    let missing = || Refusal::new(StatusCode::NOT_FOUND, "Discussion not found");
    discussions::get(repo_dir, num)?.ok_or_else(missing)
}

fn summary(discussion: &Discussion, id: &RepoId, endpoint: &str) -> Value {
    json!({
        "num": discussion.num, "title": discussion.title, "status": discussion.status.as_str(),
        "isPullRequest": discussion.is_pull_request, "author": { "name": discussion.author, "type": "user" },
        "createdAt": discussion.created_at, "repo": { "name": id.to_string(), "type": id.kind.singular() },
        "repoOwner": { "name": id.owner }, "pinned": false, "locked": false,
        "numComments": discussion.events.iter().filter(|event| event.kind == "comment").count(),
        "url": format!("{endpoint}/{}/discussions/{}", id.url_path(), discussion.num),
    })
}
