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
        let cut = || Error::protocol("A xorb ends in the middle of a chunk");
        let (header, rest) = self.rest.split_first_chunk::<RECORD_BYTES>().ok_or_else(cut)?;
        let record = Record::read(*header)?;
        let (stored, rest) = rest.split_at_checked(record.stored_bytes as usize).ok_or_else(cut)?;
        self.rest = rest;
        let length = record.raw_bytes as usize;
        let mut bytes = Vec::new();
        let good = match record.scheme {
            Scheme::Raw => {
                bytes.extend_from_slice(stored);
                true
            }
            Scheme::Lz4 => lz4::read_frame(stored, length, &mut bytes),
            Scheme::GroupedLz4 => {
                let good = lz4::read_frame(stored, length, &mut self.scratch);
                group::join(&mut self.scratch, &mut bytes);
                good
            }
        };
        if good {
            Ok(RawChunk { record, bytes })
        } else {
            Err(Error::protocol("A xorb holds a chunk that does not decompress"))
        }
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
