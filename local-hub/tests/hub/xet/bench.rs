//! Bench mode: everything is taken unseen, and everything that is wrong is found afterwards.

use serde_json::{Value, json};

use super::kit::{Xorb, file, line, noisy, shard};
use crate::harness::{CONTROL, DEMO, Hub, builder, noise};

async fn verify(hub: &Hub) -> Value {
    hub.ask("POST", "/_control/verify").token(CONTROL).send().await.expect(200).json()
}

async fn start() -> Hub {
    let hub = Hub::with(builder().bench().multipart(100_000, 60_000)).await;
    hub.create("model", "repo").await;
    hub
}

#[tokio::test]
async fn a_good_run_passes() {
    let hub = start().await;
    let (one, two) = (Xorb::new(&noisy(5, 1)), Xorb::new(&noisy(3, 2)));
    let (content, _) = hub.store(&[(&one, 0, 5), (&two, 0, 3), (&one, 1, 2)]).await;
    let small = hub.upload("small.bin", &noise(3000, 3)).await;
    let token = hub.xet_token("write").await;
    assert_eq!(one.post(&hub, &token).await.expect(200).json()["was_inserted"], false);
    hub.commit(&[line("a.bin", &content), small]).await;
    let large = noise(250_000, 4);
    crate::harness::upload(&hub.client, &hub.handle.url, "repo", &large).await.unwrap();
    hub.commit(&[line("large.bin", &large)]).await;
    let before = hub.get("/demo/repo/resolve/main/a.bin").await.expect(302).header("location").to_owned();
    assert!(hub.get(&before).await.expect(200).body == content, "also before it has been looked at");
    let asked = format!("/v1/chunks/default/{}", one.chunks[0].hash);
    hub.cas("GET", &asked).token(&token).send().await.expect(200);
    let found = verify(&hub).await;
    assert_eq!(found, json!({ "checked": { "xorbs": 2, "shards": 1, "objects": 2 }, "failed": [] }));
    for path in ["a.bin", "large.bin"] {
        let location =
            hub.get(&format!("/demo/repo/resolve/main/{path}")).await.expect(302).header("location").to_owned();
        let body = hub.get(&location).await.expect(200).body;
        assert!(body == if path == "a.bin" { content.clone() } else { large.clone() });
    }
    let again = json!({ "checked": { "xorbs": 0, "shards": 0, "objects": 0 }, "failed": [] });
    assert_eq!(verify(&hub).await, again);
}

#[tokio::test]
async fn what_is_wrong_is_found() {
    let hub = start().await;
    let token = hub.xet_token("write").await;
    let (good, bad) = (Xorb::new(&noisy(5, 1)), Xorb::new(&noisy(3, 2)));
    let mut spoiled = bad.clone();
    spoiled.body[100] ^= 1;
    good.post(&hub, &token).await.expect(200);
    spoiled.post(&hub, &token).await.expect(200);
    let (whole, _) = file(&[(&good, 0, 5)]);
    let (lost, _) = file(&[(&bad, 0, 3)]);
    let mut lies = whole.clone();
    lies.metadata_ext = lost.metadata_ext.clone();
    for info in [&whole, &lost, &lies] {
        hub.post_shard(&token, shard(&[info], &[])).await.expect(200);
    }
    let content = noise(3000, 3);
    let entry = hub.batch(&content).await;
    let href = entry["actions"]["upload"]["href"].as_str().unwrap();
    hub.ask("PUT", href).body(noise(3000, 4)).send().await.expect(200);
    hub.commit(&[line("a.bin", &content)]).await;
    let found = verify(&hub).await;
    assert_eq!(found["checked"], json!({ "xorbs": 2, "shards": 3, "objects": 1 }));
    let failed: Vec<(String, String)> = found["failed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["kind"].as_str().unwrap().to_owned(), one["why"].as_str().unwrap().to_owned()))
        .collect();
    let kinds: Vec<&str> = failed.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["xorb", "shard", "shard", "object"], "{failed:?}");
    assert!(failed[0].1.contains("its hash is") && failed[3].1.contains("SHA-256"), "{failed:?}");
    assert_eq!(found["failed"][0]["name"], bad.hash.hex());
}

#[tokio::test]
async fn only_this_mode_can_be_asked_and_its_folder_is_not_for_others() {
    let hub = Hub::with_repo().await;
    hub.ask("POST", "/_control/verify").token(CONTROL).send().await.expect(404);
    let data = tempfile::tempdir().unwrap();
    let bench = builder().bench().data(data.path()).start().await.unwrap();
    bench.shutdown().await;
    let refused = builder().data(data.path()).start().await.err().unwrap();
    assert!(refused.to_string().contains("bench mode"), "{refused}");
    builder().bench().data(data.path()).start().await.unwrap().shutdown().await;
    hub.ask("GET", "/api/whoami-v2").token(DEMO).send().await.expect(200);
}
