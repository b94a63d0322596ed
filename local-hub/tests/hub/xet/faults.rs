//! The store goes wrong as tests want it, and the request log tells what was asked of it.

use hubferry_local_hub::{Fault, Rule};
use serde_json::{Value, json};

use super::kit::{Xorb, noisy, shard, whole};
use crate::harness::{CONTROL, DEMO, Hub, Reply};

/// A call of each kind, which works.
async fn calls(hub: &Hub) -> Vec<(&'static str, &'static str, String, Vec<u8>)> {
    let xorb = Xorb::new(&noisy(3, 1));
    let (_, hash) = hub.store(&[(&xorb, 0, 3)]).await;
    let (info, _) = whole(&xorb);
    let shard = shard(&[&info], &[&xorb.info]);
    vec![
        ("cas.xorb", "POST", format!("/v1/xorbs/default/{}", xorb.hash), xorb.body.clone()),
        ("cas.shard", "POST", "/v1/shards".to_owned(), shard.clone()),
        ("cas.shard-v2", "POST", "/v2/shards".to_owned(), shard),
        ("cas.chunk", "GET", format!("/v1/chunks/default/{}", xorb.chunks[0].hash), Vec::new()),
        ("cas.reconstruction", "GET", format!("/v1/reconstructions/{hash}"), Vec::new()),
        ("cas.reconstruction-v2", "GET", format!("/v2/reconstructions/{hash}"), Vec::new()),
        ("cas.reconstructions", "GET", format!("/v1/reconstructions?file_id={hash}"), Vec::new()),
        ("cas.telemetry", "POST", "/v1/telemetry".to_owned(), b"{}".to_vec()),
    ]
}

#[tokio::test]
async fn every_call_can_go_wrong_in_every_way() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    for (route, method, path, body) in calls(&hub).await {
        let ask = || hub.cas(method, &path).token(&token).body(body.clone()).try_send();
        let with = async |fault: Fault| {
            hub.handle.faults().clear();
            hub.handle.faults().add(Rule::on(route, fault).times(1));
            ask().await
        };
        ask().await.unwrap().expect(200);
        let status = Fault::Status { status: 503, headers: vec![("Retry-After".into(), "7".into())], body: None };
        let busy = with(status).await.unwrap().expect(503);
        assert_eq!(busy.header("retry-after"), "7", "{route}");
        let page = with(Fault::Html { status: None }).await.unwrap().expect(200);
        assert!(page.text().starts_with("<!DOCTYPE html>"), "{route}");
        for fault in
            [Fault::CutRequest { after_bytes: 0 }, Fault::Drop, Fault::DropAnswer, Fault::CutAnswer { after_bytes: 1 }]
        {
            let broken = with(fault.clone()).await;
            assert!(broken.is_err(), "{route} {fault:?}: {broken:?}");
        }
        let whole = ask().await.unwrap().expect(200);
        let half = with(Fault::HalfAnswer { after_bytes: Some(1) }).await.unwrap().expect(200);
        assert_eq!(half.body, whole.body[..1], "{route}");
        with(Fault::Delay { ms: 20 }).await.unwrap().expect(200);
        with(Fault::DripRequest { bytes_per_second: 1_000_000 }).await.unwrap().expect(200);
        with(Fault::Drip { bytes_per_second: 100_000 }).await.unwrap().expect(200);
        for fault in [Fault::Stall, Fault::StallAnswer] {
            hub.handle.faults().clear();
            hub.handle.faults().add(Rule::on(route, fault).times(1));
            let waited = tokio::time::timeout(std::time::Duration::from_millis(150), ask()).await;
            assert!(waited.is_err(), "{route}: an answer");
        }
        hub.handle.faults().clear();
        ask().await.unwrap().expect(200);
    }
}

#[tokio::test]
async fn a_token_whose_time_is_over_at_once() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    hub.handle.faults().add(Rule::on("cas.*", Fault::Expired));
    for (route, method, path, body) in calls_without_faults(&hub).await {
        let reply = hub.cas(method, &path).token(&token).body(body).send().await;
        assert_eq!(reply.status, if route == "cas.telemetry" { 200 } else { 401 }, "{route}");
    }
}

/// Those of [`calls`], made while no rule is in force.
async fn calls_without_faults(hub: &Hub) -> Vec<(&'static str, &'static str, String, Vec<u8>)> {
    let rules: Vec<Rule> = hub.handle.faults().list().into_iter().map(|placed| placed.rule).collect();
    hub.handle.faults().clear();
    let made = calls(hub).await;
    for rule in rules {
        hub.handle.faults().add(rule);
    }
    made
}

#[tokio::test]
async fn data_urls_and_tokens_of_the_hub_can_go_wrong_too() {
    let hub = Hub::with_repo().await;
    let xorb = Xorb::new(&noisy(3, 1));
    let (_, hash) = hub.store(&[(&xorb, 0, 3)]).await;
    let token = hub.xet_token("read").await;
    let answer = hub.cas("GET", &format!("/v1/reconstructions/{hash}")).token(&token).send().await.expect(200).json();
    let entry = &answer["fetch_info"][xorb.hash.hex()][0];
    let range = format!("bytes={}-{}", entry["url_range"]["start"], entry["url_range"]["end"]);
    let get = || hub.ask("GET", entry["url"].as_str().unwrap()).header("range", &range).send();
    hub.handle.faults().add(Rule::on("store.xorb", Fault::Expired).times(1));
    assert!(get().await.expect(403).text().contains("expired"));
    hub.handle.faults().add(Rule::on("store.xorb", Fault::FlipAnswer { at: 100 }).times(1));
    assert!(get().await.expect(206).body != xorb.body);
    assert!(get().await.expect(206).body == xorb.body);
    let rule = json!({ "route": "xet.write-token", "times": 1, "fault": { "kind": "status", "status": 500 } });
    hub.ask("POST", "/_control/faults").token(CONTROL).json(&rule).send().await.expect(200);
    let write = "/api/models/demo/repo/xet-write-token/main";
    hub.ask("GET", write).token(DEMO).send().await.expect(500);
    hub.ask("GET", write).token(DEMO).send().await.expect(200);
}

#[tokio::test]
async fn the_log_tells_which_xorbs_were_sent_and_how_much() {
    let hub = Hub::with_repo().await;
    let (one, two) = (Xorb::new(&noisy(3, 1)), Xorb::new(&noisy(2, 2)));
    hub.store(&[(&one, 0, 3)]).await;
    hub.store(&[(&two, 0, 2)]).await;
    hub.store(&[(&one, 1, 2)]).await;
    let get = async |path: &str| -> Value { hub.ask("GET", path).token(CONTROL).send().await.expect(200).json() };
    let sent = get("/_control/requests?route=cas.xorb").await["requests"].clone();
    let posts: Vec<(String, u64)> = sent
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["path"].as_str().unwrap().to_owned(), entry["requestBytes"].as_u64().unwrap()))
        .collect();
    let post = |xorb: &Xorb| (format!("/v1/xorbs/default/{}", xorb.hash), xorb.body.len() as u64);
    assert_eq!(posts, [post(&one), post(&two), post(&one)]);
    let entry = &sent[0];
    assert_eq!((&entry["face"], &entry["repo"], &entry["user"]), (&json!("cas"), &json!("demo/repo"), &json!("demo")));
    assert_eq!(entry["authorization"], "bearer");
    let summary = get("/_control/summary").await;
    let bytes = (one.body.len() * 2 + two.body.len()) as u64;
    assert_eq!(summary["routes"]["cas.xorb"]["requestBytes"], bytes);
    assert_eq!(summary["routes"]["cas.xorb"]["count"], 3);
    assert!(summary["faces"]["cas"]["count"].as_u64().unwrap() >= 6, "{summary}");
    let text = serde_json::to_string(&get("/_control/requests").await).unwrap();
    let token = hub.xet_token("write").await;
    let parts: Vec<&str> = token.split('.').collect();
    assert!(!text.contains(parts[1]) && !text.contains(parts[2]), "a token in the log");
}

#[tokio::test]
async fn pages_of_other_origins_may_use_the_store() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let origin = "http://page.test";
    let preflight = |url: String, method: &'static str, headers: &'static str| {
        hub.ask("OPTIONS", &url)
            .header("origin", origin)
            .header("access-control-request-method", method)
            .header("access-control-request-headers", headers)
            .send()
    };
    let cas = |path: &str| format!("{}{path}", hub.handle.cas_url);
    for (path, method, headers) in [
        ("/v1/xorbs/default/x", "POST", "authorization,content-type,x-xet-session-id"),
        ("/v1/shards", "POST", "authorization"),
        ("/v1/reconstructions/x", "GET", "authorization,range"),
    ] {
        let reply = preflight(cas(path), method, headers).await.expect(204);
        assert_eq!(reply.header("access-control-allow-origin"), origin);
        assert!(reply.header("access-control-allow-methods").contains(method));
        let allowed = reply.header("access-control-allow-headers").to_lowercase();
        assert!(headers.split(',').all(|name| allowed.contains(name)), "{allowed}");
        assert_eq!(reply.header("access-control-max-age"), "3600");
    }
    let url = cas("/v1/reconstructions/x");
    let refused: Reply = hub.ask("GET", &url).header("origin", origin).token(&token).send().await.expect(400);
    assert_eq!(refused.header("access-control-allow-origin"), origin);
    assert!(refused.header("access-control-expose-headers").contains("X-Request-Id"));
    let hub_url = format!("{}/api/models/demo/repo/xet-write-token/main", hub.handle.url);
    let reply = preflight(hub_url, "GET", "authorization,x-xet-session-id").await.expect(204);
    assert!(reply.header("access-control-allow-headers").contains("X-Xet-Session-Id"));
}
