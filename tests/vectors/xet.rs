//! The formats of the content-addressed store: cuts, hashes, xorbs, shards.

use hubferry::chunk::Chunker;
use hubferry::hash::{Sha256, Sized, Tree, XetHash, chunk_hash, masked, range_hash};
use hubferry::shard::{Answer, FileInfo, Shard, Term, XorbInfo};
use hubferry::xorb::{Chunks, Compression, Scheme, XORB_MOST_BYTES, XorbBuilder};
use serde_json::Value;

use super::content::{content, hex, splitmix64};
use super::{base64, rows, text};

/// Feedings that must not matter.
const SLICES: [usize; 4] = [1, 1000, 8128, usize::MAX];

/// Bytes up to which a content is also fed byte by byte.
const FED_BY_BYTES: usize = 300_000;

pub fn chunking() {
    for row in rows(include_str!("chunking.json")) {
        let bytes = content(&row["input"]);
        assert_eq!(sha256(&bytes), text(&row, "sha256"), "{}", row["name"]);
        let boundaries: Vec<usize> = serde_json::from_value(row["boundaries"].clone()).expect("boundaries");
        for slice in SLICES {
            if slice > 1 || bytes.len() <= FED_BY_BYTES {
                assert_eq!(cuts(&bytes, slice), boundaries, "{} by {slice}", row["name"]);
            }
        }
        let chunks = chunks(&bytes, &boundaries);
        let hashes: Vec<String> = chunks.iter().map(|chunk| chunk.hash.to_string()).collect();
        assert_eq!(serde_json::json!(hashes), row["chunk_hashes"], "{}", row["name"]);
        assert_eq!(tree(&chunks).root(), hash(&row["single_xorb_hash"]), "{}", row["name"]);
        assert_eq!(tree(&chunks).file_hash(), hash(&row["file_hash"]), "{}", row["name"]);
        if row["whole_range_verification_hash"].is_string() {
            let range = range_hash(chunks.iter().map(|chunk| chunk.hash));
            assert_eq!(range, hash(&row["whole_range_verification_hash"]), "{}", row["name"]);
        }
    }
}

pub fn merkle() {
    for row in rows(include_str!("merkle.json")) {
        let leaves = match row["leaf_rule"]["n"].as_u64() {
            Some(count) => (0..count as u32).map(ruled_leaf).collect(),
            None => row["leaves"].as_array().expect("leaves").iter().map(leaf).collect::<Vec<Sized>>(),
        };
        assert_eq!(tree(&leaves).root(), hash(&row["xorb_hash"]), "{}", row["name"]);
        assert_eq!(tree(&leaves).file_hash(), hash(&row["file_hash_zero_salt"]), "{}", row["name"]);
        for salted in row["salted"].as_array().into_iter().flatten() {
            let salt = hash(&salted["salt"]).0;
            assert_eq!(tree(&leaves).salted_file_hash(&salt), hash(&salted["file_hash"]), "{}", row["name"]);
        }
        if row["range_hash"].is_string() {
            let range = range_hash(leaves.iter().map(|leaf| leaf.hash));
            assert_eq!(range, hash(&row["range_hash"]), "{}", row["name"]);
        }
    }
}

pub fn xet_hashes() {
    for row in rows(include_str!("hashing.json")) {
        let name = &row["name"];
        match text(&row, "op") {
            "chunk_hash" => {
                let hash = chunk_hash(&content(&row["input"]));
                assert_eq!(hash.0.to_vec(), hex(text(&row, "raw_hex")), "{name}");
                assert_eq!(hash.to_string(), text(&row, "hash_string"), "{name}");
            }
            "hash_string" => {
                let raw: [u8; 32] = hex(text(&row, "raw_hex")).try_into().expect("32 bytes");
                assert_eq!(XetHash(raw).to_string(), text(&row, "hash_string"), "{name}");
                assert_eq!(XetHash::parse(text(&row, "hash_string")), Some(XetHash(raw)), "{name}");
            }
            "hmac" => {
                let key: [u8; 32] = hex(text(&row, "key_hex")).try_into().expect("a key");
                // In an answer a key of zeros is no key.
                let expected = if key == [0; 32] { hash(&row["hash"]) } else { hash(&row["result"]) };
                assert_eq!(masked(hash(&row["hash"]), &key), expected, "{name}");
            }
            "range_hash" => {
                let hashes = row["hashes"].as_array().expect("hashes");
                assert_eq!(range_hash(hashes.iter().map(hash)), hash(&row["result"]), "{name}");
            }
            "last_u64" => {
                assert_eq!(Some(hash(&row["hash"]).remainder(4)), row["mod4"].as_u64(), "{name}");
                assert_eq!(Some(hash(&row["hash"]).remainder(1024)), row["mod1024"].as_u64(), "{name}");
            }
            "dedup_eligible" => {
                let hash = chunk_hash(&content(&row["input"]));
                assert_eq!(hash.to_string(), text(&row, "hash"), "{name}");
                assert_eq!(Some(hash.is_queried()), row["eligible_when_not_first"].as_bool(), "{name}");
            }
            "sha256_to_shard_bytes" => {
                let sha256: [u8; 32] = hex(text(&row, "sha256")).try_into().expect("32 bytes");
                let file = FileInfo { hash: XetHash::ZERO, terms: Vec::new(), sha256: Some(sha256) };
                let shard = hubferry::shard::write(&[file], &[]);
                assert_eq!(shard[96..128].to_vec(), hex(text(&row, "shard_bytes_hex")), "{name}");
            }
            "generator" => assert_eq!(content(&row["input"]), hex(text(&row, "raw_hex")), "{name}"),
            other => panic!("unknown operation {other}"),
        }
    }
}

pub fn xorbs() {
    for row in rows(include_str!("xorb-format.json")) {
        let name = &row["name"];
        match text(&row, "op") {
            "serialize_scheme0" => serialized_raw(&row),
            "decode" => decoded(&row),
            // Grouping is inside; its rows stand beside it. Footers and CRCs are the store's.
            "byte_group" | "footer" | "crc64nvme" => {}
            other => panic!("unknown operation {other} in {name}"),
        }
    }
}

fn serialized_raw(row: &Value) {
    let chunks: Vec<Vec<u8>> = match row["chunks_hex"].as_array() {
        Some(chunks) => chunks.iter().map(|chunk| hex(chunk.as_str().expect("hex"))).collect(),
        None => {
            let bytes = content(&row["input"]);
            let ends = cuts(&bytes, usize::MAX);
            pieces(&bytes, &ends).map(<[u8]>::to_vec).collect()
        }
    };
    let mut builder = XorbBuilder::new(XORB_MOST_BYTES).with_compression(Compression::Off);
    for chunk in &chunks {
        builder.push(chunk_hash(chunk), chunk);
    }
    let sealed = builder.seal();
    assert_eq!(sealed.hash, hash(&row["xorb_hash"]), "{}", row["name"]);
    match row["body_hex"].as_str() {
        Some(body) => assert_eq!(sealed.body, hex(body), "{}", row["name"]),
        None => assert_eq!(sha256(&sealed.body), text(row, "body_sha256"), "{}", row["name"]),
    }
    read_back(&sealed.body, &chunks);
}

fn decoded(row: &Value) {
    let body = match row["body_hex"].as_str() {
        Some(digits) => hex(digits),
        None => base64(text(row, "body_base64")),
    };
    let read: Result<Vec<_>, _> = Chunks::of(&body).collect();
    if row["expect"] == "error" {
        assert!(read.is_err(), "{}", row["name"]);
        return;
    }
    let read = read.unwrap_or_else(|error| panic!("{}: {error}", row["name"]));
    let bytes: Vec<u8> = read.iter().flat_map(|chunk| chunk.bytes.clone()).collect();
    assert_eq!(bytes, content(&row["input"]), "{}", row["name"]);
    let schemes: Vec<u8> = read.iter().map(|chunk| chunk.record.scheme as u8).collect();
    assert_eq!(serde_json::json!(schemes), row["schemes"], "{}", row["name"]);
    let leaves: Vec<Sized> = read.iter().map(|chunk| sized(&chunk.bytes)).collect();
    assert_eq!(tree(&leaves).root(), hash(&row["xorb_hash"]), "{}", row["name"]);
}

/// What is packed comes out again, whatever it is, and what can shrink has.
pub fn packed_chunks() {
    let floats = content(&serde_json::json!({ "kind": "f32ramp", "length": 400_000, "step": 0.25 }));
    let lines = content(&serde_json::json!({ "kind": "lines", "length": 400_000 }));
    let contents = [
        ("noise", splitmix64(11, 400_000), Scheme::Raw),
        ("floats", floats, Scheme::GroupedLz4),
        ("text", lines, Scheme::Lz4),
        ("zeros", vec![0; 400_000], Scheme::Lz4),
    ];
    for (name, bytes, scheme) in contents {
        let ends = cuts(&bytes, usize::MAX);
        let chunks: Vec<Vec<u8>> = pieces(&bytes, &ends).map(<[u8]>::to_vec).collect();
        let mut builder = XorbBuilder::new(XORB_MOST_BYTES);
        for chunk in &chunks {
            builder.push(chunk_hash(chunk), chunk);
        }
        let sealed = builder.seal();
        let schemes: Vec<Scheme> =
            Chunks::of(&sealed.body).map(|chunk| chunk.expect("our own body").record.scheme).collect();
        assert_eq!(schemes, vec![scheme; chunks.len()], "{name}");
        assert!(sealed.body.len() <= bytes.len() + 8 * chunks.len(), "{name}");
        read_back(&sealed.body, &chunks);
    }
}

fn read_back(body: &[u8], chunks: &[Vec<u8>]) {
    let read: Vec<Vec<u8>> = Chunks::of(body).map(|chunk| chunk.expect("our own body").bytes).collect();
    assert_eq!(read, chunks);
}

pub fn shards() {
    for row in rows(include_str!("shard-format.json")) {
        let name = &row["name"];
        let written = write_parsed(&row["parsed"]);
        assert_eq!(Some(written.len() as u64), row["shard_length"].as_u64(), "{name}");
        assert_eq!(sha256(&written), text(&row, "shard_sha256"), "{name}");
        if let Some(body) = row["shard_base64"].as_str() {
            assert_eq!(written, base64(body), "{name}");
        }
        let shard = Shard::read(&written).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(shard.files, parsed_files(&row["parsed"]), "{name}");
        assert_eq!(shard.key_expiry, None, "{name}");
        for length in 0..written.len() {
            assert!(Shard::read(&written[..length]).is_err(), "{name} cut at {length}");
        }
    }
}

/// Answers to queries: which of our chunks do they know?
pub fn dedup_answers() {
    for row in rows(include_str!("dedup.json")) {
        let name = &row["name"];
        let answer = base64(text(&row, "response_shard_base64"));
        let read = Answer::read(&answer, 0).unwrap_or_else(|error| panic!("{name}: {error}"));
        let Some(answer) = read else { panic!("{name}: the key has not ended in 1970") };
        let bytes = content(&row["input"]);
        let chunks = chunks(&bytes, &cuts(&bytes, usize::MAX));
        assert_eq!(tree(&chunks).file_hash(), hash(&row["file_hash"]), "{name}");
        for term in row["expected_terms"].as_array().expect("terms") {
            let Some(known) = answer.xorbs.iter().find(|xorb| xorb.hash == hash(&term["xorb_hash"])) else { continue };
            let range = number(term, "chunk_start") as usize..number(term, "chunk_end") as usize;
            let first = known.chunks[range.start].hash;
            let at = chunks.iter().position(|chunk| answer.masked(chunk.hash) == first);
            let at = at.unwrap_or_else(|| panic!("{name}: no chunk of ours is the known one"));
            for (ours, theirs) in chunks[at..].iter().zip(&known.chunks[range]) {
                assert_eq!((answer.masked(ours.hash), ours.size), (theirs.hash, theirs.size), "{name}");
            }
        }
    }
}

/// A file that does not fit one xorb.
pub fn two_xorbs() {
    let file: Value = serde_json::from_str(include_str!("multi-xorb.json")).expect("JSON");
    let row = &file["vectors"][0];
    let bytes = content(&row["input"]);
    let chunks = chunks(&bytes, &cuts(&bytes, usize::MAX));
    assert_eq!(Some(chunks.len() as u64), row["num_chunks"].as_u64());
    assert_eq!(tree(&chunks).file_hash(), hash(&row["file_hash"]));
    let asked: Vec<usize> = (0..chunks.len()).filter(|&index| index == 0 || chunks[index].hash.is_queried()).collect();
    assert_eq!(serde_json::json!(asked), row["global_dedup_eligible_chunk_indexes"]);
    for xorb in row["xorbs"].as_array().expect("xorbs") {
        let range = &chunks[number(xorb, "chunk_start") as usize..number(xorb, "chunk_end") as usize];
        assert_eq!(tree(range).root(), hash(&xorb["xorb_hash"]));
        assert_eq!(range_hash(range.iter().map(|chunk| chunk.hash)), hash(&xorb["range_hash"]));
    }
}

fn write_parsed(parsed: &Value) -> Vec<u8> {
    let xorbs = parsed["xorbs"].as_array().expect("xorbs").iter().map(|xorb| XorbInfo {
        hash: hash(&xorb["xorb_hash"]),
        body_bytes: number(xorb, "num_bytes_on_disk") as u32,
        chunks: xorb["chunks"].as_array().expect("chunks").iter().map(|chunk| leaf_of(&chunk[0], &chunk[2])).collect(),
    });
    hubferry::shard::write(&parsed_files(parsed), &xorbs.collect::<Vec<_>>())
}

fn parsed_files(parsed: &Value) -> Vec<FileInfo> {
    let files = parsed["files"].as_array().expect("files").iter();
    files
        .map(|file| {
            let ranges = file["verification"].as_array().expect("range hashes").iter();
            let terms = file["terms"].as_array().expect("terms").iter().zip(ranges);
            FileInfo {
                hash: hash(&file["file_hash"]),
                terms: terms.map(|(term, range)| parsed_term(term, range)).collect(),
                sha256: file["sha256"].as_str().map(|digits| hex(digits).try_into().expect("32 bytes")),
            }
        })
        .collect()
}

fn parsed_term(term: &Value, range: &Value) -> Term {
    Term {
        xorb: hash(&term["xorb_hash"]),
        bytes: number(term, "unpacked_bytes") as u32,
        start: number(term, "chunk_start") as u32,
        end: number(term, "chunk_end") as u32,
        range_hash: hash(range),
    }
}

fn cuts(bytes: &[u8], slice: usize) -> Vec<usize> {
    let mut chunker = Chunker::new();
    let mut ends = Vec::new();
    let mut end = 0;
    for mut part in bytes.chunks(slice.min(bytes.len().max(1))) {
        while let Some(taken) = chunker.cut(part) {
            end += taken;
            ends.push(end);
            part = &part[taken..];
        }
        end += part.len();
    }
    if chunker.open_bytes() > 0 {
        ends.push(bytes.len());
    }
    ends
}

fn pieces<'a>(bytes: &'a [u8], ends: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    ends.iter().scan(0, move |start, &end| Some(&bytes[std::mem::replace(start, end)..end]))
}

fn chunks(bytes: &[u8], ends: &[usize]) -> Vec<Sized> {
    pieces(bytes, ends).map(sized).collect()
}

fn sized(chunk: &[u8]) -> Sized {
    Sized { hash: chunk_hash(chunk), size: chunk.len() as u64 }
}

fn tree(chunks: &[Sized]) -> Tree {
    let mut tree = Tree::new();
    for chunk in chunks {
        tree.push(*chunk);
    }
    tree
}

fn ruled_leaf(index: u32) -> Sized {
    Sized { hash: chunk_hash(&index.to_le_bytes()), size: u64::from(index) * 7919 % 131_072 + 1 }
}

fn leaf(pair: &Value) -> Sized {
    leaf_of(&pair[0], &pair[1])
}

fn leaf_of(digits: &Value, size: &Value) -> Sized {
    Sized { hash: hash(digits), size: size.as_u64().expect("a size") }
}

fn hash(digits: &Value) -> XetHash {
    digits.as_str().and_then(XetHash::parse).unwrap_or_else(|| panic!("{digits} is no hash"))
}

fn number(row: &Value, key: &str) -> u64 {
    row[key].as_u64().unwrap_or_else(|| panic!("{key} is missing in {row}"))
}

fn sha256(bytes: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(bytes);
    hasher.digest()
}
