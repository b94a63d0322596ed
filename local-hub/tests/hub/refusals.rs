//! What is refused, rule by rule: the status, the error code, the sentence, and that nothing has changed.

use serde_json::{Value, json};

use crate::harness::{ANN, DEMO, Hub, READER, delete, delete_folder, file, header, lfs_file, oid};

/// One refused request.
struct Row {
    method: &'static str,
    path: String,
    token: Option<&'static str>,
    body: Vec<u8>,
    content_type: &'static str,
    status: u16,
    code: &'static str,
    says: &'static str,
}

fn row(method: &'static str, path: &str, body: &Value, status: u16, code: &'static str, says: &'static str) -> Row {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    Row { method, path: path.to_owned(), token: Some(DEMO), body, content_type: "application/json", status, code, says }
}

fn commit(lines: &[Value], status: u16, code: &'static str, says: &'static str) -> Row {
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    raw_commit(text.join("\n").as_bytes(), status, code, says)
}

fn raw_commit(body: &[u8], status: u16, code: &'static str, says: &'static str) -> Row {
    Row {
        method: "POST",
        path: "/api/models/demo/repo/commit/main".to_owned(),
        token: Some(DEMO),
        body: body.to_vec(),
        content_type: "application/x-ndjson",
        status,
        code,
        says,
    }
}

impl Row {
    fn by(mut self, token: Option<&'static str>) -> Self {
        self.token = token;
        self
    }

    fn typed(mut self, content_type: &'static str) -> Self {
        self.content_type = content_type;
        self
    }

    fn at(mut self, path: &str) -> Self {
        self.path = path.to_owned();
        self
    }
}

/// Sends every row, compares the answer, and checks that the repo is as before.
async fn check(hub: &Hub, rows: Vec<Row>) {
    let before = (hub.head().await, hub.git(&["for-each-ref"]), hub.git(&["count-objects", "-v"]), hub.stored());
    assert!(!rows.is_empty());
    for row in rows {
        let mut ask = hub.ask(row.method, &row.path).header("content-type", row.content_type).body(row.body.clone());
        if let Some(token) = row.token {
            ask = ask.token(token);
        }
        let reply = ask.send().await;
        let shown: String = String::from_utf8_lossy(&row.body).chars().take(200).collect();
        let what = format!("{} {} {shown}: {} {}", row.method, row.path, reply.status, reply.text());
        assert_eq!(reply.status, row.status, "{what}");
        assert_eq!(reply.header("x-error-code"), row.code, "{what}");
        let said = reply.json()["error"].as_str().unwrap().to_owned();
        assert!(said.contains(row.says), "{what}");
        let plain: String = said.chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }).collect();
        assert_eq!(reply.header("x-error-message"), plain, "{what}");
        assert!(reply.header("content-type").starts_with("application/json"), "{what}");
    }
    let after = (hub.head().await, hub.git(&["for-each-ref"]), hub.git(&["count-objects", "-v"]), hub.stored());
    assert_eq!(before, after, "a refused request changed something");
}

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
        "/api/kernels/demo/repo",
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
    check(&hub, rows).await;
}

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
    check(&hub, rows).await;
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
        create(json!({ "name": "x", "type": "kernel" }), 400, "Invalid type"),
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
        row("POST", "/api/repos/move", &json!({ "fromRepo": "repo", "toRepo": "demo/x" }), 400, "", "Invalid repo"),
    ];
    let long = "n".repeat(97);
    for name in ["", "-x", "x-", ".x", "x.", "a--b", "a..b", "a/b", "a b", "é", "x.git", "x.ipynb", long.as_str()] {
        rows.push(create(json!({ "name": name }), 400, "Invalid repo name"));
    }
    check(&hub, rows).await;
}

#[tokio::test]
async fn commits_that_are_no_commits() {
    let hub = Hub::with_repo().await;
    let h = || header("x");
    let a = || file("a", b"a");
    let line = |key: &str, value: Value| json!({ "key": key, "value": value });
    let too_long = vec![b'x'; 15 * 1024 * 1024];
    let rows = vec![
        raw_commit(b"", 400, "", "no header"),
        raw_commit(b"\n\n", 400, "", "no header"),
        raw_commit(b"{", 400, "", "line 1"),
        raw_commit(b"[]", 400, "", "line 1"),
        raw_commit(&too_long, 413, "", "a line of a commit"),
        commit(&[a()], 400, "", "header must come first"),
        commit(&[a(), h()], 400, "", "header must come first"),
        commit(&[h(), h(), a()], 400, "", "more than one header"),
        commit(&[h(), line("nonsense", json!({ "path": "a" }))], 400, "", "line 2"),
        commit(&[h(), json!({ "path": "a" })], 400, "", "line 2"),
        commit(&[line("header", json!({})), a()], 400, "", "summary"),
        commit(&[header("  "), a()], 400, "", "summary"),
        commit(&[line("header", json!({ "summary": "x", "parentCommit": "12" })), a()], 400, "", "parentCommit"),
        commit(&[h(), line("file", json!({ "path": "a", "content": "%%", "encoding": "base64" }))], 400, "", "base64"),
        commit(&[h(), line("file", json!({ "path": "a", "content": "YQ", "encoding": "base64" }))], 400, "", "base64"),
        commit(&[h(), line("file", json!({ "path": "a", "content": "a", "encoding": "latin1" }))], 400, "", "encoding"),
        commit(&[h(), line("file", json!({ "path": "a" }))], 400, "", "content"),
        commit(
            &[h(), line("lfsFile", json!({ "path": "a", "algo": "md5", "oid": oid(b"x"), "size": 1 }))],
            400,
            "",
            "algo",
        ),
        commit(&[h(), line("lfsFile", json!({ "path": "a", "oid": "abc", "size": 1 }))], 422, "", "oid"),
        commit(
            &[h(), line("lfsFile", json!({ "path": "a", "oid": oid(b"x").to_uppercase(), "size": 1 }))],
            422,
            "",
            "oid",
        ),
        commit(&[h(), line("lfsFile", json!({ "path": "a", "oid": oid(b"x"), "size": -1 }))], 400, "", "line 2"),
        commit(&[h(), a()], 400, "", "Content-Type").typed("application/json"),
        commit(&[h(), a()], 401, "", "Invalid username").by(None),
        commit(&[h(), a()], 403, "", "write token").by(Some(READER)),
        commit(&[h(), a()], 403, "", "create_pr").by(Some(ANN)),
        commit(&[h(), a()], 404, "RevisionNotFound", "nope").at("/api/models/demo/repo/commit/nope"),
        commit(&[h(), a()], 400, "", "against main").at("/api/models/demo/repo/commit/other?create_pr=1"),
        commit(&[h(), a()], 401, "", "").by(None).at("/api/models/demo/repo/commit/main?create_pr=1"),
        commit(&[h(), a()], 403, "", "").by(Some(READER)).at("/api/models/demo/repo/commit/main?create_pr=1"),
    ];
    check(&hub, rows).await;
}

#[tokio::test]
async fn commits_with_bad_paths() {
    let hub = Hub::with_repo().await;
    hub.commit(&[file("file", b"x"), file("folder/x", b"x")]).await;
    let long = "x".repeat(256);
    let mut rows = Vec::new();
    for path in [
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "./a",
        "a/./b",
        "../a",
        "a/../b",
        ".git",
        ".git/config",
        "a/.git/x",
        ".GIT/x",
        "..\\ddd",
        "a\\b",
        "a\0b",
        "a\nb",
        "\u{7f}",
        &long,
    ] {
        rows.push(commit(&[header("x"), file("good", b"x"), file(path, b"x")], 422, "", "Invalid path"));
        rows.push(commit(&[header("x"), delete(path)], 422, "", "Invalid path"));
        rows.push(commit(&[header("x"), lfs_file(path, b"x")], 422, "", "Invalid path"));
    }
    rows.push(commit(&[header("x"), delete_folder("/")], 422, "", "Invalid path"));
    rows.push(commit(&[header("x"), delete_folder("../x/")], 422, "", "Invalid path"));
    rows.push(commit(&[header("x"), file("file/below", b"x")], 422, "", "in the way"));
    rows.push(commit(&[header("x"), file("folder", b"x")], 422, "", "in the way"));
    check(&hub, rows).await;
}

#[tokio::test]
async fn commits_that_name_what_is_not_there() {
    let hub = Hub::with_repo().await;
    hub.commit(&[file("file", b"x"), file("folder/x", b"x")]).await;
    let missing = "A file with this name doesn't exist";
    let gone = "EntryNotFound";
    let large = hub.upload("other", b"stored").await;
    let wrong_size = json!({ "key": "lfsFile", "value": { "path": "a.bin", "oid": oid(b"stored"), "size": 7 } });
    let huge = vec![b'a'; 10 * 1024 * 1024 + 1];
    let mut many = vec![header("x")];
    many.extend((0..=25_000).map(|n| lfs_file(&format!("{n}.bin"), b"stored")));
    let rows = vec![
        commit(&[header("x"), delete("nope")], 404, gone, missing),
        commit(&[header("x"), delete("folder")], 404, gone, missing),
        commit(&[header("x"), delete("folder/nope")], 404, gone, missing),
        commit(&[header("x"), delete("file/x")], 404, gone, missing),
        commit(&[header("x"), delete("file"), delete("file")], 404, gone, missing),
        commit(&[header("x"), delete_folder("nope")], 404, gone, "folder with this name doesn't exist"),
        commit(&[header("x"), delete_folder("file")], 404, gone, "folder with this name doesn't exist"),
        commit(
            &[header("x"), delete("folder/x"), delete_folder("folder")],
            404,
            gone,
            "folder with this name doesn't exist",
        ),
        commit(
            &[header("x"), file("new", b"x"), lfs_file("a.bin", b"never uploaded")],
            400,
            "",
            "pointed to a file that does not exist",
        ),
        commit(&[header("x"), large, wrong_size], 400, "", "wrong size"),
        commit(&[header("x"), lfs_file(".gitattributes", b"stored")], 400, "", "cannot be an LFS file"),
        commit(&many, 413, "", "at most 25000 LFS files"),
        commit(&[header("x"), file("big.txt", &huge)], 400, "", "larger than 10 MiB"),
        commit(&[header("x"), file("model.bin", b"text")], 400, "", "belong to LFS"),
        commit(&[header("x"), file("README.md", b"---\nlicense: [\n---\n")], 400, "", "Invalid metadata in README.md"),
        commit(&[header("x"), file("README.md", b"---\ntags: text\n---\n")], 400, "", "\"tags\""),
    ];
    check(&hub, rows).await;
}

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
    check(&hub, rows).await;
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
    check(&hub, rows).await;
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
