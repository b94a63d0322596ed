//! Reading what Xet stores: parts of xorbs for whoever unpacks, and the hash of the file that comes out.

use wasm_bindgen::prelude::*;

use super::view::thrown;
use crate::error::Error;
use crate::hash::{Sized, Tree, XetHash};
use crate::xorb::Unpacker;

/// Bytes of a chunk in a flat list: its hash, its length (u32, little-endian).
const FLAT_BYTES: usize = 36;

/// A part of a xorb.
#[wasm_bindgen]
pub struct XorbPart {
    unpacker: Unpacker,
    hashes: Vec<Sized>,
}

#[wasm_bindgen]
impl XorbPart {
    /// Takes the body of a fetch, which holds chunks `start..end` of the xorb.
    #[wasm_bindgen(constructor)]
    pub fn new(body: Vec<u8>, start: u32, end: u32) -> Result<XorbPart, JsValue> {
        let unpacker = Unpacker::new(body, start..end).map_err(thrown)?;
        Ok(XorbPart { unpacker, hashes: Vec::new() })
    }

    /// Bytes `from..to` of the run of chunks `start..end`, which is `length` bytes long; with `hashed` its chunks are kept for
    /// `hashes`.
    pub fn unpack(
        &mut self,
        start: u32,
        end: u32,
        length: f64,
        from: f64,
        to: f64,
        hashed: bool,
    ) -> Result<Vec<u8>, JsValue> {
        let (length, wanted) = (length as u64, from as u64..to as u64);
        let mut out = Vec::new();
        let hashes = hashed.then_some(&mut self.hashes);
        self.unpacker.unpack(start..end, length, wanted, &mut out, hashes).map_err(thrown)?;
        Ok(out)
    }

    /// The chunks that began in what was unpacked since the last time, as a flat list.
    pub fn hashes(&mut self) -> Vec<u8> {
        let chunks = std::mem::take(&mut self.hashes);
        chunks
            .into_iter()
            .flat_map(|Sized { hash, size }| hash.0.into_iter().chain((size as u32).to_le_bytes()))
            .collect()
    }
}

/// The hash of a file whose chunks come in order.
#[wasm_bindgen]
#[derive(Default)]
pub struct XetFileHasher(Tree);

#[wasm_bindgen]
impl XetFileHasher {
    /// No chunks yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> XetFileHasher {
        XetFileHasher::default()
    }

    /// Takes a flat list of chunks.
    pub fn update(&mut self, chunks: &[u8]) -> Result<(), JsValue> {
        let (chunks, rest) = chunks.as_chunks::<FLAT_BYTES>();
        if !rest.is_empty() {
            return Err(thrown(Error::internal("this is no list of chunks")));
        }
        for [hash @ .., s0, s1, s2, s3] in chunks {
            self.0.push(Sized { hash: XetHash(*hash), size: u64::from(u32::from_le_bytes([*s0, *s1, *s2, *s3])) });
        }
        Ok(())
    }

    /// The hash, in its text form.
    pub fn digest(&self) -> String {
        self.0.clone().file_hash().to_string()
    }
}
