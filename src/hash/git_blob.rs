//! The oid that git gives a file's content.

use sha1::{Digest, Sha1};

use super::hex::hex;
use crate::error::{Code, Error};

/// A git blob oid under way: SHA-1 over `blob <size>`, a zero byte, and the content.
///
/// Shape: the size must be known first; any slicing of the same bytes gives the same oid.
/// Source: git's object format; vectors in `tests/vectors/lfs-http.json`.
#[derive(Clone)]
pub struct GitBlob {
    hasher: Sha1,
    size: u64,
    taken: u64,
}

impl GitBlob {
    /// An oid of a content of `size` bytes.
    pub fn new(size: u64) -> GitBlob {
        let mut hasher = Sha1::new();
        hasher.update(format!("blob {size}\0"));
        GitBlob { hasher, size, taken: 0 }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.taken += bytes.len() as u64;
        self.hasher.update(bytes);
    }

    /// The oid, as lower-case hex.
    ///
    /// Errors: `file_changed` when it was not as many bytes as announced.
    pub fn digest(self) -> Result<String, Error> {
        if self.taken != self.size {
            return Err(Error::new(
                Code::FileChanged,
                format!("The file has {} bytes, {} were expected; choose it again", self.taken, self.size),
            ));
        }
        Ok(hex(&self.hasher.finalize()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_oids() {
        let rows =
            [("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"), ("hello\n", "ce013625030ba8dba906f756967f9e9ca394464a")];
        for (text, expected) in rows {
            let mut blob = GitBlob::new(text.len() as u64);
            blob.update(text.as_bytes());
            assert_eq!(blob.digest().unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn refuses_another_length() {
        for (size, text) in [(3, "ab"), (1, "ab"), (1, "")] {
            let mut blob = GitBlob::new(size);
            blob.update(text.as_bytes());
            assert_eq!(blob.digest().unwrap_err().code, Code::FileChanged, "{size} {text:?}");
        }
    }
}
