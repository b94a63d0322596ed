//! Branches, tags and history: names that cannot be, what is there or is not, and who may.

use serde_json::{Value, json};

use super::{Row, check, commit, row};
use crate::harness::{ANN, DEMO, Hub, READER, file, header};

const BAD_NAMES: usize = 18;
const BRANCHES: usize = 17 + BAD_NAMES;
const TAGS: usize = 13 + BAD_NAMES;
const SQUASHES: usize = 7;
/// All rows of this file.
pub const ROWS: usize = BRANCHES + TAGS + SQUASHES;

/// Names that git refuses, as they are.
const NAMES: [&str; BAD_NAMES] = [
    "a b", "a..b", "a~b", "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", ".a", "a/.b", "a.lock", "a//b", "a/", "a.",
    "a\tb", "a@{b", "a\u{7f}b",
];

fn encoded(name: &str) -> String {
    name.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A repo with a branch `dev` and a tag `v1`.
async fn hub() -> Hub {
    let hub = Hub::with_repo().await;
    for (path, body) in [("branch/dev", json!({})), ("tag/main", json!({ "tag": "v1", "message": "The first" }))] {
        hub.ask("POST", &format!("/api/models/demo/repo/{path}")).token(DEMO).json(&body).send().await.expect(200);
    }
    hub
}

#[tokio::test]
async fn branches() {
    let hub = hub().await;
    let make = |name: &str, body: Value, status, code, says| {
        row("POST", &format!("/api/models/demo/repo/branch/{name}"), &body, status, code, says)
    };
    let remove = |name: &str, status, code, says| {
        row("DELETE", &format!("/api/models/demo/repo/branch/{name}"), &Value::Null, status, code, says)
    };
    let lost = "RevisionNotFound";
    let mut rows: Vec<Row> = vec![
        make("main", Value::Null, 409, "", "Reference already exists: refs/heads/main"),
        make("dev", json!({}), 409, "", "already exists"),
        make("dev", json!({ "emptyBranch": true }), 409, "", "already exists"),
        make("dev%2Fbelow", json!({}), 409, "", "in conflict"),
        make("new", json!({ "startingPoint": "nope" }), 404, lost, "nope"),
        make("new", json!({ "startingPoint": "0".repeat(40) }), 404, lost, "Invalid rev id"),
        make("new", json!([1]), 400, "", "Invalid JSON"),
        make("new", json!({ "overwrite": "yes" }), 400, "", "Invalid JSON"),
        make("new", json!({}), 401, "", "Invalid username").by(None),
        make("new", json!({}), 403, "", "write token").by(Some(READER)),
        make("new", json!({}), 403, "", "").by(Some(ANN)),
        make("dev", json!({ "overwrite": true, "startingPoint": "nope" }), 404, lost, "nope"),
        remove("main", 403, "", "Cannot delete the main branch"),
        remove("nope", 404, lost, "nope"),
        remove("v1", 404, lost, "v1"),
        remove("dev", 401, "", "").by(None),
        remove("dev", 403, "", "").by(Some(ANN)),
    ];
    rows.extend(NAMES.map(|name| make(&encoded(name), json!({}), 400, "", "Invalid reference name")));
    check(&hub, BRANCHES, rows).await;
}

#[tokio::test]
async fn tags() {
    let hub = hub().await;
    let make = |rev: &str, body: Value, status, code, says| {
        row("POST", &format!("/api/models/demo/repo/tag/{rev}"), &body, status, code, says)
    };
    let remove = |name: &str, status, code, says| {
        row("DELETE", &format!("/api/models/demo/repo/tag/{name}"), &Value::Null, status, code, says)
    };
    let lost = "RevisionNotFound";
    let mut rows: Vec<Row> = vec![
        make("main", json!({ "tag": "v1" }), 409, "", "already exists: v1"),
        make("main", json!({ "tag": "v1/below" }), 409, "", "in conflict"),
        make("nope", json!({ "tag": "v2" }), 404, lost, "nope"),
        make("main", json!({}), 400, "", "tag"),
        make("main", Value::Null, 400, "", "Invalid JSON"),
        make("main", json!({ "tag": 2 }), 400, "", "Invalid JSON"),
        make("main", json!({ "tag": "v2" }), 401, "", "").by(None),
        make("main", json!({ "tag": "v2" }), 403, "", "write token").by(Some(READER)),
        make("main", json!({ "tag": "v2" }), 403, "", "").by(Some(ANN)),
        remove("nope", 404, lost, "nope"),
        remove("dev", 404, lost, "dev"),
        remove("v1", 401, "", "").by(None),
        remove("v1", 403, "", "").by(Some(ANN)),
    ];
    rows.extend(NAMES.map(|name| make("main", json!({ "tag": name }), 400, "", "Invalid reference name")));
    check(&hub, TAGS, rows).await;
}

#[tokio::test]
async fn history() {
    let hub = hub().await;
    let squash = |rev: &str, status, code, says| {
        row(
            "POST",
            &format!("/api/models/demo/repo/super-squash/{rev}"),
            &json!({ "message": "x" }),
            status,
            code,
            says,
        )
    };
    let rows = vec![
        squash("nope", 404, "RevisionNotFound", "nope"),
        squash("v1", 400, "", "not a branch"),
        squash("main", 401, "", "").by(None),
        squash("main", 403, "", "").by(Some(ANN)),
        squash("main", 403, "", "write token").by(Some(READER)),
        row("POST", "/api/models/demo/repo/super-squash/main", &Value::Null, 400, "", "Invalid JSON"),
        commit(&[header("x"), file("a", b"a")], 400, "", "not a branch").at("/api/models/demo/repo/commit/v1"),
    ];
    check(&hub, SQUASHES, rows).await;
}
