//! Reading xorbs: ours in tests, others' when a file is downloaded.

use super::record::{RECORD_BYTES, Record, Scheme};
use super::{group, lz4};
use crate::error::Error;

/// First byte of the footer that stored xorbs have; a record begins with its version.
const FOOTER_MARK: u8 = b'X';

/// One chunk of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawChunk {
    /// What its header says.
    pub record: Record,
    /// Its bytes, decompressed.
    pub bytes: Vec<u8>,
}

/// The chunks of a body, or of a part of one that begins with a record; ends at the footer, when there is one.
///
/// Errors: `protocol` for what is not a xorb; nothing follows an error.
pub struct Chunks<'a> {
    rest: &'a [u8],
    scratch: Vec<u8>,
}

impl<'a> Chunks<'a> {
    /// Reads `body`.
    pub fn of(body: &'a [u8]) -> Chunks<'a> {
        Chunks { rest: body, scratch: Vec::new() }
    }

    fn read(&mut self) -> Result<RawChunk, Error> {
        let (stored, rest) = Stored::split(self.rest)?;
        self.rest = rest;
        let mut bytes = Vec::new();
        stored.decompress(&mut self.scratch, &mut bytes)?;
        Ok(RawChunk { record: stored.record, bytes })
    }
}

/// One chunk as it stands in a body.
pub(super) struct Stored<'a> {
    pub(super) record: Record,
    bytes: &'a [u8],
}

impl<'a> Stored<'a> {
    /// Takes the first one off; what follows it comes along.
    pub(super) fn split(body: &'a [u8]) -> Result<(Stored<'a>, &'a [u8]), Error> {
        let cut = || Error::protocol("A xorb ends in the middle of a chunk");
        let (header, rest) = body.split_first_chunk::<RECORD_BYTES>().ok_or_else(cut)?;
        let record = Record::read(*header)?;
        let (bytes, rest) = rest.split_at_checked(record.stored_bytes as usize).ok_or_else(cut)?;
        Ok((Stored { record, bytes }, rest))
    }

    /// Its bytes, in place of what was in `out`.
    pub(super) fn decompress(&self, scratch: &mut Vec<u8>, out: &mut Vec<u8>) -> Result<(), Error> {
        let length = self.record.raw_bytes as usize;
        out.clear();
        let good = match self.record.scheme {
            Scheme::Raw => {
                out.extend_from_slice(self.bytes);
                true
            }
            Scheme::Lz4 => lz4::read_frame(self.bytes, length, out),
            Scheme::GroupedLz4 => {
                let good = lz4::read_frame(self.bytes, length, scratch);
                group::join(scratch, out);
                good
            }
        };
        if good { Ok(()) } else { Err(Error::protocol("A xorb holds a chunk that does not decompress")) }
    }
}

impl Iterator for Chunks<'_> {
    type Item = Result<RawChunk, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.rest.first(), None | Some(&FOOTER_MARK)) {
            return None;
        }
        let read = self.read();
        if read.is_err() {
            self.rest = &[];
        }
        Some(read)
    }
}
