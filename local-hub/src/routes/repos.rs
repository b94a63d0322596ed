//! Repos come, go, and change their name or settings.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Answer, Call, json, json_with};
use crate::error::Refusal;
use crate::ident::{RepoId, RepoType};
use crate::limits::INLINE_FILE_MAX;
use crate::path::RepoPath;
use crate::repo::{NewRepo, Record, blocking};

const SDKS: [&str; 4] = ["gradio", "streamlit", "docker", "static"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateBody {
    name: String,
    organization: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    visibility: Option<String>,
    private: Option<bool>,
    sdk: Option<String>,
    license: Option<String>,
    #[serde(default)]
    files: Vec<InitialFile>,
}

#[derive(Deserialize)]
struct InitialFile {
    path: String,
    content: String,
    encoding: Option<String>,
}

/// `POST /api/repos/create`.
/// Errors: 400, 401, 403, 409 with the `url` of the repo that is there.
pub async fn create(mut call: Call) -> Answer {
    let body: CreateBody = call.json().await?;
    let user = call.user()?.clone();
    let owner = body.organization.filter(|owner| !owner.is_empty()).unwrap_or_else(|| user.name.clone());
    let id = RepoId { kind: kind(body.kind.as_deref())?, owner, name: body.name };
    id.check().map_err(Refusal::bad_request)?;
    if user.check_manage(&id.owner).is_err() {
        let message = format!(
            "You don't have the rights to create a {} under the namespace \"{}\"",
            id.kind.singular(),
            id.owner
        );
        return Err(Refusal::forbidden(message));
    }
    let private = match body.visibility.as_deref() {
        None => body.private.unwrap_or(false),
        Some("public") => false,
        Some("private") => true,
        Some("protected") if id.kind == RepoType::Space => true,
        Some(_) => {
            return Err(Refusal::bad_request("Invalid visibility: expected public, private or (for Spaces) protected"));
        }
    };
    let sdk = match (id.kind, body.sdk) {
        (RepoType::Space, Some(sdk)) if SDKS.contains(&sdk.as_str()) => Some(sdk),
        (RepoType::Space, _) => {
            return Err(Refusal::bad_request(format!(
                "\"sdk\" is required for a Space and must be one of [{}]",
                SDKS.join(", ")
            )));
        }
        _ => None,
    };
    let mut files = Vec::new();
    for file in body.files {
        let path = RepoPath::new(&file.path).map_err(Refusal::unprocessable)?;
        let content = match file.encoding.as_deref() {
            Some("base64") => {
                BASE64.decode(&file.content).map_err(|_| Refusal::bad_request("Invalid base64 in files"))?
            }
            None | Some("utf-8") => file.content.into_bytes(),
            Some(_) => return Err(Refusal::bad_request("Invalid encoding in files: expected base64 or utf-8")),
        };
        if content.len() as u64 > INLINE_FILE_MAX {
            return Err(Refusal::too_large(format!("{} is larger than {INLINE_FILE_MAX} bytes", path.as_str())));
        }
        files.push((path.as_str().to_owned(), content));
    }
    let url = format!("{}/{}", call.endpoint(), id.url_path());
    let name = id.to_string();
    let new = NewRepo { id, private, sdk, license: body.license, files, author: user.name };
    let hub = call.hub;
    let made = blocking(move || hub.repos.create(new)).await;
    match made {
        Ok(repo) => json(&json!({ "url": url, "name": name, "id": repo.record().id })),
        Err(refusal) if refusal.status == StatusCode::CONFLICT => Err(refusal.with("url", url)),
        Err(refusal) => Err(refusal),
    }
}

#[derive(Deserialize)]
struct DeleteBody {
    name: String,
    organization: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// `DELETE /api/repos/delete`.
pub async fn delete(mut call: Call) -> Answer {
    let body: DeleteBody = call.json().await?;
    let user = call.user()?;
    let owner = body.organization.filter(|owner| !owner.is_empty()).unwrap_or_else(|| user.name.clone());
    let id = RepoId { kind: kind(body.kind.as_deref())?, owner, name: body.name };
    call.repo(&id)?;
    if user.check_manage(&id.owner).is_err() {
        return Err(Refusal::forbidden(format!("You don't have the rights to delete {id}")));
    }
    let hub = std::sync::Arc::clone(&call.hub);
    blocking(move || hub.repos.delete(&id)).await?;
    json(&json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MoveBody {
    from_repo: String,
    to_repo: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// `POST /api/repos/move`.
pub async fn rename(mut call: Call) -> Answer {
    let body: MoveBody = call.json().await?;
    let kind = kind(body.kind.as_deref())?;
    let id = |text: &str| match text.split_once('/') {
        Some((owner, name)) => Ok(RepoId { kind, owner: owner.to_owned(), name: name.to_owned() }),
        None => Err(Refusal::bad_request(format!("Invalid repo: {text}"))),
    };
    let (from, to) = (id(&body.from_repo)?, id(&body.to_repo)?);
    to.check().map_err(Refusal::bad_request)?;
    call.repo_to_manage(&from)?;
    if call.user()?.check_manage(&to.owner).is_err() {
        return Err(Refusal::forbidden(format!(
            "You don't have the rights to create a {} under {}",
            kind.singular(),
            to.owner
        )));
    }
    let hub = std::sync::Arc::clone(&call.hub);
    blocking(move || hub.repos.rename(&from, &to)).await?;
    json(&json!({}))
}

/// `PUT /api/{t}/{id}/settings`: `private` or `visibility`, and `gated`.
pub async fn settings(mut call: Call, id: RepoId) -> Answer {
    let body: serde_json::Map<String, Value> = call.json().await?;
    let repo = call.repo_to_manage(&id)?;
    let shown = blocking(move || {
        let _writing = repo.lock()?;
        let mut record = repo.record();
        for (key, value) in body {
            set(&mut record, &key, value)?;
        }
        let shown = json!({ "private": record.private, "gated": gated(record.gated.as_deref()) });
        repo.set_record(record)?;
        Ok(shown)
    })
    .await?;
    json(&shown)
}

fn set(record: &mut Record, key: &str, value: Value) -> Result<(), Refusal> {
    match (key, value) {
        ("private", Value::Bool(private)) => record.private = private,
        ("visibility", Value::String(text)) if text == "public" => record.private = false,
        ("visibility", Value::String(text)) if text == "private" || text == "protected" => record.private = true,
        ("gated", Value::Bool(false)) => record.gated = None,
        ("gated", Value::String(text)) if text == "auto" || text == "manual" => record.gated = Some(text),
        ("private" | "visibility" | "gated", _) => return Err(Refusal::bad_request(format!("Invalid value of {key}"))),
        // Settings that have no meaning here.
        _ => {}
    }
    Ok(())
}

/// `GET /api/{t}`: the repos that the caller may see, filtered by `author` and `search`.
pub fn list(call: &Call, kind: RepoType) -> Answer {
    let (author, search) = (call.param("author"), call.param("search").map(str::to_lowercase));
    let limit = call.number("limit")?.unwrap_or(1000);
    let repos: Vec<_> = call
        .hub
        .repos
        .all()
        .into_iter()
        .filter(|repo| repo.id.kind == kind && call.repo(&repo.id).is_ok())
        .filter(|repo| author.is_none_or(|author| repo.id.owner == author))
        .filter(|repo| search.as_ref().is_none_or(|word| repo.id.to_string().to_lowercase().contains(word)))
        .take(limit)
        .map(|repo| {
            let record = repo.record();
            json!({
                "_id": record.id, "id": repo.id.to_string(), "author": repo.id.owner, "private": record.private,
                "gated": gated(record.gated.as_deref()), "createdAt": record.created_at, "downloads": 0, "likes": 0, "tags": [],
            })
        })
        .collect();
    json_with(StatusCode::OK, &repos)
}

/// How the API writes the setting.
pub fn gated(gated: Option<&str>) -> Value {
    gated.map_or(Value::Bool(false), Value::from)
}

fn kind(word: Option<&str>) -> Result<RepoType, Refusal> {
    let word = word.unwrap_or("model");
    RepoType::from_singular(word)
        .ok_or_else(|| Refusal::bad_request(format!("Invalid type: {word} - expected one of model, dataset, space")))
}
