//! The LFS pointer: what git holds in place of a large file.

use crate::limits::POINTER_MAX;

/// A pointer to a large file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// SHA-256 of the content, lower-case hex.
    pub oid: String,
    /// Size of the content in bytes.
    pub size: u64,
}

impl Pointer {
    /// The three lines that git holds.
    pub fn to_text(&self) -> String {
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n", self.oid, self.size)
    }

    /// Reads a blob; nothing when it is no pointer.
    pub fn parse(blob: &[u8]) -> Option<Self> {
        if blob.len() > POINTER_MAX {
            return None;
        }
        let mut lines = std::str::from_utf8(blob).ok()?.lines();
        if lines.next()? != "version https://git-lfs.github.com/spec/v1" {
            return None;
        }
        let oid = lines.next()?.strip_prefix("oid sha256:")?;
        let size = lines.next()?.strip_prefix("size ")?;
        if lines.next().is_some() || !is_oid(oid) || !size.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some(Self { oid: oid.to_owned(), size: size.parse().ok()? })
    }
}

/// Whether this is a SHA-256 in lower-case hex.
pub fn is_oid(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers() {
        let oid = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let pointer = Pointer { oid: oid.to_owned(), size: 3 };
        let text = pointer.to_text();
        assert_eq!(Pointer::parse(text.as_bytes()), Some(pointer));
        let bad = [
            String::new(),
            "hello".to_owned(),
            text.replace("v1", "v2"),
            text.replace("ba7", "BA7"),
            text.replace("ba7", "ba"),
            text.replace("size 3", "size +3"),
            text.replace("size 3", "size"),
            text.clone() + "more\n",
        ];
        for text in bad {
            assert_eq!(Pointer::parse(text.as_bytes()), None, "{text}");
        }
    }
}
