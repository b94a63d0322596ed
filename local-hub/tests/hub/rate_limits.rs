//! Quotas: headers that tell where one stands, 429 when nothing is left, and windows that tests move.

use hubferry_local_hub::Quotas;
use serde_json::json;

use crate::harness::{ANN, CONTROL, DEMO, Hub, READER, builder, file, header};

const INFO: &str = "/api/models/demo/repo";

async fn limited(quotas: Quotas) -> Hub {
    let hub = Hub::with_repo().await;
    hub.handle.rate_limits().set(quotas);
    hub
}

#[tokio::test]
async fn without_a_quota_nothing_is_said() {
    let hub = Hub::with_repo().await;
    let reply = hub.get(INFO).await.expect(200);
    assert_eq!((reply.header("ratelimit"), reply.header("ratelimit-policy")), ("", ""));
}

#[tokio::test]
async fn the_last_request_of_a_window_is_followed_by_429() {
    let hub = limited(Quotas { api: Some(2), window_seconds: 60, ..Quotas::default() }).await;
    for left in [1, 0] {
        let reply = hub.ask("GET", INFO).token(DEMO).send().await.expect(200);
        let standing = reply.header("ratelimit").to_owned();
        assert!(standing.starts_with(&format!("\"api\";r={left};t=")), "{standing}");
        assert_eq!(reply.header("ratelimit-policy"), "\"fixed window\";\"api\";q=2;w=60");
        assert_eq!(reply.header("retry-after"), "");
    }
    // The other token of the same user does not help; another user and nobody have windows of their own.
    let reply = hub.ask("GET", INFO).token(READER).header("origin", "http://a.test").send().await.expect(429);
    assert!(reply.json()["error"].as_str().unwrap().contains("'api' rate limit"), "{}", reply.text());
    assert!(reply.header("ratelimit").starts_with("\"api\";r=0;t="));
    let wait: u64 = reply.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait));
    let exposed = reply.header("access-control-expose-headers").to_lowercase();
    for name in ["ratelimit", "ratelimit-policy", "retry-after"] {
        assert!(exposed.split(", ").any(|shown| shown == name), "{exposed}");
    }
    hub.ask("GET", INFO).token(ANN).send().await.expect(200);
    hub.get(INFO).await.expect(200);
    // A token that is nobody's counts for the address.
    hub.ask("GET", INFO).token("hf_wrong").send().await.expect(401);
    let reply = hub.ask("GET", INFO).token("hf_wrong").send().await.expect(429);
    assert!(reply.json()["error"].as_str().unwrap().contains("your IP (127.0.0.1)"));
    // A refused request leaves nothing.
    hub.ask("POST", "/api/models/demo/repo/branch/x").token(DEMO).json(&json!({})).send().await.expect(429);
    hub.handle.clock().advance(60);
    let refs = hub.ask("GET", "/api/models/demo/repo/refs").token(DEMO).send().await.expect(200).json();
    assert_eq!(refs["branches"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn downloads_and_pages_are_counted_apart_and_the_store_not_at_all() {
    let hub = Hub::with_repo().await;
    let line = hub.upload("x.bin", b"large").await;
    hub.commit(&[line, file("a", b"a")]).await;
    hub.handle.rate_limits().set(Quotas { resolvers: Some(1), pages: Some(1), ..Quotas::default() });
    let found = hub.get("/demo/repo/resolve/main/x.bin").await.expect(302);
    assert!(found.header("ratelimit").starts_with("\"resolvers\";r=0;"));
    hub.get("/demo/repo/raw/main/a").await.expect(429);
    hub.get(INFO).await.expect(200);
    let page = hub.get("/repos").await.expect(200);
    assert_eq!(page.header("ratelimit-policy"), "\"fixed window\";\"pages\";q=1;w=300");
    hub.get("/demo/repo").await.expect(429);
    for _ in 0..3 {
        assert_eq!(hub.get(found.header("location")).await.expect(200).header("ratelimit"), "");
        hub.get("/_health").await.expect(200);
        hub.get("/_web/style.css").await.expect(200);
    }
}

#[tokio::test]
async fn a_user_makes_so_many_commits_an_hour_in_one_repo() {
    let hub = Hub::with(builder().quotas(Quotas { commits_per_hour: Some(2), ..Quotas::default() })).await;
    hub.create("model", "repo").await;
    hub.commit(&[file("1", b"1")]).await;
    // One that is refused for another reason does not count.
    hub.commit_to("main", &[file("no header", b"")]).await.expect(400);
    let head = hub.commit(&[file("2", b"2")]).await;
    let reply = hub.commit_to("main", &[header("third"), file("3", b"3")]).await.expect(429);
    assert!(reply.json()["error"].as_str().unwrap().contains("repository commits (2 per hour)"));
    assert!(reply.header("retry-after").parse::<u64>().unwrap() <= 3600);
    assert_eq!(hub.head().await, head);
    let url = "/api/models/demo/repo/commit/main?create_pr=1";
    hub.ask("POST", url).token(ANN).lines(&[header("a"), file("a", b"a")]).send().await.expect(200);
    hub.handle.clock().advance(3600);
    hub.commit(&[file("3", b"3")]).await;
}

#[tokio::test]
async fn the_control_api_sets_quotas_and_moves_the_time() {
    let hub = Hub::with_repo().await;
    let control = async |method: &str, path: &str, body: serde_json::Value| {
        hub.ask(method, &format!("/_control/{path}")).token(CONTROL).json(&body).send().await
    };
    let set = control("PUT", "rate-limit", json!({ "api": 1, "windowSeconds": 10 })).await.expect(200).json();
    assert_eq!((&set["api"], &set["windowSeconds"], &set["resolvers"]), (&json!(1), &json!(10), &json!(null)));
    assert_eq!(hub.ask("GET", "/_control/rate-limit").token(CONTROL).send().await.expect(200).json(), set);
    hub.get(INFO).await.expect(200);
    hub.get(INFO).await.expect(429);
    let ahead = control("POST", "clock", json!({ "advanceSeconds": 10 })).await.expect(200).json();
    assert_eq!(ahead["aheadSeconds"], 10);
    hub.get(INFO).await.expect(200);
    hub.get(INFO).await.expect(429);
    // Setting begins a new window.
    control("PUT", "rate-limit", json!({ "api": 1 })).await.expect(200);
    hub.get(INFO).await.expect(200);
    control("PUT", "rate-limit", json!({ "apis": 1 })).await.expect(400);
    control("POST", "clock", json!({ "advanceSeconds": -1 })).await.expect(400);
    control("POST", "reset", json!({})).await.expect(200);
    hub.create("model", "repo").await;
    for _ in 0..3 {
        hub.get(INFO).await.expect(200);
    }
    assert_eq!(hub.handle.clock().ahead(), 0);
}
