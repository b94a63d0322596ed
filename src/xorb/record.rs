//! The header in front of each chunk of a xorb.

use crate::chunk::CHUNK_MOST_BYTES;
use crate::error::Error;

/// How a chunk is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// As it is.
    Raw = 0,
    /// As one LZ4 frame.
    Lz4 = 1,
    /// Bytes grouped by their place modulo four, then one LZ4 frame.
    GroupedLz4 = 2,
}

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// How the chunk is stored.
    pub scheme: Scheme,
    /// Bytes that follow the header.
    pub stored_bytes: u32,
    /// Bytes of the chunk itself.
    pub raw_bytes: u32,
}

/// Bytes of a header.
pub(super) const RECORD_BYTES: usize = 8;

/// Bytes that a chunk may take in a body. Source: `xet-core` 1.8.
const STORED_MOST_BYTES: usize = 2 * CHUNK_MOST_BYTES;

impl Record {
    /// Shape: version 0, stored length (u24), scheme, raw length (u24); little-endian.
    pub(super) fn write(self) -> [u8; RECORD_BYTES] {
        let [s0, s1, s2, _] = self.stored_bytes.to_le_bytes();
        let [r0, r1, r2, _] = self.raw_bytes.to_le_bytes();
        [0, s0, s1, s2, self.scheme as u8, r0, r1, r2]
    }

    /// Reads a header.
    ///
    /// Errors: `protocol` for another version or scheme, and for lengths that no chunk has.
    pub(super) fn read(header: [u8; RECORD_BYTES]) -> Result<Record, Error> {
        let [version, s0, s1, s2, scheme, r0, r1, r2] = header;
        let wrong = |what: String| Err(Error::protocol(format!("A xorb holds a chunk with {what}")));
        if version != 0 {
            return wrong(format!("a header of version {version}"));
        }
        let scheme = match scheme {
            0 => Scheme::Raw,
            1 => Scheme::Lz4,
            2 => Scheme::GroupedLz4,
            other => return wrong(format!("the unknown compression {other}")),
        };
        let stored_bytes = u32::from_le_bytes([s0, s1, s2, 0]);
        let raw_bytes = u32::from_le_bytes([r0, r1, r2, 0]);
        let fits = |bytes: u32, most: usize| bytes > 0 && bytes as usize <= most;
        if !fits(stored_bytes, STORED_MOST_BYTES) || !fits(raw_bytes, CHUNK_MOST_BYTES) {
            return wrong(format!("{stored_bytes} stored and {raw_bytes} raw bytes"));
        }
        if scheme == Scheme::Raw && stored_bytes != raw_bytes {
            return wrong(format!("{stored_bytes} stored bytes that are not its {raw_bytes} raw ones"));
        }
        Ok(Record { scheme, stored_bytes, raw_bytes })
    }
}
