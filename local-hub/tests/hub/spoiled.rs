//! Faults that leave the connection whole and the content not: half answers, wrong digests, ends of URLs, and somebody else's commits;
//! and how a connection ends.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use hubferry_local_hub::{Fault, Rule};
use serde_json::{Value, json};

use crate::harness::{CONTROL, DEMO, Hub, file, header, header_on, noise};

/// How a connection ended: what came before, and whether by a reset.
fn end_of(hub: &Hub, request: &str) -> (String, bool) {
    let address = hub.handle.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.replace("HOST", address).as_bytes()).unwrap();
    let mut got = Vec::new();
    let was_reset = match stream.read_to_end(&mut got) {
        Ok(_) => false,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
            true
        }
    };
    (String::from_utf8(got).unwrap(), was_reset)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_connection_is_closed_or_reset_as_the_rule_says() {
    let hub = Hub::with_repo().await;
    let body = "{}";
    let request = format!(
        "POST /api/validate-yaml HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let drops =
        [Fault::Drop, Fault::DropAnswer, Fault::CutRequest { after_bytes: 1 }, Fault::CutAnswer { after_bytes: 3 }];
    for fault in drops {
        for reset in [false, true] {
            let mut rule = Rule::on("validate-yaml", fault.clone()).times(1);
            rule.reset = reset;
            hub.handle.faults().add(rule);
            let (got, was_reset) = tokio::task::block_in_place(|| end_of(&hub, &request));
            assert_eq!(was_reset, reset, "{fault:?}: {got}");
            match fault {
                // A reset may overtake what was sent before it.
                Fault::CutAnswer { .. } => assert!(reset || got.ends_with("{\"e"), "{got}"),
                _ => assert_eq!(got, "", "{fault:?}"),
            }
        }
    }
    let close = "GET /_health HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n";
    assert!(!tokio::task::block_in_place(|| end_of(&hub, close)).1);
}

#[tokio::test]
async fn half_an_answer_that_looks_whole() {
    let hub = Hub::with_repo().await;
    let whole = hub.get("/api/models/demo/repo/refs").await.text();
    for (after_bytes, length) in [(None, whole.len() / 2), (Some(5), 5), (Some(0), 0), (Some(1 << 40), whole.len())] {
        hub.handle.faults().add(Rule::on("refs", Fault::HalfAnswer { after_bytes }).times(1));
        assert_eq!(hub.get("/api/models/demo/repo/refs").await.expect(200).text(), whole[..length]);
    }
}

#[tokio::test]
async fn the_store_may_tell_a_wrong_digest_or_none() {
    let hub = Hub::with_repo().await;
    let content = noise(1000, 1);
    let href = |entry: Value| entry["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    let put = href(hub.batch(&content).await);
    hub.handle.faults().add(Rule::on("store.put", Fault::WrongEtag).times(1));
    let wrong = hub.ask("PUT", &put).body(content.clone()).send().await.expect(200).header("etag").to_owned();
    let right = hub.ask("PUT", &put).body(content.clone()).send().await.expect(200).header("etag").to_owned();
    assert!(wrong != right && wrong.len() == right.len() && wrong.starts_with('"') && wrong.ends_with('"'), "{wrong}");
    let headers = vec![("ETag".to_owned(), None), ("x-amz-version-id".to_owned(), Some("v1".to_owned()))];
    hub.handle.faults().add(Rule::on("store.put", Fault::AnswerHeaders { headers }).times(1));
    let bare = hub.ask("PUT", &put).body(content.clone()).send().await.expect(200);
    assert_eq!((bare.header("etag"), bare.header("x-amz-version-id")), ("", "v1"));

    hub.commit(&[hub.upload("x.bin", &content).await]).await;
    let found = hub.get("/demo/repo/resolve/main/x.bin").await.expect(302);
    hub.handle.faults().add(Rule::on("store.get", Fault::FlipAnswer { at: 700 }).times(1));
    let flipped = hub.get(found.header("location")).await.expect(200).body;
    let differing: Vec<usize> = (0..1000).filter(|at| flipped[*at] != content[*at]).collect();
    assert_eq!((flipped.len(), differing), (1000, vec![700]));
    hub.handle.faults().add(Rule::on("resolve", Fault::WrongEtag).times(1));
    let lie = hub.get("/demo/repo/resolve/main/x.bin").await.expect(302);
    assert_ne!(lie.header("x-linked-etag"), found.header("x-linked-etag"));
}

#[tokio::test]
async fn a_byte_that_changes_on_its_way_never_counts() {
    let hub = Hub::with_repo().await;
    let content = noise(50_000, 2);
    let put = hub.batch(&content).await["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    hub.handle.faults().add(Rule::on("store.put", Fault::FlipRequest { at: 49_999 }).times(1));
    let refused = hub.ask("PUT", &put).body(content.clone()).send().await.expect(400);
    assert!(refused.text().contains("XAmzContentSHA256Mismatch"));
    assert_eq!(hub.stored(), 0);
    hub.ask("PUT", &put).body(content).send().await.expect(200);
    assert_eq!(hub.stored(), 1);
}

#[tokio::test]
async fn a_presigned_url_ends_when_a_test_says_so() {
    let hub = Hub::with_repo().await;
    let put = hub.batch(b"content").await["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    hub.handle.faults().add(Rule::on("store.put", Fault::Expired).times(1));
    let refused = hub.ask("PUT", &put).body(b"content".to_vec()).send().await.expect(403);
    assert!(refused.text().contains("Request has expired"));
    hub.ask("PUT", &format!("{put}0")).body(b"content".to_vec()).send().await.expect(403);
    hub.ask("PUT", &put).body(b"content".to_vec()).send().await.expect(200);
    // All that were handed out so far, by the time.
    hub.handle.clock().advance(900);
    assert!(hub.ask("PUT", &put).body(b"content".to_vec()).send().await.expect(403).text().contains("expired"));
    let put = hub.batch(b"another").await["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    hub.ask("PUT", &put).body(b"another".to_vec()).send().await.expect(200);
}

#[tokio::test]
async fn somebody_else_commits_first() {
    let hub = Hub::with_repo().await;
    let head = hub.head().await;
    let rule = json!({
        "route": "commit", "times": 1,
        "fault": { "kind": "foreignCommit", "path": "theirs.txt", "content": "theirs\n", "author": "ann" },
    });
    hub.ask("POST", "/_control/faults").token(CONTROL).json(&rule).send().await.expect(200);
    hub.commit_to("main", &[header_on(&head), file("a", b"a")]).await.expect(412);
    assert_eq!(hub.git(&["log", "-1", "--format=%an %s", "main"]), "ann Add theirs.txt\n");
    let head = hub.head().await;
    hub.commit_to("main", &[header_on(&head), file("a", b"a")]).await.expect(200);
    assert_eq!(hub.git(&["show", "main:theirs.txt"]), "theirs\n");

    // On the branch that the request is about, and again and again.
    hub.ask("POST", "/api/models/demo/repo/branch/dev").token(DEMO).json(&json!({})).send().await.expect(200);
    let fault = Fault::ForeignCommit { path: None, content: None, author: None };
    hub.handle.faults().add(Rule::on("commit", fault).times(2));
    for _ in 0..2 {
        hub.commit_to("dev", &[header("on dev"), file("b", b"b")]).await.expect(200);
    }
    let log = hub.git(&["log", "--first-parent", "-4", "--format=%an", "dev"]);
    assert_eq!(log, "demo\nsomebody-else\ndemo\nsomebody-else\n");
    assert_eq!(hub.git(&["log", "-1", "--format=%an", "main"]), "demo\n");
    hub.git(&["fsck", "--strict"]);
}

#[tokio::test]
async fn a_warning_can_be_put_into_any_answer() {
    let hub = Hub::with_repo().await;
    let rule = json!({
        "route": "repo.info",
        "fault": { "kind": "answerHeaders", "headers": [["X-HF-Warning", "Storage; almost full"], ["X-Request-Id", null]] },
    });
    hub.ask("POST", "/_control/faults").token(CONTROL).json(&rule).send().await.expect(200);
    let reply = hub.get("/api/models/demo/repo").await.expect(200);
    assert_eq!(reply.header("x-hf-warning"), "Storage; almost full");
}

#[tokio::test]
async fn a_rule_ends_with_a_request_of_another_route() {
    let hub = Hub::with_repo().await;
    let rule = json!({ "route": "refs", "until": "tree", "fault": { "kind": "status", "status": 503 } });
    hub.ask("POST", "/_control/faults").token(CONTROL).json(&rule).send().await.expect(200);
    hub.get("/api/models/demo/repo/refs").await.expect(503);
    hub.get("/api/models/demo/repo/refs").await.expect(503);
    hub.get("/api/models/demo/repo/tree/main").await.expect(200);
    hub.get("/api/models/demo/repo/refs").await.expect(200);
}
