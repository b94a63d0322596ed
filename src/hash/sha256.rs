//! Streaming SHA-256 whose state can be saved and restored.
//!
//! The compression is `sha2`'s, with its backends: SHA instructions natively, `simd128` in wasm. Only the buffer around it
//! is ours, because the saved form must not change with a release of that crate.

use sha2::block_api::compress256;

use super::hex::hex;
use crate::error::Error;
use crate::limits::MAX_SAFE_INTEGER;

pub(super) const BLOCK_BYTES: usize = 64;

/// Where SHA-256 starts: fractional parts of the square roots of the first eight primes. Source: FIPS 180-4, 5.3.3.
pub(super) const INITIAL_STATE: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// First byte of a saved state.
const SAVED_VERSION: u8 = 1;

/// A SHA-256 under way.
///
/// Shape: any slicing of the same bytes gives the same digest.
/// Source: FIPS 180-4; vectors in `tests/vectors/lfs-http.json`.
#[derive(Debug, Clone)]
pub struct Sha256 {
    state: [u32; 8],
    /// Bytes taken so far; the last `length % 64` of them wait in `buffer`.
    length: u64,
    buffer: [u8; BLOCK_BYTES],
}

impl Default for Sha256 {
    fn default() -> Sha256 {
        Sha256 { state: INITIAL_STATE, length: 0, buffer: [0; BLOCK_BYTES] }
    }
}

impl Sha256 {
    /// Nothing taken yet.
    pub fn new() -> Sha256 {
        Sha256::default()
    }

    /// Bytes taken so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let filled = self.buffered();
        self.length += bytes.len() as u64;
        let mut rest = bytes;
        if filled > 0 {
            let (head, tail) = rest.split_at(rest.len().min(BLOCK_BYTES - filled));
            self.buffer[filled..filled + head.len()].copy_from_slice(head);
            if filled + head.len() < BLOCK_BYTES {
                return;
            }
            compress256(&mut self.state, &[self.buffer]);
            rest = tail;
        }
        let (blocks, tail) = rest.as_chunks();
        compress256(&mut self.state, blocks);
        self.buffer[..tail.len()].copy_from_slice(tail);
    }

    /// The digest of everything taken, as lower-case hex.
    pub fn digest(self) -> String {
        hex(&self.digest_bytes())
    }

    /// The digest of everything taken.
    pub fn digest_bytes(mut self) -> [u8; 32] {
        let (end, n_blocks) = padding(&self.buffer[..self.buffered()], self.length);
        compress256(&mut self.state, &end[..n_blocks]);
        digest_of_state(self.state)
    }

    /// Everything needed to go on later, elsewhere.
    ///
    /// Shape: a version byte, the length (u64), eight state words (u32), then the bytes of the open block; little-endian.
    pub fn save(&self) -> Vec<u8> {
        let mut saved = vec![SAVED_VERSION];
        saved.extend(self.length.to_le_bytes());
        saved.extend(self.state.map(u32::to_le_bytes).as_flattened());
        saved.extend(&self.buffer[..self.buffered()]);
        saved
    }

    /// Goes on from what [`save`](Self::save) gave.
    ///
    /// Errors: `invalid_input` when these bytes are not a saved state of this version.
    pub fn restore(saved: &[u8]) -> Result<Sha256, Error> {
        Sha256::read(saved).ok_or_else(|| {
            Error::invalid("These bytes are not a saved SHA-256 state of this version of hubferry; hash from the start")
        })
    }

    fn read(saved: &[u8]) -> Option<Sha256> {
        let (version, rest) = saved.split_first()?;
        let (length, rest) = rest.split_first_chunk::<8>()?;
        let (words, open_block) = rest.split_first_chunk::<32>()?;
        let length = u64::from_le_bytes(*length);
        if *version != SAVED_VERSION || length > MAX_SAFE_INTEGER || open_block.len() != length as usize % BLOCK_BYTES {
            return None;
        }
        let mut hasher = Sha256 { length, ..Sha256::default() };
        for (state, word) in hasher.state.iter_mut().zip(words.as_chunks().0) {
            *state = u32::from_le_bytes(*word);
        }
        hasher.buffer[..open_block.len()].copy_from_slice(open_block);
        Some(hasher)
    }

    fn buffered(&self) -> usize {
        (self.length % BLOCK_BYTES as u64) as usize
    }
}

/// The last blocks of a message of `length` bytes whose bytes after its last whole block are `tail`; how many they are.
///
/// Shape: one bit, zeros, and the length in the last eight bytes of a block.
pub(super) fn padding(tail: &[u8], length: u64) -> ([[u8; BLOCK_BYTES]; 2], usize) {
    let mut end = [[0; BLOCK_BYTES]; 2];
    let n_blocks = if tail.len() + 9 <= BLOCK_BYTES { 1 } else { 2 };
    let bytes = end.as_flattened_mut();
    bytes[..tail.len()].copy_from_slice(tail);
    bytes[tail.len()] = 0x80;
    let last = n_blocks * BLOCK_BYTES;
    bytes[last - 8..last].copy_from_slice(&(length * 8).to_be_bytes());
    (end, n_blocks)
}

/// A digest as bytes.
pub(super) fn digest_of_state(state: [u32; 8]) -> [u8; 32] {
    let mut digest = [0; 32];
    digest.copy_from_slice(state.map(u32::to_be_bytes).as_flattened());
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digests() {
        // Source: FIPS 180-4 examples.
        let rows = [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
        ];
        for (text, expected) in rows {
            let mut hasher = Sha256::new();
            hasher.update(text.as_bytes());
            assert_eq!(hasher.digest(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_saved_state_keeps_its_form() {
        let mut hasher = Sha256::new();
        hasher.update(b"abc");
        let mut expected = vec![1, 3, 0, 0, 0, 0, 0, 0, 0];
        expected.extend(INITIAL_STATE.iter().flat_map(|word| word.to_le_bytes()));
        expected.extend(b"abc");
        assert_eq!(hasher.save(), expected);
    }

    #[test]
    fn refuses_what_is_not_a_saved_state() {
        let mut hasher = Sha256::new();
        hasher.update(b"abc");
        let good = hasher.save();
        let mut other_version = good.clone();
        other_version[0] = 2;
        let mut beyond_safe = good.clone();
        beyond_safe[8] = 0xff;
        let rows: [(&str, &[u8]); 5] = [
            ("nothing", &[]),
            ("too short", &good[..good.len() - 1]),
            ("too long", &[good.as_slice(), &[0]].concat()),
            ("another version", &other_version),
            ("a length no file has", &beyond_safe),
        ];
        for (name, bytes) in rows {
            assert!(Sha256::restore(bytes).is_err(), "{name}");
        }
        assert!(Sha256::restore(&good).is_ok());
    }
}
