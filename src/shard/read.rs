//! Reading shards: answers to deduplication queries, and in tests what was uploaded.

use super::{END_MARK, FileInfo, RECORD_BYTES, TAG, Term, VERSION, WITH_RANGE_HASHES, WITH_SHA256, sha256_record};
use crate::error::Error;
use crate::hash::{Sized, XetHash, masked};

/// Bytes of a footer.
const FOOTER_BYTES: usize = 200;

/// Version of the footer.
const FOOTER_VERSION: u64 = 1;

/// Where the key stands in a footer.
const KEY_AT: usize = 72;

/// Where the key's last second stands in a footer.
const EXPIRY_AT: usize = 112;

/// What a shard says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shard {
    /// Files; none in a deduplication answer.
    pub files: Vec<FileInfo>,
    /// Xorbs.
    pub xorbs: Vec<XorbEntry>,
    /// From the footer: the key that masks chunk hashes, zero for none.
    pub key: [u8; 32],
    /// From the footer: when the key ends, in seconds since 1970; none without footer.
    pub key_expiry: Option<u64>,
}

/// A xorb that a shard tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XorbEntry {
    /// Its name.
    pub hash: XetHash,
    /// Its raw bytes.
    pub raw_bytes: u32,
    /// Bytes of its body, as the writer says.
    pub body_bytes: u32,
    /// Its chunks in order, with raw sizes; the hashes may be masked.
    pub chunks: Vec<Sized>,
}

/// A deduplication answer, ready to be asked about chunks.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The xorbs that it tells of.
    pub xorbs: Vec<XorbEntry>,
    /// The key that masks its chunk hashes; zero for none.
    pub key: [u8; 32],
}

impl Answer {
    /// Reads an answer; `None` when its key has ended.
    ///
    /// Errors: `protocol` when it is no shard with a footer.
    pub fn read(bytes: &[u8], now_seconds: u64) -> Result<Option<Answer>, Error> {
        let shard = Shard::read(bytes)?;
        let expiry = shard.key_expiry.ok_or_else(|| wrong("has no footer"))?;
        let is_masked = shard.key != [0; 32];
        Ok((!is_masked || now_seconds < expiry).then_some(Answer { xorbs: shard.xorbs, key: shard.key }))
    }

    /// How a chunk's hash is written in this answer.
    pub fn masked(&self, chunk: XetHash) -> XetHash {
        masked(chunk, &self.key)
    }
}

impl Shard {
    /// Reads a shard, with or without footer.
    ///
    /// Errors: `protocol`, saying what is wrong.
    pub fn read(bytes: &[u8]) -> Result<Shard, Error> {
        let mut records = Records { rest: bytes };
        let (tag, version, footer_bytes) = records.header()?;
        if tag != TAG {
            return Err(wrong("does not begin as one"));
        }
        if version != VERSION {
            return Err(wrong(&format!("has version {version}")));
        }
        let mut shard = Shard::default();
        while let Some((hash, numbers)) = records.next_of_section()? {
            shard.files.push(records.file(hash, numbers)?);
        }
        while let Some((hash, numbers)) = records.next_of_section()? {
            shard.xorbs.push(records.xorb(hash, numbers)?);
        }
        if footer_bytes > 0 {
            shard.read_footer(bytes)?;
        }
        Ok(shard)
    }

    /// The footer stands at the end; lookup tables may stand before it, and nobody here needs them.
    fn read_footer(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let footer = bytes.last_chunk::<FOOTER_BYTES>().ok_or_else(|| wrong("ends before its footer"))?;
        let word = |at: usize| footer[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
        if word(0) != FOOTER_VERSION {
            return Err(wrong(&format!("has a footer of version {}", word(0))));
        }
        self.key.copy_from_slice(&footer[KEY_AT..KEY_AT + 32]);
        self.key_expiry = Some(word(EXPIRY_AT));
        Ok(())
    }
}

struct Records<'a> {
    rest: &'a [u8],
}

type Record = ([u8; 32], [u32; 4]);

impl Records<'_> {
    fn header(&mut self) -> Result<([u8; 32], u64, u64), Error> {
        let (tag, [v0, v1, f0, f1]) = self.next()?;
        let word = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
        Ok((tag, word(v0, v1), word(f0, f1)))
    }

    fn next(&mut self) -> Result<Record, Error> {
        let cut = || wrong("ends in the middle of a record");
        let (record, rest) = self.rest.split_first_chunk::<RECORD_BYTES>().ok_or_else(cut)?;
        let (hash, numbers) = record.split_first_chunk::<32>().ok_or_else(cut)?;
        self.rest = rest;
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(numbers.as_chunks().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        Ok((*hash, words))
    }

    /// The next record; `None` at the end of the section.
    fn next_of_section(&mut self) -> Result<Option<Record>, Error> {
        let record = self.next()?;
        Ok((record.0 != END_MARK).then_some(record))
    }

    /// How many records there can still be: a count that a shard claims is believed only that far.
    fn at_most(&self, count: u32) -> Result<usize, Error> {
        let count = count as usize;
        if count > self.rest.len() / RECORD_BYTES {
            return Err(wrong("counts more records than it has"));
        }
        Ok(count)
    }

    fn file(&mut self, hash: [u8; 32], [flags, count, ..]: [u32; 4]) -> Result<FileInfo, Error> {
        let count = self.at_most(count)?;
        let mut terms = Vec::with_capacity(count);
        for _ in 0..count {
            let (xorb, [_, bytes, start, end]) = self.next()?;
            if start >= end {
                return Err(wrong("has an empty term"));
            }
            terms.push(Term { xorb: XetHash(xorb), bytes, start, end, range_hash: XetHash::ZERO });
        }
        if flags & WITH_RANGE_HASHES != 0 {
            for term in &mut terms {
                term.range_hash = XetHash(self.next()?.0);
            }
        }
        let sha256 = if flags & WITH_SHA256 != 0 { Some(sha256_record(&self.next()?.0)) } else { None };
        Ok(FileInfo { hash: XetHash(hash), terms, sha256 })
    }

    fn xorb(&mut self, hash: [u8; 32], [_, count, raw_bytes, body_bytes]: [u32; 4]) -> Result<XorbEntry, Error> {
        let count = self.at_most(count)?;
        let mut chunks = Vec::with_capacity(count);
        let mut end = 0_u64;
        for _ in 0..count {
            let (hash, [start, size, ..]) = self.next()?;
            if u64::from(start) != end || size == 0 {
                return Err(wrong("has chunks that do not follow each other"));
            }
            end += u64::from(size);
            chunks.push(Sized { hash: XetHash(hash), size: u64::from(size) });
        }
        if end != u64::from(raw_bytes) {
            return Err(wrong("has a xorb of another size than its chunks"));
        }
        Ok(XorbEntry { hash: XetHash(hash), raw_bytes, body_bytes, chunks })
    }
}

fn wrong(what: &str) -> Error {
    Error::protocol(format!("A shard {what}"))
}
