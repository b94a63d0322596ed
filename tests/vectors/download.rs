//! Files as the content-addressed store says how to put them together.

use std::collections::HashMap;
use std::ops::Range;

use hubferry::cas::Cas;
use hubferry::cas::reconstruction::{Reconstruct, Version};
use hubferry::chunk::Chunker;
use hubferry::hash::{Sha256, Sized, Tree, XetHash};
use hubferry::http::Response;
use hubferry::hub::{Endpoint, Hub, HubUrl};
use hubferry::xorb::Unpacker;
use serde_json::Value;

use super::content::content;
use super::{rows, text};

pub fn reconstructions() {
    for row in rows(include_str!("reconstruction.json")) {
        let store = bodies(&row);
        let length = row["result_length"].as_u64().expect("a length");
        let (whole, chunks) = read(&row, &store, 0..length);
        let mut hasher = Sha256::new();
        hasher.update(&whole);
        assert_eq!(hasher.digest(), text(&row, "result_sha256"), "{}", row["name"]);
        let mut tree = Tree::new();
        let mut edges = vec![0];
        for chunk in chunks {
            edges.push(edges[edges.len() - 1] + chunk.size);
            tree.push(chunk);
        }
        assert_eq!(tree.file_hash().to_string(), text(&row, "file_hash"), "{}", row["name"]);
        // Around every cut, also by an answer that tells more than it was asked.
        let near: Vec<u64> = edges.iter().flat_map(|edge| [edge.saturating_sub(1), *edge, edge + 1]).collect();
        for start in near.iter().copied().filter(|start| *start < length) {
            for end in [start + 1, start + 70_000, length] {
                let end = end.min(length);
                let (part, _) = read(&row, &store, start..end);
                assert!(part == whole[start as usize..end as usize], "{} {start}..{end}", row["name"]);
            }
        }
    }
}

/// The bodies of the xorbs: each chunk of the data as it is, behind its header.
fn bodies(row: &Value) -> HashMap<String, Vec<u8>> {
    let data = content(&row["data"]);
    let mut cuts = vec![0];
    let mut chunker = Chunker::new();
    let mut fed = 0;
    while let Some(taken) = chunker.cut(&data[fed..]) {
        fed += taken;
        cuts.push(fed);
    }
    cuts.push(data.len());
    let xorbs = row["xorbs"].as_array().expect("xorbs");
    let body = |xorb: &Value| {
        let mut body = Vec::new();
        for index in xorb["chunk_indexes_of_data"].as_array().expect("chunks") {
            let index = index.as_u64().expect("a place") as usize;
            let chunk = &data[cuts[index]..cuts[index + 1]];
            let [l0, l1, l2, _] = (chunk.len() as u32).to_le_bytes();
            body.extend([0, l0, l1, l2, 0, l0, l1, l2]);
            body.extend(chunk);
        }
        body
    };
    xorbs.iter().map(|xorb| (text(xorb, "xorb_hash").to_owned(), body(xorb))).collect()
}

/// Reads bytes of the file, and the chunks that begin in them.
fn read(row: &Value, store: &HashMap<String, Vec<u8>>, range: Range<u64>) -> (Vec<u8>, Vec<Sized>) {
    let hub = Hub { url: HubUrl::parse("https://hub.example").expect("an address"), token: None };
    let length = range.end - range.start;
    // The answer tells the whole file: what lies before the range is its offset.
    let mut answer = row["answer"].clone();
    answer["offset_into_first_range"] = range.start.into();
    let reconstruct = Reconstruct {
        cas: Cas::new("https://cas.example", "token").expect("a store"),
        file: XetHash::parse(text(row, "file_hash")).expect("a hash"),
        range,
        version: Version::V2,
    };
    let response = Response { status: 200, headers: Vec::new(), body: answer.to_string() };
    let plan = reconstruct.parse(&response, &hub).expect("a good answer").expect("an answer");
    let mut parts: Vec<Unpacker> = Vec::new();
    for fetch in &plan.fetches {
        let xorb = fetch.url.rsplit('/').next().expect("a name");
        let bytes = &store[xorb][fetch.bytes.start as usize..fetch.bytes.end as usize];
        parts.push(Unpacker::new(bytes.to_vec(), fetch.chunks.clone()).expect("chunks"));
    }
    let (mut out, mut chunks, mut skip) = (Vec::new(), Vec::new(), plan.skip);
    for term in &plan.terms {
        let wanted = skip..term.bytes.min(skip + length - out.len() as u64);
        let part = &mut parts[term.fetch as usize];
        part.unpack(term.chunks.clone(), term.bytes, wanted, &mut out, Some(&mut chunks)).expect("a term");
        skip = 0;
    }
    assert_eq!(out.len() as u64, length);
    (out, chunks)
}
