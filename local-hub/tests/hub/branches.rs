//! Branches, tags, refs, history.

use serde_json::{Value, json};

use crate::harness::{ANN, DEMO, Hub, READER, file, header};

#[tokio::test]
async fn branches_start_where_they_are_told() {
    let hub = Hub::with_repo().await;
    let first = hub.head().await;
    let second = hub.commit(&[file("a.txt", b"a")]).await;
    let create = async |name: &str, body: Value| {
        hub.ask("POST", &format!("/api/models/demo/repo/branch/{name}")).token(DEMO).json(&body).send().await
    };
    let sha = async |rev: &str| {
        let info = hub.get(&format!("/api/models/demo/repo/revision/{rev}")).await.expect(200).json();
        info["sha"].as_str().unwrap().to_owned()
    };
    create("plain", json!({})).await.expect(200);
    assert_eq!(sha("plain").await, second);
    create("old", json!({ "startingPoint": first })).await.expect(200);
    assert_eq!(sha("old").await, first);
    create("a%2Fb", json!({ "startingPoint": "old" })).await.expect(200);
    assert_eq!(sha("a%2Fb").await, first);
    create("empty", json!({ "emptyBranch": true })).await.expect(200);
    assert_eq!(hub.get("/api/models/demo/repo/tree/empty").await.expect(200).json(), json!([]));
    assert_eq!(hub.git(&["rev-list", "--count", "empty"]), "1\n");

    let there = create("plain", json!({})).await.expect(409);
    assert!(there.json()["error"].as_str().unwrap().contains("plain"));
    create("plain", json!({ "startingPoint": first, "overwrite": true })).await.expect(200);
    assert_eq!(sha("plain").await, first);

    let nowhere = create("x", json!({ "startingPoint": "nope" })).await.expect(404);
    assert_eq!(nowhere.header("x-error-code"), "RevisionNotFound");
    for bad in ["x..y", "-x", "a%20b", "x.lock"] {
        create(bad, json!({})).await.expect(400);
    }
    create("plain%2Fbelow", json!({})).await.expect(409);
    create("a", json!({})).await.expect(409);
    hub.git(&["fsck", "--strict"]);
}

#[tokio::test]
async fn branches_go_but_main_stays() {
    let hub = Hub::with_repo().await;
    let url = |name: &str| format!("/api/models/demo/repo/branch/{name}");
    hub.ask("POST", &url("dev")).token(DEMO).send().await.expect(200);
    hub.ask("DELETE", &url("dev")).token(ANN).send().await.expect(403);
    hub.ask("DELETE", &url("dev")).token(READER).send().await.expect(403);
    hub.ask("DELETE", &url("dev")).send().await.expect(401);
    hub.ask("DELETE", &url("dev")).token(DEMO).send().await.expect(200);
    let gone = hub.ask("DELETE", &url("dev")).token(DEMO).send().await.expect(404);
    assert_eq!(gone.header("x-error-code"), "RevisionNotFound");
    hub.ask("DELETE", &url("main")).token(DEMO).send().await.expect(403);
    hub.head().await;
}

#[tokio::test]
async fn refs_are_listed_by_kind() {
    let hub = Hub::with_repo().await;
    let head = hub.head().await;
    hub.ask("POST", "/api/models/demo/repo/branch/dev").token(DEMO).send().await.expect(200);
    for body in [json!({ "tag": "v1" }), json!({ "tag": "v2", "message": "with words" })] {
        hub.ask("POST", "/api/models/demo/repo/tag/main").token(DEMO).json(&body).send().await.expect(200);
        hub.ask("POST", "/api/models/demo/repo/tag/main").token(DEMO).json(&body).send().await.expect(409);
    }
    let at = |name: &str, full: &str| json!({ "name": name, "ref": full, "targetCommit": head });
    let refs = hub.get("/api/models/demo/repo/refs").await.expect(200).json();
    assert_eq!(refs["branches"], json!([at("dev", "refs/heads/dev"), at("main", "refs/heads/main")]));
    assert_eq!(refs["tags"], json!([at("v1", "refs/tags/v1"), at("v2", "refs/tags/v2")]));
    assert_eq!(refs["converts"], json!([]));
    assert!(refs.get("pullRequests").is_none());
    assert_eq!(hub.get("/api/models/demo/repo/refs?include_prs=1").await.expect(200).json()["pullRequests"], json!([]));
    assert_eq!(hub.git(&["cat-file", "-t", "v2"]), "tag\n");

    hub.get("/api/models/demo/repo/tree/v2").await.expect(200);
    let refused = hub.commit_to("v1", &[header("to a tag"), file("a", b"a")]).await.expect(400);
    assert!(refused.text().contains("not a branch"));
    hub.ask("DELETE", "/api/models/demo/repo/tag/v1").token(DEMO).send().await.expect(200);
    hub.ask("DELETE", "/api/models/demo/repo/tag/v1").token(DEMO).send().await.expect(404);
    hub.git(&["fsck", "--strict"]);
}

#[tokio::test]
async fn the_history_comes_in_pages() {
    let hub = Hub::with_repo().await;
    for n in 0..6 {
        let header =
            json!({ "key": "header", "value": { "summary": format!("commit <{n}>"), "description": "why\n\nmore" } });
        hub.commit_to("main", &[header, file("a.txt", n.to_string().as_bytes())]).await.expect(200);
    }
    let mut url = "/api/models/demo/repo/commits/main?limit=3&expand[]=formatted".to_owned();
    let mut titles = Vec::new();
    let mut pages = 0;
    loop {
        let page = hub.get(&url).await.expect(200);
        assert_eq!(page.header("x-total-count"), "7");
        for commit in page.json().as_array().unwrap() {
            titles.push(commit["title"].as_str().unwrap().to_owned());
            assert_eq!(commit["authors"][0]["user"], "demo");
            if commit["title"] == "commit <5>" {
                assert_eq!(commit["message"], "why\n\nmore");
                assert_eq!(commit["formatted"]["title"], "commit &lt;5&gt;");
            }
        }
        pages += 1;
        match page.next() {
            Some(next) => url = next,
            None => break,
        }
    }
    assert_eq!(pages, 3);
    let wanted: Vec<String> =
        (0..6).rev().map(|n| format!("commit <{n}>")).chain(["initial commit".to_owned()]).collect();
    assert_eq!(titles, wanted);
    for bad in ["limit=0", "limit=x", "limit=1001", "p=-1"] {
        hub.get(&format!("/api/models/demo/repo/commits/main?{bad}")).await.expect(400);
    }
    hub.get("/api/models/demo/repo/commits/nope").await.expect(404);
}

#[tokio::test]
async fn a_super_squash_keeps_the_files_and_drops_the_history() {
    let hub = Hub::with_repo().await;
    hub.commit(&[file("a.txt", b"a")]).await;
    hub.commit(&[file("b.txt", b"b")]).await;
    let url = "/api/models/demo/repo/super-squash/main";
    hub.ask("POST", url).token(ANN).json(&json!({})).send().await.expect(403);
    hub.ask("POST", url).token(DEMO).json(&json!({ "message": "all in one" })).send().await.expect(200);
    assert_eq!(hub.git(&["log", "--format=%s", "main"]), "all in one\n");
    assert_eq!(hub.paths().await, [".gitattributes", "a.txt", "b.txt"]);
    hub.ask("POST", "/api/models/demo/repo/super-squash/nope").token(DEMO).json(&json!({})).send().await.expect(404);
}
