//! Commits: what they change, and what stays as it was.

use serde_json::{Value, json};

use crate::harness::{DEMO, Hub, delete, delete_folder, file, header, header_on, lfs_file, oid};

#[tokio::test]
async fn operations_apply_in_order() {
    let hub = Hub::with_repo().await;
    let large = hub.upload("w/model.bin", b"weights").await;
    let oid = hub
        .commit(&[
            file("a.txt", b"first"),
            file("a.txt", b"second"),
            json!({ "key": "file", "value": { "path": "utf8.txt", "content": "grüße", "encoding": "utf-8" } }),
            large,
            file("gone.txt", b"x"),
            delete("gone.txt"),
            file("dir/one/x", b"x"),
            file("dir/two/y", b"y"),
            delete_folder("dir/one/"),
        ])
        .await;
    assert_eq!(hub.paths().await, [".gitattributes", "a.txt", "dir/two/y", "utf8.txt", "w/model.bin"]);
    assert_eq!(hub.git(&["rev-parse", "main"]).trim(), oid);
    assert_eq!(hub.git(&["show", "main:a.txt"]), "second");
    assert_eq!(hub.git(&["show", "main:utf8.txt"]), "grüße");
    let pointer = hub.git(&["show", "main:w/model.bin"]);
    assert_eq!(
        pointer,
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 7\n", crate::harness::oid(b"weights"))
    );

    // A file may take the place of a folder that the same commit deletes, and the other way round.
    hub.commit(&[delete_folder("dir"), file("dir", b"a file now"), delete("a.txt"), file("a.txt/b", b"a folder now")])
        .await;
    assert_eq!(hub.paths().await, [".gitattributes", "a.txt/b", "dir", "utf8.txt", "w/model.bin"]);
    hub.git(&["fsck", "--strict"]);
}

#[tokio::test]
async fn the_answer_and_the_history_say_what_was_committed() {
    let hub = Hub::with_repo().await;
    let line = json!({ "key": "header", "value": { "summary": "A title", "description": "Some\n\nwords" } });
    let reply = hub.commit_to("main", &[line, file("a", b"a")]).await.expect(200).json();
    let oid = reply["commitOid"].as_str().unwrap();
    assert_eq!(
        reply,
        json!({
            "success": true, "commitOid": oid, "commitUrl": format!("{}/demo/repo/commit/{oid}", hub.handle.url), "hookOutput": "",
        })
    );
    assert_eq!(
        hub.git(&["log", "-1", "--format=%B%an <%ae>"]),
        "A title\n\nSome\n\nwords\ndemo <demo@users.noreply.localhost>\n"
    );
}

#[tokio::test]
async fn a_parent_that_is_not_the_head_is_refused() {
    let hub = Hub::with_repo().await;
    let first = hub.head().await;
    for (parent, status) in
        [(&first[..], 200), (&first[..], 412), (&first[..5], 412), ("0123abcd", 412), ("012", 400), ("xyzxyz", 400)]
    {
        let reply = hub.commit_to("main", &[header_on(parent), file("a.txt", parent.as_bytes())]).await.expect(status);
        if status == 412 {
            assert_eq!(reply.json()["error"], "A commit has happened since. Please refresh and try again.");
        }
    }
    let head = hub.head().await;
    hub.commit_to("main", &[header_on(&head[..7].to_uppercase()), file("b.txt", b"b")]).await.expect(200);
    assert_eq!(hub.git(&["rev-list", "--count", "main"]), "3\n");
}

#[tokio::test]
async fn a_branch_of_its_own_moves_alone() {
    let hub = Hub::with_repo().await;
    let main = hub.head().await;
    hub.ask("POST", "/api/models/demo/repo/branch/feat%2Fx").token(DEMO).send().await.expect(200);
    hub.commit_to("feat%2Fx", &[header("there"), file("x", b"x")]).await.expect(200);
    assert_eq!(hub.head().await, main);
    assert_eq!(hub.git(&["log", "-1", "--format=%s", "feat/x"]), "there\n");
    for rev in ["nope", "refs%2Fpr%2F1", "refs%2Fheads%2Fnope"] {
        let reply = hub.commit_to(rev, &[header("x"), file("x", b"x")]).await.expect(404);
        assert_eq!(reply.header("x-error-code"), "RevisionNotFound", "{rev}");
    }
    hub.commit_to(&main, &[header("to a commit"), file("x", b"x")]).await.expect(400);
}

#[tokio::test]
async fn lines_may_end_as_both_clients_end_them() {
    let hub = Hub::with_repo().await;
    let (head, line) = (header("x").to_string(), file("a", b"a").to_string());
    for body in [format!("{head}\n{line}"), format!("{head}\n{line}\n"), format!("{head}\r\n{line}\r\n\n")] {
        let ask = hub.ask("POST", "/api/models/demo/repo/commit/main").token(DEMO);
        ask.header("content-type", "application/x-ndjson; charset=utf-8").body(body.into()).send().await.expect(200);
    }
}

#[tokio::test]
async fn large_files_get_a_line_in_gitattributes_when_none_covers_them() {
    let hub = Hub::with_repo().await;
    let before = hub.git(&["show", "main:.gitattributes"]);
    let covered = hub.upload("covered.bin", b"1").await;
    hub.commit(&[covered]).await;
    assert_eq!(hub.git(&["show", "main:.gitattributes"]), before);

    let mut lines = Vec::new();
    for (n, path) in ["data/a b.xyz", "[x]*?", "deep/er/ü.dat", "again"].into_iter().enumerate() {
        lines.push(hub.upload(path, &[n as u8 + 10]).await);
    }
    lines.push(lfs_file("again", &[13]));
    lines.push(lfs_file("deleted.xyz", &[13]));
    lines.push(delete("deleted.xyz"));
    hub.commit(&lines).await;
    let after = hub.git(&["show", "main:.gitattributes"]);
    let added = after.strip_prefix(before.as_str()).unwrap();
    assert_eq!(
        added,
        "data/a[[:space:]]b.xyz filter=lfs diff=lfs merge=lfs -text\n\\[x]\\*\\? filter=lfs diff=lfs merge=lfs -text\n\
         deep/er/ü.dat filter=lfs diff=lfs merge=lfs -text\nagain filter=lfs diff=lfs merge=lfs -text\n"
    );
    // The git program reads the lines as we do.
    for path in ["data/a b.xyz", "[x]*?", "deep/er/ü.dat", "again", "covered.bin"] {
        let said = hub.git(&["check-attr", "-z", "--source=main", "filter", "--", path]);
        assert_eq!(said, format!("{path}\0filter\0lfs\0"));
    }
}

#[tokio::test]
async fn a_commits_own_gitattributes_count() {
    let hub = Hub::with_repo().await;
    // The new file covers nothing, and has no end of line.
    let large = hub.upload("x.bin", b"1").await;
    hub.commit(&[file(".gitattributes", b"*.none filter=lfs"), large]).await;
    assert_eq!(
        hub.git(&["show", "main:.gitattributes"]),
        "*.none filter=lfs\nx.bin filter=lfs diff=lfs merge=lfs -text\n"
    );
    // Deleted, and needed again.
    let large = hub.upload("y.bin", b"2").await;
    hub.commit(&[delete(".gitattributes"), large]).await;
    assert_eq!(hub.git(&["show", "main:.gitattributes"]), "y.bin filter=lfs diff=lfs merge=lfs -text\n");
}

#[tokio::test]
async fn inline_files_that_belong_to_lfs_are_refused_unless_the_commit_says_otherwise() {
    let hub = Hub::with_repo().await;
    let refused = hub.commit_to("main", &[header("x"), file("model.bin", b"text")]).await.expect(400);
    assert!(refused.text().contains("model.bin"), "{}", refused.text());
    hub.commit(&[file("empty.bin", b"")]).await;
    hub.commit(&[file("model.bin", b"text"), file(".gitattributes", b"*.zip filter=lfs\n")]).await;
    assert_eq!(hub.git(&["show", "main:model.bin"]), "text");
}

#[tokio::test]
async fn a_copy_is_a_line_without_a_size() {
    let hub = Hub::with_repo().await;
    let large = hub.upload("a.bin", b"large").await;
    hub.commit(&[large]).await;
    let copy = json!({ "key": "lfsFile", "value": { "path": "b.bin", "algo": "sha256", "oid": oid(b"large") } });
    let renamed =
        json!({ "key": "lfsFile", "value": { "path": "c.bin", "oldPath": "a.bin", "oid": oid(b"large"), "size": 5 } });
    hub.commit(&[copy, renamed]).await;
    assert_eq!(hub.paths().await, [".gitattributes", "b.bin", "c.bin"]);
    assert_eq!(hub.git(&["rev-parse", "main:b.bin"]), hub.git(&["rev-parse", "main:c.bin"]));
}

#[tokio::test]
async fn a_pointer_sent_inline_is_a_large_file() {
    let hub = Hub::with_repo().await;
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 5\n", oid(b"large"));
    hub.commit_to("main", &[header("x"), file("p.txt", pointer.as_bytes())]).await.expect(400);
    hub.upload("p.txt", b"large").await;
    hub.commit(&[file("p.txt", pointer.as_bytes())]).await;
    let entry = hub.get("/api/models/demo/repo/tree/main").await.expect(200).json();
    assert!(entry.as_array().unwrap().iter().any(|entry| entry["path"] == "p.txt" && entry["lfs"]["size"] == 5));
}

#[tokio::test]
async fn a_commit_without_operations_or_changes_is_an_empty_one() {
    let hub = Hub::with_repo().await;
    hub.commit(&[file("a", b"a")]).await;
    hub.commit(&[]).await;
    hub.commit(&[file("a", b"a")]).await;
    assert_eq!(hub.git(&["rev-list", "--count", "main"]), "4\n");
    assert_eq!(hub.git(&["diff", "--stat", "main~2", "main"]), "");
}

#[tokio::test]
async fn the_vectors_of_commit_bodies_are_understood() {
    let hub = Hub::with_repo().await;
    let abc = hub.upload("seed.bin", b"abc").await;
    hub.commit(&[abc, file("old.bin", b""), file("olddir/x", b"x")]).await;
    let head = hub.head().await;
    let lines: Vec<Value> = vec![
        json!({ "key": "header", "value": { "summary": "t2", "description": "d\nline2", "parentCommit": &head[..7] } }),
        lfs_file("w/model.bin", b"abc"),
        delete("old.bin"),
        delete_folder("olddir/"),
    ];
    hub.commit_to("main", &lines).await.expect(200);
    assert_eq!(hub.paths().await, [".gitattributes", "seed.bin", "w/model.bin"]);
}

#[tokio::test]
async fn a_running_space_may_be_asked_to_take_the_change() {
    let hub = Hub::start().await;
    hub.create("space", "app").await;
    let url = "/api/spaces/demo/app/commit/main?hot_reload=1";
    let lines = [header("while it runs"), file("app.py", b"print()\n")];
    let done = hub.ask("POST", url).token(DEMO).lines(&lines).send().await.expect(200).json();
    assert_eq!(done["success"], true);
}
