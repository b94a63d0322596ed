//! Commits: bodies that cannot be read, callers that may not, contents that do not belong.

use serde_json::{Value, json};

use super::{check, commit, raw_commit};
use crate::harness::{ANN, DEMO, Hub, READER, delete, delete_folder, file, header, header_on, lfs_file, oid};

const BODIES: usize = 29;
const CONTENTS: usize = 16;
const PARENTS: usize = 5;
/// All rows of this file.
pub const ROWS: usize = BODIES + CONTENTS + PARENTS;

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
    check(&hub, BODIES, rows).await;
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
    check(&hub, CONTENTS, rows).await;
}

#[tokio::test]
async fn commits_on_a_parent_that_is_not_the_head() {
    let hub = Hub::with_repo().await;
    let first = hub.head().await;
    let second = hub.commit(&[file("a", b"a")]).await;
    hub.ask("POST", "/api/models/demo/repo/branch/old")
        .token(DEMO)
        .json(&json!({ "startingPoint": first }))
        .send()
        .await
        .expect(200);
    let says = "A commit has happened since";
    let on = |parent: &str| commit(&[header_on(parent), file("b", b"b")], 412, "", says);
    let rows = vec![
        on(&first),
        on(&first[..7]),
        on(&"0".repeat(40)),
        on(&second).at("/api/models/demo/repo/commit/old"),
        commit(&[header_on(&first), delete("a")], 412, "", says),
    ];
    check(&hub, PARENTS, rows).await;
}
