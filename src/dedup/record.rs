//! What lanes and their authority say to each other, as flat bytes: they may live in different instances of this engine.
//!
//! Both sides are of the same build and on the same machine, so the records have no version; all numbers are little-endian. What is
//! read is checked all the same: nothing here panics, whatever the bytes are.

use super::place::{Origin, Place, Run};
use super::shards::FinishedFile;
use super::{Chunk, Verdict};
use crate::error::Error;
use crate::hash::{Sized, XetHash};
use crate::http::FileIdx;
use crate::shard::XorbInfo;

/// Bit of a chunk's size that says that a file begins with it.
const IS_FIRST: u32 = 1 << 31;

/// What stands in place of an origin for a chunk that is new.
const IS_NEW: u32 = u32::MAX;

/// What a lane asks: 36 bytes a chunk.
pub fn write_chunks(chunks: &[Chunk]) -> Vec<u8> {
    let mut out = Vec::with_capacity(36 * chunks.len());
    for chunk in chunks {
        out.extend(chunk.hash.0);
        out.extend((chunk.bytes | if chunk.is_first { IS_FIRST } else { 0 }).to_le_bytes());
    }
    out
}

/// Reads what [`write_chunks`] wrote.
///
/// Errors: `internal`.
pub fn read_chunks(record: &[u8]) -> Result<Vec<Chunk>, Error> {
    let mut rest = Reader(record);
    let mut chunks = Vec::with_capacity(record.len() / 36);
    while !rest.0.is_empty() {
        let hash = rest.hash()?;
        let bytes = rest.u32()?;
        chunks.push(Chunk { hash, bytes: bytes & !IS_FIRST, is_first: bytes & IS_FIRST != 0 });
    }
    Ok(chunks)
}

/// What the authority answers: 8 bytes a chunk.
pub fn write_verdicts(verdicts: &[Verdict]) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 * verdicts.len());
    for verdict in verdicts {
        let (origin, number) = match verdict {
            Verdict::New => (IS_NEW, 0),
            Verdict::Known(place) => (place.origin.number(), place.number),
        };
        out.extend(origin.to_le_bytes());
        out.extend(number.to_le_bytes());
    }
    out
}

/// Reads what [`write_verdicts`] wrote.
///
/// Errors: `internal`.
pub fn read_verdicts(record: &[u8]) -> Result<Vec<Verdict>, Error> {
    let mut rest = Reader(record);
    let mut verdicts = Vec::with_capacity(record.len() / 8);
    while !rest.0.is_empty() {
        let (origin, number) = (rest.u32()?, rest.u32()?);
        let place = Place { origin: Origin::of_number(origin), number };
        verdicts.push(if origin == IS_NEW { Verdict::New } else { Verdict::Known(place) });
    }
    Ok(verdicts)
}

/// A sealed xorb without its body.
pub fn write_xorb(xorb: &XorbInfo) -> Vec<u8> {
    let mut out = Vec::with_capacity(40 + 36 * xorb.chunks.len());
    out.extend(xorb.hash.0);
    out.extend(xorb.body_bytes.to_le_bytes());
    write_list(&mut out, &xorb.chunks);
    out
}

/// Reads what [`write_xorb`] wrote.
///
/// Errors: `internal`.
pub fn read_xorb(record: &[u8]) -> Result<XorbInfo, Error> {
    let mut rest = Reader(record);
    Ok(XorbInfo { hash: rest.hash()?, body_bytes: rest.u32()?, chunks: rest.list()? })
}

/// A finished file.
pub fn write_finished(file: &FinishedFile) -> Vec<u8> {
    let mut out = Vec::with_capacity(88 + 36 * file.chunks.len() + 12 * file.runs.len());
    out.extend(file.file.0.to_le_bytes());
    out.extend(file.hash.0);
    out.push(u8::from(file.sha256.is_some()));
    out.extend(file.sha256.unwrap_or_default());
    out.extend(file.packed.to_le_bytes());
    write_list(&mut out, &file.chunks);
    for run in &file.runs {
        for number in [run.start.origin.number(), run.start.number, run.chunks] {
            out.extend(number.to_le_bytes());
        }
    }
    out
}

/// Reads what [`write_finished`] wrote.
///
/// Errors: `internal`.
pub fn read_finished(record: &[u8]) -> Result<FinishedFile, Error> {
    let mut rest = Reader(record);
    let file = FileIdx(rest.u32()?);
    let hash = rest.hash()?;
    let [has_sha256] = rest.take()?;
    let sha256 = rest.take()?;
    let packed = u64::from_le_bytes(rest.take()?);
    let chunks = rest.list()?;
    let mut runs = Vec::with_capacity(rest.0.len() / 12);
    while !rest.0.is_empty() {
        let start = Place { origin: Origin::of_number(rest.u32()?), number: rest.u32()? };
        runs.push(Run { start, chunks: rest.u32()? });
    }
    Ok(FinishedFile { file, hash, sha256: (has_sha256 != 0).then_some(sha256), packed, chunks, runs })
}

fn write_list(out: &mut Vec<u8>, chunks: &[Sized]) {
    out.extend((chunks.len() as u32).to_le_bytes());
    for chunk in chunks {
        out.extend(chunk.hash.0);
        // A chunk is far below 4 GiB.
        out.extend((chunk.size as u32).to_le_bytes());
    }
}

/// What has not been read yet.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, rest) =
            self.0.split_first_chunk().ok_or_else(|| Error::internal("a record between lanes is too short"))?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u32(&mut self) -> Result<u32, Error> {
        self.take().map(u32::from_le_bytes)
    }

    fn hash(&mut self) -> Result<XetHash, Error> {
        self.take().map(XetHash)
    }

    fn list(&mut self) -> Result<Vec<Sized>, Error> {
        let count = self.u32()? as usize;
        // Not more than the record can hold, whatever it says.
        let mut chunks = Vec::with_capacity(count.min(self.0.len() / 36));
        for _ in 0..count {
            chunks.push(Sized { hash: self.hash()?, size: u64::from(self.u32()?) });
        }
        Ok(chunks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(byte: u8) -> XetHash {
        XetHash([byte; 32])
    }

    fn file(sha256: Option<[u8; 32]>) -> FinishedFile {
        let place = |origin, number| Place { origin, number };
        FinishedFile {
            file: FileIdx(7),
            hash: hash(1),
            sha256,
            packed: 1 << 40,
            chunks: vec![Sized { hash: hash(2), size: 65_536 }, Sized { hash: hash(3), size: 1 }],
            runs: vec![
                Run { start: place(Origin::lane(3), 9), chunks: 1 },
                Run { start: place(Origin::known(5).unwrap(), 0), chunks: 1 },
            ],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let chunks = [
            Chunk { hash: hash(1), bytes: 131_072, is_first: true },
            Chunk { hash: hash(2), bytes: 1, is_first: false },
        ];
        assert_eq!(read_chunks(&write_chunks(&chunks)).unwrap(), chunks);
        let known = |origin| Verdict::Known(Place { origin, number: 77 });
        let verdicts = [Verdict::New, known(Origin::lane(0)), known(Origin::known(9).unwrap())];
        assert_eq!(read_verdicts(&write_verdicts(&verdicts)).unwrap(), verdicts);
        let xorb = XorbInfo { hash: hash(4), body_bytes: 1000, chunks: file(None).chunks };
        assert_eq!(read_xorb(&write_xorb(&xorb)).unwrap(), xorb);
        for sha256 in [None, Some([8; 32])] {
            assert_eq!(read_finished(&write_finished(&file(sha256))).unwrap(), file(sha256));
        }
    }

    #[test]
    fn what_is_cut_is_an_error() {
        let whole = write_finished(&file(None));
        // Runs have no count: a record that ends between two of them is whole.
        let ends = [whole.len(), whole.len() - 12, whole.len() - 24];
        for end in 0..whole.len() {
            assert_eq!(read_finished(&whole[..end]).is_ok(), ends.contains(&end), "{end}");
        }
        let mut liar = write_xorb(&XorbInfo { hash: hash(4), body_bytes: 1, chunks: Vec::new() });
        liar[36..].fill(0xFF);
        assert!(read_xorb(&liar).is_err());
        assert!(read_chunks(&[0; 35]).is_err());
        assert!(read_verdicts(&[0; 7]).is_err());
    }
}
