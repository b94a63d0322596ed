//! The 32-byte hash that names chunks, xorbs and files in the content-addressed store, and its text form.

use std::fmt;

/// A hash of the content-addressed store.
///
/// Shape: as text, each group of eight bytes reversed and then in hex: four little-endian u64, 16 digits each.
/// Source: Xet specification 1.1, hashing; vectors in `tests/vectors/hashing.json`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct XetHash(pub [u8; 32]);

impl XetHash {
    /// What stands for nothing: the hash of an empty file, and of an empty xorb.
    pub const ZERO: XetHash = XetHash([0; 32]);

    /// Reads the text form; `None` unless it is 64 hex digits.
    pub fn parse(text: &str) -> Option<XetHash> {
        let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
        let mut bytes = [0; 32];
        for (at, pair) in digits.as_chunks().0.iter().enumerate() {
            let [high, low] = pair.map(|digit| (digit as char).to_digit(16));
            bytes[swapped(at)] = (high? << 4 | low?) as u8;
        }
        Some(XetHash(bytes))
    }

    /// The text form, as ASCII.
    pub fn to_digits(self) -> [u8; 64] {
        let mut digits = [0; 64];
        for (at, pair) in digits.as_chunks_mut().0.iter_mut().enumerate() {
            let byte = self.0[swapped(at)];
            *pair = [byte >> 4, byte & 15].map(|nibble| b"0123456789abcdef"[usize::from(nibble)]);
        }
        digits
    }

    /// Whether the store may be asked about a chunk of this hash; about a file's first chunk it may be asked always.
    ///
    /// Source: Xet specification 1.1, deduplication.
    pub fn is_queried(self) -> bool {
        self.remainder(1024) == 0
    }

    /// The number that rules of the form "hash mod m" look at: the last eight bytes.
    pub fn remainder(self, modulus: u64) -> u64 {
        self.word(3) % modulus
    }

    /// Where it stands in a sorted shard: its four words in order.
    pub fn sort_key(self) -> [u64; 4] {
        [0, 1, 2, 3].map(|index| self.word(index))
    }

    fn word(self, index: usize) -> u64 {
        u64::from_le_bytes(self.0.as_chunks().0[index])
    }
}

/// Where the byte stands that is written at this place.
fn swapped(at: usize) -> usize {
    at ^ 7
}

impl fmt::Display for XetHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_digits().iter().try_for_each(|digit| fmt::Write::write_char(f, char::from(*digit)))
    }
}

impl fmt::Debug for XetHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form() {
        let counted = XetHash(std::array::from_fn(|at| at as u8));
        let text = "07060504030201000f0e0d0c0b0a090817161514131211101f1e1d1c1b1a1918";
        assert_eq!(counted.to_string(), text);
        assert_eq!(XetHash::parse(text), Some(counted));
        assert_eq!(XetHash::parse(&text.to_uppercase()), Some(counted));
        assert_eq!(counted.remainder(4), u64::from_le_bytes([24, 25, 26, 27, 28, 29, 30, 31]) % 4);
        let wrong = ["", "0", &text[1..], &format!("{text}0"), &text.replace('f', "g"), &"é".repeat(32)];
        for text in wrong {
            assert_eq!(XetHash::parse(text), None, "{text:?}");
        }
    }
}
