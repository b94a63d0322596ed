//! Tokens that are none: every call refuses them before it looks at anything else, also where no token is needed.

use serde_json::json;

use super::{check, row};
use crate::harness::Hub;

const WRONG: usize = 22;
const MISSING: usize = 4;
/// All rows of this file.
pub const ROWS: usize = WRONG + MISSING;

#[tokio::test]
async fn a_token_that_is_not_known() {
    let hub = Hub::with_repo().await;
    let calls: [(&str, &str); WRONG] = [
        ("GET", "/api/whoami-v2"),
        ("POST", "/api/repos/create"),
        ("DELETE", "/api/repos/delete"),
        ("POST", "/api/repos/move"),
        ("GET", "/api/models"),
        ("GET", "/api/models/demo/repo"),
        ("GET", "/api/models/demo/nope"),
        ("GET", "/api/models/demo/repo/tree/main"),
        ("GET", "/api/models/demo/repo/refs"),
        ("GET", "/api/models/demo/repo/commits/main"),
        ("PUT", "/api/models/demo/repo/settings"),
        ("POST", "/api/models/demo/repo/paths-info/main"),
        ("POST", "/api/models/demo/repo/preupload/main"),
        ("POST", "/api/models/demo/repo/commit/main"),
        ("POST", "/api/models/demo/repo/branch/x"),
        ("POST", "/api/models/demo/repo/tag/main"),
        ("POST", "/api/models/demo/repo/super-squash/main"),
        ("GET", "/api/models/demo/repo/discussions"),
        ("POST", "/api/models/demo/repo/discussions"),
        ("GET", "/demo/repo/resolve/main/.gitattributes"),
        ("POST", "/demo/repo.git/info/lfs/objects/batch"),
        ("POST", "/demo/repo.git/info/lfs/objects/verify"),
    ];
    let says = "Invalid credentials in Authorization header";
    let rows = calls.map(|(method, path)| {
        row(method, path, &json!({ "name": "x", "tag": "v" }), 401, "", says).by(Some("hf_wrong"))
    });
    check(&hub, WRONG, rows.into()).await;
}

#[tokio::test]
async fn no_token_where_one_is_needed() {
    let hub = Hub::with_repo().await;
    let calls: [(&str, &str); MISSING] = [
        ("GET", "/api/whoami-v2"),
        ("POST", "/api/repos/create"),
        ("POST", "/api/models/demo/repo/branch/x"),
        ("POST", "/api/models/demo/repo/discussions"),
    ];
    let body = json!({ "name": "x", "title": "A title" });
    let rows = calls.map(|(method, path)| row(method, path, &body, 401, "", "Invalid username or password.").by(None));
    check(&hub, MISSING, rows.into()).await;
}
