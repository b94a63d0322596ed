//! What comes before a commit: the question how a file goes, and the calls of LFS.

use serde_json::{Value, json};

use super::{check, row};
use crate::harness::{Hub, READER, oid};

const PREUPLOADS: usize = 14;
const LFS: usize = 16;
/// All rows of this file.
pub const ROWS: usize = PREUPLOADS + LFS + 3;

#[tokio::test]
async fn preuploads() {
    let hub = Hub::with_repo().await;
    let url = "/api/models/demo/repo/preupload/main";
    let one = |path: &str| json!({ "files": [{ "path": path, "sample": "", "size": 1 }] });
    let many: Vec<Value> = (0..1001).map(|n| json!({ "path": n.to_string(), "sample": "", "size": 1 })).collect();
    let mut rows = vec![
        row("POST", url, &Value::Null, 400, "", "Invalid JSON"),
        row("POST", url, &json!({}), 400, "", "files"),
        row("POST", url, &json!({ "files": [{ "path": "a" }] }), 400, "", "size"),
        row("POST", url, &json!({ "files": [{ "path": "a", "size": -1 }] }), 400, "", "Invalid JSON"),
        row("POST", url, &json!({ "files": [{ "path": "a", "sample": "%", "size": 1 }] }), 400, "", "base64"),
        row(
            "POST",
            url,
            &json!({ "files": [{ "path": "a", "size": 1 }, { "path": "a", "size": 1 }] }),
            400,
            "",
            "twice",
        ),
        row("POST", url, &json!({ "files": many }), 413, "", "too many files"),
        row("POST", "/api/models/demo/repo/preupload/nope", &one("a"), 404, "RevisionNotFound", "nope"),
        row("POST", "/api/models/demo/repo/preupload/nope?create_pr=1", &one("a"), 400, "", "against main"),
    ];
    for path in ["", "../a", "a\\b", ".git/x", "/a"] {
        rows.push(row("POST", url, &one(path), 422, "", "Invalid path"));
    }
    check(&hub, PREUPLOADS, rows).await;
}

#[tokio::test]
async fn lfs_calls() {
    let hub = Hub::with_repo().await;
    let batch = "/demo/repo.git/info/lfs/objects/batch";
    let verify = "/demo/repo.git/info/lfs/objects/verify";
    let lfs = "application/vnd.git-lfs+json";
    let object = || json!([{ "oid": oid(b"x"), "size": 1 }]);
    let many: Vec<Value> = (0..1001).map(|n| json!({ "oid": format!("{n:064}"), "size": 1 })).collect();
    let upload = |objects: Value| json!({ "operation": "upload", "transfers": ["basic"], "objects": objects });
    let good = upload(object());
    let rows = vec![
        row("POST", batch, &good, 401, "", "Invalid username").by(None).typed(lfs),
        row("POST", batch, &good, 403, "", "write token").by(Some(READER)).typed(lfs),
        row("POST", batch, &good, 422, "", "Content-Type").typed("text/plain"),
        row("POST", batch, &Value::Null, 400, "", "Invalid JSON").typed(lfs),
        row("POST", batch, &json!({ "operation": "upload" }), 400, "", "objects").typed(lfs),
        row("POST", batch, &json!({ "operation": "steal", "objects": object() }), 422, "", "operation").typed(lfs),
        row("POST", batch, &upload(json!(many)), 413, "", "objects per batch").typed(lfs),
        row("POST", batch, &upload(json!([{ "oid": oid(b"x"), "size": -1 }])), 400, "", "Invalid JSON").typed(lfs),
        row(
            "POST",
            batch,
            &json!({ "operation": "upload", "transfers": ["tus"], "objects": object() }),
            422,
            "",
            "transfer",
        )
        .typed(lfs),
        row(
            "POST",
            batch,
            &json!({ "operation": "upload", "hash_algo": "md5", "objects": object() }),
            409,
            "",
            "hash_algo",
        )
        .typed(lfs),
        row("POST", verify, &json!({ "oid": oid(b"x"), "size": 1 }), 404, "", "Object not found"),
        row("POST", verify, &json!({ "oid": "../../x", "size": 1 }), 422, "", "oid"),
        row("POST", verify, &json!({ "oid": oid(b"x"), "size": 1 }), 401, "", "").by(None),
        row("POST", verify, &json!({ "oid": oid(b"x"), "size": 1 }), 403, "", "").by(Some(READER)),
        row("POST", "/api/complete_multipart", &json!({ "oid": oid(b"x"), "parts": [] }), 403, "", "signature")
            .by(None),
        row("POST", "/api/complete_multipart?uploadId=x&X-Amz-Signature=00", &json!({}), 403, "", "signature").by(None),
    ];
    check(&hub, LFS, rows).await;
}

#[tokio::test]
async fn yaml_that_is_no_card() {
    let hub = Hub::start().await;
    let ask = async |content: &str, kind: &str| {
        hub.ask("POST", "/api/validate-yaml").json(&json!({ "content": content, "repoType": kind })).send().await
    };
    let good = ask("---\nlicense: mit\n---\n# hi\n", "model").await.expect(200).json();
    assert_eq!(good, json!({ "errors": [], "warnings": [] }));
    let bare = ask("# hi\n", "dataset").await.expect(200).json();
    assert_eq!(bare["warnings"][0]["message"], "empty or missing yaml metadata in repo card");
    for content in ["---\na: [\n---\n", "---\n- a\n---\n", "---\nlicense: {}\n---\n"] {
        let bad = ask(content, "model").await.expect(400).json();
        assert!(bad["errors"][0]["message"].as_str().unwrap().contains("Invalid metadata"), "{bad}");
    }
}
