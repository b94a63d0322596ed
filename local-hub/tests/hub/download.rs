//! Reading back: `resolve` and `raw`.

use crate::harness::{DEMO, Hub, file, oid};

#[tokio::test]
async fn regular_files_come_from_the_hub() {
    let hub = Hub::with_repo().await;
    let commit = hub.commit(&[file("dir/a b#?.txt", b"hello\n")]).await;
    let url = "/demo/repo/resolve/main/dir/a%20b%23%3F.txt";
    let reply = hub.get(url).await.expect(200);
    assert_eq!(reply.body, b"hello\n");
    assert_eq!(reply.header("etag"), "\"ce013625030ba8dba906f756967f9e9ca394464a\"");
    assert_eq!(reply.header("x-repo-commit"), commit);
    assert_eq!(reply.header("content-length"), "6");
    assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
    assert!(reply.header("content-disposition").starts_with("inline; filename*=UTF-8''a%20b"));
    assert!(reply.header("x-linked-etag").is_empty());

    let head = hub.ask("HEAD", url).send().await.expect(200);
    assert_eq!(head.header("content-length"), "6");
    assert_eq!(head.header("etag"), reply.header("etag"));
    assert!(head.body.is_empty());
    let again = hub.ask("GET", url).header("if-none-match", reply.header("etag")).send().await.expect(304);
    assert!(again.body.is_empty());

    let part = hub.ask("GET", url).header("range", "bytes=1-2").send().await.expect(206);
    assert_eq!((part.text().as_str(), part.header("content-range")), ("el", "bytes 1-2/6"));
    let beyond = hub.ask("GET", url).header("range", "bytes=6-").send().await.expect(416);
    assert_eq!(beyond.header("content-range"), "bytes */6");

    let attachment = hub.get(&format!("{url}?download=true")).await.expect(200);
    assert!(attachment.header("content-disposition").starts_with("attachment;"));
    let none = hub.get(&format!("{url}?noContentDisposition=1")).await.expect(200);
    assert!(none.header("content-disposition").is_empty());
}

#[tokio::test]
async fn large_files_come_from_the_store() {
    let hub = Hub::with_repo().await;
    let line = hub.upload("x.bin", b"large content").await;
    let commit = hub.commit(&[line]).await;
    for method in ["GET", "HEAD"] {
        let reply = hub.ask(method, "/demo/repo/resolve/main/x.bin").token(DEMO).send().await.expect(302);
        assert_eq!(reply.header("x-linked-etag"), format!("\"{}\"", oid(b"large content")));
        assert_eq!(reply.header("etag"), reply.header("x-linked-etag"));
        assert_eq!(reply.header("x-linked-size"), "13");
        assert_eq!(reply.header("x-repo-commit"), commit);
        assert!(reply.header("location").starts_with(&hub.handle.store_url));
        assert!(!reply.header("location").contains(DEMO));
    }
    let raw = hub.get("/demo/repo/raw/main/x.bin").await.expect(200);
    assert_eq!(raw.text(), hub.git(&["show", "main:x.bin"]));
    assert!(raw.text().starts_with("version https://git-lfs"));
}

#[tokio::test]
async fn revisions_and_what_is_missing() {
    let hub = Hub::with_repo().await;
    let first = hub.commit(&[file("a", b"1")]).await;
    hub.commit(&[file("a", b"2"), file("dir/x", b"x")]).await;
    hub.ask("POST", "/api/models/demo/repo/branch/a%2Fb").token(DEMO).send().await.expect(200);
    for (rev, content) in [("main", "2"), (&first[..], "1"), (&first[..10], "1"), ("a%2Fb", "2"), ("HEAD", "2")] {
        let reply = hub.get(&format!("/demo/repo/resolve/{rev}/a")).await.expect(200);
        assert_eq!(reply.text(), content, "{rev}");
    }
    for method in ["GET", "HEAD"] {
        for (path, code) in [
            ("/demo/repo/resolve/main/nope", "EntryNotFound"),
            ("/demo/repo/resolve/main/dir", "EntryNotFound"),
            ("/demo/repo/raw/main/a/b", "EntryNotFound"),
            ("/demo/repo/resolve/nope/a", "RevisionNotFound"),
            ("/demo/repo/resolve/0000000000000000000000000000000000000000/a", "RevisionNotFound"),
        ] {
            let reply = hub.ask(method, path).send().await.expect(404);
            assert_eq!(reply.header("x-error-code"), code, "{path}");
        }
        let hidden = hub.ask(method, "/demo/nope/resolve/main/a").send().await.expect(401);
        assert_eq!(hidden.header("x-error-code"), "RepoNotFound");
    }
}

#[tokio::test]
async fn nothing_that_was_pushed_runs_on_the_hubs_origin() {
    let hub = Hub::with_repo().await;
    hub.commit(&[file("x.html", b"<script>alert(1)</script>"), file("x.svg", b"<svg/>"), file("x.js", b"alert(1)")])
        .await;
    for name in ["x.html", "x.svg", "x.js"] {
        for view in ["resolve", "raw"] {
            let reply = hub.get(&format!("/demo/repo/{view}/main/{name}")).await.expect(200);
            assert_eq!(reply.header("content-security-policy"), "default-src 'none'; sandbox");
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
            assert!(
                !reply.header("content-type").contains("html") && !reply.header("content-type").contains("javascript")
            );
        }
    }
}
