//! The page's files and the view of repos: the right types, a strict policy, and nothing that was pushed runs.

use crate::harness::{DEMO, Hub, builder, delete, file, header, noise};

async fn with_page() -> (Hub, tempfile::TempDir) {
    let page = tempfile::tempdir().unwrap();
    std::fs::create_dir(page.path().join("assets")).unwrap();
    for (name, text) in [
        ("index.html", "<!doctype html>page"),
        ("favicon.svg", "<svg/>"),
        ("assets/index-Abc123_x.js", "1"),
        ("assets/core-Abc123_x.wasm", "\0asm"),
        ("assets/style-parallel.css", "a{}"),
    ] {
        std::fs::write(page.path().join(name), text).unwrap();
    }
    let hub = Hub::with(builder().page(page.path())).await;
    hub.create("model", "repo").await;
    (hub, page)
}

#[tokio::test]
async fn the_page_comes_with_its_policy_and_types() {
    let (hub, _page) = with_page().await;
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self' {} {}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hub.handle.store_url, hub.handle.cas_url
    );
    for (path, kind, cache) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/favicon.svg", "image/svg+xml", "no-cache"),
        ("/assets/index-Abc123_x.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/assets/core-Abc123_x.wasm", "application/wasm", "public, max-age=31536000, immutable"),
        ("/assets/style-parallel.css", "text/css; charset=utf-8", "no-cache"),
    ] {
        let reply = hub.get(path).await.expect(200);
        assert_eq!(reply.header("content-type"), kind, "{path}");
        assert_eq!(reply.header("cache-control"), cache, "{path}");
        assert_eq!(reply.header("content-security-policy"), policy, "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!reply.header("x-hubferry-local-hub").is_empty());
        let again = hub.ask("GET", path).header("if-none-match", reply.header("etag")).send().await.expect(304);
        assert!(again.body.is_empty());
        let head = hub.ask("HEAD", path).send().await.expect(200);
        assert_eq!(head.header("content-length"), reply.body.len().to_string());
    }
    // The page is at / and nowhere else.
    for path in ["/assets", "/assets/nothing.js", "/..%2Fsecret", "/%2e%2e/secret", "/assets%5c..%5cindex.html"] {
        let status = hub.get(path).await.status;
        assert!((400..500).contains(&status), "{path}: {status}");
    }
    hub.ask("POST", "/").send().await.expect(405);
    hub.get("/repos").await.expect(200);
    hub.get("/demo/repo").await.expect(200);
}

#[tokio::test]
async fn without_a_page_the_list_of_repos_is_home() {
    let hub = Hub::start().await;
    assert!(hub.get("/").await.expect(200).text().contains("No repos yet"));
}

#[tokio::test]
async fn every_view_is_plain_and_escaped() {
    let hub = Hub::with_repo().await;
    let bad = "<img src=x onerror=alert(1)>\"'&.txt";
    let large = hub.upload("x.bin", &noise(2_000_000, 1)).await;
    let line = serde_json::json!({
        "key": "header", "value": { "summary": "<script>alert(1)</script>", "description": "</pre><script>2</script>" },
    });
    let text = b"<script>alert(3)</script>\nsecond line\n";
    let lines = [line, file(bad, text), file("README.md", text), large, file("d/e/f.txt", b"f"), file("empty", b"")];
    let commit = hub.commit_to("main", &lines).await.expect(200).json()["commitOid"].as_str().unwrap().to_owned();
    hub.ask("POST", "/api/models/demo/repo/branch/%3Cb%3E").token(DEMO).send().await.expect(200);
    let pull =
        serde_json::json!({ "title": "<script>4</script>", "description": "<script>5</script>", "pullRequest": true });
    hub.ask("POST", "/api/models/demo/repo/discussions").token(DEMO).json(&pull).send().await.expect(200);
    let deleted = hub.commit(&[delete("empty")]).await;

    let blob = "/demo/repo/blob/main/%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E%22%27%26.txt";
    let views: Vec<(String, &str)> = vec![
        ("/repos".into(), "demo/repo"),
        ("/demo".into(), "demo/repo"),
        ("/demo/repo".into(), "README.md"),
        ("/demo/repo/tree/main".into(), "&lt;img src=x"),
        ("/demo/repo/tree/main/d".into(), "e/"),
        ("/demo/repo/tree/%3Cb%3E".into(), "&lt;b&gt;"),
        (blob.into(), "second line"),
        ("/demo/repo/blob/main/x.bin".into(), "SHA-256"),
        (format!("/demo/repo/blob/{commit}/empty"), "An empty file."),
        ("/demo/repo/commits/main".into(), "&lt;script&gt;alert(1)"),
        (format!("/demo/repo/commit/{commit}"), "5 added, 0 changed, 0 deleted"),
        (format!("/demo/repo/commit/{deleted}"), "0 added, 0 changed, 1 deleted"),
        ("/demo/repo/discussions".into(), "&lt;script&gt;4"),
        ("/demo/repo/discussions/1".into(), "&lt;script&gt;5"),
    ];
    for (path, shows) in views {
        let reply = hub.get(&path).await.expect(200);
        let text = reply.text();
        assert!(text.contains(shows), "{path}: {text}");
        for tag in ["<script", "<img src=x", "onerror=alert(1)>\"", "<b>", " style=", "javascript:"] {
            assert!(!text.contains(tag), "{path} holds {tag}");
        }
        let policy = reply.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self'; img-src 'self' ")
                && !policy.contains("script-src")
        );
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        // Every link leads somewhere.
        for link in text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&")) {
            if !link.starts_with("/_web/") {
                let status = hub.get(&link).await.status;
                assert!(status == 200 || status == 302, "{path} links to {link}: {status}");
            }
        }
    }
    assert!(hub.get("/_web/style.css").await.expect(200).header("content-type").starts_with("text/css"));
}

#[tokio::test]
async fn what_is_not_there_is_a_page_too() {
    let hub = Hub::with_repo().await;
    for (path, status, says) in [
        ("/nobody", 404, "404"),
        ("/demo/nothing", 401, "There is no such repo here, or it is private"),
        ("/demo/repo/tree/nope", 404, "Invalid rev id: nope"),
        ("/demo/repo/tree/main/nope", 404, "does not exist"),
        ("/demo/repo/blob/main/%3Cscript%3E", 404, "&lt;script&gt; does not exist"),
        ("/demo/repo/commit/0123456", 404, "Invalid rev id"),
        ("/demo/repo/discussions/9", 404, "404"),
    ] {
        let reply = hub.get(path).await.expect(status);
        assert!(reply.header("content-type").starts_with("text/html"), "{path}");
        assert!(reply.text().contains(says), "{path}: {}", reply.text());
    }
    hub.commit_to("main", &[header("x")]).await.expect(200);
}
