//! A slow network, for all requests and for one; and how many went on at once.

use std::time::{Duration, Instant};

use hubferry_local_hub::{Fault, NetworkSettings, Rule, Summary};
use serde_json::json;

use crate::harness::{CONTROL, Hub, file, noise};

const REFS: &str = "/api/models/demo/repo/refs";

#[tokio::test]
async fn latency_and_bandwidth_hold_for_all_requests() {
    let hub = Hub::with_repo().await;
    let body = noise(20_000, 1);
    let put = hub.batch(&body).await["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    let network = json!({ "latencyMs": 200 });
    let set = hub.ask("PUT", "/_control/network").token(CONTROL).json(&network).send().await.expect(200).json();
    assert_eq!(set["latencyMs"], 200);
    let start = Instant::now();
    hub.get(REFS).await.expect(200);
    assert!(start.elapsed() >= Duration::from_millis(200));

    // Two uploads share the line.
    let settings = NetworkSettings { upload_bytes_per_second: Some(100_000), ..NetworkSettings::default() };
    hub.handle.network().set(settings);
    let start = Instant::now();
    let (a, b) =
        tokio::join!(hub.ask("PUT", &put).body(body.clone()).send(), hub.ask("PUT", &put).body(body.clone()).send());
    assert_eq!((a.status, b.status), (200, 200));
    assert!(start.elapsed() >= Duration::from_millis(390), "{:?}", start.elapsed());

    let settings = NetworkSettings { download_bytes_per_second: Some(100_000), ..NetworkSettings::default() };
    hub.handle.network().set(NetworkSettings::default());
    hub.commit(&[hub.upload("x.bin", &body).await, file("a", b"a")]).await;
    let location = hub.get("/demo/repo/resolve/main/x.bin").await.expect(302).header("location").to_owned();
    hub.handle.network().set(settings);
    let start = Instant::now();
    assert_eq!(hub.get(&location).await.expect(200).body, body);
    assert!(start.elapsed() >= Duration::from_millis(190), "{:?}", start.elapsed());

    hub.ask("PUT", "/_control/network").token(CONTROL).json(&json!({ "latency": 1 })).send().await.expect(400);
    hub.ask("PUT", "/_control/network").token(CONTROL).json(&json!({})).send().await.expect(200);
    assert_eq!(hub.handle.network().settings(), NetworkSettings::default());
}

#[tokio::test]
async fn one_request_may_come_slowly() {
    let hub = Hub::with_repo().await;
    let body = noise(10_000, 2);
    let put = hub.batch(&body).await["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    hub.handle.faults().add(Rule::on("store.put", Fault::DripRequest { bytes_per_second: 40_000 }).times(1));
    let start = Instant::now();
    hub.ask("PUT", &put).body(body.clone()).send().await.expect(200);
    assert!(start.elapsed() >= Duration::from_millis(250), "{:?}", start.elapsed());
    let start = Instant::now();
    hub.ask("PUT", &put).body(body).send().await.expect(200);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn the_log_knows_how_many_went_on_at_once() {
    let hub = Hub::with_repo().await;
    hub.handle.requests().clear();
    hub.handle.faults().add(Rule::on("refs", Fault::Delay { ms: 300 }));
    let (a, b, c) = tokio::join!(hub.get(REFS), hub.get(REFS), hub.get(REFS));
    assert_eq!((a.status, b.status, c.status), (200, 200, 200));
    hub.get("/api/models/demo/repo/tree/main").await.expect(200);
    hub.get("/api/models/demo/absent").await.expect(401);
    let entries = hub.handle.requests().entries();
    let concurrent: Vec<u32> = entries.iter().map(|entry| entry.concurrent).collect();
    assert_eq!(concurrent, [1, 2, 3, 1, 1]);

    let summary = hub.ask("GET", "/_control/summary").token(CONTROL).send().await.expect(200).json();
    let refs = &summary["routes"]["refs"];
    assert_eq!((&refs["count"], &refs["maxConcurrent"], &refs["faults"]), (&json!(3), &json!(3), &json!(3)));
    assert_eq!(refs["statuses"], json!({ "200": 3 }));
    assert_eq!(refs["responseBytes"], a.body.len() * 3);
    assert_eq!(summary["routes"]["tree"]["maxConcurrent"], 1);
    assert_eq!(summary["total"]["count"], 5);
    assert_eq!(summary["faces"]["hub"]["statuses"]["401"], 1);
    assert_eq!(Summary::of(&[]).total.max_concurrent, 0);
}
