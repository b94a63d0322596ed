//! What lanes and their authority say to each other, as flat bytes: they may live in different instances of this engine.
//!
//! Both sides are of the same build and on the same machine, so the records have no version; all numbers are little-endian. What is
//! read is checked all the same: nothing here panics, whatever the bytes are.

use super::place::{Origin, Place, Run};
use super::shards::FinishedFile;
use super::{Checkpoint, Chunk, Resume, Verdict};
use crate::error::Error;
use crate::hash::{Sha256, Sized, XetHash};
use crate::http::FileIdx;
use crate::journal::FileKey;
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
    let mut out = Vec::with_capacity(105 + 36 * file.chunks.len() + 12 * file.runs.len());
    out.extend(file.file.0.to_le_bytes());
    out.extend(file.hash.0);
    out.push(u8::from(file.sha256.is_some()));
    out.extend(file.sha256.unwrap_or_default());
    out.extend(file.packed.to_le_bytes());
    out.push(u8::from(file.key.is_some()));
    out.extend(file.key.map_or([0; 16], |key| key.0));
    write_list(&mut out, &file.chunks);
    write_runs(&mut out, &file.runs);
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
    let [has_key] = rest.take()?;
    let key = FileKey(rest.take()?);
    let (chunks, runs) = (rest.list()?, rest.runs()?);
    let (sha256, key) = ((has_sha256 != 0).then_some(sha256), (has_key != 0).then_some(key));
    Ok(FinishedFile { file, key, hash, sha256, packed, chunks, runs })
}

/// How far a lane is with a file.
pub fn write_checkpoint(checkpoint: &Checkpoint) -> Vec<u8> {
    let mut out = checkpoint.key.0.to_vec();
    out.extend(checkpoint.first.to_le_bytes());
    write_part(&mut out, &checkpoint.digest, &checkpoint.chunks, &checkpoint.runs);
    out
}

/// Reads what [`write_checkpoint`] wrote.
///
/// Errors: `internal`.
pub fn read_checkpoint(record: &[u8]) -> Result<Checkpoint, Error> {
    let mut rest = Reader(record);
    let (key, first) = (FileKey(rest.take()?), rest.u32()?);
    let (digest, chunks, runs) = rest.part()?;
    Ok(Checkpoint { key, first, digest, chunks, runs })
}

/// Where a lane goes on with a file. Begins with the byte from which it is read and the one from which it is digested (u64 each), then
/// the saved state of its SHA-256 with a length (u32) before it.
pub fn write_resume(resume: &Resume) -> Vec<u8> {
    let digested = Sha256::restore(&resume.digest).map_or(0, |digest| digest.length());
    let mut out = [resume.from, digested].map(u64::to_le_bytes).as_flattened().to_vec();
    write_part(&mut out, &resume.digest, &resume.chunks, &resume.runs);
    out
}

/// Reads what [`write_resume`] wrote.
///
/// Errors: `internal`.
pub fn read_resume(record: &[u8]) -> Result<Resume, Error> {
    let mut rest = Reader(record);
    let from = u64::from_le_bytes(rest.take()?);
    let _digested: [u8; 8] = rest.take()?;
    let (digest, chunks, runs) = rest.part()?;
    Ok(Resume { from, digest, chunks, runs })
}

/// State of a digest, chunks, and where they are.
type Part = (Vec<u8>, Vec<Sized>, Vec<Run>);

fn write_part(out: &mut Vec<u8>, digest: &[u8], chunks: &[Sized], runs: &[Run]) {
    out.extend((digest.len() as u32).to_le_bytes());
    out.extend(digest);
    write_list(out, chunks);
    write_runs(out, runs);
}

fn write_runs(out: &mut Vec<u8>, runs: &[Run]) {
    for run in runs {
        for number in [run.start.origin.number(), run.start.number, run.chunks] {
            out.extend(number.to_le_bytes());
        }
    }
}

pub(super) fn write_list(out: &mut Vec<u8>, chunks: &[Sized]) {
    out.extend((chunks.len() as u32).to_le_bytes());
    for chunk in chunks {
        out.extend(chunk.hash.0);
        // A chunk is far below 4 GiB.
        out.extend((chunk.size as u32).to_le_bytes());
    }
}

/// What has not been read yet.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl Reader<'_> {
    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, rest) =
            self.0.split_first_chunk().ok_or_else(|| Error::internal("a record between lanes is too short"))?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Error> {
        self.take().map(u32::from_le_bytes)
    }

    pub(super) fn hash(&mut self) -> Result<XetHash, Error> {
        self.take().map(XetHash)
    }

    pub(super) fn list(&mut self) -> Result<Vec<Sized>, Error> {
        let count = self.u32()? as usize;
        // Not more than the record can hold, whatever it says.
        let mut chunks = Vec::with_capacity(count.min(self.0.len() / 36));
        for _ in 0..count {
            chunks.push(Sized { hash: self.hash()?, size: u64::from(self.u32()?) });
        }
        Ok(chunks)
    }

    /// All runs that are left.
    fn runs(&mut self) -> Result<Vec<Run>, Error> {
        let mut runs = Vec::with_capacity(self.0.len() / 12);
        while !self.0.is_empty() {
            let start = Place { origin: Origin::of_number(self.u32()?), number: self.u32()? };
            runs.push(Run { start, chunks: self.u32()? });
        }
        Ok(runs)
    }

    fn part(&mut self) -> Result<Part, Error> {
        let length = self.u32()? as usize;
        let (digest, rest) =
            self.0.split_at_checked(length).ok_or_else(|| Error::internal("a record between lanes is too short"))?;
        self.0 = rest;
        Ok((digest.to_vec(), self.list()?, self.runs()?))
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
            key: sha256.map(|_| FileKey([9; 16])),
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
        let FinishedFile { chunks, runs, .. } = file(None);
        let checkpoint = Checkpoint { key: FileKey([5; 16]), first: 8, digest: vec![1, 2], chunks, runs };
        assert_eq!(read_checkpoint(&write_checkpoint(&checkpoint)).unwrap(), checkpoint);
        let Checkpoint { digest, chunks, runs, .. } = checkpoint;
        let resume = Resume { from: 1 << 40, digest, chunks, runs };
        assert_eq!(read_resume(&write_resume(&resume)).unwrap(), resume);
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
