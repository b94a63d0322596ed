//! The control API: closed without its token, and a log that shows everything but secrets.

use serde_json::{Value, json};

use crate::harness::{CONTROL, DEMO, Hub, builder, file};

async fn requests(hub: &Hub, query: &str) -> Vec<Value> {
    let reply = hub.ask("GET", &format!("/_control/requests{query}")).token(CONTROL).send().await.expect(200);
    reply.json()["requests"].as_array().unwrap().clone()
}

#[tokio::test]
async fn it_wants_its_own_token_and_is_off_by_default() {
    let hub = Hub::start().await;
    for token in [None, Some(DEMO), Some("control-toke"), Some("")] {
        for (method, path) in
            [("GET", "requests"), ("GET", "faults"), ("POST", "reset"), ("DELETE", "requests"), ("GET", "nothing")]
        {
            let mut ask = hub.ask(method, &format!("/_control/{path}"));
            if let Some(token) = token {
                ask = ask.token(token);
            }
            ask.send().await.expect(401);
        }
    }
    hub.ask("GET", "/_control/nothing").token(CONTROL).send().await.expect(404);
    hub.ask("GET", "/api/whoami-v2").token(CONTROL).send().await.expect(401);
    let off = Hub::with(hubferry_local_hub::LocalHub::builder()).await;
    off.ask("GET", "/_control/requests").token("").send().await.expect(404);
    off.get("/_control/requests").await.expect(404);
}

#[tokio::test]
async fn the_log_tells_what_was_asked_in_order_and_no_secret() {
    let hub = Hub::with_repo().await;
    hub.ask("DELETE", "/_control/requests").token(CONTROL).send().await.expect(200);
    let line = hub.upload("x.bin", b"content").await;
    hub.commit(&[line, file("a", b"a")]).await;
    hub.get("/_health").await.expect(200);
    hub.get("/api/nothing?token=hf_leak").await.expect(404);
    let log = requests(&hub, "").await;
    let routes: Vec<&str> = log.iter().map(|entry| entry["route"].as_str().unwrap()).collect();
    assert_eq!(routes, ["lfs.batch", "store.put", "commit", "none"]);
    let put = &log[1];
    assert_eq!(put["face"], "store");
    assert_eq!(put["method"], "PUT");
    assert_eq!(put["status"], 200);
    assert_eq!(put["requestBytes"], 7);
    assert_eq!(put["authorization"], Value::Null);
    assert_eq!(put["headers"]["content-length"], "7");
    assert!(put["headerNames"].as_array().unwrap().contains(&json!("content-length")));
    assert!(put["query"].as_str().unwrap().contains("X-Amz-Signature=…"));
    let commit = &log[2];
    assert_eq!((commit["authorization"].as_str(), commit["user"].as_str()), (Some("bearer"), Some("demo")));
    assert_eq!(commit["repo"], "demo/repo");
    assert!(commit["endedAt"].as_f64().unwrap() >= commit["startedAt"].as_f64().unwrap());
    assert!(commit["responseBytes"].as_u64().unwrap() > 50);
    let text = json!(log).to_string();
    assert!(!text.contains(DEMO) && !text.contains("hf_leak"), "{text}");

    let seq = commit["seq"].as_u64().unwrap();
    assert_eq!(requests(&hub, &format!("?since={seq}")).await.len(), 1);
    assert_eq!(requests(&hub, "?route=store.put").await.len(), 1);
}

#[tokio::test]
async fn a_reset_forgets_repos_objects_log_and_faults_but_no_users() {
    let hub = Hub::with_repo().await;
    hub.upload("x.bin", b"content").await;
    let rule = json!({ "route": "refs", "fault": { "kind": "drop" } });
    hub.ask("POST", "/_control/faults").token(CONTROL).json(&rule).send().await.expect(200);
    hub.ask("POST", "/_control/reset").token(CONTROL).send().await.expect(200);
    assert!(requests(&hub, "").await.is_empty());
    hub.get("/api/models/demo/repo").await.expect(401);
    hub.create("model", "repo").await;
    assert!(hub.batch(b"content").await["actions"].is_object());
    hub.get("/api/models/demo/repo/refs").await.expect(200);
}

#[tokio::test]
async fn concurrency_can_be_read_from_the_log() {
    let hub = Hub::with(builder()).await;
    hub.create("model", "repo").await;
    let rule = json!({ "route": "refs", "fault": { "kind": "delay", "ms": 300 } });
    hub.ask("POST", "/_control/faults").token(CONTROL).json(&rule).send().await.expect(200);
    let urls = "/api/models/demo/repo/refs";
    let (a, b, c) = tokio::join!(hub.get(urls), hub.get(urls), hub.get(urls));
    assert_eq!((a.status, b.status, c.status), (200, 200, 200));
    let log = requests(&hub, "?route=refs").await;
    let last_start = log.iter().map(|entry| entry["startedAt"].as_f64().unwrap()).fold(0.0, f64::max);
    let first_end = log.iter().map(|entry| entry["endedAt"].as_f64().unwrap()).fold(f64::MAX, f64::min);
    assert!(last_start < first_end, "all three were on their way at once");
}
