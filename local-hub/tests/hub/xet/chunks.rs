//! Questions for chunks: who may be asked for, and what the answer tells.

use std::collections::HashMap;
use std::io::Cursor;

use xet_core_structures::merklehash::{HMACKey, MerkleHash};
use xet_core_structures::metadata_shard::file_structs::MDBFileInfo;
use xet_core_structures::metadata_shard::hash_is_global_dedup_eligible;
use xet_core_structures::metadata_shard::shard_format::MDBShardInfo;
use xet_core_structures::metadata_shard::xorb_structs::MDBXorbInfo;
use xet_core_structures::xorb_object::Chunk;

use super::kit::{Xorb, file, noisy, shard};
use crate::harness::{Hub, noise};

async fn ask(hub: &Hub, token: &str, chunk: &MerkleHash) -> u16 {
    hub.cas("GET", &format!("/v1/chunks/default/{chunk}")).token(token).send().await.status
}

/// The shard of an answer, read by the library.
fn read(bytes: Vec<u8>) -> (MDBShardInfo, Vec<MDBXorbInfo>) {
    let mut reader = Cursor::new(bytes);
    let info = MDBShardInfo::load_from_reader(&mut reader).unwrap();
    let xorbs = info.read_all_xorb_blocks_full(&mut reader).unwrap();
    (info, xorbs)
}

/// A small chunk that may be asked for wherever it stands.
fn eligible(seed: u64) -> Chunk {
    let chunk = |n: u64| Chunk::new(noise(64, seed * 1_000_000 + n).into());
    (0..).map(chunk).find(|chunk| hash_is_global_dedup_eligible(&chunk.hash)).unwrap()
}

#[tokio::test]
async fn only_first_and_eligible_chunks_may_be_asked_for() {
    let hub = Hub::with_repo().await;
    let mut of_one = noisy(6, 1);
    of_one.insert(4, eligible(1));
    let one = Xorb::new(&of_one);
    let token = hub.xet_token("write").await;
    one.post(&hub, &token).await.expect(200);
    assert_eq!(ask(&hub, &token, &one.chunks[4].hash).await, 404, "known by a shard only");
    hub.store(&[(&one, 0, 3)]).await;
    hub.store(&[(&one, 2, 7)]).await;
    let asked: Vec<u16> = {
        let mut asked = Vec::new();
        for chunk in &one.chunks {
            asked.push(ask(&hub, &token, &chunk.hash).await);
        }
        asked
    };
    assert_eq!(asked, [200, 404, 200, 404, 200, 404, 404]);
    assert_eq!(ask(&hub, &token, &noisy(1, 9)[0].hash).await, 404);
    // Any token of the store will do, and no other.
    assert_eq!(ask(&hub, &hub.xet_token("read").await, &one.chunks[0].hash).await, 200);
    assert_eq!(ask(&hub, "hf_demo", &one.chunks[0].hash).await, 401);
    let other = format!("/v1/chunks/default-merkledb/{}", one.chunks[0].hash);
    hub.cas("GET", &other).token(&token).send().await.expect(200);
    for bad in ["/v1/chunks/default/x", "/v1/chunks/other/", "/v1/chunks/default/"] {
        let reply = hub.cas("GET", bad).token(&token).send().await.expect(400);
        assert!(reply.json()["error"].as_str().unwrap().starts_with("Invalid"), "{bad}");
    }
}

#[tokio::test]
async fn the_answer_lists_the_xorbs_of_the_shard_by_keyed_hashes() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let (one, two, apart) = (Xorb::new(&noisy(5, 1)), Xorb::new(&noisy(3, 2)), Xorb::new(&noisy(4, 3)));
    hub.store(&[(&one, 0, 5), (&two, 0, 3)]).await;
    hub.store(&[(&apart, 0, 4)]).await;
    let url = format!("/v1/chunks/default/{}", one.chunks[0].hash);
    let mut keys = Vec::new();
    for _ in 0..2 {
        let reply = hub.cas("GET", &url).token(&token).send().await.expect(200);
        assert_eq!(reply.header("content-type"), "application/octet-stream");
        let (info, xorbs) = read(reply.body);
        let key = info.chunk_hmac_key().expect("hashes are keyed");
        let expiry = info.metadata.shard_key_expiry;
        assert!(expiry > hub.handle.clock().now() && expiry < u64::from(u32::MAX), "{expiry}");
        keys.push(key);
        let listed: HashMap<MerkleHash, &MDBXorbInfo> =
            xorbs.iter().map(|xorb| (xorb.metadata.xorb_hash, xorb)).collect();
        assert_eq!(listed.len(), 2, "those of the shard, and not of the other one");
        for xorb in [&one, &two] {
            let said = listed[&xorb.hash];
            let expected: Vec<MerkleHash> = xorb.chunks.iter().map(|chunk| chunk.hash.hmac(key)).collect();
            let found: Vec<MerkleHash> = said.chunks.iter().map(|chunk| chunk.chunk_hash).collect();
            assert_eq!(found, expected);
            let lengths: Vec<u32> = said.chunks.iter().map(|chunk| chunk.unpacked_segment_bytes).collect();
            assert_eq!(lengths, xorb.chunks.iter().map(|chunk| chunk.data.len() as u32).collect::<Vec<_>>());
            assert!(!found.contains(&xorb.chunks[0].hash), "a plain hash");
        }
    }
    assert_ne!(keys[0], keys[1]);
    assert!(keys.iter().all(|key| *key != HMACKey::default()));
}

#[tokio::test]
async fn a_first_chunk_in_an_older_xorb_leads_to_the_older_shard() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let (old, new) = (Xorb::new(&noisy(5, 1)), Xorb::new(&noisy(3, 2)));
    hub.store(&[(&old, 0, 5)]).await;
    assert_eq!(ask(&hub, &token, &old.chunks[3].hash).await, 404);
    new.post(&hub, &token).await.expect(200);
    let (info, _): (MDBFileInfo, _) = file(&[(&old, 3, 5), (&new, 0, 3)]);
    hub.post_shard(&token, shard(&[&info], &[&new.info])).await.expect(200);
    let url = format!("/v1/chunks/default/{}", old.chunks[3].hash);
    let (_, xorbs) = read(hub.cas("GET", &url).token(&token).send().await.expect(200).body);
    assert_eq!(xorbs.iter().map(|xorb| xorb.metadata.xorb_hash).collect::<Vec<_>>(), [old.hash]);
}

#[tokio::test]
async fn an_answer_has_a_bounded_size() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    // Each lists 8192 chunks, which is 393,264 bytes of an answer.
    let xorbs: Vec<Xorb> = (0..24_u64)
        .map(|seed| {
            let bytes = noise(8192 * 4, seed);
            Xorb::new(&bytes.chunks(4).map(|data| Chunk::new(data.to_vec().into())).collect::<Vec<_>>())
        })
        .collect();
    let terms: Vec<(&Xorb, u32, u32)> = xorbs.iter().map(|xorb| (xorb, 0, 8192)).collect();
    for xorb in &xorbs {
        xorb.post(&hub, &token).await.expect(200);
    }
    let (one, _) = file(&terms);
    let (last, _) = file(&terms[23..]);
    let listed: Vec<&MDBXorbInfo> = xorbs.iter().map(|xorb| &xorb.info).collect();
    hub.post_shard(&token, shard(&[&one, &last], &listed)).await.expect(200);
    for asked in [&xorbs[0], &xorbs[23]] {
        let url = format!("/v1/chunks/default/{}", asked.chunks[0].hash);
        let body = hub.cas("GET", &url).token(&token).send().await.expect(200).body;
        assert!(body.len() <= (8 << 20) + 400, "{} bytes", body.len());
        let (_, found) = read(body);
        assert_eq!(found.len(), 21);
        assert!(found.iter().any(|xorb| xorb.metadata.xorb_hash == asked.hash));
    }
}
