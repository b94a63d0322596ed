//! Lists of hashes and numbers as text of fixed width: a hash is 64 digits, a number 16 hex digits, nothing stands between.

use crate::error::Error;
use crate::hash::{Sized, XetHash};
use crate::limits::MAX_SAFE_INTEGER;

const HASH_WIDTH: usize = 64;
const NUMBER_WIDTH: usize = 16;

/// Reads such text from left to right.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Reader<'a> {
        Reader { rest: text.as_bytes() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next hash.
    ///
    /// Errors: `invalid_input`.
    pub(super) fn hash(&mut self) -> Result<XetHash, Error> {
        self.take(HASH_WIDTH)
            .and_then(XetHash::parse)
            .ok_or_else(|| Error::invalid("A hash of the content-addressed store is 64 hex digits"))
    }

    /// The next number: of bytes, of chunks, or an index.
    ///
    /// Errors: `invalid_input`.
    pub(super) fn number(&mut self) -> Result<u64, Error> {
        self.take(NUMBER_WIDTH)
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .filter(|number| *number <= MAX_SAFE_INTEGER)
            .ok_or_else(|| Error::invalid("A length or an index is an integer from 0 to 2^53 - 1"))
    }

    /// The next number, where a format has 32 bits for it.
    pub(super) fn short(&mut self) -> Result<u32, Error> {
        u32::try_from(self.number()?).map_err(|_| Error::invalid("A length or an index is beyond 2^32 - 1"))
    }

    /// A chunk: hash and length.
    pub(super) fn sized(&mut self) -> Result<Sized, Error> {
        Ok(Sized { hash: self.hash()?, size: self.number()? })
    }

    /// All chunks up to the end.
    pub(super) fn all_sized(&mut self) -> Result<Vec<Sized>, Error> {
        let mut chunks = Vec::with_capacity(self.rest.len() / (HASH_WIDTH + NUMBER_WIDTH));
        while !self.is_empty() {
            chunks.push(self.sized()?);
        }
        Ok(chunks)
    }

    fn take(&mut self, width: usize) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_at_checked(width)?;
        self.rest = rest;
        std::str::from_utf8(taken).ok()
    }
}

/// Appends a hash.
pub(super) fn write_hash(out: &mut String, hash: XetHash) {
    out.extend(hash.to_digits().map(char::from));
}

/// Appends a number.
pub(super) fn write_number(out: &mut String, number: u64) {
    let digits = (0..NUMBER_WIDTH as u32).rev().map(|place| (number >> (4 * place)) as u32 & 15);
    out.extend(digits.filter_map(|digit| char::from_digit(digit, 16)));
}

/// Appends a chunk.
pub(super) fn write_sized(out: &mut String, chunk: Sized) {
    write_hash(out, chunk.hash);
    write_number(out, chunk.size);
}
