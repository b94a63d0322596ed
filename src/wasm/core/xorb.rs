//! Xorbs, written and read.

use wasm_bindgen::prelude::*;

use super::records::{Reader, write_number, write_sized};
use crate::error::Error;
use crate::hash::{Sized, chunk_hash};
use crate::wasm::view::thrown;
use crate::xorb::{Chunks, Compression, XorbBuilder};

/// A xorb that is being filled.
#[wasm_bindgen]
pub struct XorbWriter(XorbBuilder);

#[wasm_bindgen]
impl XorbWriter {
    /// An empty one, to be sealed at a body of so many bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(target_bytes: u32, compress: bool) -> XorbWriter {
        let compression = if compress { Compression::Automatic } else { Compression::Off };
        XorbWriter(XorbBuilder::new(target_bytes as usize).with_compression(compression))
    }

    /// Whether a chunk of so many bytes still fits.
    #[wasm_bindgen(js_name = hasRoom)]
    pub fn has_room(&self, bytes: u32) -> bool {
        self.0.has_room(bytes as usize)
    }

    /// Bytes of the body so far.
    #[wasm_bindgen(js_name = bodyBytes)]
    pub fn body_bytes(&self) -> u32 {
        self.0.body_bytes() as u32
    }

    /// Appends a chunk; its index. `hash` is its hash, or nothing where it has to be made.
    pub fn add(&mut self, chunk: &[u8], hash: &str) -> Result<u32, JsValue> {
        self.append(chunk, hash).map_err(thrown)
    }

    fn append(&mut self, chunk: &[u8], hash: &str) -> Result<u32, Error> {
        if chunk.is_empty() || chunk.len() > crate::chunk::CHUNK_MOST_BYTES {
            return Err(Error::invalid("A chunk has from 1 to 131072 bytes"));
        }
        if !self.0.has_room(chunk.len()) {
            return Err(Error::invalid("The xorb has no room for this chunk: finish it, and go on with another"));
        }
        let hash = if hash.is_empty() { chunk_hash(chunk) } else { Reader::new(hash).hash()? };
        Ok(self.0.push(hash, chunk))
    }

    /// Its chunks so far, as records of hash and length.
    pub fn chunks(&self) -> String {
        let mut out = String::new();
        self.0.chunks().iter().for_each(|chunk| write_sized(&mut out, *chunk));
        out
    }

    /// The body; nothing is left here.
    #[wasm_bindgen(js_name = takeBody)]
    pub fn take_body(&mut self) -> Vec<u8> {
        std::mem::replace(&mut self.0, XorbBuilder::new(0)).seal().body
    }
}

/// One chunk of a xorb, decompressed.
#[wasm_bindgen]
pub struct XorbChunk {
    facts: String,
    bytes: Vec<u8>,
}

#[wasm_bindgen]
impl XorbChunk {
    /// Reads the first chunk of what begins with a record; nothing at the end or the footer.
    pub fn read(window: &[u8]) -> Result<Option<XorbChunk>, JsValue> {
        let Some(read) = Chunks::of(window).next() else { return Ok(None) };
        let read = read.map_err(thrown)?;
        let mut facts = String::new();
        let size = read.bytes.len() as u64;
        write_sized(&mut facts, Sized { hash: chunk_hash(&read.bytes), size });
        write_number(&mut facts, read.record.scheme as u64);
        write_number(&mut facts, u64::from(read.record.stored_bytes));
        Ok(Some(XorbChunk { facts, bytes: read.bytes }))
    }

    /// A record: hash, length, number of the compression, bytes that follow its header.
    pub fn facts(&self) -> String {
        self.facts.clone()
    }

    /// Its bytes; nothing is left here.
    #[wasm_bindgen(js_name = takeBytes)]
    pub fn take_bytes(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}
