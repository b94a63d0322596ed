//! The name under which a file is remembered.

use crate::hash::{Sha256, hex, unhex};

/// Path in the repo, size and date of a file in 16 bytes. The same key is taken for the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileKey(pub [u8; 16]);

impl FileKey {
    /// The key of a file.
    ///
    /// Shape: the first half of the SHA-256 over path, size and date, the numbers in decimal, a zero byte between them.
    /// Units: bytes; milliseconds since 1970.
    pub fn of(path: &str, size: u64, modified_ms: u64) -> FileKey {
        let mut hasher = Sha256::new();
        hasher.update(path.as_bytes());
        hasher.update(format!("\0{size}\0{modified_ms}").as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.digest_bytes()[..16]);
        FileKey(key)
    }

    /// 32 hex digits.
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }

    /// Reads 32 hex digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<FileKey> {
        unhex(text).map(FileKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts_and_the_form_does_not_change() {
        let key = FileKey::of("a/b.bin", 12, 1_700_000_000_000);
        for other in [
            FileKey::of("a/c.bin", 12, 1_700_000_000_000),
            FileKey::of("a/b.bin", 13, 1_700_000_000_000),
            FileKey::of("a/b.bin", 12, 1_700_000_000_001),
        ] {
            assert_ne!(key, other);
        }
        assert_eq!(key.to_hex(), "f35d93387c80df0b5612f78910278ea3");
    }

    #[test]
    fn text_there_and_back() {
        let key = FileKey::of("x", 1, 2);
        assert_eq!(FileKey::parse(&key.to_hex()), Some(key));
        for wrong in ["", "00", &"g".repeat(32), &"0".repeat(33), &"é".repeat(16)] {
            assert_eq!(FileKey::parse(wrong), None, "{wrong:?}");
        }
    }
}
