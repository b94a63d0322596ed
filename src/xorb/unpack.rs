//! Bytes of a file out of a part of a xorb, as a reconstruction names them.
//!
//! What a store sends is believed nothing: the part must hold exactly the chunks that it should, and a run of them must be as long
//! as the store said. Only chunks that are wanted are decompressed, one at a time, so memory is that of the part and of what
//! is wanted, whatever the headers claim.

use std::ops::Range;

use super::read::Stored;
use crate::error::Error;
use crate::hash::{Sized, chunk_hash};

/// A part of a xorb whose chunks have been found.
pub struct Unpacker {
    body: Vec<u8>,
    /// Where each chunk's record begins.
    records: Vec<u32>,
    /// The place of its first chunk in the xorb.
    first: u32,
    chunk: Vec<u8>,
    scratch: Vec<u8>,
}

impl Unpacker {
    /// Finds the chunks of a part, which are these of the xorb.
    ///
    /// Errors: `protocol` when it holds others, or something else.
    pub fn new(body: Vec<u8>, chunks: Range<u32>) -> Result<Unpacker, Error> {
        let mut records = Vec::new();
        let mut rest = body.as_slice();
        while !rest.is_empty() {
            let (_, after) = Stored::split(rest)?;
            records.push((body.len() - rest.len()) as u32);
            rest = after;
        }
        if records.len() != chunks.len() {
            let (found, expected) = (records.len(), chunks.len());
            return Err(Error::protocol(format!("A part of a xorb holds {found} chunks and should hold {expected}")));
        }
        Ok(Unpacker { body, records, first: chunks.start, chunk: Vec::new(), scratch: Vec::new() })
    }

    /// Appends the `wanted` bytes of a run of chunks, which is `length` bytes long, to `out`. Of the chunks that begin in
    /// them the hashes go to `hashes`, when these are wanted, too.
    ///
    /// Errors: `protocol` when the run is not in the part, is not that long, or cannot be decompressed.
    pub fn unpack(
        &mut self,
        chunks: Range<u32>,
        length: u64,
        wanted: Range<u64>,
        out: &mut Vec<u8>,
        mut hashes: Option<&mut Vec<Sized>>,
    ) -> Result<(), Error> {
        let place = |chunk: u32| chunk.checked_sub(self.first).map(|place| place as usize);
        let run = match (place(chunks.start), place(chunks.end)) {
            (Some(start), Some(end)) => self.records.get(start..end),
            _ => None,
        };
        let run = run.ok_or_else(|| Error::protocol("A term of a file is not in the part that should hold it"))?;
        let mut at: u64 = 0;
        for record in run {
            let (stored, _) = Stored::split(&self.body[*record as usize..])?;
            let bytes = at..at + u64::from(stored.record.raw_bytes);
            at = bytes.end;
            let (from, to) = (wanted.start.max(bytes.start), wanted.end.min(bytes.end));
            if from >= to {
                continue;
            }
            stored.decompress(&mut self.scratch, &mut self.chunk)?;
            // Both lie in the chunk, whose length was checked.
            out.extend_from_slice(&self.chunk[(from - bytes.start) as usize..(to - bytes.start) as usize]);
            if let Some(hashes) = hashes.as_mut()
                && bytes.start >= wanted.start
            {
                hashes.push(Sized { hash: chunk_hash(&self.chunk), size: self.chunk.len() as u64 });
            }
        }
        if at == length && wanted.end <= length {
            return Ok(());
        }
        Err(Error::protocol(format!("A term of a file should be {length} bytes long and is {at}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::xorb::{Scheme, XorbBuilder};

    /// Chunks of all three kinds, and the body that holds them.
    fn packed() -> (Vec<Vec<u8>>, Vec<u8>) {
        let noise = (0u32..3_000).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let floats = (0..4_000u32).flat_map(|at| (at as f32 * 0.5).to_le_bytes()).collect();
        let chunks: Vec<Vec<u8>> = vec![vec![7; 5_000], noise, floats, b"x".to_vec()];
        let mut builder = XorbBuilder::new(1 << 20);
        for chunk in &chunks {
            builder.push(chunk_hash(chunk), chunk);
        }
        (chunks, builder.seal().body)
    }

    #[test]
    fn gives_every_range_of_every_run() {
        let (chunks, body) = packed();
        let schemes: Vec<Scheme> = crate::xorb::Chunks::of(&body)
            .map(|chunk| chunk.map(|chunk| chunk.record.scheme))
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(schemes.contains(&Scheme::Raw) && schemes.contains(&Scheme::Lz4), "{schemes:?}");
        let mut unpacker = Unpacker::new(body, 10..14).unwrap();
        for start in 0..chunks.len() {
            for end in start + 1..=chunks.len() {
                let whole = chunks[start..end].concat();
                let run = 10 + start as u32..10 + end as u32;
                let edges: Vec<usize> = (start..=end).map(|upto| chunks[start..upto].concat().len()).collect();
                for from in edges.iter().flat_map(|edge| [edge.saturating_sub(1), *edge, edge + 1]) {
                    for to in edges.iter().flat_map(|edge| [edge.saturating_sub(1), *edge, edge + 1]) {
                        if from > to || to > whole.len() {
                            continue;
                        }
                        let (mut out, mut hashes) = (vec![9], Vec::new());
                        let wanted = from as u64..to as u64;
                        unpacker.unpack(run.clone(), whole.len() as u64, wanted, &mut out, Some(&mut hashes)).unwrap();
                        assert_eq!(out[1..], whole[from..to], "{run:?} {from}..{to}");
                        let begun = (start..end).filter(|index| (from..to).contains(&edges[index - start]));
                        let expected: Vec<_> = begun.map(|index| chunk_hash(&chunks[index])).collect();
                        assert_eq!(hashes.iter().map(|chunk| chunk.hash).collect::<Vec<_>>(), expected);
                    }
                }
            }
        }
    }

    #[test]
    fn believes_nothing() {
        let (chunks, body) = packed();
        let lengths: Vec<u64> = chunks.iter().map(|chunk| chunk.len() as u64).collect();
        let total: u64 = lengths.iter().sum();
        // (what it shows, body, chunks of the part, run, its length, wanted)
        type Row = (&'static str, Vec<u8>, Range<u32>, Range<u32>, u64, Range<u64>);
        let mut spoilt = body.clone();
        spoilt[9] ^= 0xFF;
        let rows: Vec<Row> = vec![
            ("one byte is missing", body[..body.len() - 1].to_vec(), 0..4, 0..4, total, 0..total),
            ("it begins in the middle of a chunk", body[3..].to_vec(), 0..4, 0..4, total, 0..total),
            ("a chunk more", body.clone(), 0..3, 0..3, total, 0..total),
            ("a chunk less", body.clone(), 0..5, 0..4, total, 0..total),
            ("nothing", Vec::new(), 0..4, 0..4, total, 0..total),
            ("a run before the part", body.clone(), 1..5, 0..2, total, 0..1),
            ("a run behind the part", body.clone(), 1..5, 4..6, total, 0..1),
            ("a run that ends before it begins", body.clone(), 0..4, Range { start: 3, end: 1 }, total, 0..1),
            ("a length that is not the run's", body.clone(), 0..4, 0..4, total + 1, 0..total),
            ("more wanted than there is", body.clone(), 0..4, 0..4, total, 0..total + 1),
            ("a chunk that does not decompress", spoilt, 0..4, 0..1, lengths[0], 0..1),
            ("text", b"<html>not found</html>".to_vec(), 0..4, 0..4, total, 0..total),
        ];
        for (name, body, part, run, length, wanted) in rows {
            let mut out = Vec::new();
            let unpacked =
                Unpacker::new(body, part).and_then(|mut unpacker| unpacker.unpack(run, length, wanted, &mut out, None));
            assert_eq!(unpacked.map_err(|error| error.code), Err(Code::Protocol), "{name}");
        }
    }
}
