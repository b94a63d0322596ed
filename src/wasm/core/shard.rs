//! Shards, written and read.

use wasm_bindgen::prelude::*;

use super::records::{Reader, write_hash, write_number, write_sized};
use crate::error::Error;
use crate::hash::XetHash;
use crate::shard::{FileInfo, SHARD_MOST_BYTES, Shard, Term, XorbInfo, write};
use crate::wasm::view::thrown;

/// A shard that is being filled.
#[wasm_bindgen]
#[derive(Default)]
pub struct ShardWriter {
    files: Vec<FileInfo>,
    xorbs: Vec<XorbInfo>,
}

#[wasm_bindgen]
impl ShardWriter {
    /// An empty one.
    #[wasm_bindgen(constructor)]
    pub fn new() -> ShardWriter {
        ShardWriter::default()
    }

    /// Adds a file: hash, then its terms (xorb, range hash, bytes, start, end). `sha256` in hex, or nothing.
    #[wasm_bindgen(js_name = addFile)]
    pub fn add_file(&mut self, file: &str, sha256: &str) -> Result<(), JsValue> {
        self.files.push(read_file(file, sha256).map_err(thrown)?);
        Ok(())
    }

    /// Adds a xorb: hash, bytes of its body, then its chunks.
    #[wasm_bindgen(js_name = addXorb)]
    pub fn add_xorb(&mut self, xorb: &str) -> Result<(), JsValue> {
        self.xorbs.push(read_xorb(xorb).map_err(thrown)?);
        Ok(())
    }

    /// The shard as it is uploaded.
    pub fn write(&self) -> Result<Vec<u8>, JsValue> {
        let shard = write(&self.files, &self.xorbs);
        if shard.len() > SHARD_MOST_BYTES {
            return Err(thrown(Error::invalid("A shard has at most 64 MiB: tell of fewer files in it")));
        }
        Ok(shard)
    }
}

fn read_file(file: &str, sha256: &str) -> Result<FileInfo, Error> {
    let mut reader = Reader::new(file);
    let hash = reader.hash()?;
    let mut terms = Vec::new();
    while !reader.is_empty() {
        let (xorb, range_hash) = (reader.hash()?, reader.hash()?);
        let (bytes, start, end) = (reader.short()?, reader.short()?, reader.short()?);
        if start >= end {
            return Err(Error::invalid("A term has at least one chunk"));
        }
        terms.push(Term { xorb, bytes, start, end, range_hash });
    }
    Ok(FileInfo { hash, terms, sha256: if sha256.is_empty() { None } else { Some(digest(sha256)?) } })
}

fn read_xorb(xorb: &str) -> Result<XorbInfo, Error> {
    let mut reader = Reader::new(xorb);
    let (hash, body_bytes) = (reader.hash()?, reader.short()?);
    let chunks = reader.all_sized()?;
    let raw_bytes = chunks.iter().try_fold(0_u64, |sum, chunk| sum.checked_add(chunk.size));
    if raw_bytes.is_none_or(|bytes| u32::try_from(bytes).is_err()) {
        return Err(Error::invalid("A xorb has less than 4 GiB of chunks"));
    }
    Ok(XorbInfo { hash, body_bytes, chunks })
}

/// A SHA-256 from its usual hex: the same digits as a hash of the store, whose groups of eight are the other way round.
fn digest(hex: &str) -> Result<[u8; 32], Error> {
    let XetHash(mut bytes) = XetHash::parse(hex).ok_or_else(|| Error::invalid("A SHA-256 is 64 hex digits"))?;
    bytes.as_chunks_mut::<8>().0.iter_mut().for_each(|group| group.reverse());
    Ok(bytes)
}

/// What a shard says, one file and one xorb after the other.
#[wasm_bindgen]
pub struct ShardReader {
    shard: Shard,
    files: usize,
    xorbs: usize,
}

#[wasm_bindgen]
impl ShardReader {
    /// Reads a shard, with or without footer.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Result<ShardReader, JsValue> {
        let shard = Shard::read(bytes).map_err(thrown)?;
        Ok(ShardReader { shard, files: 0, xorbs: 0 })
    }

    /// The next file: hash, one for a SHA-256 and that, or zero, then its terms as in `addFile`. Nothing after the last.
    #[wasm_bindgen(js_name = nextFile)]
    pub fn next_file(&mut self) -> Option<String> {
        let file = self.shard.files.get(self.files)?;
        self.files += 1;
        let mut out = String::new();
        write_hash(&mut out, file.hash);
        write_number(&mut out, u64::from(file.sha256.is_some()));
        if let Some(sha256) = &file.sha256 {
            out.push_str(&crate::hash::hex(sha256));
        }
        for term in &file.terms {
            write_hash(&mut out, term.xorb);
            write_hash(&mut out, term.range_hash);
            [term.bytes, term.start, term.end].into_iter().for_each(|number| write_number(&mut out, u64::from(number)));
        }
        Some(out)
    }

    /// The next xorb: hash, bytes of its body, then its chunks. Nothing after the last.
    #[wasm_bindgen(js_name = nextXorb)]
    pub fn next_xorb(&mut self) -> Option<String> {
        let xorb = self.shard.xorbs.get(self.xorbs)?;
        self.xorbs += 1;
        let mut out = String::new();
        write_hash(&mut out, xorb.hash);
        write_number(&mut out, u64::from(xorb.body_bytes));
        xorb.chunks.iter().for_each(|chunk| write_sized(&mut out, *chunk));
        Some(out)
    }

    /// From the footer: the key that masks chunk hashes in hex, then its last second; nothing without footer.
    pub fn key(&self) -> Option<String> {
        let expiry = self.shard.key_expiry?;
        let mut out = crate::hash::hex(&self.shard.key);
        write_number(&mut out, expiry);
        Some(out)
    }
}
