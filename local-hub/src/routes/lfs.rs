//! LFS: the batch call that hands out presigned URLs, the end of an upload in parts, and the check after an upload.

use std::collections::HashSet;

use axum::http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::call::{Answer, Call, typed};
use crate::cas::token::Scope;
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::limits::{LFS_BATCH_OBJECTS, PARTS_MAX, SINGLE_PUT_MAX};
use crate::repo::pointer::is_oid;
use crate::repo::{MAIN, Repo, blocking};
use crate::routes::xet::Given;
use crate::store;
use crate::store::large;
use crate::store::receive;
use crate::store::sign::BadSignature;

const LFS_JSON: &str = "application/vnd.git-lfs+json";

#[derive(Deserialize)]
struct BatchBody {
    operation: String,
    transfers: Option<Vec<String>>,
    objects: Vec<Object>,
    hash_algo: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<Reference>,
}

#[derive(Deserialize)]
struct Reference {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    oid: String,
    size: u64,
}

fn answer(value: &Value) -> Answer {
    typed(StatusCode::OK, LFS_JSON, value.to_string())
}

/// `POST {p}{id}.git/info/lfs/objects/batch`.
/// Errors: 401, 403, 404; 400 or 422 for a body that is no batch; 413; per object, 404 and 422 inside the answer.
pub async fn batch(mut call: Call, id: RepoId) -> Answer {
    let repo = call.repo(&id)?;
    let content_type = call.content_type();
    if content_type != LFS_JSON && content_type != "application/json" {
        return Err(Refusal::unprocessable(format!("Invalid Content-Type: expected {LFS_JSON}")));
    }
    let body: BatchBody = call.json().await?;
    let upload = match body.operation.as_str() {
        "upload" => {
            // A pull request of somebody without the right to write needs objects too.
            call.user()?.check_token()?;
            true
        }
        "download" => {
            call.repo_to_read(&id)?;
            false
        }
        _ => return Err(Refusal::unprocessable("Invalid operation: expected upload or download")),
    };
    if !matches!(body.hash_algo.as_deref(), None | Some("sha256" | "sha_256")) {
        return Err(Refusal::conflict("Invalid hash_algo: expected sha256"));
    }
    if body.objects.len() > LFS_BATCH_OBJECTS {
        return Err(Refusal::too_large(format!("at most {LFS_BATCH_OBJECTS} objects per batch")));
    }
    let transfers = body.transfers.unwrap_or_else(|| vec!["basic".to_owned()]);
    let offered = |name: &str| transfers.iter().any(|transfer| transfer == name);
    let xet = if upload && offered("xet") && call.hub.cas.xet.settings().offered {
        let rev = body.reference.as_ref().map_or(MAIN, |reference| reference.name.as_str());
        Some(xet_action(&call, &id, &repo, rev)?)
    } else {
        None
    };
    if xet.is_none() && !offered("basic") && !offered("multipart") {
        return Err(Refusal::unprocessable("No transfer in common: expected basic or multipart"));
    }
    let multipart = offered("multipart");
    let endpoint = call.endpoint();
    let hub = call.hub;
    let value = blocking(move || {
        let lifetime = hub.config.url_lifetime.as_secs();
        let mut seen = HashSet::new();
        let mut objects = Vec::new();
        let mut in_parts = false;
        for object in body.objects {
            let mut entry =
                Map::from_iter([("oid".to_owned(), json!(object.oid)), ("size".to_owned(), json!(object.size))]);
            let mut fail = |code: u16, message: &str| {
                entry.insert("error".to_owned(), json!({ "code": code, "message": message }));
            };
            if !seen.insert(object.oid.clone()) {
                continue;
            }
            let stored = if is_oid(&object.oid) { large::find(&hub.cas, &repo, &object.oid)? } else { None };
            let stored = stored.map(|large| large.size);
            match (upload, stored) {
                _ if !is_oid(&object.oid) => fail(422, "Invalid oid: expected a SHA-256 in lower-case hex"),
                (_, Some(size)) if size != object.size => fail(422, "The object is stored with another size"),
                // No actions: it is here.
                (true, Some(_)) => {}
                (true, None) if xet.is_some() => {
                    entry.insert("actions".to_owned(), json!({ "upload": xet }));
                    entry.insert("authenticated".to_owned(), json!(true));
                }
                (true, None) => {
                    let too_large = object.size > SINGLE_PUT_MAX;
                    if object.size > hub.config.multipart_threshold && multipart || too_large {
                        if !multipart || object.size.div_ceil(hub.config.part_size) > PARTS_MAX {
                            fail(422, "The object is too large for the offered transfers");
                        } else {
                            in_parts = true;
                            let upload = parts(&hub, &endpoint, &id, &object)?;
                            entry.insert(
                                "actions".to_owned(),
                                json!({ "upload": upload, "verify": verify_action(&endpoint, &id) }),
                            );
                            entry.insert("authenticated".to_owned(), json!(true));
                        }
                    } else {
                        let href = hub.store.put_url(&id, &object.oid, object.size, lifetime);
                        let upload = json!({ "href": href, "expires_in": lifetime });
                        entry.insert(
                            "actions".to_owned(),
                            json!({ "upload": upload, "verify": verify_action(&endpoint, &id) }),
                        );
                        entry.insert("authenticated".to_owned(), json!(true));
                    }
                }
                (false, None) => fail(404, "Object does not exist"),
                (false, Some(_)) => {
                    let href = hub.store.get_url(&id, &object.oid, "attachment", "application/octet-stream", lifetime);
                    entry.insert("actions".to_owned(), json!({ "download": { "href": href, "expires_in": lifetime } }));
                    entry.insert("authenticated".to_owned(), json!(true));
                }
            }
            objects.push(Value::Object(entry));
        }
        let transfer = match &xet {
            Some(_) => "xet",
            None if in_parts => "multipart",
            None => "basic",
        };
        Ok(json!({ "transfer": transfer, "objects": objects, "hash_algo": "sha256" }))
    })
    .await?;
    answer(&value)
}

fn verify_action(endpoint: &str, id: &RepoId) -> Value {
    json!({ "href": format!("{endpoint}/{}.git/info/lfs/objects/verify", id.url_path()) })
}

/// Starts an upload in parts; gives its upload action.
fn parts(hub: &crate::hub::Hub, endpoint: &str, id: &RepoId, object: &Object) -> Result<Value, Refusal> {
    let lifetime = hub.config.url_lifetime.as_secs();
    let (upload_id, upload) = hub.store.uploads.start(id, &object.oid, object.size, hub.config.part_size)?;
    let mut header = Map::from_iter([("chunk_size".to_owned(), json!(upload.part_size.to_string()))]);
    for part in 1..=upload.parts() {
        let url = hub.store.part_url(&upload_id, part, upload.size_of(part), lifetime);
        header.insert(format!("{part:05}"), url.into());
    }
    let key = store::object_path(id, &object.oid);
    let query = [("uploadId", upload_id.as_str()), ("prefix", &key)];
    let path = hub.store.signer.sign("POST", "/api/complete_multipart", &query, None, lifetime);
    Ok(json!({ "href": format!("{endpoint}{path}"), "header": header, "expires_in": lifetime }))
}

#[derive(Deserialize)]
struct CompleteBody {
    oid: String,
    parts: Vec<PartDone>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartDone {
    part_number: u64,
    etag: String,
}

/// `POST /api/complete_multipart`: allowed by its own URL, so a token is neither needed nor looked at.
/// Errors: 403 for the URL; 404 for an upload that is gone; 400 for parts that are missing, out of order or not what was sent, and for
/// a digest that is another.
pub async fn complete(mut call: Call) -> Answer {
    let checked = call.hub.store.signer.check("POST", &call.path, &call.query, None);
    let checked = if call.is_expired { checked.and(Err(BadSignature::Expired)) } else { checked };
    checked.map_err(|bad| match bad {
        BadSignature::Altered => Refusal::forbidden("Invalid signature"),
        BadSignature::Expired => Refusal::forbidden("The upload has expired"),
    })?;
    let upload_id = call.param("uploadId").unwrap_or_default().to_owned();
    let key = call.param("prefix").unwrap_or_default().to_owned();
    let body: CompleteBody = call.json().await?;
    let hub = call.hub;
    blocking(move || {
        let uploads = &hub.store.uploads;
        let Some(upload) = uploads.get(&upload_id)? else {
            // The answer to an earlier call may have been lost.
            let is_stored = match store::parse_object_path(&key) {
                Some((id, oid)) if oid == body.oid => match hub.repos.get(&id) {
                    Some(repo) => large::find(&hub.cas, &repo, &oid)?.is_some(),
                    None => false,
                },
                _ => false,
            };
            let gone = || Refusal::new(StatusCode::NOT_FOUND, "The upload does not exist");
            return if is_stored { Ok(()) } else { Err(gone()) };
        };
        if body.oid != upload.oid {
            return Err(Refusal::bad_request("Invalid oid: the upload is for another object"));
        }
        let repo = upload.repo().and_then(|id| hub.repos.get(&id)).ok_or_else(Refusal::repo_not_found)?;
        let wanted = upload.parts();
        if body.parts.len() as u64 != wanted || !body.parts.iter().map(|part| part.part_number).eq(1..=wanted) {
            return Err(Refusal::bad_request(format!(
                "InvalidPartOrder: expected parts 1 to {wanted} in ascending order"
            )));
        }
        for part in &body.parts {
            let etag = uploads.etag(&upload_id, part.part_number)?;
            if etag.is_none_or(|etag| part.etag != format!("\"{etag}\"")) {
                return Err(Refusal::bad_request(format!(
                    "InvalidPart: part {} is missing or has another ETag",
                    part.part_number
                )));
            }
        }
        let joined = uploads.join(&upload_id, &upload, hub.cas.bench.is_some())?;
        let good = joined.size == upload.size && joined.sha256 == upload.oid;
        if good {
            receive::keep(joined, &repo, hub.cas.bench.as_ref())?;
        }
        uploads.remove(&upload_id)?;
        if good { Ok(()) } else { Err(Refusal::bad_request("The uploaded content does not match its oid")) }
    })
    .await?;
    answer(&json!({ "success": true }))
}

/// How an object is uploaded by Xet: where a token is to be had for a push to `rev`, and one for the beginning.
fn xet_action(call: &Call, id: &RepoId, repo: &Repo, rev: &str) -> Result<Value, Refusal> {
    let user = call.user()?;
    let given = Given::new(&call.hub, repo, Scope::Write, Some(user.name.clone()))?;
    let mut header: Map<String, Value> =
        given.headers().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    header.insert("X-Xet-Session-Id".to_owned(), Uuid::new_v4().to_string().into());
    let rev = utf8_percent_encode(rev, NON_ALPHANUMERIC);
    // Who may only propose gets the tokens of a pull request.
    let query = if user.check_write(&id.owner).is_ok() { "" } else { "?create_pr=1" };
    let href = format!("{}/api/{}/{id}/xet-write-token/{rev}{query}", call.endpoint(), id.kind.plural());
    Ok(json!({ "href": href, "header": header }))
}

/// `POST {p}{id}.git/info/lfs/objects/verify`.
/// Errors: 404 when the object is not stored, 422 when its size is another.
pub async fn verify(mut call: Call, id: RepoId) -> Answer {
    let repo = call.repo(&id)?;
    call.user()?.check_token()?;
    let object: Object = call.json().await?;
    if !is_oid(&object.oid) {
        return Err(Refusal::unprocessable("Invalid oid: expected a SHA-256 in lower-case hex"));
    }
    let hub = call.hub;
    match blocking(move || Ok(large::find(&hub.cas, &repo, &object.oid)?)).await?.map(|large| large.size) {
        None => Err(Refusal::new(StatusCode::NOT_FOUND, "Object not found")),
        Some(size) if size != object.size => {
            Err(Refusal::unprocessable(format!("Invalid size: {size} bytes are stored")))
        }
        Some(_) => answer(&json!({})),
    }
}
