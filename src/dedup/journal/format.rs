//! The records of a data plane: what lies on the device until a push has ended.
//!
//! Each is the payload of a frame; all numbers are little-endian. Xorbs have numbers of their own in a stream, which only grow.
//! What is read is checked: a xorb is what its chunks say, and nothing here panics, whatever the bytes are.

use super::super::record::{Reader, write_list};
use crate::chunk::CHUNK_MOST_BYTES;
use crate::hash::{Sha256, Sized, Tree, XetHash};
use crate::journal::{FileKey, frame};
use crate::shard::XorbInfo;

const XORB: u8 = 1;
const CHECKPOINT: u8 = 2;
const FINISHED: u8 = 3;
const REGISTERED: u8 = 4;
const FORGOTTEN: u8 = 5;

/// Bit of a span's length that says that its chunks are listed in place.
const IS_LISTED: u32 = 1 << 31;

/// No chunk of a xorb stands as far back as this: eight times what a store takes.
pub(super) const SPAN_END_MOST: u32 = 1 << 16;

/// Chunks of a file that lie one after the other in a xorb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// The xorb's number in the stream.
    pub(super) xorb: u32,
    /// The first of them in that xorb.
    pub(super) start: u32,
    /// How many.
    pub(super) chunks: u32,
    /// What they are; empty where the xorb's own list says it.
    pub(super) list: Vec<Sized>,
}

impl Span {
    /// Behind the last of them in their xorb.
    pub(super) fn end(&self) -> u32 {
        self.start + self.chunks
    }
}

/// One record.
#[derive(Debug)]
pub(super) enum Record {
    /// The store has this xorb, since so many seconds after 1970. Without chunks where others have told us of it.
    Xorb { number: u32, stored: u64, info: XorbInfo },
    /// The chunks of a file from the `first` on, and its digest as far as it was read.
    Checkpoint { key: FileKey, first: u32, digest: Vec<u8>, spans: Vec<Span> },
    /// A whole file.
    Finished { key: FileKey, hash: XetHash, sha256: [u8; 32], spans: Vec<Span> },
    /// A shard was accepted that lists these xorbs and names these files.
    Registered { xorbs: Vec<u32>, files: Vec<FileKey> },
    /// Nothing is to be believed of xorbs below this number.
    Forgotten { below: u32 },
}

pub(super) fn xorb(number: u32, stored: u64, info: &XorbInfo) -> Vec<u8> {
    let mut out = Vec::with_capacity(52 + 36 * info.chunks.len());
    out.extend(number.to_le_bytes());
    out.extend(stored.to_le_bytes());
    out.extend(info.hash.0);
    out.extend(info.body_bytes.to_le_bytes());
    write_list(&mut out, &info.chunks);
    frame::write(XORB, &out)
}

pub(super) fn checkpoint(key: FileKey, first: u32, digest: &[u8], spans: &[Span]) -> Vec<u8> {
    let mut out = key.0.to_vec();
    out.extend(first.to_le_bytes());
    // A saved state has about a hundred bytes.
    out.push(digest.len() as u8);
    out.extend(digest);
    write_spans(&mut out, spans);
    frame::write(CHECKPOINT, &out)
}

pub(super) fn finished(key: FileKey, hash: XetHash, sha256: &[u8; 32], spans: &[Span]) -> Vec<u8> {
    let mut out = key.0.to_vec();
    out.extend(hash.0);
    out.extend(sha256);
    write_spans(&mut out, spans);
    frame::write(FINISHED, &out)
}

pub(super) fn registered(xorbs: &[u32], files: &[FileKey]) -> Vec<u8> {
    let mut out = (xorbs.len() as u32).to_le_bytes().to_vec();
    out.extend(xorbs.iter().flat_map(|xorb| xorb.to_le_bytes()));
    out.extend(files.iter().flat_map(|file| file.0));
    frame::write(REGISTERED, &out)
}

pub(super) fn forgotten(below: u32) -> Vec<u8> {
    frame::write(FORGOTTEN, &below.to_le_bytes())
}

/// Reads a payload; nothing when it is not one of ours.
pub(super) fn read(kind: u8, payload: &[u8]) -> Option<Record> {
    let mut rest = Reader(payload);
    let record = match kind {
        XORB => {
            let (number, stored) = (rest.u32().ok()?, u64::from_le_bytes(rest.take().ok()?));
            let info = XorbInfo { hash: rest.hash().ok()?, body_bytes: rest.u32().ok()?, chunks: rest.list().ok()? };
            is_true(&info).then_some(Record::Xorb { number, stored, info })?
        }
        CHECKPOINT => {
            let key = FileKey(rest.take().ok()?);
            let first = rest.u32().ok()?;
            let [length] = rest.take().ok()?;
            let (digest, after) = rest.0.split_at_checked(usize::from(length))?;
            rest = Reader(after);
            if !digest.is_empty() {
                Sha256::restore(digest).ok()?;
            }
            Record::Checkpoint { key, first, digest: digest.to_vec(), spans: read_spans(&mut rest)? }
        }
        FINISHED => Record::Finished {
            key: FileKey(rest.take().ok()?),
            hash: rest.hash().ok()?,
            sha256: rest.take().ok()?,
            spans: read_spans(&mut rest)?,
        },
        REGISTERED => {
            let count = rest.u32().ok()? as usize;
            // Not more than there are, whatever the record says.
            let xorbs = (0..count).map(|_| rest.u32().ok()).collect::<Option<Vec<u32>>>()?;
            let (keys, over) = rest.0.as_chunks();
            rest = Reader(over);
            Record::Registered { xorbs, files: keys.iter().copied().map(FileKey).collect() }
        }
        FORGOTTEN => Record::Forgotten { below: rest.u32().ok()? },
        _ => return None,
    };
    rest.0.is_empty().then_some(record)
}

/// Whether a xorb is what its chunks say.
fn is_true(xorb: &XorbInfo) -> bool {
    if xorb.chunks.is_empty() {
        return true;
    }
    let mut tree = Tree::new();
    xorb.chunks.iter().for_each(|chunk| tree.push(*chunk));
    are_chunks(&xorb.chunks) && xorb.chunks.len() <= SPAN_END_MOST as usize && tree.root() == xorb.hash
}

fn are_chunks(chunks: &[Sized]) -> bool {
    chunks.iter().all(|chunk| (1..=CHUNK_MOST_BYTES as u64).contains(&chunk.size))
}

fn write_spans(out: &mut Vec<u8>, spans: &[Span]) {
    for Span { xorb, start, chunks, list } in spans {
        let flag = if list.is_empty() { 0 } else { IS_LISTED };
        for number in [*xorb, *start, chunks | flag] {
            out.extend(number.to_le_bytes());
        }
        if !list.is_empty() {
            write_list(out, list);
        }
    }
}

fn read_spans(rest: &mut Reader) -> Option<Vec<Span>> {
    let mut spans = Vec::new();
    while !rest.0.is_empty() {
        let (xorb, start, length) = (rest.u32().ok()?, rest.u32().ok()?, rest.u32().ok()?);
        let chunks = length & !IS_LISTED;
        let list = if length & IS_LISTED == 0 { Vec::new() } else { rest.list().ok()? };
        let is_whole = length & IS_LISTED == 0 || (list.len() == chunks as usize && are_chunks(&list));
        if chunks == 0 || !is_whole || start.checked_add(chunks)? > SPAN_END_MOST {
            return None;
        }
        spans.push(Span { xorb, start, chunks, list });
    }
    Some(spans)
}
