//! Shards: what registers files, and what is refused, record by record.

use serde_json::{Value, json};
use xet_core_structures::merklehash::{MerkleHash, file_hash};
use xet_core_structures::metadata_shard::file_structs::{
    FileMetadataExt, FileVerificationEntry, MDB_FILE_FLAG_WITH_METADATA_EXT, MDB_FILE_FLAG_WITH_VERIFICATION,
    MDBFileInfo,
};
use xet_core_structures::metadata_shard::shard_format::MDBShardInfo;
use xet_core_structures::metadata_shard::shard_in_memory::MDBInMemoryShard;
use xet_core_structures::metadata_shard::xorb_structs::MDBXorbInfo;

use super::kit::{CHUNK, Xorb, chunks, file, line, noisy, shard, whole};
use crate::harness::{CONTROL, DEMO, Hub, oid, snapshot};

async fn listed(hub: &Hub) -> Vec<Value> {
    let list = hub.ask("GET", "/_control/xet/shards").token(CONTROL).send().await.expect(200).json();
    list["shards"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_shard_is_registered_once_with_and_without_a_footer() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let xorb = Xorb::new(&noisy(5, 1));
    xorb.post(&hub, &token).await.expect(200);
    let (info, content) = whole(&xorb);
    let bare = shard(&[&info], &[&xorb.info]);
    assert_eq!(hub.post_shard(&token, bare.clone()).await.expect(200).json(), json!({ "result": 1 }));
    assert_eq!(hub.post_shard(&token, bare).await.expect(200).json(), json!({ "result": 0 }));

    // With lookup tables and a footer, as some clients send it.
    let mut memory = MDBInMemoryShard::default();
    memory.add_file_reconstruction_info(info.clone()).unwrap();
    memory.add_xorb_block(xorb.info.clone()).unwrap();
    let mut footed = Vec::new();
    MDBShardInfo::serialize_from(&mut footed, &memory, None).unwrap();
    assert_eq!(hub.post_shard(&token, footed).await.expect(200).json(), json!({ "result": 0 }));
    let listed = listed(&hub).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["files"], json!([info.metadata.file_hash.hex()]));
    assert_eq!(listed[0]["xorbs"], json!([xorb.hash.hex()]));
    hub.commit(&[line("a.bin", &content)]).await;
}

#[tokio::test]
async fn terms_in_many_xorbs_and_again() {
    let hub = Hub::with_repo().await;
    let (one, two) = (Xorb::new(&noisy(6, 1)), Xorb::new(&noisy(4, 2)));
    let (content, _) = hub.store(&[(&one, 0, 3), (&two, 0, 4), (&one, 1, 2), (&one, 1, 2), (&one, 3, 6)]).await;
    // A second file needs nothing new: no xorb is listed.
    let (info, other) = file(&[(&two, 1, 3), (&one, 5, 6)]);
    let token = hub.xet_token("write").await;
    hub.post_shard(&token, shard(&[&info], &[])).await.expect(200);
    hub.commit(&[line("a", &content), line("b", &other)]).await;
    let location = hub.get("/demo/repo/resolve/main/a").await.expect(302).header("location").to_owned();
    assert_eq!(hub.get(&location).await.expect(200).body, content);
}

#[tokio::test]
async fn an_empty_file() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let (info, content) = file(&[]);
    assert_eq!((info.metadata.file_hash, content.len()), (MerkleHash::default(), 0));
    hub.post_shard(&token, shard(&[&info], &[])).await.expect(200);
    hub.commit(&[line("empty.bin", b"")]).await;
    let url = format!("/v1/reconstructions/{}", MerkleHash::default());
    let answer = hub.cas("GET", &url).token(&token).send().await.expect(200).json();
    assert_eq!(answer, json!({ "offset_into_first_range": 0, "terms": [], "fetch_info": {} }));
    let location = hub.get("/demo/repo/resolve/main/empty.bin").await.expect(302).header("location").to_owned();
    assert_eq!(hub.get(&location).await.expect(200).body, b"");
}

#[tokio::test]
async fn the_stream_tells_how_it_went() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let xorb = Xorb::new(&noisy(5, 1));
    let (info, content) = whole(&xorb);
    let body = shard(&[&info], &[&xorb.info]);
    let post = async || {
        let reply = hub.cas("POST", "/v2/shards").token(&token).body(body.clone()).send().await.expect(200);
        assert_eq!(reply.header("content-type"), "application/x-ndjson");
        let lines: Vec<Value> = reply.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        lines
    };
    let lines = post().await;
    let last = lines.last().unwrap();
    assert_eq!((&last["type"], &last["retryable"]), (&json!("error"), &json!(false)));
    assert!(last["message"].as_str().unwrap().contains("not stored"), "{last}");
    assert!(listed(&hub).await.is_empty());
    xorb.post(&hub, &token).await.expect(200);
    for _ in 0..2 {
        let kinds: Vec<String> = post().await.iter().map(|line| line["type"].as_str().unwrap().to_owned()).collect();
        assert_eq!(kinds.first().unwrap(), "validating");
        assert_eq!(kinds[kinds.len() - 3..], ["committing", "committing", "result"]);
    }
    assert_eq!(listed(&hub).await.len(), 1);
    hub.commit(&[line("a", &content)]).await;
}

/// A change of a good file's record.
fn with(info: &MDBFileInfo, change: impl FnOnce(&mut MDBFileInfo)) -> MDBFileInfo {
    let mut info = info.clone();
    change(&mut info);
    info
}

/// A change of a good xorb's record.
fn listing(info: &MDBXorbInfo, change: impl FnOnce(&mut MDBXorbInfo)) -> MDBXorbInfo {
    let mut info = info.clone();
    change(&mut info);
    info
}

#[tokio::test]
async fn what_is_refused() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let (xorb, absent) = (Xorb::new(&noisy(5, 1)), Xorb::new(&noisy(5, 2)));
    // The same chunk, twice.
    let twin = Xorb::new(&chunks(&[3; 2 * CHUNK]));
    for stored in [&xorb, &twin] {
        stored.post(&hub, &token).await.expect(200);
    }
    let (info, _) = whole(&xorb);
    let (part, _) = file(&[(&xorb, 1, 4)]);
    let (lost, _) = whole(&absent);
    let good = shard(&[&info], &[&xorb.info]);
    let one = |info: &MDBFileInfo| shard(&[info], &[&xorb.info]);
    let list = |said: &MDBXorbInfo| shard(&[&info], &[said]);
    let bytes = |at: usize, with: &[u8]| [&good[..at], with, &good[at + with.len()..]].concat();
    let other_hash = MerkleHash::from([7; 4]);
    let rows: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", vec![], "middle of its header"),
        ("half a header", good[..40].to_vec(), "middle of its header"),
        ("another magic", bytes(3, b"x"), "Invalid shard"),
        ("no shard at all", vec![b'x'; 4800], "Invalid shard"),
        ("version 3", bytes(32, &[3]), "version 3"),
        ("version 1", bytes(32, &[1]), "version 1"),
        ("a footer of 7 bytes", bytes(40, &[7]), "a footer of 7 bytes"),
        ("a footer that is not there", bytes(40, &[200]), "middle of its footer"),
        ("a header and no more", good[..48].to_vec(), "middle of the files"),
        ("no end of the files", good[..48 + 48].to_vec(), "middle of a file"),
        ("half a record of a file", good[..48 + 70].to_vec(), "middle of a file"),
        ("no xorbs", good[..48 + 4 * 48 + 48].to_vec(), "middle of the xorbs"),
        ("half a xorb", good[..good.len() - 100].to_vec(), "middle of a xorb"),
        ("no end of the xorbs", good[..good.len() - 48].to_vec(), "middle of the xorbs"),
        ("a byte behind its end", [&good[..], b"x"].concat(), "1 bytes behind its end"),
        ("four billion terms", bytes(48 + 36, &[255; 4]), "overflow"),
        ("a billion terms", bytes(48 + 36, &[0, 0, 0, 0x40]), "middle of a file"),
        ("four billion chunks", bytes(48 + 5 * 48 + 36, &[255; 4]), "middle of a xorb"),
        (
            "no range hashes",
            one(&with(&info, |info| {
                info.metadata.file_flags = MDB_FILE_FLAG_WITH_METADATA_EXT;
                info.verification.clear();
            })),
            "no range hashes",
        ),
        (
            "no SHA-256",
            one(&with(&info, |info| {
                info.metadata.file_flags = MDB_FILE_FLAG_WITH_VERIFICATION;
                info.metadata_ext = None;
            })),
            "no SHA-256",
        ),
        (
            "neither",
            one(&with(&info, |info| {
                info.metadata.file_flags = 0;
                info.verification.clear();
                info.metadata_ext = None;
            })),
            "no range hashes",
        ),
        ("a xorb that is not stored", shard(&[&lost], &[]), "not stored"),
        ("one that is listed and not stored", shard(&[&lost], &[&absent.info]), "not stored"),
        ("one that is listed only", shard(&[&info], &[&xorb.info, &absent.info]), "not stored"),
        ("another file hash", one(&with(&info, |info| info.metadata.file_hash = other_hash)), "has chunks of the file"),
        (
            "the root without the salt",
            one(&with(&info, |info| info.metadata.file_hash = xorb.hash)),
            "has chunks of the file",
        ),
        ("no file hash", one(&with(&info, |info| info.metadata.file_hash = MerkleHash::default())), "terms"),
        (
            "no terms",
            one(&with(&info, |info| {
                info.metadata.num_entries = 0;
                info.segments.clear();
                info.verification.clear();
            })),
            "has 0 terms",
        ),
        ("a term of no chunks", one(&with(&part, |part| part.segments[0].chunk_index_end = 1)), "chunks 1 to 1"),
        ("a term backwards", one(&with(&part, |part| part.segments[0].chunk_index_start = 4)), "chunks 4 to 4"),
        ("a term beyond the xorb", one(&with(&part, |part| part.segments[0].chunk_index_end = 6)), "there are 5"),
        ("a term far beyond it", one(&with(&part, |part| part.segments[0].chunk_index_end = u32::MAX)), "there are 5"),
        (
            "a term of other chunks of the same length",
            one(&with(&part, |part| {
                part.segments[0].chunk_index_start = 0;
                part.segments[0].chunk_index_end = 3;
            })),
            "range hash",
        ),
        ("a byte too many", one(&with(&part, |part| part.segments[0].unpacked_segment_bytes += 1)), "its chunks have"),
        ("a byte too few", one(&with(&part, |part| part.segments[0].unpacked_segment_bytes -= 1)), "its chunks have"),
        ("no bytes", one(&with(&part, |part| part.segments[0].unpacked_segment_bytes = 0)), "its chunks have"),
        (
            "another range hash",
            one(&with(&info, |info| info.verification[0] = FileVerificationEntry::new(other_hash))),
            "range hash",
        ),
        (
            "a range hash of zeros",
            one(&with(&info, |info| info.verification[0] = FileVerificationEntry::default())),
            "range hash",
        ),
        (
            "the SHA-256 of another content",
            one(&with(&info, |info| {
                info.metadata_ext = Some(FileMetadataExt::new(MerkleHash::from_hex(&oid(b"x")).unwrap()));
            })),
            "has the SHA-256",
        ),
        (
            "a SHA-256 in the order of its bytes",
            one(&with(&info, |info| {
                let sha256 = info.metadata_ext.as_ref().unwrap().sha256;
                let plain = MerkleHash::from_slice(&hex::decode(sha256.hex()).unwrap()).unwrap();
                info.metadata_ext = Some(FileMetadataExt::new(plain));
            })),
            "has the SHA-256",
        ),
        ("a chunk less in the list", list(&listing(&xorb.info, shorten)), "number of chunks"),
        (
            "a chunk more in the list",
            list(&listing(&xorb.info, |list| {
                list.chunks.push(list.chunks[0].clone());
                list.metadata.num_entries += 1;
            })),
            "number of chunks",
        ),
        (
            "another size in the list",
            list(&listing(&xorb.info, |list| list.metadata.num_bytes_in_xorb += 1)),
            "the size",
        ),
        (
            "another chunk hash in the list",
            list(&listing(&xorb.info, |list| list.chunks[3].chunk_hash = other_hash)),
            "chunk 3",
        ),
        (
            "another chunk length in the list",
            list(&listing(&xorb.info, |list| list.chunks[2].unpacked_segment_bytes -= 1)),
            "chunk 2",
        ),
        (
            "another chunk offset in the list",
            list(&listing(&xorb.info, |list| list.chunks[1].chunk_byte_range_start += 1)),
            "chunk 1",
        ),
        ("chunks in another order in the list", list(&listing(&xorb.info, |list| list.chunks.swap(0, 1))), "chunk 0"),
        (
            "a list under another name",
            list(&listing(&xorb.info, |list| list.metadata.xorb_hash = twin.hash)),
            "number of chunks",
        ),
        ("a good file and a bad one", shard(&[&info, &lost], &[&xorb.info]), "not stored"),
    ];
    assert!(rows.len() >= 49);
    let before = snapshot(hub.handle.data());
    for (what, body, says) in rows {
        let reply = hub.post_shard(&token, body.clone()).await;
        assert_eq!(reply.status, 400, "{what}: {}", reply.text());
        let said = reply.json()["error"].as_str().unwrap().to_owned();
        assert!(said.starts_with("Invalid shard") && said.contains(says), "{what}: {said}");
        let reply = hub.cas("POST", "/v2/shards").token(&token).body(body).send().await.expect(200);
        let last: Value = serde_json::from_str(reply.text().lines().last().unwrap()).unwrap();
        assert_eq!((last["type"].as_str(), last["message"].as_str()), (Some("error"), Some(said.as_str())), "{what}");
        assert_eq!(snapshot(hub.handle.data()), before, "{what} left something");
    }
    let large = hub.post_shard(&token, vec![0; (64 << 20) + 1]).await.expect(413);
    assert!(large.text().contains("67108864"));
    assert_eq!(snapshot(hub.handle.data()), before);
    hub.post_shard(&token, good).await.expect(200);
}

fn shorten(list: &mut MDBXorbInfo) {
    list.chunks.pop();
    list.metadata.num_entries -= 1;
}

#[tokio::test]
async fn what_the_client_cannot_know_does_not_matter() {
    let hub = Hub::with_repo().await;
    let token = hub.xet_token("write").await;
    let xorb = Xorb::new(&noisy(5, 1));
    xorb.post(&hub, &token).await.expect(200);
    let (info, _) = whole(&xorb);
    for length in [0, 1, u32::MAX] {
        let said = listing(&xorb.info, |list| list.metadata.num_bytes_on_disk = length);
        hub.post_shard(&token, shard(&[&info], &[&said])).await.expect(200);
    }
}

#[tokio::test]
async fn a_repo_is_told_of_files_and_others_are_not() {
    let hub = Hub::with_repo().await;
    hub.create("model", "other").await;
    let xorb = Xorb::new(&noisy(5, 1));
    let (content, hash) = hub.store(&[(&xorb, 0, 5)]).await;
    let commit = [crate::harness::header("a"), line("a.bin", &content)];
    let other = || hub.ask("POST", "/api/models/demo/other/commit/main").token(DEMO).lines(&commit).send();
    let refused = other().await.expect(400);
    assert!(refused.text().contains("does not exist"), "{}", refused.text());
    let token = hub.xet_token_of("models/demo/other", "write").await;
    let url = format!("/v1/reconstructions/{hash}");
    hub.cas("GET", &url).token(&token).send().await.expect(404);
    // The same shard again, by a token of the other repo: nothing is new but the registration.
    let (info, _) = whole(&xorb);
    assert_eq!(xorb.post(&hub, &token).await.expect(200).json()["was_inserted"], false);
    let again = hub.post_shard(&token, shard(&[&info], &[&xorb.info])).await.expect(200);
    assert_eq!(again.json()["result"], 0);
    other().await.expect(200);
    hub.cas("GET", &url).token(&token).send().await.expect(200);
}

#[tokio::test]
async fn a_file_hash_of_leaves_is_the_library_s() {
    // The kit computes what the store must find; this is the known value of the specification.
    let xorb = Xorb::new(&chunks(&[0]));
    let (info, _) = whole(&xorb);
    let known = "41f5539a8d8bdd7509fd9a319268aca47ea6d40b33394170182e09fa86345c7e";
    assert_eq!(info.metadata.file_hash.hex(), known);
    assert_eq!(file_hash(&[(xorb.chunks[0].hash, 1)]).hex(), known);
}
