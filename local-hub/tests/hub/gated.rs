//! A gated repo is shown to everybody, and its contents only to who may write there.

use serde_json::json;

use crate::harness::{ANN, DEMO, Hub, READER, file, oid};

#[tokio::test]
async fn listing_is_free_and_contents_are_not() {
    let hub = Hub::with_repo().await;
    let line = hub.upload("x.bin", b"large").await;
    hub.commit(&[line, file("a.txt", b"text")]).await;
    let settings = "/api/models/demo/repo/settings";
    let shown = hub.ask("PUT", settings).token(DEMO).json(&json!({ "gated": "auto" })).send().await.expect(200);
    assert_eq!(shown.json()["gated"], "auto");
    for path in ["/api/models/demo/repo", "/api/models/demo/repo/tree/main", "/demo/repo", "/api/models/demo/repo/refs"]
    {
        hub.get(path).await.expect(200);
    }
    let contents = ["/demo/repo/resolve/main/a.txt", "/demo/repo/raw/main/x.bin", "/demo/repo/resolve/main/x.bin"];
    for path in contents {
        for (token, word) in [(None, "log in"), (Some(ANN), "ask for access")] {
            for method in ["GET", "HEAD"] {
                let mut ask = hub.ask(method, path);
                if let Some(token) = token {
                    ask = ask.token(token);
                }
                let refused = ask.send().await.expect(403);
                assert_eq!(refused.header("x-error-code"), "GatedRepo");
                assert!(refused.header("x-error-message").contains(word), "{}", refused.header("x-error-message"));
            }
        }
        for token in [DEMO, READER] {
            assert!([200, 302].contains(&hub.ask("GET", path).token(token).send().await.status));
        }
    }
    hub.get("/demo/repo/blob/main/a.txt").await.expect(403);
    hub.get("/demo/repo.git/info/refs?service=git-upload-pack").await.expect(403);
    let batch = json!({ "operation": "download", "objects": [{ "oid": oid(b"large"), "size": 5 }] });
    let url = "/demo/repo.git/info/lfs/objects/batch";
    hub.ask("POST", url).token(ANN).lfs(&batch).send().await.expect(403);
    hub.ask("POST", url).token(DEMO).lfs(&batch).send().await.expect(200);
    hub.ask("PUT", settings).token(DEMO).json(&json!({ "gated": false })).send().await.expect(200);
    hub.get(contents[0]).await.expect(200);
}
