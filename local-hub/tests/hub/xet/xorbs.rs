//! Xorbs: what is taken, and what is refused, byte by byte.

use serde_json::json;
use xet_core_structures::merklehash::MerkleHash;
use xet_core_structures::xorb_object::{Chunk, CompressionScheme, XorbChunkHeader, write_chunk_header};

use super::kit::{CHUNK, Xorb, chunks, noisy};
use crate::harness::{CONTROL, Hub, noise, snapshot};

const MIB: usize = 1 << 20;

async fn listed(hub: &Hub) -> Vec<serde_json::Value> {
    let list = hub.ask("GET", "/_control/xet/xorbs").token(CONTROL).send().await.expect(200).json();
    list["xorbs"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_xorb_is_taken_once_in_whatever_form() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let text: Vec<u8> = b"tides, currents, winds; ".iter().copied().cycle().take(7 * CHUNK + 5).collect();
    let floats: Vec<u8> = (0..40_000_u32).flat_map(|n| (n as f32 * 0.001).to_le_bytes()).collect();
    for (seed, content) in [(1, noise(3 * CHUNK + 1, 1)), (2, text), (3, floats), (4, vec![7])] {
        let chunks = chunks(&content);
        for (scheme, footer) in [
            (CompressionScheme::None, false),
            (CompressionScheme::LZ4, true),
            (CompressionScheme::ByteGrouping4LZ4, false),
            (CompressionScheme::None, true),
        ] {
            let xorb = Xorb::with(&chunks, scheme, footer);
            let is_first = scheme == CompressionScheme::None && !footer;
            let reply = xorb.post(&hub, &token).await.expect(200);
            assert_eq!(reply.json(), json!({ "was_inserted": is_first }), "{seed} {scheme} {footer}");
        }
    }
    // The first form is what is kept.
    let bytes: Vec<u64> = listed(&hub).await.iter().map(|xorb| xorb["bytes"].as_u64().unwrap()).collect();
    assert!(bytes.contains(&(3 * CHUNK as u64 + 1 + 4 * 8)), "{bytes:?}");
    assert_eq!(bytes.len(), 4);
}

#[tokio::test]
async fn the_other_spelling_of_the_prefix() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let xorb = Xorb::new(&noisy(1, 1));
    let path = format!("/v1/xorbs/default-merkledb/{}", xorb.hash);
    let ask = || hub.cas("POST", &path).token(&token).body(xorb.body.clone());
    assert_eq!(ask().send().await.expect(200).json()["was_inserted"], true);
    assert_eq!(xorb.post(&hub, &token).await.expect(200).json()["was_inserted"], false);
}

/// A record of some bytes.
fn record(header: XorbChunkHeader, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_chunk_header(&mut bytes, &header).unwrap();
    bytes.extend_from_slice(data);
    bytes
}

#[tokio::test]
async fn what_is_refused() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let good = Xorb::with(&noisy(3, 1), CompressionScheme::None, false);
    let footed = Xorb::with(&noisy(3, 1), CompressionScheme::None, true);
    let packed = Xorb::with(&chunks(&[5; 3 * CHUNK]), CompressionScheme::LZ4, false);
    let other = Xorb::new(&noisy(3, 2));
    let step = CHUNK + 8;
    let changed = |at: usize, to: u8| {
        let mut body = good.body.clone();
        assert_ne!(body[at], to);
        body[at] = to;
        body
    };
    let spliced = |body: &[u8], at: usize, with: &[u8]| [&body[..at], with, &body[at..]].concat();
    let header = |scheme, packed: u32, plain: u32| XorbChunkHeader::new(scheme, packed, plain);
    let lz4 = CompressionScheme::LZ4.compress_from_slice(&[5; CHUNK]).unwrap().into_owned();
    let lz4_header = |plain: usize| header(CompressionScheme::LZ4, lz4.len() as u32, plain as u32);
    let bomb = CompressionScheme::LZ4.compress_from_slice(&vec![0; 40 * MIB]).unwrap().into_owned();
    let swapped = [&good.body[step..2 * step], &good.body[..step], &good.body[2 * step..]].concat();
    let mut wrong_footer = footed.body.clone();
    wrong_footer[good.body.len() + 20] ^= 1;
    let mut wrong_length = footed.body.clone();
    let last = wrong_length.len() - 1;
    wrong_length[last] ^= 1;
    let one = Xorb::new(&[Chunk::new(vec![5; CHUNK].into())]);
    let many: Vec<u8> = (0..8193).flat_map(|_| record(header(CompressionScheme::None, 1, 1), b"x")).collect();
    let at = |xorb: &Xorb| xorb.hash.hex();
    let rows: Vec<(&str, String, Vec<u8>, u16, &str)> = vec![
        ("nothing", at(&good), vec![], 400, "no chunks"),
        ("another one", at(&good), other.body.clone(), 400, "its hash is"),
        ("one chunk less", at(&good), good.body[..2 * step].to_vec(), 400, "its hash is"),
        ("one chunk more", at(&good), spliced(&good.body, good.body.len(), &other.body[..step]), 400, "its hash is"),
        ("chunks in another order", at(&good), swapped, 400, "its hash is"),
        ("a byte of a chunk", at(&good), changed(8 + 77, good.body[85] ^ 1), 400, "its hash is"),
        ("half of the last chunk", at(&good), good.body[..2 * step + 500].to_vec(), 400, "in the middle of its data"),
        ("half a header", at(&good), good.body[..step + 3].to_vec(), 400, "in the middle of its header"),
        ("version 1", at(&good), changed(0, 1), 400, "bad header"),
        ("version 255", at(&good), changed(step, 255), 400, "bad header"),
        ("scheme 3", at(&good), changed(4, 3), 400, "bad header"),
        ("scheme 99", at(&good), changed(4, 99), 400, "bad header"),
        ("raw bytes called LZ4", at(&good), changed(4, 1), 400, "cannot be unpacked"),
        ("raw bytes called grouped", at(&good), changed(4, 2), 400, "cannot be unpacked"),
        ("a length of more than there is", at(&good), changed(3, 3), 400, "in the middle of its data"),
        ("a raw length of another one", at(&good), changed(5, good.body[5] ^ 1), 400, "unpack"),
        ("a raw length beyond 128 KiB", at(&good), changed(7, 3), 400, "bad header"),
        ("a packed length beyond 256 KiB", at(&good), changed(3, 9), 400, "bad header"),
        ("no packed bytes", at(&one), record(header(CompressionScheme::None, 0, 5), b""), 400, "is empty"),
        ("no raw bytes", at(&one), record(header(CompressionScheme::None, 5, 0), b"abcde"), 400, "is empty"),
        ("less than the header says", at(&one), record(lz4_header(CHUNK + 1), &lz4), 400, "unpacks to"),
        ("more than the header says", at(&one), record(lz4_header(CHUNK - 1), &lz4), 400, "more bytes than"),
        (
            "bytes behind a frame",
            at(&one),
            record(header(CompressionScheme::LZ4, lz4.len() as u32 + 3, CHUNK as u32), &[&lz4[..], b"abc"].concat()),
            400,
            "behind its data",
        ),
        (
            "a frame that is cut",
            at(&one),
            record(header(CompressionScheme::LZ4, lz4.len() as u32 - 6, CHUNK as u32), &lz4[..lz4.len() - 6]),
            400,
            "unpack",
        ),
        (
            "forty MiB in few bytes",
            at(&one),
            record(header(CompressionScheme::LZ4, bomb.len() as u32, 131_072), &bomb),
            400,
            "more bytes than",
        ),
        (
            "a frame without its magic",
            at(&packed),
            [&packed.body[..8], b"XXXX", &packed.body[12..]].concat(),
            400,
            "unpack",
        ),
        (
            "four stray bytes at the end",
            at(&good),
            spliced(&good.body, good.body.len(), b"XETB"),
            400,
            "not the footer",
        ),
        ("zeros at the end", at(&good), spliced(&good.body, good.body.len(), &[0; 5]), 400, "middle of its header"),
        ("a footer of another xorb", at(&good), wrong_footer, 400, "not the footer"),
        ("a footer of another length", at(&good), wrong_length, 400, "not the footer"),
        ("a footer that is cut", at(&footed), footed.body[..last].to_vec(), 400, "not the footer"),
        ("bytes behind the footer", at(&footed), spliced(&footed.body, footed.body.len(), b"x"), 400, "not the footer"),
        ("a footer and no chunks", at(&footed), footed.body[good.body.len()..].to_vec(), 400, "no chunks"),
        ("8193 chunks", at(&one), many, 400, "more than 8192 chunks"),
        ("more than 64 MiB", at(&one), vec![0; 70 * MIB], 413, "at most 67108864 bytes"),
        ("zeros for a name", MerkleHash::default().hex(), good.body.clone(), 400, "its hash is"),
        ("a name in capitals", at(&good).to_uppercase(), good.body.clone(), 400, "Invalid hash"),
        ("a short name", at(&good)[1..].to_owned(), good.body.clone(), 400, "Invalid hash"),
        ("a path for a name", "..%2F..%2Fx".to_owned(), good.body.clone(), 400, "Invalid hash"),
    ];
    assert!(rows.len() >= 39);
    let before = snapshot(hub.handle.data());
    for (what, name, body, status, says) in rows {
        let path = format!("/v1/xorbs/default/{name}");
        let reply = hub.cas("POST", &path).token(&token).body(body).send().await;
        assert_eq!(reply.status, status, "{what}: {}", reply.text());
        let said = reply.json()["error"].as_str().unwrap().to_owned();
        assert!(said.contains(says), "{what}: {said}");
        assert_eq!(snapshot(hub.handle.data()), before, "{what} left something");
    }
    for (method, path, status) in [
        ("POST", format!("/v1/xorbs/other/{}", good.hash), 400),
        ("POST", format!("/v1/xorbs/{}", good.hash), 404),
        ("PUT", format!("/v1/xorbs/default/{}", good.hash), 405),
        ("GET", format!("/v1/xorbs/default/{}", good.hash), 405),
        ("POST", format!("/v1/xorb-grants/default/{}", good.hash), 404),
        ("POST", format!("/v1/xorb-commits/default/{}/grant/1", good.hash), 404),
        ("POST", "/v1/nothing".to_owned(), 404),
    ] {
        let reply = hub.cas(method, &path).token(&token).body(good.body.clone()).send().await.expect(status);
        assert!(reply.json()["error"].is_string(), "{path}");
    }
    assert_eq!(snapshot(hub.handle.data()), before);
}

#[tokio::test]
async fn telemetry_is_taken_and_forgotten() {
    let hub = Hub::with_repo().await;
    let before = snapshot(hub.handle.data());
    hub.cas("POST", "/v1/telemetry").json(&json!({ "seconds": 1 })).send().await.expect(200);
    hub.cas("POST", "/v1/telemetry").body(vec![b' '; 2 * MIB]).send().await.expect(413);
    assert_eq!(snapshot(hub.handle.data()), before);
}

#[tokio::test]
async fn a_body_that_ends_early_leaves_nothing() {
    use hubferry_local_hub::{Fault, Rule};
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let xorb = Xorb::new(&noisy(100, 1));
    hub.handle.faults().add(Rule::on("cas.xorb", Fault::CutRequest { after_bytes: 100_000 }).times(1));
    let path = format!("/v1/xorbs/default/{}", xorb.hash);
    assert!(hub.cas("POST", &path).token(&token).body(xorb.body.clone()).try_send().await.is_err());
    assert!(listed(&hub).await.is_empty());
    hub.handle.faults().add(Rule::on("cas.xorb", Fault::FlipRequest { at: 70_000 }).times(1));
    xorb.post(&hub, &token).await.expect(400);
    assert!(listed(&hub).await.is_empty());
    xorb.post(&hub, &token).await.expect(200);
    assert_eq!(listed(&hub).await[0]["chunks"], 100);
}
