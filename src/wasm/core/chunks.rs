//! Chunks and the trees above them.

use wasm_bindgen::prelude::*;

use super::records::{Reader, write_hash, write_sized};
use crate::chunk::HashedChunks;
use crate::hash::{Tree, XetHash, range_hash};
use crate::wasm::view::thrown;

/// A stream that is cut into chunks.
#[wasm_bindgen]
#[derive(Default)]
pub struct ChunkStream(HashedChunks);

#[wasm_bindgen]
impl ChunkStream {
    /// At the beginning of a stream.
    #[wasm_bindgen(constructor)]
    pub fn new() -> ChunkStream {
        ChunkStream::default()
    }

    /// Takes the next bytes; the chunks that ended in them, as records of hash and length.
    pub fn add(&mut self, bytes: &[u8]) -> String {
        let mut ended = String::new();
        self.0.feed(bytes, |chunk| write_sized(&mut ended, chunk));
        ended
    }

    /// Ends the stream; its last chunk as a record, empty when there is none. Then it is at the beginning of another.
    pub fn finish(&mut self) -> String {
        let mut ended = String::new();
        if let Some(chunk) = self.0.finish() {
            write_sized(&mut ended, chunk);
        }
        ended
    }
}

/// The hash of a xorb that holds these chunks.
#[wasm_bindgen(js_name = xorbHashOf)]
pub fn xorb_hash(chunks: &str) -> Result<String, JsValue> {
    tree(chunks).map(|tree| text(tree.root()))
}

/// The hash of a file that consists of these chunks.
#[wasm_bindgen(js_name = fileHashOf)]
pub fn file_hash(chunks: &str) -> Result<String, JsValue> {
    tree(chunks).map(|tree| text(tree.file_hash()))
}

/// The hash that a term of a file carries, over the hashes of its chunks.
#[wasm_bindgen(js_name = rangeHashOf)]
pub fn range_hash_of(hashes: &str) -> Result<String, JsValue> {
    let mut reader = Reader::new(hashes);
    let mut read = Vec::new();
    while !reader.is_empty() {
        read.push(reader.hash().map_err(thrown)?);
    }
    Ok(text(range_hash(read)))
}

fn tree(chunks: &str) -> Result<Tree, JsValue> {
    let mut tree = Tree::new();
    for chunk in Reader::new(chunks).all_sized().map_err(thrown)? {
        tree.push(chunk);
    }
    Ok(tree)
}

fn text(hash: XetHash) -> String {
    let mut text = String::new();
    write_hash(&mut text, hash);
    text
}
