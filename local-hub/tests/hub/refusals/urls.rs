//! URLs that mean nothing.

use serde_json::Value;

use super::{Row, check, row};
use crate::harness::Hub;

/// All rows of this file.
pub const ROWS: usize = 19;

#[tokio::test]
async fn urls_that_mean_nothing() {
    let hub = Hub::with_repo().await;
    let mut rows: Vec<Row> = [
        "/api",
        "/api/nothing",
        "/api/models/demo/repo/nothing",
        "/api/models/demo/repo/discussions/x",
        "/demo/repo/resolve",
        "/demo/repo/nothing/main",
        "/demo/repo.git",
        "/_web/nothing.css",
        "/demo/repo/commits/main/x",
        "/api/buckets/demo/repo",
    ]
    .into_iter()
    .map(|path| row("GET", path, &Value::Null, 404, "", "can't find"))
    .collect();
    for (method, path) in [
        ("GET", "/api/repos/create"),
        ("POST", "/api/repos/delete"),
        ("PUT", "/api/models/demo/repo/commit/main"),
        ("DELETE", "/api/models/demo/repo/tree/main"),
        ("POST", "/demo/repo/resolve/main/a"),
        ("PATCH", "/api/whoami-v2"),
        ("GET", "/demo/repo.git/info/lfs/objects/batch"),
        ("OPTIONS", "/api/whoami-v2"),
    ] {
        rows.push(row(method, path, &Value::Null, 405, "", "Method not allowed"));
    }
    rows.push(row("GET", "/api/models/%FF/repo", &Value::Null, 400, "", "percent-encoded"));
    check(&hub, ROWS, rows).await;
}
