//! Faults: each does what its name says, to the requests that a rule names, and the log tells.

use std::time::{Duration, Instant};

use hubferry_local_hub::{Entry, Fault, Rule};
use serde_json::json;

use crate::harness::{DEMO, Hub, file, header};

async fn try_commit(hub: &Hub) -> reqwest::Result<crate::harness::Reply> {
    let lines = [header("under fault"), file("f.txt", b"f")];
    hub.ask("POST", "/api/models/demo/repo/commit/main").token(DEMO).lines(&lines).try_send().await
}

fn count(hub: &Hub) -> String {
    hub.git(&["rev-list", "--count", "main"]).trim().to_owned()
}

/// The last commit request of the log, when it has ended.
async fn last(hub: &Hub) -> Entry {
    for _ in 0..100 {
        let entry = hub.handle.requests().entries().into_iter().rfind(|entry| entry.route == "commit");
        if let Some(entry) = entry.filter(|entry| entry.ended_at.is_some()) {
            return entry;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the commit has not ended");
}

#[tokio::test]
async fn an_answer_instead_of_the_work() {
    let hub = Hub::with_repo().await;
    let fault = Fault::Status { status: 503, headers: vec![("Retry-After".into(), "7".into())], body: None };
    let id = hub.handle.faults().add(Rule::on("commit", fault).times(1));
    let reply = try_commit(&hub).await.unwrap().expect(503);
    assert_eq!(reply.header("retry-after"), "7");
    assert_eq!(reply.json()["error"], "Service Unavailable");
    assert_eq!(count(&hub), "1");
    let entry = last(&hub).await;
    assert_eq!((entry.fault, entry.status, entry.cut), (Some(id), Some(503), false));
    assert!(entry.request_bytes > 50);
    try_commit(&hub).await.unwrap().expect(200);

    let fault = Fault::Status { status: 200, headers: vec![], body: Some("{\"half\":".into()) };
    hub.handle.faults().add(Rule::on("commit", fault).times(1));
    assert_eq!(try_commit(&hub).await.unwrap().expect(200).text(), "{\"half\":");
    hub.handle.faults().add(Rule::on("commit", Fault::Html { status: None }).times(1));
    let page = try_commit(&hub).await.unwrap().expect(200);
    assert!(page.header("content-type").starts_with("text/html") && page.text().starts_with("<!DOCTYPE html>"));
    assert_eq!(count(&hub), "2");
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_work() {
    let hub = Hub::with_repo().await;
    for fault in [Fault::Drop, Fault::CutRequest { after_bytes: 0 }, Fault::CutRequest { after_bytes: 60 }] {
        hub.handle.faults().add(Rule::on("commit", fault.clone()).times(1));
        assert!(try_commit(&hub).await.is_err(), "{fault:?}");
        let entry = last(&hub).await;
        assert_eq!((entry.status, entry.cut), (None, true), "{fault:?}");
        if fault == (Fault::CutRequest { after_bytes: 0 }) {
            assert_eq!(entry.request_bytes, 0);
        }
        assert_eq!(count(&hub), "1", "{fault:?}");
    }
    try_commit(&hub).await.unwrap().expect(200);
}

#[tokio::test]
async fn a_large_upload_that_breaks_in_the_middle() {
    let hub = Hub::with_repo().await;
    let content = vec![1; 8_000_000];
    let href = hub.batch(&content).await["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    hub.handle.faults().add(Rule::on("store.put", Fault::CutRequest { after_bytes: 3_000_000 }).times(1));
    assert!(hub.ask("PUT", &href).body(content.clone()).try_send().await.is_err());
    let entries = hub.handle.requests().entries();
    let entry = entries.iter().rfind(|entry| entry.route == "store.put").unwrap();
    assert!((3_000_000..8_000_000).contains(&entry.request_bytes), "{entry:?}");
    assert_eq!(hub.stored(), 0);
    hub.ask("PUT", &href).body(content).send().await.expect(200);
}

#[tokio::test]
async fn an_answer_that_is_lost_or_broken_after_the_work() {
    let hub = Hub::with_repo().await;
    hub.handle.faults().add(Rule::on("commit", Fault::DropAnswer).times(1));
    assert!(try_commit(&hub).await.is_err());
    assert_eq!(count(&hub), "2");
    assert!(last(&hub).await.cut);

    hub.handle.faults().add(Rule::on("commit", Fault::CutAnswer { after_bytes: 10 }).times(1));
    assert!(try_commit(&hub).await.is_err());
    assert_eq!(count(&hub), "3");
    let entry = last(&hub).await;
    assert_eq!((entry.status, entry.response_bytes, entry.cut), (Some(200), 10, true));

    // With the raw bytes: the head promises all, ten bytes come.
    hub.handle.faults().add(Rule::on("whoami", Fault::CutAnswer { after_bytes: 10 }).times(1));
    let mut response =
        hub.client.get(format!("{}/api/whoami-v2", hub.handle.url)).bearer_auth(DEMO).send().await.unwrap();
    assert!(response.content_length().unwrap() > 100);
    assert_eq!(response.chunk().await.unwrap().unwrap().len(), 10);
    assert!(response.chunk().await.is_err());
}

#[tokio::test]
async fn answers_that_come_late_or_never() {
    let hub = Hub::with_repo().await;
    hub.handle.faults().add(Rule::on("commit", Fault::Delay { ms: 300 }).times(1));
    let start = Instant::now();
    try_commit(&hub).await.unwrap().expect(200);
    assert!(start.elapsed() >= Duration::from_millis(300));

    for (fault, commits) in [(Fault::Stall, "2"), (Fault::StallAnswer, "3")] {
        hub.handle.faults().add(Rule::on("commit", fault.clone()).times(1));
        let waited = tokio::time::timeout(Duration::from_millis(1500), try_commit(&hub)).await;
        assert!(waited.is_err(), "{fault:?} was answered");
        // The client has gone, and the log says so.
        let entry = last(&hub).await;
        assert_eq!((entry.status, entry.cut), (None, true), "{fault:?}");
        assert_eq!(count(&hub), commits, "{fault:?}");
    }

    hub.handle.faults().add(Rule::on("repo.info", Fault::Drip { bytes_per_second: 2000 }).times(1));
    let start = Instant::now();
    let info = hub.get("/api/models/demo/repo").await.expect(200);
    assert!(info.json()["sha"].is_string());
    let least = Duration::from_secs_f64(info.body.len() as f64 / 2000.0 * 0.7);
    assert!(start.elapsed() > least, "{} bytes in {:?}", info.body.len(), start.elapsed());
}

#[tokio::test]
async fn who_leaves_in_the_middle_of_a_body_that_nobody_answers_has_left() {
    let hub = Hub::with_repo().await;
    hub.handle.faults().add(Rule::on("commit", Fault::Stall));
    let host = hub.handle.url.strip_prefix("http://").unwrap();
    let mut client = tokio::net::TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST /api/models/demo/repo/commit/main HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n\r\nthe first bytes"
    );
    tokio::io::AsyncWriteExt::write_all(&mut client, head.as_bytes()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), async {
        while !hub.handle.requests().entries().iter().any(|entry| entry.request_bytes > 0) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
    drop(client);
    assert!(last(&hub).await.cut);
}

#[tokio::test]
async fn rules_come_and_go_by_the_control_api() {
    let hub = Hub::with_repo().await;
    let rule = json!({ "route": "commit", "method": "POST", "skip": 1, "times": 1, "fault": { "kind": "status", "status": 500 } });
    let ask = |method: &str, path: &str| hub.ask(method, &format!("/_control/{path}")).token(crate::harness::CONTROL);
    let made =
        ask("POST", "faults").json(&json!([rule, { "face": "store", "fault": { "kind": "drop" } }])).send().await;
    let ids = made.expect(200).json()["ids"].as_array().unwrap().clone();
    assert_eq!(ids.len(), 2);
    let statuses = [200, 500, 200];
    for status in statuses {
        try_commit(&hub).await.unwrap().expect(status);
    }
    let list = ask("GET", "faults").send().await.expect(200).json();
    assert_eq!((list["faults"][0]["matched"].as_u64(), list["faults"][0]["hits"].as_u64()), (Some(3), Some(1)));
    assert_eq!(list["faults"][1]["face"], "store");
    ask("DELETE", &format!("faults/{}", ids[1])).send().await.expect(200);
    ask("DELETE", &format!("faults/{}", ids[1])).send().await.expect(404);
    ask("DELETE", "faults").send().await.expect(200);
    assert_eq!(ask("GET", "faults").send().await.expect(200).json(), json!({ "faults": [] }));
    for bad in [
        json!({}),
        json!({ "fault": { "kind": "nonsense" } }),
        json!({ "fault": { "kind": "delay" } }),
        json!({ "fault": { "kind": "delay", "ms": 1, "more": 1 } }),
        json!({ "rout": "commit", "fault": { "kind": "drop" } }),
    ] {
        ask("POST", "faults").json(&bad).send().await.expect(400);
    }
}
