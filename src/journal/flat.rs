//! Values one after the other: how a record's payload is laid out.
//!
//! Integers are little-endian; text and lists of bytes begin with their length as `u32`; an optional value begins with a byte, 0 or 1.
//! A reader believes no length before it has seen the bytes.

/// Appends values to a payload.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// Nothing written yet.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// One byte.
    pub fn u8(mut self, value: u8) -> Writer {
        self.0.push(value);
        self
    }

    /// Four bytes.
    pub fn u32(mut self, value: u32) -> Writer {
        self.0.extend(value.to_le_bytes());
        self
    }

    /// Eight bytes.
    pub fn u64(mut self, value: u64) -> Writer {
        self.0.extend(value.to_le_bytes());
        self
    }

    /// These bytes without their length: the reader knows it.
    pub fn raw(mut self, bytes: &[u8]) -> Writer {
        self.0.extend(bytes);
        self
    }

    /// A length and the bytes.
    pub fn bytes(self, bytes: &[u8]) -> Writer {
        self.u32(bytes.len() as u32).raw(bytes)
    }

    /// A length and the text.
    pub fn text(self, text: &str) -> Writer {
        self.bytes(text.as_bytes())
    }

    /// Whether there is a text, and the text.
    pub fn maybe_text(self, text: Option<&str>) -> Writer {
        match text {
            Some(text) => self.u8(1).text(text),
            None => self.u8(0),
        }
    }

    /// Everything written.
    pub fn done(self) -> Vec<u8> {
        self.0
    }
}

/// Takes values off a payload; `None` where they end too early or are none.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// At the beginning of a payload.
    pub fn new(payload: &'a [u8]) -> Reader<'a> {
        Reader(payload)
    }

    /// One byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.raw(1).map(|bytes| bytes[0])
    }

    /// Four bytes.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// Eight bytes.
    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// So many bytes.
    pub fn raw(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    /// As many bytes as the array has.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.raw(N)?.try_into().ok()
    }

    /// A length and the bytes.
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()?;
        self.raw(length as usize)
    }

    /// A length and the text.
    pub fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// Whether there is a text, and the text.
    pub fn maybe_text(&mut self) -> Option<Option<&'a str>> {
        match self.u8()? {
            0 => Some(None),
            1 => self.text().map(Some),
            _ => None,
        }
    }

    /// Bytes that were not taken.
    pub fn rest(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_in_order_and_a_cut_payload_gives_none() {
        let payload = Writer::new()
            .u8(7)
            .u32(1 << 20)
            .u64(u64::MAX)
            .text("häf")
            .maybe_text(None)
            .maybe_text(Some("x"))
            .raw(&[9; 3]);
        let payload = payload.done();
        let read = |mut reader: Reader<'_>| {
            let numbers = (reader.u8()?, reader.u32()?, reader.u64()?);
            let texts = (reader.text()?.to_owned(), reader.maybe_text()?.is_none(), reader.maybe_text()? == Some("x"));
            Some((numbers, texts, reader.array::<3>()?, reader.rest()))
        };
        let expected = ((7, 1 << 20, u64::MAX), ("häf".to_owned(), true, true), [9; 3], 0);
        assert_eq!(read(Reader::new(&payload)), Some(expected));
        for end in 0..payload.len() {
            assert_eq!(read(Reader::new(&payload[..end])), None, "cut at {end}");
        }
    }

    #[test]
    fn what_is_no_text_is_none() {
        let payload = Writer::new().bytes(&[0xff]).u8(2).done();
        let mut reader = Reader::new(&payload);
        assert_eq!(reader.text(), None);
        assert_eq!(reader.maybe_text(), None);
    }
}
