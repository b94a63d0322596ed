//! The one pass of a lane. Bytes go in as windows; sealed bodies stay here until they are stored, and are only looked at.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::memory::view;
use super::view::thrown;
use crate::dedup::record;
use crate::error::Error;
use crate::http::FileIdx;
use crate::ingest::{Beginning, Ingest, IngestOptions};
use crate::journal::FileKey;
use crate::shard::XorbInfo;
use crate::small::SmallMap;
use crate::xorb::Compression;

/// A lane's engine. Owned and freed by the lane.
#[wasm_bindgen]
pub struct Packer {
    ingest: Ingest,
    /// Sealed, by the lane's own count.
    bodies: SmallMap<u32, Vec<u8>>,
    sealed: u32,
}

#[wasm_bindgen]
impl Packer {
    /// An engine for the lane of this number; it seals bodies of `xorbBytes`, holds `bodies` sealed ones, and gets no window while
    /// `undecidedBytes` are waiting.
    #[wasm_bindgen(constructor)]
    pub fn new(
        lane: u16,
        #[wasm_bindgen(js_name = "xorbBytes")] xorb_bytes: u32,
        bodies: u32,
        #[wasm_bindgen(js_name = "undecidedBytes")] undecided_bytes: u32,
    ) -> Packer {
        let options =
            IngestOptions { lane, xorb_bytes: xorb_bytes as usize, compression: Compression::Automatic, sha256: false };
        let ingest = Ingest::new(options).with_bodies(bodies as usize).with_undecided(undecided_bytes as usize);
        Packer { ingest, bodies: SmallMap::new(), sealed: 0 }
    }

    /// Begins a file; `sha256` says that its digest is made here, `key` is its name in the journal, and `resume` what the authority knows
    /// from an earlier run: then its bytes come from there on.
    pub fn begin(
        &mut self,
        file: u32,
        sha256: bool,
        key: Option<String>,
        resume: Option<Vec<u8>>,
    ) -> Result<(), JsValue> {
        let key = key.as_deref().and_then(FileKey::parse);
        let resume = resume.as_deref().map(record::read_resume).transpose().map_err(thrown)?;
        self.ingest.begin_file(Beginning { file: FileIdx(file), sha256, key, resume }).map_err(thrown)
    }

    /// How far the file is that is read, for the authority: what has found its place since the last time; empty when nothing has.
    /// `digest` is the saved state of its SHA-256 where somebody else makes it.
    #[wasm_bindgen(js_name = takeCheckpoint)]
    pub fn take_checkpoint(&mut self, digest: Option<Vec<u8>>) -> Vec<u8> {
        let checkpoint = self.ingest.take_checkpoint(digest.unwrap_or_default());
        checkpoint.map(|checkpoint| record::write_checkpoint(&checkpoint)).unwrap_or_default()
    }

    /// Takes the next bytes of the file.
    pub fn feed(&mut self, window: &[u8]) -> Result<(), JsValue> {
        self.ingest.feed(window).map_err(thrown)
    }

    /// Ends the file.
    pub fn end(&mut self) -> Result<(), JsValue> {
        self.ingest.end().map_err(thrown)
    }

    /// The file will not be read on.
    pub fn abandon(&mut self) {
        self.ingest.abandon();
    }

    /// Chunks to ask the authority about, as a record; empty while it is not worth a message, unless `all` are wanted.
    #[wasm_bindgen(js_name = takeQuestions)]
    pub fn take_questions(&mut self, all: bool) -> Vec<u8> {
        record::write_chunks(&self.ingest.take_questions(all))
    }

    /// Takes the authority's verdicts, in the order of the questions.
    pub fn decide(&mut self, verdicts: &[u8]) -> Result<(), JsValue> {
        let verdicts = record::read_verdicts(verdicts).map_err(thrown)?;
        self.ingest.decide(&verdicts).map_err(thrown)
    }

    /// Bytes that have no place yet.
    #[wasm_bindgen(js_name = undecidedBytes)]
    pub fn undecided_bytes(&self) -> u32 {
        self.ingest.undecided_bytes() as u32
    }

    /// Chunks that have no place yet.
    #[wasm_bindgen(js_name = undecidedChunks)]
    pub fn undecided_chunks(&self) -> u32 {
        self.ingest.undecided_chunks() as u32
    }

    /// Seals the xorb that is being filled, if anything is in it.
    pub fn flush(&mut self) {
        self.ingest.flush();
    }

    /// The record of the next sealed xorb; the n-th one's body is `body(n)`, counted from zero.
    #[wasm_bindgen(js_name = takeSealed)]
    pub fn take_sealed(&mut self) -> Option<Vec<u8>> {
        let sealed = self.ingest.take_sealed()?;
        let body_bytes = sealed.body.len() as u32;
        let record = record::write_xorb(&XorbInfo { hash: sealed.hash, body_bytes, chunks: sealed.chunks });
        self.bodies.insert(self.sealed, sealed.body);
        self.sealed += 1;
        Some(record)
    }

    /// The body of a sealed xorb, where it lies; good until the next call of anything here.
    pub fn body(&self, sealed: u32) -> Result<Uint8Array, JsValue> {
        let body = self.bodies.get(&sealed);
        body.map(|body| view(body)).ok_or_else(|| thrown(Error::internal("there is no xorb of this number")))
    }

    /// A body is not needed any more; its buffer is used again.
    pub fn stored(&mut self, sealed: u32) {
        if let Some(body) = self.bodies.remove(&sealed) {
            self.ingest.reuse(body);
        }
    }

    /// The record of the next finished file.
    #[wasm_bindgen(js_name = takeFinished)]
    pub fn take_finished(&mut self) -> Option<Vec<u8>> {
        self.ingest.take_finished().map(|file| record::write_finished(&file))
    }
}
