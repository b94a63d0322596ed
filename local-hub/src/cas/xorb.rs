//! Xorbs on disk: what a body must be before it counts, and where its chunks are.
//!
//! Layout: `xet/xorbs/ab/{hash}` holds the records as they came, without a footer; `{hash}.index` is a footer of ours, written when every
//! chunk has been unpacked and hashed and the hash over them is the name. A xorb counts when it has its index.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom, Write};

use xet_core_structures::merklehash::{MerkleHash, compute_data_hash, xorb_hash};
use xet_core_structures::xorb_object::constants::MAX_CHUNK_SIZE;
use xet_core_structures::xorb_object::{
    CompressionScheme, XorbChunkHeader, XorbObject, XorbObjectInfoV1, parse_chunk_header,
};

use crate::error::Refusal;
use crate::limits::{XORB_CHUNKS_MAX, XORB_MAX};

/// The length of a record's header.
const HEADER: usize = 8;

/// What a footer begins with; a record begins with a zero.
const FOOTER_START: u8 = b'X';

/// Where the chunks of a xorb are, and their hashes.
#[derive(Debug, PartialEq, Eq)]
pub struct Index(XorbObjectInfoV1);

impl Index {
    /// How many chunks there are.
    pub fn len(&self) -> u32 {
        self.0.num_chunks
    }

    /// The hash of a chunk.
    pub fn hash(&self, chunk: u32) -> MerkleHash {
        self.0.chunk_hashes[chunk as usize]
    }

    /// The hashes of chunks.
    pub fn hashes(&self, start: u32, end: u32) -> &[MerkleHash] {
        &self.0.chunk_hashes[start as usize..end as usize]
    }

    /// How many bytes chunks have unpacked.
    pub fn unpacked(&self, start: u32, end: u32) -> u64 {
        u64::from(Self::before(&self.0.unpacked_chunk_offsets, end))
            - u64::from(Self::before(&self.0.unpacked_chunk_offsets, start))
    }

    /// Where the records of chunks lie: from the first byte to the one after the last.
    pub fn records(&self, start: u32, end: u32) -> (u64, u64) {
        let before = |chunk| u64::from(Self::before(&self.0.chunk_boundary_offsets, chunk));
        (before(start), before(end))
    }

    /// The length of all records.
    pub fn bytes(&self) -> u64 {
        self.records(0, self.len()).1
    }

    fn before(ends: &[u32], chunk: u32) -> u32 {
        if chunk == 0 { 0 } else { ends[chunk as usize - 1] }
    }

    /// As a file.
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.0.serialized_length() + 4);
        XorbObject::serialize_given_info(&mut bytes, self.0.clone()).map_err(io::Error::other)?;
        Ok(bytes)
    }

    /// Reads what [`Index::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> io::Result<Self> {
        Ok(Self(XorbObject::deserialize(&mut Cursor::new(bytes)).map_err(io::Error::other)?.info))
    }

    /// Whether these bytes are the footer of this xorb, whatever they hold where a client may write what it likes.
    fn is_footer(&self, bytes: &[u8]) -> io::Result<bool> {
        let mut ours = self.to_bytes()?;
        let mut theirs = bytes.to_vec();
        // The length stands behind sixteen bytes for anything.
        for footer in [&mut ours, &mut theirs] {
            let end = footer.len().saturating_sub(4);
            footer[end.saturating_sub(16)..end].fill(0);
        }
        Ok(ours == theirs)
    }
}

fn bad(chunk: usize, why: impl std::fmt::Display) -> Refusal {
    Refusal::bad_request(format!("Invalid xorb: chunk {chunk} {why}"))
}

/// Reads a body through, record by record. With `name`, every chunk is unpacked and hashed, and the whole must have that hash; without,
/// only the headers are believed, and the index holds no hashes.
/// Errors: 400 for what is no xorb or has another hash, 413 for one that is too large.
pub fn read(file: &File, name: Option<MerkleHash>) -> Result<Index, Refusal> {
    let size = file.metadata()?.len();
    let mut reader = BufReader::with_capacity(1 << 17, file);
    reader.seek(SeekFrom::Start(0))?;
    let mut index = XorbObjectInfoV1::default();
    let mut sizes = Vec::new();
    let (mut at, mut unpacked) = (0_u64, 0_u64);
    let (mut packed, mut plain) = (Vec::new(), Vec::new());
    while at < size && reader.fill_buf()?.first() != Some(&FOOTER_START) {
        let number = sizes.len();
        if number == XORB_CHUNKS_MAX {
            return Err(Refusal::bad_request(format!("Invalid xorb: more than {XORB_CHUNKS_MAX} chunks")));
        }
        if size - at < HEADER as u64 {
            return Err(bad(number, "ends in the middle of its header"));
        }
        let mut head = [0; HEADER];
        reader.read_exact(&mut head)?;
        let header = parse_chunk_header(head).map_err(|error| bad(number, format!("has a bad header: {error}")))?;
        let (packed_bytes, plain_bytes) = (header.get_compressed_length(), header.get_uncompressed_length());
        if packed_bytes == 0 || plain_bytes == 0 {
            return Err(bad(number, "is empty"));
        }
        if u64::from(packed_bytes) > size - at - HEADER as u64 {
            return Err(bad(number, "ends in the middle of its data"));
        }
        if name.is_some() {
            packed.resize(packed_bytes as usize, 0);
            reader.read_exact(&mut packed)?;
            unpack(&header, &packed, &mut plain).map_err(|why| bad(number, why))?;
            index.chunk_hashes.push(compute_data_hash(&plain));
        } else {
            reader.seek_relative(i64::from(packed_bytes))?;
            index.chunk_hashes.push(MerkleHash::default());
        }
        at += HEADER as u64 + u64::from(packed_bytes);
        unpacked += u64::from(plain_bytes);
        if at > XORB_MAX {
            return Err(too_large());
        }
        sizes.push(u64::from(plain_bytes));
        // Both are far below 2^32: 64 MiB of records, and 8192 chunks of 128 KiB.
        index.chunk_boundary_offsets.push(at as u32);
        index.unpacked_chunk_offsets.push(unpacked as u32);
    }
    if sizes.is_empty() {
        return Err(Refusal::bad_request("Invalid xorb: no chunks"));
    }
    index.num_chunks = sizes.len() as u32;
    index.fill_in_boundary_offsets();
    let Some(name) = name else { return Ok(Index(index)) };
    let leaves: Vec<_> = index.chunk_hashes.iter().copied().zip(sizes).collect();
    index.xorb_hash = xorb_hash(&leaves);
    if index.xorb_hash != name {
        return Err(Refusal::bad_request(format!("Invalid xorb: its hash is {} and not {name}", index.xorb_hash)));
    }
    let index = Index(index);
    if at < size {
        let mut footer = Vec::new();
        reader.take(index.0.serialized_length() as u64 + 5).read_to_end(&mut footer)?;
        if !index.is_footer(&footer)? {
            return Err(Refusal::bad_request("Invalid xorb: what follows the chunks is not the footer of this xorb"));
        }
    }
    Ok(index)
}

/// 413.
pub fn too_large() -> Refusal {
    Refusal::too_large(format!("a xorb has at most {XORB_MAX} bytes"))
}

/// Unpacks the data of one record, all of it and to the promised length.
/// Errors: why not, as the end of a sentence.
fn unpack(header: &XorbChunkHeader, packed: &[u8], plain: &mut Vec<u8>) -> Result<(), String> {
    plain.clear();
    let wanted = header.get_uncompressed_length() as usize;
    let scheme = header.get_compression_scheme().map_err(|error| format!("has a bad header: {error}"))?;
    if scheme == CompressionScheme::Auto {
        return Err("has a bad header: its scheme is a setting and no form of data".to_owned());
    }
    let mut packed_reader = Cursor::new(packed);
    let mut bounded = Bounded { plain, most: wanted.min(*MAX_CHUNK_SIZE) };
    scheme
        .decompress_from_reader(&mut packed_reader, &mut bounded)
        .map_err(|error| format!("cannot be unpacked: {error}"))?;
    if plain.len() != wanted {
        return Err(format!("unpacks to {} bytes and not {wanted}", plain.len()));
    }
    if packed_reader.position() != packed.len() as u64 {
        return Err("has bytes behind its data".to_owned());
    }
    Ok(())
}

/// A buffer that takes no more than was promised.
struct Bounded<'a> {
    plain: &'a mut Vec<u8>,
    most: usize,
}

impl Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.plain.len() + bytes.len() > self.most {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "more bytes than its header says"));
        }
        self.plain.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Unpacks chunks of a stored xorb one after another, until `take` has enough.
pub fn unpack_chunks(
    file: &mut File,
    index: &Index,
    start: u32,
    end: u32,
    mut take: impl FnMut(&[u8]) -> io::Result<bool>,
) -> io::Result<()> {
    file.seek(SeekFrom::Start(index.records(start, start).0))?;
    let mut reader = BufReader::with_capacity(1 << 17, file);
    let (mut packed, mut plain) = (Vec::new(), Vec::new());
    for _ in start..end {
        let mut head = [0; HEADER];
        reader.read_exact(&mut head)?;
        let header = parse_chunk_header(head).map_err(io::Error::other)?;
        packed.resize(header.get_compressed_length() as usize, 0);
        reader.read_exact(&mut packed)?;
        unpack(&header, &packed, &mut plain).map_err(io::Error::other)?;
        if !take(&plain)? {
            return Ok(());
        }
    }
    Ok(())
}
