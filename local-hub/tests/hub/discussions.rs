//! The life of a pull request, and of a discussion.

use serde_json::{Value, json};

use crate::harness::{ANN, DEMO, Hub, READER, Reply, delete, file, header, header_on};

const URL: &str = "/api/models/demo/repo/discussions";

async fn post(hub: &Hub, token: &str, path: &str, body: Value) -> Reply {
    hub.ask("POST", &format!("{URL}{path}")).token(token).json(&body).send().await
}

async fn get(hub: &Hub, num: u64) -> Value {
    hub.get(&format!("{URL}/{num}?diff=1")).await.expect(200).json()
}

#[tokio::test]
async fn a_commit_may_open_a_pull_request() {
    let hub = Hub::with_repo().await;
    let head = hub.head().await;
    let url = "/api/models/demo/repo/commit/main?create_pr=1";
    let lines = [header("Propose this"), file("a.txt", b"proposed\n")];
    let reply = hub.ask("POST", url).token(ANN).lines(&lines).send().await.expect(200).json();
    assert_eq!(reply["pullRequestUrl"], format!("{}/demo/repo/discussions/1", hub.handle.url));
    assert_eq!(hub.head().await, head);

    let details = get(&hub, 1).await;
    assert_eq!(details["status"], "open");
    assert_eq!(details["title"], "Propose this");
    assert_eq!(details["isPullRequest"], true);
    assert_eq!(details["author"]["name"], "ann");
    assert_eq!(details["gitReference"], "refs/pr/1");
    assert_eq!(details["changes"], json!({ "base": "refs/heads/main" }));
    assert_eq!(details["filesWithConflicts"], json!([]));
    assert!(details["diff"].as_str().unwrap().contains("+proposed"));
    assert_eq!(details["events"][1]["data"]["oid"], reply["commitOid"]);

    // The author goes on, and nobody else without the right to write.
    let pr = "/api/models/demo/repo/commit/refs%2Fpr%2F1";
    let oid = reply["commitOid"].as_str().unwrap();
    hub.ask("POST", pr).token(ANN).lines(&[header_on(oid), file("b.txt", b"b")]).send().await.expect(200);
    hub.ask("POST", pr).token(ANN).lines(&[header_on(oid), file("b.txt", b"b")]).send().await.expect(412);
    hub.ask("POST", pr).token(READER).lines(&[header("x"), file("c", b"c")]).send().await.expect(403);
    let preupload = json!({ "files": [{ "path": "z", "sample": "", "size": 1 }] });
    hub.ask("POST", "/api/models/demo/repo/preupload/refs%2Fpr%2F1")
        .token(ANN)
        .json(&preupload)
        .send()
        .await
        .expect(200);
    let refs = hub.get("/api/models/demo/repo/refs?include_prs=1").await.expect(200).json();
    assert_eq!(refs["pullRequests"][0]["ref"], "refs/pr/1");
    assert_eq!(hub.get("/demo/repo/resolve/refs%2Fpr%2F1/b.txt").await.expect(200).text(), "b");
    assert_eq!(hub.git(&["log", "--format=%s", "refs/pr/1"]), "on a parent\nPropose this\ninitial commit\n");
}

#[tokio::test]
async fn from_draft_to_merge() {
    let hub = Hub::with_repo().await;
    hub.commit(&[file("base.txt", b"base\n"), file("old.txt", b"old\n")]).await;
    let made =
        post(&hub, ANN, "", json!({ "title": "  A proposal ", "description": "words", "pullRequest": true })).await;
    assert_eq!(made.expect(200).json()["num"], 1);
    assert_eq!(get(&hub, 1).await["status"], "draft");
    let pr = "/api/models/demo/repo/commit/refs%2Fpr%2F1";
    let lines = [header("in the pull request"), file("new.txt", b"new\n"), delete("old.txt")];
    hub.ask("POST", pr).token(ANN).lines(&lines).send().await.expect(200);
    // Meanwhile main goes on.
    let main = hub.commit(&[file("base.txt", b"changed\n")]).await;

    assert!(post(&hub, DEMO, "/1/merge", json!({})).await.expect(400).text().contains("draft"));
    post(&hub, DEMO, "/1/status", json!({ "status": "nonsense" })).await.expect(400);
    let opened = post(&hub, ANN, "/1/status", json!({ "status": "open" })).await.expect(200).json();
    assert_eq!(opened["newStatus"]["data"]["status"], "open");
    post(&hub, ANN, "/1/status", json!({ "status": "open" })).await.expect(400);
    post(&hub, ANN, "/1/merge", json!({})).await.expect(403);
    post(&hub, DEMO, "/1/status", json!({ "status": "closed", "comment": "not now" })).await.expect(200);
    assert!(post(&hub, DEMO, "/1/merge", json!({})).await.expect(400).text().contains("closed"));
    let refused = hub.ask("POST", pr).token(ANN).lines(&[header("late"), file("z", b"z")]).send().await.expect(400);
    assert!(refused.text().contains("closed"));
    post(&hub, ANN, "/1/status", json!({ "status": "open" })).await.expect(200);

    hub.ask("POST", &format!("{URL}/1/merge")).token(DEMO).send().await.expect(200);
    let details = get(&hub, 1).await;
    let head = hub.head().await;
    assert_eq!(
        (details["status"].as_str(), details["changes"]["mergeCommitId"].as_str()),
        (Some("merged"), Some(&head[..]))
    );
    let parents = hub.git(&["log", "-1", "--format=%P", "main"]);
    assert!(parents.starts_with(&main));
    assert_eq!(hub.paths().await, [".gitattributes", "base.txt", "new.txt"]);
    assert_eq!(hub.git(&["show", "main:base.txt"]), "changed\n");
    assert_eq!(hub.git(&["log", "-1", "--format=%s", "main"]), "A proposal (#1)\n");
    for path in ["/1/merge", "/1/status"] {
        post(&hub, DEMO, path, json!({ "status": "open" })).await.expect(400);
    }
    hub.git(&["fsck", "--strict"]);
}

#[tokio::test]
async fn both_sides_changed_the_same() {
    let hub = Hub::with_repo().await;
    hub.commit(&[file("a.txt", b"base\n")]).await;
    let url = "/api/models/demo/repo/commit/main?create_pr=1";
    hub.ask("POST", url).token(DEMO).lines(&[header("theirs"), file("a.txt", b"theirs\n")]).send().await.expect(200);
    let main = hub.commit(&[file("a.txt", b"ours\n")]).await;
    assert_eq!(get(&hub, 1).await["filesWithConflicts"], json!(["a.txt"]));
    let refused = post(&hub, DEMO, "/1/merge", json!({})).await.expect(409);
    assert!(refused.text().contains("a.txt"));
    assert_eq!(hub.head().await, main);
    assert_eq!(get(&hub, 1).await["status"], "open");
}

#[tokio::test]
async fn discussions_are_listed_and_talked_in() {
    let hub = Hub::with_repo().await;
    for n in 0..12 {
        let body = json!({ "title": format!("topic {n}"), "description": "d", "pullRequest": n % 4 == 0 });
        post(&hub, if n < 2 { ANN } else { DEMO }, "", body).await.expect(200);
    }
    post(&hub, DEMO, "/3/status", json!({ "status": "closed" })).await.expect(200);
    let list = async |query: &str| hub.get(&format!("{URL}?{query}")).await.expect(200).json();
    let nums = |list: &Value| -> Vec<u64> {
        list["discussions"].as_array().unwrap().iter().map(|one| one["num"].as_u64().unwrap()).collect()
    };
    let first = list("p=0").await;
    assert_eq!(nums(&first), [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    assert_eq!(
        (first["count"].as_u64(), first["start"].as_u64(), first["numClosedDiscussions"].as_u64()),
        (Some(12), Some(0), Some(1))
    );
    assert_eq!(nums(&list("p=1").await), [2, 1]);
    assert_eq!(nums(&list("type=pull_request").await), [9, 5, 1]);
    assert_eq!(nums(&list("type=discussion&author=ann").await), [2]);
    assert_eq!(nums(&list("status=closed").await), [3]);
    hub.get(&format!("{URL}?status=nonsense")).await.expect(400);

    let said = post(&hub, ANN, "/2/comment", json!({ "comment": "<b>hi</b>" })).await.expect(200).json();
    assert_eq!(said["newMessage"]["data"]["latest"]["raw"], "<b>hi</b>");
    assert_eq!(said["newMessage"]["data"]["latest"]["html"], "&lt;b&gt;hi&lt;/b&gt;");
    let named = post(&hub, ANN, "/2/title", json!({ "title": "another" })).await.expect(200).json();
    assert_eq!(named["newTitle"]["data"], json!({ "from": "topic 1", "to": "another" }));
    for (token, path, body, status) in [
        (ANN, "/2/comment", json!({ "comment": " " }), 400),
        (READER, "/2/comment", json!({ "comment": "x" }), 403),
        (ANN, "/5/title", json!({ "title": "mine now" }), 403),
        (ANN, "/5/status", json!({ "status": "closed" }), 403),
        (DEMO, "/2/title", json!({ "title": "xx" }), 400),
        (DEMO, "/2/merge", json!({}), 400),
        (DEMO, "/99/merge", json!({}), 404),
        (DEMO, "", json!({ "title": " ab " }), 400),
        (DEMO, "", json!({}), 400),
        (READER, "", json!({ "title": "abc" }), 403),
    ] {
        post(&hub, token, path, body).await.expect(status);
    }
    hub.ask("POST", URL).json(&json!({ "title": "abc" })).send().await.expect(401);
    hub.get(&format!("{URL}/99")).await.expect(404);
    assert_eq!(list("p=0").await["count"], 12);
}
