//! The authority that the lanes of a push ask. Lanes speak to it in records, through their driver.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::memory::view;
use super::view::{thrown, to_js};
use crate::dedup::{Authority, ReadyShard, Resumed, compact, record};
use crate::error::Error;
use crate::hash::{XetHash, unhex};
use crate::http::FileIdx;
use crate::journal::FileKey;
use crate::small::SmallMap;
use crate::step::ShardRef;
use crate::wire::{IngestedView, ShardView};

/// The authority of one push. Owned and freed by its driver.
#[wasm_bindgen]
pub struct DedupAuthority {
    authority: Authority,
    /// All that were sealed, by their number.
    xorbs: Vec<Xorb>,
    /// Those that are not accepted yet.
    shards: SmallMap<u32, ReadyShard>,
    taken: u32,
}

struct Xorb {
    lane: u16,
    hash: XetHash,
    is_stored: bool,
}

#[wasm_bindgen]
impl DedupAuthority {
    /// Without lanes yet.
    #[wasm_bindgen(constructor)]
    pub fn new(#[wasm_bindgen(js_name = "indexBytes")] index_bytes: u32) -> DedupAuthority {
        DedupAuthority {
            authority: Authority::new(0, index_bytes as usize),
            xorbs: Vec::new(),
            shards: SmallMap::new(),
            taken: 0,
        }
    }

    /// Goes on from the records of earlier runs, and writes down what comes to pass from now on. Records to be kept in place of these,
    /// when some of them were too old or cut. Throws when they are broken; then nothing is known, and new ones are written.
    pub fn restore(
        &mut self,
        records: &[u8],
        #[wasm_bindgen(js_name = "nowSeconds")] now_seconds: f64,
    ) -> Result<Option<Vec<u8>>, JsValue> {
        self.authority.restore(records, now_seconds as u64).map_err(thrown)
    }

    /// What an earlier run has left of a file: all of it, then it is finished; or a record for the lane that goes on; or nothing. Without
    /// its SHA-256 in hex, whoever reads it makes it.
    #[wasm_bindgen(unchecked_return_type = "IngestedView | Uint8Array<ArrayBuffer> | undefined")]
    pub fn resume(&mut self, key: &str, file: u32, size: f64, sha256: Option<String>) -> Result<JsValue, JsValue> {
        let Some(key) = FileKey::parse(key) else { return Ok(JsValue::UNDEFINED) };
        match self.authority.resume(key, FileIdx(file), size as u64, sha256.as_deref().and_then(unhex)) {
            Some(Resumed::Finished { hash, sha256 }) => {
                let (xet_hash, sha256) = (hash.to_string(), crate::hash::hex(&sha256));
                to_js(&IngestedView { xet_hash, sha256, packed: 0, resumed: size as u64 })
            }
            Some(Resumed::Part(part)) => Ok(Uint8Array::from(record::write_resume(&part).as_slice()).into()),
            None => Ok(JsValue::UNDEFINED),
        }
    }

    /// Takes a lane's word of how far it is with a file.
    pub fn checkpoint(&mut self, checkpoint: &[u8]) -> Result<(), JsValue> {
        let checkpoint = record::read_checkpoint(checkpoint).map_err(thrown)?;
        self.authority.checkpoint(checkpoint);
        Ok(())
    }

    /// What is to be written down, behind all that was before.
    #[wasm_bindgen(js_name = takeRecords)]
    pub fn take_records(&mut self, #[wasm_bindgen(js_name = "nowSeconds")] now_seconds: f64) -> Vec<u8> {
        self.authority.take_records(now_seconds as u64)
    }

    /// The same records in short, with at most about `mostBytes` of what only spares work.
    pub fn compact(
        &self,
        records: &[u8],
        #[wasm_bindgen(js_name = "mostBytes")] most_bytes: u32,
    ) -> Result<Vec<u8>, JsValue> {
        compact(records, most_bytes as usize).map_err(thrown)
    }

    /// The store has refused a shard because it does not have what that names: nothing that earlier runs have stored is believed any
    /// more. The numbers of the files that must be ingested again; none when there was no such thing.
    pub fn distrust(&mut self, shard: u32) -> Vec<u32> {
        let ready = self.shards.remove(&shard);
        let again = ready.map(|ready| self.authority.distrust(&ready)).unwrap_or_default();
        again.into_iter().map(|file| file.0).collect()
    }

    /// One more lane: its number.
    #[wasm_bindgen(js_name = addLane)]
    pub fn add_lane(&mut self) -> Result<u16, JsValue> {
        self.authority.add_lane().ok_or_else(|| thrown(Error::internal("there were too many lanes in one push")))
    }

    /// A lane is gone: the numbers of the files that must be ingested again. To be asked before: [`unsent`](Self::unsent).
    pub fn lost(&mut self, lane: u16) -> Vec<u32> {
        self.authority.lost(lane).into_iter().map(|file| file.0).collect()
    }

    /// Takes a lane's questions.
    pub fn ask(&mut self, lane: u16, chunks: &[u8]) -> Result<(), JsValue> {
        let chunks = record::read_chunks(chunks).map_err(thrown)?;
        self.authority.ask(lane, &chunks).map_err(thrown)
    }

    /// The verdicts for a lane, as far as they can be given.
    pub fn decide(&mut self, lane: u16) -> Result<Vec<u8>, JsValue> {
        let verdicts = self.authority.decide(lane).map_err(thrown)?;
        Ok(record::write_verdicts(&verdicts))
    }

    /// The chunks that the store is to be asked about, since the last call.
    #[wasm_bindgen(js_name = takeQueries)]
    pub fn take_queries(&mut self) -> Vec<String> {
        self.authority.take_queries().iter().map(XetHash::to_string).collect()
    }

    /// Takes the store's answer to a query in; throws when it cannot be read, which harms nobody.
    pub fn learn(
        &mut self,
        answer: &[u8],
        #[wasm_bindgen(js_name = "nowSeconds")] now_seconds: f64,
    ) -> Result<(), JsValue> {
        self.authority.learn(answer, now_seconds as u64).map(|_| ()).map_err(thrown)
    }

    /// Takes records of a xorb that the store has. The hash string of the chunk to ask about, if any.
    pub fn recall(&mut self, records: &[u8]) -> Option<String> {
        self.authority.recall(records).map(|chunk| chunk.to_string())
    }

    /// These files shall be in no shard.
    pub fn forget(&mut self, files: &[u32]) {
        let files: Vec<FileIdx> = files.iter().map(|file| FileIdx(*file)).collect();
        self.authority.forget(&files);
    }

    /// A query is over.
    pub fn settle(&mut self, chunk: &str) {
        if let Some(chunk) = XetHash::parse(chunk) {
            self.authority.settle(chunk);
        }
    }

    /// A lane has sealed its next xorb: its number in the push.
    pub fn sealed(&mut self, lane: u16, xorb: &[u8]) -> Result<u32, JsValue> {
        let xorb = record::read_xorb(xorb).map_err(thrown)?;
        let hash = xorb.hash;
        self.authority.sealed(lane, xorb).map_err(thrown)?;
        self.xorbs.push(Xorb { lane, hash, is_stored: false });
        Ok(self.xorbs.len() as u32 - 1)
    }

    /// The hash string of a sealed xorb.
    #[wasm_bindgen(js_name = xorbHash)]
    pub fn xorb_hash(&self, xorb: u32) -> String {
        self.xorbs.get(xorb as usize).map(|xorb| xorb.hash.to_string()).unwrap_or_default()
    }

    /// The xorbs of a lane that the store does not have.
    pub fn unsent(&self, lane: u16) -> Vec<u32> {
        let numbered = (0..).zip(&self.xorbs);
        numbered.filter(|(_, xorb)| xorb.lane == lane && !xorb.is_stored).map(|(number, _)| number).collect()
    }

    /// The store has a xorb.
    pub fn stored(&mut self, xorb: u32) {
        if let Some(xorb) = self.xorbs.get_mut(xorb as usize) {
            xorb.is_stored = true;
            self.authority.stored(xorb.hash);
        }
    }

    /// A lane has finished a file, whose SHA-256 is in its record or given here in hex. Nothing comes back when it refers to chunks of
    /// a lost lane: it must be ingested again.
    #[wasm_bindgen(unchecked_return_type = "IngestedView | undefined")]
    pub fn finished(&mut self, file: &[u8], sha256: Option<String>) -> Result<JsValue, JsValue> {
        let mut file = record::read_finished(file).map_err(thrown)?;
        let sha256 = sha256.as_deref().and_then(unhex).or(file.sha256);
        let sha256 =
            sha256.ok_or_else(|| thrown(Error::internal("a file is finished and its SHA-256 is not known")))?;
        file.sha256 = Some(sha256);
        let (xet_hash, packed) = (file.hash.to_string(), file.packed);
        let ingested = IngestedView { xet_hash, sha256: crate::hash::hex(&sha256), packed, resumed: 0 };
        if self.authority.finished(file) { to_js(&ingested) } else { Ok(JsValue::UNDEFINED) }
    }

    /// A shard of files that are ready, if there are any.
    #[wasm_bindgen(js_name = takeShard, unchecked_return_type = "ShardView | undefined")]
    pub fn take_shard(&mut self, #[wasm_bindgen(js_name = "mostBytes")] most_bytes: f64) -> Result<JsValue, JsValue> {
        let Some(ready) = self.authority.take_shard(most_bytes as usize).map_err(thrown)? else {
            return Ok(JsValue::UNDEFINED);
        };
        let shard = self.taken;
        self.taken += 1;
        let view = ShardView::from(ShardRef { shard, bytes: ready.body.len() as u64, files: ready.files.clone() });
        self.shards.insert(shard, ready);
        to_js(&view)
    }

    /// The body of a shard, where it lies; good until the next call of anything here.
    #[wasm_bindgen(js_name = shardBody)]
    pub fn shard_body(&self, shard: u32) -> Result<Uint8Array, JsValue> {
        let ready = self.shards.get(&shard);
        ready.map(|ready| view(&ready.body)).ok_or_else(|| thrown(Error::internal("there is no shard of this number")))
    }

    /// The store has accepted a shard.
    pub fn registered(&mut self, shard: u32) {
        if let Some(ready) = self.shards.remove(&shard) {
            self.authority.accepted(&ready);
        }
    }
}
