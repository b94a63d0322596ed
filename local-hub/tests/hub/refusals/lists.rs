//! What is asked and not there, and questions that are none: lists, lookups, downloads.

use serde_json::{Value, json};

use super::{Row, check, get, row};
use crate::harness::{Hub, file};

const LISTS: usize = 27;
const LOOKUPS: usize = 9;
const DOWNLOADS: usize = 10;
/// All rows of this file.
pub const ROWS: usize = LISTS + LOOKUPS + DOWNLOADS;

async fn hub() -> Hub {
    let hub = Hub::with_repo().await;
    hub.commit(&[file("file", b"x"), file("folder/x", b"x")]).await;
    hub
}

#[tokio::test]
async fn lists() {
    let hub = hub().await;
    let at = |rest: &str, status, code, says| get(&format!("/api/models/demo/repo/{rest}"), status, code, says);
    let (no_rev, no_entry) = ("RevisionNotFound", "EntryNotFound");
    let rows: Vec<Row> = vec![
        at("tree/nope", 404, no_rev, "Invalid rev id: nope"),
        at("tree/refs%2Fpr%2F1", 404, no_rev, "refs/pr/1"),
        at("tree/main/nope", 404, no_entry, "nope does not exist on \"main\""),
        at("tree/main/folder/nope", 404, no_entry, "folder/nope does not exist"),
        at("tree/main/file", 404, no_entry, "file does not exist"),
        at("tree/main/..%2Fx", 404, no_entry, "does not exist"),
        at("tree/main?limit=0", 400, "", "Invalid limit"),
        at("tree/main?limit=1001", 400, "", "Invalid limit"),
        at("tree/main?limit=x", 400, "", "limit"),
        at("tree/main?limit=-1", 400, "", "limit"),
        at("tree/main?cursor=%25", 400, "", "Invalid cursor"),
        at("tree/main?cursor=AAAA", 400, "", "Invalid cursor"),
        at("commits/nope", 404, no_rev, "nope"),
        at("commits/main?limit=0", 400, "", "Invalid limit"),
        at("commits/main?limit=1001", 400, "", "Invalid limit"),
        at("commits/main?limit=x", 400, "", "limit"),
        at("commits/main?p=x", 400, "", "p"),
        at("commits/main?p=-1", 400, "", "p"),
        at("revision/nope", 404, no_rev, "nope"),
        at("revision/0000000", 404, no_rev, "0000000"),
        at("revision/main?expand[]=nonsense", 400, "", "expand"),
        get("/api/models?limit=x", 400, "", "limit"),
        get("/api/models/demo", 404, "RepoNotFound", "Repository not found"),
        get("/api/datasets/demo/repo", 404, "RepoNotFound", "Repository not found"),
        get("/api/spaces/demo/repo", 404, "RepoNotFound", "Repository not found"),
        get("/api/datasets/demo/repo/tree/main", 404, "RepoNotFound", "Repository not found"),
        get("/api/models/Demo/repo/refs", 404, "RepoNotFound", "Repository not found"),
    ];
    check(&hub, LISTS, rows).await;
}

#[tokio::test]
async fn lookups() {
    let hub = hub().await;
    let url = "/api/models/demo/repo/paths-info/main";
    let many: Vec<String> = (0..1001).map(|n| n.to_string()).collect();
    let form = |body: &str, status, says| {
        let mut row = row("POST", url, &Value::Null, status, "", says).typed("application/x-www-form-urlencoded");
        row.body = body.as_bytes().to_vec();
        row
    };
    let rows = vec![
        row("POST", url, &Value::Null, 400, "", "Invalid JSON"),
        row("POST", url, &json!({}), 400, "", "\"paths\" is required"),
        row("POST", url, &json!([]), 400, "", "\"paths\" is required"),
        row("POST", url, &json!({ "paths": [1] }), 400, "", "must be texts"),
        row("POST", url, &json!({ "paths": many }), 413, "", "too many parameters"),
        row("POST", "/api/models/demo/repo/paths-info/nope", &json!({ "paths": [] }), 404, "RevisionNotFound", "nope"),
        form("nonsense=1", 400, "unknown field nonsense"),
        form(
            &many.iter().map(|path| format!("paths={path}")).collect::<Vec<_>>().join("&"),
            413,
            "too many parameters",
        ),
        row("POST", url, &json!({ "paths": ["x".repeat(17 << 20)] }), 413, "", ""),
    ];
    check(&hub, LOOKUPS, rows).await;
}

#[tokio::test]
async fn downloads() {
    let hub = hub().await;
    let rows = vec![
        get("/demo/repo/resolve/main/nope", 404, "EntryNotFound", "Entry not found"),
        get("/demo/repo/resolve/main/folder", 404, "EntryNotFound", "Entry not found"),
        get("/demo/repo/resolve/main/file/x", 404, "EntryNotFound", "Entry not found"),
        get("/demo/repo/resolve/main/..%2Fx", 404, "EntryNotFound", "Entry not found"),
        get("/demo/repo/resolve/nope/file", 404, "RevisionNotFound", "nope"),
        get("/demo/repo/raw/main/nope", 404, "EntryNotFound", "Entry not found"),
        get("/demo/repo/raw/nope/file", 404, "RevisionNotFound", "nope"),
        get("/datasets/demo/repo/resolve/main/file", 404, "RepoNotFound", "Repository not found"),
        get("/demo/nope/resolve/main/file", 401, "RepoNotFound", "Invalid username").by(None),
        get("/demo/repo/resolve/refs%2Fpr%2F7/file", 404, "RevisionNotFound", "refs/pr/7"),
    ];
    check(&hub, DOWNLOADS, rows).await;
}
