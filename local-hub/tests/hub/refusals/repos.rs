//! Repos: what may not be made, moved, changed, deleted, and what is not there.

use serde_json::{Value, json};

use super::{check, row};
use crate::harness::{ANN, Hub, READER};

const ABSENT: usize = 84;
const MAKING: usize = 35;
const MOVING: usize = 14;
const SETTINGS: usize = 12;
/// All rows of this file.
pub const ROWS: usize = ABSENT + MAKING + MOVING + SETTINGS;

#[tokio::test]
async fn repos_that_are_not_there() {
    let hub = Hub::with_repo().await;
    let routes = [
        ("GET", "/api/models/X"),
        ("GET", "/api/models/X/tree/main"),
        ("GET", "/api/models/X/refs"),
        ("GET", "/api/models/X/commits/main"),
        ("POST", "/api/models/X/paths-info/main"),
        ("POST", "/api/models/X/preupload/main"),
        ("POST", "/api/models/X/commit/main"),
        ("POST", "/api/models/X/branch/b"),
        ("DELETE", "/api/models/X/branch/b"),
        ("POST", "/api/models/X/tag/main"),
        ("DELETE", "/api/models/X/tag/v"),
        ("PUT", "/api/models/X/settings"),
        ("POST", "/api/models/X/super-squash/main"),
        ("GET", "/api/models/X/discussions"),
        ("POST", "/api/models/X/discussions"),
        ("GET", "/api/models/X/discussions/1"),
        ("POST", "/api/models/X/discussions/1/merge"),
        ("GET", "/X/resolve/main/a"),
        ("GET", "/X/raw/main/a"),
        ("POST", "/X.git/info/lfs/objects/batch"),
        ("POST", "/X.git/info/lfs/objects/verify"),
    ];
    let mut rows = Vec::new();
    for (method, path) in routes {
        for id in ["demo/nope", "ann/repo"] {
            let path = path.replace('X', id);
            let body = json!({ "name": "x", "title": "xxx", "paths": [], "files": [], "tag": "v" });
            let known = row(method, &path, &body, 404, "RepoNotFound", "Repository not found");
            rows.push(known);
            rows.push(row(method, &path, &body, 401, "RepoNotFound", "Invalid username or password.").by(None));
        }
    }
    check(&hub, ABSENT, rows).await;
}

#[tokio::test]
async fn creating_and_deleting_repos() {
    let hub = Hub::with_repo().await;
    let create = |body: Value, status, says| row("POST", "/api/repos/create", &body, status, "", says);
    let mut rows = vec![
        create(json!({ "name": "x" }), 401, "Invalid username or password.").by(None),
        create(json!({ "name": "x" }), 403, "rights").by(Some(READER)),
        create(json!({ "name": "x", "organization": "ann" }), 403, "under the namespace \"ann\""),
        create(json!({ "name": "x", "organization": "nobody" }), 403, "nobody"),
        create(json!({}), 400, "name"),
        create(json!([]), 400, "Invalid JSON"),
        create(json!({ "name": "x", "type": "bucket" }), 400, "Invalid type"),
        create(json!({ "name": "x", "type": "bucket" }), 400, "Invalid type"),
        create(json!({ "name": "x", "visibility": "secret" }), 400, "visibility"),
        create(json!({ "name": "x", "visibility": "protected" }), 400, "visibility"),
        create(json!({ "name": "x", "type": "space" }), 400, "\"sdk\" is required"),
        create(json!({ "name": "x", "type": "space", "sdk": "php" }), 400, "\"sdk\" is required"),
        create(json!({ "name": "x", "files": [{ "path": "../x", "content": "" }] }), 422, "Invalid path"),
        create(json!({ "name": "x", "files": [{ "path": "x", "content": "%", "encoding": "base64" }] }), 400, "base64"),
        create(
            json!({ "name": "x", "files": [{ "path": "x", "content": "", "encoding": "latin1" }] }),
            400,
            "encoding",
        ),
        create(json!({ "name": "repo" }), 409, "already created"),
        row("DELETE", "/api/repos/delete", &json!({ "name": "repo" }), 401, "", "").by(None),
        row("DELETE", "/api/repos/delete", &json!({ "name": "repo", "organization": "demo" }), 403, "", "")
            .by(Some(ANN)),
        row("DELETE", "/api/repos/delete", &json!({ "name": "repo" }), 403, "", "").by(Some(READER)),
        row("DELETE", "/api/repos/delete", &json!({ "name": "nope" }), 404, "RepoNotFound", ""),
        row("DELETE", "/api/repos/delete", &json!({ "name": "repo", "type": "dataset" }), 404, "RepoNotFound", ""),
        row("DELETE", "/api/repos/delete", &json!({ "name": "repo", "type": "bucket" }), 400, "", "Invalid type"),
    ];
    let long = "n".repeat(97);
    for name in ["", "-x", "x-", ".x", "x.", "a--b", "a..b", "a/b", "a b", "é", "x.git", "x.ipynb", long.as_str()] {
        rows.push(create(json!({ "name": name }), 400, "Invalid repo name"));
    }
    check(&hub, MAKING, rows).await;
}

#[tokio::test]
async fn moving_repos() {
    let hub = Hub::with_repo().await;
    hub.create("model", "taken").await;
    let to = |from: &str, to: &str, status, code, says| {
        row("POST", "/api/repos/move", &json!({ "fromRepo": from, "toRepo": to }), status, code, says)
    };
    let rows = vec![
        to("repo", "demo/x", 400, "", "Invalid repo"),
        to("demo/repo", "x", 400, "", "Invalid repo"),
        to("demo/repo", "demo/-x", 400, "", "Invalid repo name"),
        to("demo/repo", "demo/a/b", 400, "", "Invalid repo name"),
        to("demo/repo", "demo/..", 400, "", "Invalid repo name"),
        to("demo/repo", "demo/taken", 409, "", "already a model repo named demo/taken"),
        to("demo/repo", "ann/x", 403, "", "under ann"),
        to("demo/repo", "nobody/x", 403, "", "nobody"),
        to("demo/nope", "demo/x", 404, "RepoNotFound", ""),
        to("demo/repo", "ann/x", 403, "", "").by(Some(ANN)),
        to("demo/repo", "demo/x", 403, "", "").by(Some(READER)),
        to("demo/repo", "demo/x", 401, "", "").by(None),
        row("POST", "/api/repos/move", &json!({ "fromRepo": "demo/repo" }), 400, "", "toRepo"),
        row(
            "POST",
            "/api/repos/move",
            &json!({ "fromRepo": "demo/repo", "toRepo": "demo/x", "type": "bucket" }),
            400,
            "",
            "Invalid type",
        ),
    ];
    check(&hub, MOVING, rows).await;
}

#[tokio::test]
async fn settings() {
    let hub = Hub::with_repo().await;
    let put = |body: Value, status, says| row("PUT", "/api/models/demo/repo/settings", &body, status, "", says);
    let rows = vec![
        put(json!({ "private": "yes" }), 400, "Invalid value of private"),
        put(json!({ "private": null }), 400, "Invalid value of private"),
        put(json!({ "visibility": "secret" }), 400, "Invalid value of visibility"),
        put(json!({ "visibility": true }), 400, "Invalid value of visibility"),
        put(json!({ "gated": "yes" }), 400, "Invalid value of gated"),
        put(json!({ "gated": true }), 400, "Invalid value of gated"),
        put(json!({ "gated": "auto", "private": 1 }), 400, "Invalid value of private"),
        put(json!([]), 400, "Invalid JSON"),
        put(Value::Null, 400, "Invalid JSON"),
        put(json!({ "private": true }), 401, "").by(None),
        put(json!({ "private": true }), 403, "").by(Some(ANN)),
        put(json!({ "private": true }), 403, "write token").by(Some(READER)),
    ];
    check(&hub, SETTINGS, rows).await;
}
