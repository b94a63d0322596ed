//! Shards: read record by record, and checked against the xorbs that are stored.
//!
//! A shard is believed in nothing: every term must lie in a stored xorb, every length and range hash must be what its chunks give, the
//! file hash must be the root over all of them, and the list of a xorb's chunks must be the xorb's.

use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use xet_core_structures::merklehash::{MerkleHash, file_hash};
use xet_core_structures::metadata_shard::MDBShardFileHeader;
use xet_core_structures::metadata_shard::chunk_verification::range_hash_from_chunks;
use xet_core_structures::metadata_shard::file_structs::{FileDataSequenceHeader, MDBFileInfo};
use xet_core_structures::metadata_shard::xorb_structs::{MDBXorbInfo, XorbChunkSequenceHeader};

use crate::cas::xorb::Index;
use crate::error::Refusal;
use crate::limits::FILE_CHUNKS_MAX;

/// The length of every record of a shard.
const RECORD: u64 = 48;

/// The version of shards that there is.
const VERSION: u64 = 2;

/// Where the header says how long the footer is, in eight bytes.
pub const FOOTER_SIZE_AT: u64 = 40;

/// The length of a footer.
const FOOTER: u64 = 200;

/// A file of a shard, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardFile {
    /// The hash of its chunks.
    pub hash: MerkleHash,
    /// SHA-256 that the shard says, lower-case hex.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
}

fn bad(why: impl std::fmt::Display) -> Refusal {
    Refusal::bad_request(format!("Invalid shard: {why}"))
}

/// Reads a shard from its start: first all files, then all xorbs.
pub struct ShardReader<R> {
    inner: BufReader<R>,
    at: u64,
    size: u64,
    has_footer: bool,
}

impl<R: Read + Seek> ShardReader<R> {
    /// Reads the header of a shard of `size` bytes.
    /// Errors: 400.
    pub fn new(mut inner: R, size: u64) -> Result<Self, Refusal> {
        inner.seek(SeekFrom::Start(0))?;
        let mut reader = Self { inner: BufReader::with_capacity(1 << 16, inner), at: 0, size, has_footer: false };
        let header = reader.record("its header")?;
        let header = MDBShardFileHeader::deserialize(&mut Cursor::new(header)).map_err(bad)?;
        if header.version != VERSION {
            return Err(bad(format!("version {} instead of {VERSION}", header.version)));
        }
        reader.has_footer = match header.footer_size {
            0 => false,
            FOOTER => true,
            other => return Err(bad(format!("a footer of {other} bytes"))),
        };
        Ok(reader)
    }

    /// Goes to a file or xorb whose position was told by [`ShardReader::position`].
    pub fn seek(&mut self, position: u64) -> Result<(), Refusal> {
        self.inner.seek(SeekFrom::Start(position))?;
        self.at = position;
        Ok(())
    }

    /// Where the next record begins.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// The next file; nothing behind the last.
    /// Errors: 400.
    pub fn next_file(&mut self) -> Result<Option<MDBFileInfo>, Refusal> {
        let mut bytes = self.record("the files")?.to_vec();
        let header = FileDataSequenceHeader::deserialize(&mut Cursor::new(&bytes[..]))?;
        if header.is_bookend() {
            return Ok(None);
        }
        let following = header.num_info_entry_following().map_err(bad)?;
        self.more(&mut bytes, following, "a file")?;
        Ok(MDBFileInfo::deserialize(&mut Cursor::new(&bytes[..]))?)
    }

    /// The next xorb; nothing behind the last.
    /// Errors: 400.
    pub fn next_xorb(&mut self) -> Result<Option<MDBXorbInfo>, Refusal> {
        let mut bytes = self.record("the xorbs")?.to_vec();
        let header = XorbChunkSequenceHeader::deserialize(&mut Cursor::new(&bytes[..]))?;
        if header.is_bookend() {
            return Ok(None);
        }
        self.more(&mut bytes, header.num_entries, "a xorb")?;
        Ok(MDBXorbInfo::deserialize(&mut Cursor::new(&bytes[..]))?)
    }

    /// Checks what is behind the last xorb: nothing, or a footer, which is not looked at.
    /// Errors: 400.
    pub fn end(&self) -> Result<u64, Refusal> {
        let rest = self.size - self.at;
        match self.has_footer {
            false if rest > 0 => Err(bad(format!("{rest} bytes behind its end"))),
            true if rest < FOOTER => Err(bad("it ends in the middle of its footer")),
            _ => Ok(self.at),
        }
    }

    fn record(&mut self, what: &str) -> Result<[u8; RECORD as usize], Refusal> {
        if self.size - self.at < RECORD {
            return Err(bad(format!("it ends in the middle of {what}")));
        }
        let mut record = [0; RECORD as usize];
        self.inner.read_exact(&mut record)?;
        self.at += RECORD;
        Ok(record)
    }

    /// Reads the records that belong to one whose header has been read.
    fn more(&mut self, bytes: &mut Vec<u8>, records: u32, what: &str) -> Result<(), Refusal> {
        let length = u64::from(records) * RECORD;
        if length > self.size - self.at {
            return Err(bad(format!("it ends in the middle of {what}")));
        }
        let read = (&mut self.inner).take(length).read_to_end(bytes)?;
        self.at += read as u64;
        Ok(())
    }
}

/// What can be said of a file without looking at the xorbs.
/// Errors: 400 for one without range hashes or SHA-256, and for what contradicts itself.
pub fn summary(file: &MDBFileInfo) -> Result<ShardFile, Refusal> {
    let hash = file.metadata.file_hash;
    if !file.contains_verification() {
        return Err(bad(format!("the file {hash} has no range hashes")));
    }
    let sha256 = match &file.metadata_ext {
        Some(record) => record.sha256.hex(),
        None => return Err(bad(format!("the file {hash} has no SHA-256"))),
    };
    if (hash == MerkleHash::default()) != file.segments.is_empty() {
        return Err(bad(format!("the file {hash} has {} terms", file.segments.len())));
    }
    Ok(ShardFile { hash, sha256, size: file.file_size() })
}

/// Checks a file against the stored xorbs.
/// Errors: 400.
pub fn check_file(
    file: &MDBFileInfo,
    mut xorb: impl FnMut(&MerkleHash) -> Result<Option<Arc<Index>>, Refusal>,
) -> Result<ShardFile, Refusal> {
    let said = summary(file)?;
    let mut leaves = Vec::new();
    for (number, (term, range)) in file.segments.iter().zip(&file.verification).enumerate() {
        let at = || format!("term {number} of the file {}", said.hash);
        let index = xorb(&term.xorb_hash)?;
        let index =
            index.ok_or_else(|| bad(format!("{} is in the xorb {}, which is not stored", at(), term.xorb_hash)))?;
        let (start, end) = (term.chunk_index_start, term.chunk_index_end);
        if start >= end || end > index.len() {
            return Err(bad(format!("{} is of the chunks {start} to {end}, and there are {}", at(), index.len())));
        }
        if index.unpacked(start, end) != u64::from(term.unpacked_segment_bytes) {
            let (said, found) = (term.unpacked_segment_bytes, index.unpacked(start, end));
            return Err(bad(format!("{} has {said} bytes, and its chunks have {found}", at())));
        }
        if range_hash_from_chunks(index.hashes(start, end)) != range.range_hash {
            return Err(bad(format!("{} has another range hash than its chunks", at())));
        }
        if leaves.len() + (end - start) as usize > FILE_CHUNKS_MAX {
            return Err(Refusal::too_large(format!("a file has at most {FILE_CHUNKS_MAX} chunks")));
        }
        leaves.extend((start..end).map(|chunk| (index.hash(chunk), index.unpacked(chunk, chunk + 1))));
    }
    let hash = file_hash(&leaves);
    if hash != said.hash {
        return Err(bad(format!("the file {} has chunks of the file {hash}", said.hash)));
    }
    Ok(said)
}

/// Checks what a shard says of a xorb against the stored one. The length on the store's disk is the store's affair.
/// Errors: 400.
pub fn check_xorb(said: &MDBXorbInfo, index: Option<&Index>) -> Result<(), Refusal> {
    let hash = said.metadata.xorb_hash;
    let index = index.ok_or_else(|| bad(format!("the xorb {hash} is not stored")))?;
    let differs = |what: String| Err(bad(format!("{what} of the xorb {hash} is not what is stored")));
    if said.chunks.len() != index.len() as usize {
        return differs("the number of chunks".to_owned());
    }
    if u64::from(said.metadata.num_bytes_in_xorb) != index.unpacked(0, index.len()) {
        return differs("the size".to_owned());
    }
    for (number, chunk) in (0..).zip(&said.chunks) {
        let start = index.unpacked(0, number);
        let length = index.unpacked(number, number + 1);
        if chunk.chunk_hash != index.hash(number)
            || u64::from(chunk.unpacked_segment_bytes) != length
            || u64::from(chunk.chunk_byte_range_start) != start
        {
            return differs(format!("chunk {number}"));
        }
    }
    Ok(())
}
