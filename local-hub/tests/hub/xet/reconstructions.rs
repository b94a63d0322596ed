//! Reconstructions: which bytes of which xorbs make a file, and data URLs that give these bytes and no others.

use serde_json::{Value, json};
use xet_core_structures::merklehash::MerkleHash;
use xet_core_structures::xorb_object::deserialize_chunks;

use super::kit::{CHUNK, Xorb, file, noisy, shard};
use crate::harness::{CONTROL, Hub};

fn number(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

/// The chunk ranges that an answer offers of each xorb: first chunk, the one after the last, URL and `Range`.
fn offers(answer: &Value) -> Vec<(String, usize, usize, String, String)> {
    let mut offers = Vec::new();
    for (hash, entries) in answer["fetch_info"].as_object().into_iter().flatten() {
        for entry in entries.as_array().unwrap() {
            let range = format!("bytes={}-{}", entry["url_range"]["start"], entry["url_range"]["end"]);
            let (start, end) = (number(&entry["range"]["start"]), number(&entry["range"]["end"]));
            offers.push((hash.clone(), start, end, entry["url"].as_str().unwrap().to_owned(), range));
        }
    }
    for (hash, entries) in answer["xorbs"].as_object().into_iter().flatten() {
        for entry in entries.as_array().unwrap() {
            for range in entry["ranges"].as_array().unwrap() {
                let bytes = format!("bytes={}-{}", range["bytes"]["start"], range["bytes"]["end"]);
                let (start, end) = (number(&range["chunks"]["start"]), number(&range["chunks"]["end"]));
                offers.push((hash.clone(), start, end, entry["url"].as_str().unwrap().to_owned(), bytes));
            }
        }
    }
    offers
}

/// Puts a file together as a client does, from what an answer says and from nothing else; gives it without what a `length` cuts off.
async fn put_together(hub: &Hub, answer: &Value, length: usize) -> Vec<u8> {
    let offers = offers(answer);
    let mut content = Vec::new();
    for term in answer["terms"].as_array().unwrap() {
        let (start, end) = (number(&term["range"]["start"]), number(&term["range"]["end"]));
        let offer = offers.iter().find(|offer| term["hash"] == offer.0 && offer.1 <= start && end <= offer.2);
        let (_, first, last, url, range) = offer.expect("a term that no offer covers");
        let reply = hub.ask("GET", url).header("range", range).send().await.expect(206);
        let (bytes, ends) = deserialize_chunks(&mut &reply.body[..]).unwrap();
        assert_eq!(ends.len(), last - first + 1);
        let wanted = &bytes[ends[start - first] as usize..ends[end - first] as usize];
        assert_eq!(wanted.len(), number(&term["unpacked_length"]));
        content.extend_from_slice(wanted);
    }
    content.drain(..number(&answer["offset_into_first_range"]));
    content.truncate(length);
    content
}

async fn ask(hub: &Hub, version: u8, hash: &MerkleHash, range: Option<&str>) -> crate::harness::Reply {
    let token = hub.xet_token("read").await;
    let ask = hub.cas("GET", &format!("/v{version}/reconstructions/{hash}")).token(&token);
    let ask = if let Some(range) = range { ask.header("range", range) } else { ask };
    ask.send().await
}

#[tokio::test]
async fn any_range_of_a_file_can_be_put_together() {
    let hub = Hub::with_repo().await;
    let (one, two) = (Xorb::new(&noisy(6, 1)), Xorb::new(&noisy(4, 2)));
    let (content, hash) = hub.store(&[(&one, 1, 3), (&two, 0, 4), (&one, 4, 6), (&one, 1, 2), (&one, 0, 1)]).await;
    let size = content.len();
    let edges = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 6 * CHUNK - 1, 6 * CHUNK, 7 * CHUNK + 5, size - 1];
    for version in [1, 2] {
        let whole = ask(&hub, version, &hash, None).await.expect(200).json();
        assert_eq!(put_together(&hub, &whole, size).await, content);
        for first in edges {
            for last in edges.into_iter().filter(|last| *last >= first) {
                let range = format!("bytes={first}-{last}");
                let answer = ask(&hub, version, &hash, Some(&range)).await.expect(200).json();
                let found = put_together(&hub, &answer, last - first + 1).await;
                assert!(found == content[first..=last], "version {version}, {range}");
                // Nothing is fetched that is not needed: at most a chunk at either end.
                let terms = answer["terms"].as_array().unwrap();
                let offered: usize = terms.iter().map(|term| number(&term["unpacked_length"])).sum();
                assert!(offered < last - first + 1 + 2 * CHUNK, "version {version}, {range}: {offered} bytes");
            }
        }
        for (range, from) in [(format!("bytes={}-", size - 5), size - 5), ("bytes=-7".to_owned(), size - 7)] {
            let answer = ask(&hub, version, &hash, Some(&range)).await.expect(200).json();
            assert_eq!(put_together(&hub, &answer, size).await, content[from..]);
        }
        let clamped = ask(&hub, version, &hash, Some(&format!("bytes=0-{}", 9 * size))).await.expect(200).json();
        assert_eq!(put_together(&hub, &clamped, size).await, content);
        for beyond in [format!("bytes={size}-"), format!("bytes={size}-{}", size + 10), "bytes=-0".to_owned()] {
            ask(&hub, version, &hash, Some(&beyond)).await.expect(416);
        }
        ask(&hub, version, &MerkleHash::from([9; 4]), None).await.expect(404);
    }
    for bad in ["/v1/reconstructions/x", "/v2/reconstructions/x"] {
        hub.cas("GET", bad).token(&hub.xet_token("read").await).send().await.expect(400);
    }
}

#[tokio::test]
async fn no_byte_of_a_xorb_is_offered_twice() {
    let hub = Hub::with_repo().await;
    let one = Xorb::new(&noisy(9, 1));
    let (_, hash) = hub.store(&[(&one, 0, 2), (&one, 1, 4), (&one, 6, 7), (&one, 0, 1), (&one, 8, 9)]).await;
    for version in [1, 2] {
        let answer = ask(&hub, version, &hash, None).await.expect(200).json();
        let ranges: Vec<(usize, usize)> = offers(&answer).iter().map(|offer| (offer.1, offer.2)).collect();
        assert_eq!(ranges, [(0, 4), (6, 7), (8, 9)]);
        let urls: std::collections::BTreeSet<String> = offers(&answer).into_iter().map(|offer| offer.3).collect();
        assert_eq!(urls.len(), if version == 1 { 3 } else { 1 });
    }
}

#[tokio::test]
async fn many_ranges_in_one_answer() {
    let hub = Hub::with_repo().await;
    let one = Xorb::new(&noisy(9, 1));
    let (_, hash) = hub.store(&[(&one, 0, 2), (&one, 4, 5), (&one, 8, 9)]).await;
    let answer = ask(&hub, 2, &hash, None).await.expect(200).json();
    let entry = &answer["xorbs"][one.hash.hex()][0];
    let ranges: Vec<(usize, usize)> = entry["ranges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|range| (number(&range["bytes"]["start"]), number(&range["bytes"]["end"])))
        .collect();
    let header: Vec<String> = ranges.iter().map(|(first, last)| format!("{first}-{last}")).collect();
    let url = entry["url"].as_str().unwrap();
    let reply = hub.ask("GET", url).header("range", &format!("bytes={}", header.join(","))).send().await.expect(206);
    let boundary = reply.header("content-type").strip_prefix("multipart/byteranges; boundary=").unwrap().to_owned();
    let mut expected = Vec::new();
    for (first, last) in &ranges {
        let size = one.body.len();
        let head =
            format!("Content-Type: application/octet-stream\r\nContent-Range: bytes {first}-{last}/{size}\r\n\r\n");
        expected.extend_from_slice(format!("--{boundary}\r\n{head}").as_bytes());
        expected.extend_from_slice(&one.body[*first..=*last]);
        expected.extend_from_slice(b"\r\n");
    }
    expected.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    assert_eq!(reply.header("content-length"), expected.len().to_string());
    assert!(reply.body == expected);
}

#[tokio::test]
async fn a_data_url_gives_what_is_signed_and_nothing_else() {
    let hub = Hub::with_repo().await;
    let one = Xorb::new(&noisy(9, 1));
    let (_, hash) = hub.store(&[(&one, 1, 3), (&one, 5, 6)]).await;
    let answer = ask(&hub, 2, &hash, None).await.expect(200).json();
    let url = offers(&answer)[0].3.clone();
    let (a, b) = (offers(&answer)[0].4.clone(), offers(&answer)[1].4.clone());
    let both = format!("{a},{}", &b[6..]);
    let (first, last) = a[6..].split_once('-').unwrap();
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    let get = |url: &str, range: Option<&str>| {
        let ask = hub.ask("GET", url);
        match range {
            Some(range) => ask.header("range", range).send(),
            None => ask.send(),
        }
    };
    for good in [&a, &b, &both] {
        get(&url, Some(good)).await.expect(206);
    }
    let reply = get(&url, Some(&a)).await;
    assert_eq!(reply.body, one.body[first..=last]);
    assert_eq!(reply.header("content-range"), format!("bytes {first}-{last}/{}", one.body.len()));
    let rows = [
        ("no range", url.clone(), None),
        ("a byte more", url.clone(), Some(format!("bytes={first}-{}", last + 1))),
        ("a byte less", url.clone(), Some(format!("bytes={first}-{}", last - 1))),
        ("a byte before", url.clone(), Some(format!("bytes={}-{last}", first - 1))),
        ("all", url.clone(), Some("bytes=0-".to_owned())),
        ("the last", url.clone(), Some("bytes=-10".to_owned())),
        ("in another order", url.clone(), Some(format!("{b},{}", &a[6..]))),
        ("one twice", url.clone(), Some(format!("{a},{}", &a[6..]))),
        ("what is no range", url.clone(), Some("bytes=x".to_owned())),
        ("another signed range", url.replace(&format!("{first}-"), "0-"), Some(format!("bytes=0-{last}"))),
        ("another xorb", url.replace(&one.hash.hex(), &MerkleHash::from([1; 4]).hex()), Some(a.clone())),
        ("no signature", url.split('?').next().unwrap().to_owned(), Some(a.clone())),
        ("another signature", url.replace("X-Amz-Signature=", "X-Amz-Signature=0"), Some(a.clone())),
        ("a longer life", url.replace("X-Amz-Expires=900", "X-Amz-Expires=9000"), Some(a.clone())),
    ];
    for (what, url, range) in rows {
        let reply = get(&url, range.as_deref()).await;
        assert_eq!(reply.status, 403, "{what}: {}", reply.text());
        assert!(reply.text().contains("<Error>"), "{what}");
    }
    // No token is wanted, and none is taken.
    hub.ask("GET", &url).header("range", &a).token("hf_demo").send().await.expect(400);
    hub.ask("PUT", &url).body(vec![1]).send().await.expect(403);
    hub.handle.clock().advance(900);
    let reply = get(&url, Some(&a)).await.expect(403);
    assert!(reply.text().contains("expired"));
}

#[tokio::test]
async fn data_urls_live_as_long_as_tests_want() {
    let hub = Hub::with_repo().await;
    let one = Xorb::new(&noisy(3, 1));
    let (_, hash) = hub.store(&[(&one, 0, 3)]).await;
    let change = json!({ "urlLifetimeSeconds": 3 });
    hub.ask("PUT", "/_control/xet").token(CONTROL).json(&change).send().await.expect(200);
    for version in [1, 2] {
        let answer = ask(&hub, version, &hash, None).await.expect(200).json();
        let (_, _, _, url, range) = offers(&answer)[0].clone();
        hub.ask("GET", &url).header("range", &range).send().await.expect(206);
        hub.handle.clock().advance(3);
        hub.ask("GET", &url).header("range", &range).send().await.expect(403);
    }
}

#[tokio::test]
async fn many_files_in_one_question() {
    let hub = Hub::with_repo().await;
    let one = Xorb::new(&noisy(9, 1));
    let (_, a) = hub.store(&[(&one, 0, 4)]).await;
    let (_, b) = hub.store(&[(&one, 2, 6)]).await;
    let token = hub.xet_token("read").await;
    let url = format!("/v1/reconstructions?file_id={a}&file_id={b}");
    let by_get = hub.cas("GET", &url).token(&token).send().await.expect(200).json();
    let body = json!([a.hex(), b.hex()]);
    let by_post = hub.cas("POST", "/v1/reconstructions").token(&token).json(&body).send().await.expect(200).json();
    for answer in [&by_get, &by_post] {
        assert_eq!(answer["files"].as_object().unwrap().len(), 2);
        assert_eq!(answer["files"][a.hex()][0]["range"], json!({ "start": 0, "end": 4 }));
        let fetched = answer["fetch_info"][one.hash.hex()].as_array().unwrap();
        assert_eq!(fetched.len(), 1);
        assert_eq!(fetched[0]["range"], json!({ "start": 0, "end": 6 }));
    }
    let many: Vec<String> = (0..1001).map(|_| a.hex()).collect();
    let rows = [
        ("GET", "/v1/reconstructions".to_owned(), Value::Null, 400),
        ("GET", "/v1/reconstructions?file_id=x".to_owned(), Value::Null, 400),
        ("GET", format!("{url}&file_id={}", MerkleHash::from([1; 4])), Value::Null, 404),
        ("POST", "/v1/reconstructions".to_owned(), json!({}), 400),
        ("POST", "/v1/reconstructions".to_owned(), json!([]), 400),
        ("POST", "/v1/reconstructions".to_owned(), json!(["x"]), 400),
        ("POST", "/v1/reconstructions".to_owned(), json!(many), 413),
    ];
    for (method, url, body, status) in rows {
        let ask = hub.cas(method, &url).token(&token);
        let ask = if body.is_null() { ask } else { ask.json(&body) };
        ask.send().await.expect(status);
    }
    hub.cas("GET", &url).send().await.expect(401);
}

#[tokio::test]
async fn a_fragmented_file_gets_urls_of_bounded_length() {
    let hub = Hub::with_repo().await;
    let bytes = crate::harness::noise(2000 * 16, 1);
    let chunks: Vec<_> =
        bytes.chunks(16).map(|data| xet_core_structures::xorb_object::Chunk::new(data.to_vec().into())).collect();
    let one = Xorb::new(&chunks);
    let token = hub.xet_token("write").await;
    one.post(&hub, &token).await.expect(200);
    let terms: Vec<(&Xorb, u32, u32)> = (0..1000).map(|n| (&one, 2 * n, 2 * n + 1)).collect();
    let (info, content) = file(&terms);
    hub.post_shard(&token, shard(&[&info], &[&one.info])).await.expect(200);
    let answer = ask(&hub, 2, &info.metadata.file_hash, None).await.expect(200).json();
    let entries = answer["xorbs"][one.hash.hex()].as_array().unwrap();
    assert_eq!(
        entries.iter().map(|entry| entry["ranges"].as_array().unwrap().len()).collect::<Vec<_>>(),
        [400, 400, 200]
    );
    for entry in entries {
        let url = entry["url"].as_str().unwrap();
        assert!(url.len() < 8192, "{} characters", url.len());
        let all: Vec<String> = entry["ranges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|range| format!("{}-{}", range["bytes"]["start"], range["bytes"]["end"]))
            .collect();
        hub.ask("GET", url).header("range", &format!("bytes={}", all.join(","))).send().await.expect(206);
    }
    assert_eq!(content.len(), 16_000);
}
