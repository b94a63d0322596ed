//! Reconstructions: which chunks of which xorbs make a file or a part of it, and where the bytes of them are.
//!
//! The first and the last term are cut to the chunks that are needed. What is fetched of a xorb is the union of what its terms need, so
//! that no byte is fetched twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use xet_core_structures::merklehash::MerkleHash;
use xet_core_structures::metadata_shard::file_structs::FileDataSequenceEntry;

use crate::cas::Cas;
use crate::cas::xorb::Index;
use crate::error::Refusal;
use crate::limits::RANGES_PER_URL;
use crate::store::Store;

/// Chunks of a xorb that one term takes.
struct Term {
    xorb: MerkleHash,
    start: u32,
    end: u32,
    bytes: u64,
}

/// How a file or a part of it is put together.
pub struct Plan {
    offset: u64,
    terms: Vec<Term>,
}

impl Plan {
    /// The plan for `length` bytes of a file from `first` on.
    pub fn new(cas: &Cas, segments: &[FileDataSequenceEntry], first: u64, length: u64) -> Result<Self, Refusal> {
        let (mut skip, mut left) = (first, length);
        let mut offset = None;
        let mut terms = Vec::new();
        for segment in segments {
            let size = u64::from(segment.unpacked_segment_bytes);
            if left == 0 {
                break;
            }
            if skip >= size {
                skip -= size;
                continue;
            }
            let index = known(cas, &segment.xorb_hash)?;
            let (mut start, mut end) = (segment.chunk_index_start, segment.chunk_index_end);
            if end > index.len() || index.unpacked(start.min(end), end) != size {
                return Err(Refusal::internal(format!("the xorb {} is another one", segment.xorb_hash)));
            }
            while skip >= index.unpacked(start, start + 1) {
                skip -= index.unpacked(start, start + 1);
                start += 1;
            }
            while end - start > 1 && index.unpacked(start, end - 1) >= skip + left {
                end -= 1;
            }
            offset.get_or_insert(skip);
            let bytes = index.unpacked(start, end);
            left -= left.min(bytes - skip);
            skip = 0;
            terms.push(Term { xorb: segment.xorb_hash, start, end, bytes });
        }
        Ok(Self { offset: offset.unwrap_or(0), terms })
    }

    /// The first version's answer.
    pub fn answer(&self, cas: &Cas, store: &Store) -> Result<Value, Refusal> {
        let fetch_info = fetch_info([self], cas, store)?;
        Ok(json!({ "offset_into_first_range": self.offset, "terms": self.terms(), "fetch_info": fetch_info }))
    }

    /// The second version's answer: one URL for all ranges of a xorb.
    pub fn answer_v2(&self, cas: &Cas, store: &Store) -> Result<Value, Refusal> {
        let seconds = cas.xet.settings().url_lifetime_seconds;
        let mut xorbs = Map::new();
        for (hash, needed) in needed([self]) {
            let index = known(cas, &hash)?;
            let one = |ranges: &[(u32, u32)]| {
                let bytes: Vec<(u64, u64)> = ranges.iter().map(|range| inclusive(&index, *range)).collect();
                let described = |((start, end), (first, last)): (&(u32, u32), &(u64, u64))| json!({ "chunks": { "start": start, "end": end }, "bytes": { "start": first, "end": last } });
                let ranges: Vec<Value> = ranges.iter().zip(&bytes).map(described).collect();
                json!({ "url": store.xorb_url(&hash, &bytes, seconds), "ranges": ranges })
            };
            xorbs.insert(hash.hex(), needed.chunks(RANGES_PER_URL).map(one).collect());
        }
        Ok(json!({ "offset_into_first_range": self.offset, "terms": self.terms(), "xorbs": xorbs }))
    }

    fn terms(&self) -> Value {
        let one = |term: &Term| {
            json!({
                "hash": term.xorb.hex(), "unpacked_length": term.bytes,
                "range": { "start": term.start, "end": term.end },
            })
        };
        self.terms.iter().map(one).collect()
    }
}

/// The answer about many files at once.
pub fn answer_many(plans: &[(MerkleHash, Plan)], cas: &Cas, store: &Store) -> Result<Value, Refusal> {
    let files: Map<String, Value> = plans.iter().map(|(hash, plan)| (hash.hex(), plan.terms())).collect();
    let fetch_info = fetch_info(plans.iter().map(|(_, plan)| plan), cas, store)?;
    Ok(json!({ "files": files, "fetch_info": fetch_info }))
}

fn fetch_info<'a>(
    plans: impl IntoIterator<Item = &'a Plan>,
    cas: &Cas,
    store: &Store,
) -> Result<Map<String, Value>, Refusal> {
    let seconds = cas.xet.settings().url_lifetime_seconds;
    let mut info = Map::new();
    for (hash, ranges) in needed(plans) {
        let index = known(cas, &hash)?;
        let one = |range: &(u32, u32)| {
            let (first, last) = inclusive(&index, *range);
            json!({
                "range": { "start": range.0, "end": range.1 }, "url": store.xorb_url(&hash, &[(first, last)], seconds),
                "url_range": { "start": first, "end": last },
            })
        };
        info.insert(hash.hex(), ranges.iter().map(one).collect());
    }
    Ok(info)
}

/// The chunks that are needed of each xorb, as ranges that neither overlap nor touch.
fn needed<'a>(plans: impl IntoIterator<Item = &'a Plan>) -> BTreeMap<MerkleHash, Vec<(u32, u32)>> {
    let mut needed: BTreeMap<MerkleHash, Vec<(u32, u32)>> = BTreeMap::new();
    for term in plans.into_iter().flat_map(|plan| &plan.terms) {
        needed.entry(term.xorb).or_default().push((term.start, term.end));
    }
    for ranges in needed.values_mut() {
        ranges.sort_unstable();
        let mut union: Vec<(u32, u32)> = Vec::new();
        for range in ranges.drain(..) {
            match union.last_mut() {
                Some(last) if range.0 <= last.1 => last.1 = last.1.max(range.1),
                _ => union.push(range),
            }
        }
        *ranges = union;
    }
    needed
}

/// First and last byte of the records of chunks.
fn inclusive(index: &Index, (start, end): (u32, u32)) -> (u64, u64) {
    let (first, after) = index.records(start, end);
    (first, after - 1)
}

fn known(cas: &Cas, hash: &MerkleHash) -> Result<Arc<Index>, Refusal> {
    cas.index(hash)?.ok_or_else(|| Refusal::internal(format!("the xorb {hash} is gone")))
}
