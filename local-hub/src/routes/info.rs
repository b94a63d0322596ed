//! `GET /api/{t}/{id}[/revision/{rev}]`.

use serde_json::{Map, Value, json};

use crate::call::{Answer, Call, json};
use crate::error::Refusal;
use crate::ident::{RepoId, RepoType};
use crate::repo::{MAIN, read, timestamp};
use crate::routes::repos::gated;
use crate::routes::tree::{Large, lfs_json};
use crate::routes::yaml;

/// What `expand[]` may name.
const EXPANDABLE: &[&str] = &[
    "author",
    "baseModels",
    "cardData",
    "childrenModelCount",
    "citation",
    "config",
    "createdAt",
    "datasets",
    "description",
    "disabled",
    "downloads",
    "downloadsAllTime",
    "evalResults",
    "gated",
    "gguf",
    "inference",
    "inferenceProviderMapping",
    "lastModified",
    "library_name",
    "likes",
    "mask_token",
    "model-index",
    "models",
    "paperswithcode_id",
    "pipeline_tag",
    "private",
    "resourceGroup",
    "runtime",
    "safetensors",
    "sdk",
    "sha",
    "siblings",
    "spaces",
    "subdomain",
    "tags",
    "transformersInfo",
    "trendingScore",
    "usedStorage",
    "widgetData",
    "xetEnabled",
];

/// What the Hub knows about a repo at a revision.
/// Errors: 400 for an unknown `expand[]`; 401 or 404 RepoNotFound; 404 RevisionNotFound.
pub async fn get(call: Call, id: RepoId, rev: Option<String>) -> Answer {
    let repo = call.repo(&id)?;
    let expand: Vec<String> =
        call.query.iter().filter(|(k, _)| k == "expand[]" || k == "expand").map(|(_, v)| v.clone()).collect();
    if let Some(unknown) = expand.iter().find(|name| !EXPANDABLE.contains(&name.as_str())) {
        return Err(Refusal::bad_request(format!(
            "Invalid expand: {unknown:?} must be one of [{}]",
            EXPANDABLE.join(", ")
        )));
    }
    let blobs = call.flag("blobs");
    let record = repo.record();
    let large = Large::of(&call, &repo);
    let info = repo
        .with_git(move |git| {
            let commit = read::commit(git, rev.as_deref().unwrap_or(MAIN))?;
            let mut siblings = Vec::new();
            let mut used = 0;
            for listed in read::list(git, &commit, "", true)?.unwrap_or_default() {
                if listed.is_folder {
                    continue;
                }
                let mut sibling = Map::from_iter([("rfilename".to_owned(), Value::from(listed.path.clone()))]);
                if blobs {
                    let entry = listed.describe(git)?;
                    used += entry.size();
                    sibling.insert("blobId".to_owned(), entry.oid.to_string().into());
                    sibling.insert("size".to_owned(), entry.size().into());
                    if let Some(mut lfs) = lfs_json(&entry.kind) {
                        // Here, and only here, the Hub calls it by another name.
                        if let Some(oid) = lfs.remove("oid") {
                            lfs.insert("sha256".to_owned(), oid);
                        }
                        sibling.insert("lfs".to_owned(), lfs.into());
                    }
                    if let Some(hash) = large.xet_hash(&entry.kind)? {
                        sibling.insert("xetHash".to_owned(), hash.into());
                    }
                }
                siblings.push(Value::Object(sibling));
            }
            let card = read::file(git, &commit, "README.md")?.and_then(|text| yaml::front_matter(&text).ok().flatten());
            let tags = card.as_ref().and_then(|card| card.get("tags").cloned()).filter(Value::is_array).unwrap_or_else(|| json!([]));
            let mut info = json!({
                "_id": record.id, "id": id.to_string(), "author": id.owner, "sha": commit.id().to_string(),
                "lastModified": timestamp(commit.time().seconds()), "createdAt": record.created_at, "private": record.private,
                "gated": gated(record.gated.as_deref()), "disabled": false, "downloads": 0, "likes": 0, "tags": tags,
                "siblings": siblings,
            });
            if let Value::Object(info) = &mut info {
                if let Some(card) = card {
                    info.insert("cardData".to_owned(), card);
                }
                if blobs {
                    info.insert("usedStorage".to_owned(), used.into());
                }
                match id.kind {
                    RepoType::Model => {
                        info.insert("modelId".to_owned(), id.to_string().into());
                    }
                    RepoType::Dataset | RepoType::Kernel => {}
                    RepoType::Space => {
                        info.insert("sdk".to_owned(), record.sdk.into());
                        info.insert("runtime".to_owned(), json!({ "stage": "NO_APP_FILE", "hardware": { "current": null, "requested": null } }));
                    }
                }
                if !expand.is_empty() {
                    info.retain(|key, _| key == "_id" || key == "id" || expand.iter().any(|name| name == key));
                }
            }
            Ok(info)
        })
        .await?;
    json(&info)
}
