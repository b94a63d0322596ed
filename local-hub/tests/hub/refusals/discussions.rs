//! Discussions and pull requests: steps that cannot be made from where they are, and who may make them.

use serde_json::{Value, json};

use super::{check, commit, get, row};
use crate::harness::{ANN, DEMO, Hub, READER, file, header};

const OPENING: usize = 9;
const STEPS: usize = 28;
/// All rows of this file.
pub const ROWS: usize = OPENING + STEPS;

const BASE: &str = "/api/models/demo/repo/discussions";

async fn post(hub: &Hub, path: &str, body: &Value) {
    hub.ask("POST", &format!("{BASE}{path}")).token(DEMO).json(body).send().await.expect(200);
}

#[tokio::test]
async fn opening_and_listing() {
    let hub = Hub::with_repo().await;
    let open = |body: Value, status, says| row("POST", BASE, &body, status, "", says);
    let rows = vec![
        open(json!({ "title": "no", "pullRequest": true }), 400, "at least 3 characters"),
        open(json!({ "title": "  no  " }), 400, "at least 3 characters"),
        open(json!({}), 400, "title"),
        open(Value::Null, 400, "Invalid JSON"),
        open(json!({ "title": "A title" }), 401, "Invalid username").by(None),
        open(json!({ "title": "A title" }), 403, "write token").by(Some(READER)),
        get(&format!("{BASE}?type=nonsense"), 400, "", "Invalid type"),
        get(&format!("{BASE}?status=nonsense"), 400, "", "Invalid status"),
        get(&format!("{BASE}?p=x"), 400, "", "p"),
    ];
    check(&hub, OPENING, rows).await;
}

#[tokio::test]
async fn steps() {
    let hub = Hub::with_repo().await;
    hub.commit(&[file("a", b"base")]).await;
    let pull = |title: &str| json!({ "title": title, "pullRequest": true });
    // 1 is talk; 2 a draft; 3 is closed; 4 is merged; 5 is in conflict.
    post(&hub, "", &json!({ "title": "Only talk" })).await;
    for title in ["A draft", "Closed", "Merged", "In conflict"] {
        post(&hub, "", &pull(title)).await;
    }
    post(&hub, "/3/status", &json!({ "status": "closed" })).await;
    for num in [4, 5] {
        let lines = [header("x"), file(if num == 4 { "b" } else { "a" }, b"of the pull request")];
        hub.commit_to(&format!("refs%2Fpr%2F{num}"), &lines).await.expect(200);
        post(&hub, &format!("/{num}/status"), &json!({ "status": "open" })).await;
    }
    post(&hub, "/4/merge", &json!({})).await;
    hub.commit(&[file("a", b"of main")]).await;

    let step = |path: &str, body: Value, status, says| row("POST", &format!("{BASE}{path}"), &body, status, "", says);
    let to = |status: &str| json!({ "status": status });
    let rows = vec![
        get(&format!("{BASE}/99"), 404, "", "Discussion not found"),
        step("/99/merge", json!({}), 404, "Discussion not found"),
        step("/99/comment", json!({ "comment": "hello" }), 404, "Discussion not found"),
        step("/1/merge", json!({}), 400, "Not a pull request"),
        step("/2/merge", json!({}), 400, "in draft"),
        step("/3/merge", json!({}), 400, "closed pull request"),
        step("/4/merge", json!({}), 400, "already merged"),
        step("/5/merge", json!({}), 409, "conflicts in a"),
        step("/5/merge", json!({}), 403, "").by(Some(ANN)),
        step("/5/merge", json!({}), 403, "write token").by(Some(READER)),
        step("/5/merge", json!({}), 401, "").by(None),
        step("/1/status", to("open"), 400, "already open"),
        step("/3/status", to("closed"), 400, "already closed"),
        step("/4/status", to("closed"), 400, "merged"),
        step("/4/status", to("open"), 400, "merged"),
        step("/2/status", to("draft"), 400, "expected open or closed"),
        step("/2/status", to("merged"), 400, "expected open or closed"),
        step("/2/status", json!({}), 400, "expected open or closed"),
        step("/2/status", to("closed"), 403, "").by(Some(ANN)),
        step("/2/status", to("closed"), 401, "").by(None),
        step("/1/comment", json!({ "comment": "  " }), 400, "it is empty"),
        step("/1/comment", json!({}), 400, "it is empty"),
        step("/1/comment", json!([]), 400, "").typed("application/json"),
        step("/1/comment", json!({ "comment": "hello" }), 401, "").by(None),
        step("/1/title", json!({ "title": "no" }), 400, "at least 3 characters"),
        step("/1/title", json!({ "title": "Not hers" }), 403, "").by(Some(ANN)),
        commit(&[header("x"), file("c", b"c")], 400, "", "closed").at("/api/models/demo/repo/commit/refs%2Fpr%2F3"),
        commit(&[header("x"), file("c", b"c")], 400, "", "merged").at("/api/models/demo/repo/commit/refs%2Fpr%2F4"),
    ];
    check(&hub, STEPS, rows).await;
}
