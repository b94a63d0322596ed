//! The large files of a repo: listed, deleted out of all history, copied to another repo.

use serde_json::{Value, json};

use crate::harness::{ANN, DEMO, Hub, READER, delete, file, oid};

const URL: &str = "/api/models/demo/repo/lfs-files";

async fn list(hub: &Hub, query: &str) -> Vec<Value> {
    let listed = hub.ask("GET", &format!("{URL}{query}")).token(DEMO).send().await.expect(200).json();
    listed.as_array().unwrap().clone()
}

#[tokio::test]
async fn every_stored_object_is_listed_with_a_name() {
    let hub = Hub::with_repo().await;
    for n in 0..3 {
        let line = hub.upload(&format!("dir/{n}.bin"), format!("content {n}").as_bytes()).await;
        hub.commit(&[line]).await;
    }
    hub.commit(&[delete("dir/1.bin")]).await;
    hub.upload("never.bin", b"never committed").await;
    let all = list(&hub, "").await;
    assert_eq!(all.len(), 4);
    let named = |content: &[u8]| {
        let one = all.iter().find(|one| one["oid"] == oid(content)).unwrap();
        assert_eq!((&one["fileOid"], &one["size"]), (&one["oid"], &json!(content.len())));
        (one["filename"].clone(), one["ref"].clone())
    };
    assert_eq!(named(b"content 0"), (json!("dir/0.bin"), json!("refs/heads/main")));
    assert_eq!(named(b"content 1").0, "dir/1.bin", "deleted, and still in the history");
    assert_eq!(named(b"never committed"), (Value::Null, Value::Null));

    let mut paged = Vec::new();
    let mut next = Some(format!("{}{URL}?limit=3", hub.handle.url));
    while let Some(url) = next {
        let page = hub.ask("GET", &url).token(DEMO).send().await.expect(200);
        paged.extend(page.json().as_array().unwrap().clone());
        next = page.next();
    }
    assert_eq!(paged, all);
    hub.get(URL).await.expect(401);
    hub.ask("GET", URL).token(ANN).send().await.expect(403);
}

#[tokio::test]
async fn a_deleted_file_is_gone_from_all_history() {
    let hub = Hub::with_repo().await;
    let gone = hub.upload("a/gone.bin", b"secret").await;
    let kept = hub.upload("a/kept.bin", b"kept").await;
    let before = hub.commit(&[gone, kept, file("text.txt", b"text")]).await;
    hub.ask("POST", "/api/models/demo/repo/tag/main")
        .token(DEMO)
        .json(&json!({ "tag": "v1", "message": "first" }))
        .send()
        .await
        .expect(200);
    hub.ask("POST", "/api/models/demo/repo/branch/dev").token(DEMO).json(&json!({})).send().await.expect(200);
    hub.commit(&[delete("a/gone.bin")]).await;
    let first = hub.git(&["rev-list", "--max-parents=0", "main"]);
    let said = hub.git(&["log", "--format=%an %at %s", "main"]);

    let body = json!({ "deletions": { "sha": [oid(b"secret")] } });
    let batch = format!("{URL}/batch");
    for token in [READER, ANN] {
        hub.ask("POST", &batch).token(token).json(&body).send().await.expect(403);
    }
    let bad = json!({ "deletions": { "sha": ["../../hub.json"] } });
    hub.ask("POST", &batch).token(DEMO).json(&bad).send().await.expect(400);
    assert_eq!(hub.stored(), 2);
    hub.ask("POST", &batch).token(DEMO).json(&body).send().await.expect(200);

    assert_eq!(hub.stored(), 1);
    assert_eq!(list(&hub, "").await[0]["filename"], "a/kept.bin");
    assert_eq!(hub.git(&["log", "--all", "--format=%s", "--", "a/gone.bin"]), "");
    assert_eq!(hub.git(&["log", "--format=%an %at %s", "main"]), said);
    assert_eq!(hub.git(&["rev-list", "--max-parents=0", "main"]), first, "what had it not is as it was");
    assert_ne!(hub.git(&["rev-parse", "dev"]).trim(), before);
    assert_eq!(hub.git(&["rev-parse", "v1^{commit}"]), hub.git(&["rev-parse", "dev"]));
    assert_eq!(hub.git(&["ls-tree", "-r", "--name-only", "v1", "a"]), "a/kept.bin\n");
    hub.git(&["fsck", "--strict"]);
    // Again, and without touching the history.
    hub.ask("POST", &batch).token(DEMO).json(&body).send().await.expect(200);
    let head = hub.head().await;
    let body = json!({ "deletions": { "sha": [oid(b"kept")], "rewriteHistory": false } });
    hub.ask("POST", &batch).token(DEMO).json(&body).send().await.expect(200);
    assert_eq!((hub.head().await, hub.stored()), (head, 0));
}

#[tokio::test]
async fn another_repo_gets_an_object_without_its_bytes_being_sent() {
    let hub = Hub::with_repo().await;
    hub.create("dataset", "copy").await;
    let line = hub.upload("x.bin", b"content").await;
    hub.commit(std::slice::from_ref(&line)).await;
    let duplicate = format!("{URL}/duplicate");
    let body = json!({
        "target": { "type": "dataset", "name": "demo/copy" },
        "files": [{ "xetHash": null, "sha256": oid(b"content"), "filename": "y.bin" }, { "sha256": oid(b"absent") }],
    });
    hub.ask("POST", &duplicate).token(ANN).json(&body).send().await.expect(403);
    for _ in 0..2 {
        let done = hub.ask("POST", &duplicate).token(DEMO).json(&body).send().await.expect(200).json();
        assert_eq!(done["failed"].as_array().unwrap().len(), 1);
        assert_eq!(done["failed"][0]["sha256"], oid(b"absent"));
    }
    let url = "/api/datasets/demo/copy/commit/main";
    let lines = [crate::harness::header("copied"), line];
    hub.ask("POST", url).token(DEMO).lines(&lines).send().await.expect(200);
    // The copy outlives the original.
    hub.ask("DELETE", "/api/repos/delete").token(DEMO).json(&json!({ "name": "repo" })).send().await.expect(200);
    let found = hub.get("/datasets/demo/copy/resolve/main/x.bin").await.expect(302);
    assert_eq!(hub.get(found.header("location")).await.expect(200).body, b"content");
}
