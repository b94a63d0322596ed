//! The hashes of the content-addressed store as text: 64 lower-case hex digits, by the rule of its specification.

use serde::{Deserialize, Deserializer, Serializer};
use xet_core_structures::merklehash::MerkleHash;

use crate::repo::pointer::is_oid;

/// The hash that a text is; nothing for any other text, upper-case digits included.
pub fn parse(text: &str) -> Option<MerkleHash> {
    // The look of it is the same as an oid's; the order of its bytes is not.
    if is_oid(text) { MerkleHash::from_hex(text).ok() } else { None }
}

/// Writes a hash as text.
pub fn serialize<S: Serializer>(hash: &MerkleHash, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hash.hex())
}

/// Reads a hash from text.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<MerkleHash, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| serde::de::Error::custom("not a hash of the content-addressed store"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let text = "07060504030201000f0e0d0c0b0a090817161514131211101f1e1d1c1b1a1918";
        let bytes: Vec<u8> = (0..32).collect();
        assert_eq!(parse(text).unwrap().as_bytes(), bytes);
        assert_eq!(parse(text).unwrap().hex(), text);
        for bad in ["", "00", &text.to_uppercase(), &text.replace('0', "g"), &format!("{text}0")] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
