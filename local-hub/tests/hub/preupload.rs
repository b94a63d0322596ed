//! How each file has to be sent.

use serde_json::{Value, json};

use crate::harness::{ANN, DEMO, Hub, READER, file, oid};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

fn asked(path: &str, sample: &[u8], size: u64) -> Value {
    json!({ "path": path, "sample": BASE64.encode(sample), "size": size })
}

async fn ask(hub: &Hub, body: &Value) -> Vec<Value> {
    let reply = hub.ask("POST", "/api/models/demo/repo/preupload/main").token(DEMO).json(body).send().await.expect(200);
    assert_eq!(reply.json()["commitOid"], hub.head().await);
    reply.json()["files"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_mode_follows_attributes_size_and_looks() {
    let hub = Hub::with_repo().await;
    let table: [(&str, &[u8], u64, &str); 11] = [
        ("a.txt", b"text", 4, "regular"),
        ("model.safetensors", b"text", 4, "lfs"),
        ("deep/x.bin", b"text", 4, "lfs"),
        ("saved_model/v/x", b"text", 4, "lfs"),
        ("empty.bin", b"", 0, "regular"),
        ("almost.txt", b"text", 10 * 1024 * 1024 - 1, "regular"),
        ("large.txt", b"text", 10 * 1024 * 1024, "lfs"),
        ("pic", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16, "lfs"),
        ("latin1.txt", b"caf\xe9 au lait", 12, "regular"),
        ("noise", &[0xff; 512], 5000, "lfs"),
        ("no-sample.txt", b"", 5, "regular"),
    ];
    let files: Vec<Value> = table.iter().map(|(path, sample, size, _)| asked(path, sample, *size)).collect();
    let told = ask(&hub, &json!({ "files": files })).await;
    for (path, _, _, mode) in table {
        let file = told.iter().find(|file| file["path"] == path).unwrap();
        assert_eq!(*file, json!({ "path": path, "uploadMode": mode, "shouldIgnore": false, "oid": null }), "{path}");
    }
}

#[tokio::test]
async fn what_is_there_now_is_told() {
    let hub = Hub::with_repo().await;
    let large = hub.upload("x.bin", b"large").await;
    hub.commit(&[large, file("a.txt", b"hello\n"), file("dir/b", b"b")]).await;
    let told =
        ask(&hub, &json!({ "files": [asked("x.bin", b"", 1), asked("a.txt", b"", 1), asked("dir", b"", 1)] })).await;
    assert_eq!(told[0]["oid"], oid(b"large"));
    assert_eq!(told[1]["oid"], "ce013625030ba8dba906f756967f9e9ca394464a");
    assert_eq!(told[2]["oid"], Value::Null);
}

#[tokio::test]
async fn rules_that_come_with_the_commit_replace_those_of_the_repo() {
    let hub = Hub::with_repo().await;
    hub.commit(&[file(".gitignore", b"*.log\nbuild/\n")]).await;
    let files =
        json!([asked("a.log", b"x", 1), asked("build/x/y", b"x", 1), asked("tmp/z", b"x", 1), asked("q.zzz", b"x", 1)]);
    let ignored = |told: &[Value]| -> Vec<bool> { told.iter().map(|file| file["shouldIgnore"] == true).collect() };

    let told = ask(&hub, &json!({ "files": files })).await;
    assert_eq!(ignored(&told), [true, true, false, false]);
    assert_eq!(told[3]["uploadMode"], "regular");

    let told =
        ask(&hub, &json!({ "files": files, "gitIgnore": "tmp\n!*.log", "gitAttributes": "*.zzz filter=lfs" })).await;
    assert_eq!(ignored(&told), [false, false, true, false]);
    assert_eq!(told[3]["uploadMode"], "lfs");
    assert_eq!(ignored(&ask(&hub, &json!({ "files": files, "gitIgnore": "" })).await), [false; 4]);
}

#[tokio::test]
async fn who_may_ask() {
    let hub = Hub::with_repo().await;
    let body = json!({ "files": [asked("a", b"a", 1)] });
    let url = "/api/models/demo/repo/preupload/main";
    for (token, query, status) in [
        (Some(DEMO), "", 200),
        (Some(READER), "", 403),
        (Some(ANN), "", 403),
        (Some(ANN), "?create_pr=1", 200),
        (Some(READER), "?create_pr=1", 403),
        (None, "", 401),
        (None, "?create_pr=1", 401),
    ] {
        let mut ask = hub.ask("POST", &format!("{url}{query}")).json(&body);
        if let Some(token) = token {
            ask = ask.token(token);
        }
        ask.send().await.expect(status);
    }
}
