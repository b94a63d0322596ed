//! The rolling hash that says where a chunk may end.

use crate::gear_table::GEAR;

/// Bits of the rolling hash that are zero at a cut. Source: Xet specification 1.1, chunking.
const MASK: u64 = 0xFFFF_0000_0000_0000;

/// Bytes between two turns of the loop. Wider strides, several lanes and folded steps are slower in wasm: engines run out of
/// registers.
const STRIDE: usize = 8;

/// The hash after one more byte.
#[inline(always)]
pub fn roll(hash: u64, byte: u8) -> u64 {
    (hash << 1).wrapping_add(GEAR[usize::from(byte)])
}

/// The number of bytes up to and with the first one where a chunk may end; `None`: there is none, and `hash` has seen them all.
#[inline(never)]
pub fn find_cut(hash: &mut u64, bytes: &[u8]) -> Option<usize> {
    let mut rolling = *hash;
    let (strides, rest) = bytes.as_chunks::<STRIDE>();
    for (index, stride) in strides.iter().enumerate() {
        for (step, byte) in stride.iter().enumerate() {
            rolling = roll(rolling, *byte);
            if rolling & MASK == 0 {
                return Some(index * STRIDE + step + 1);
            }
        }
    }
    for (step, byte) in rest.iter().enumerate() {
        rolling = roll(rolling, *byte);
        if rolling & MASK == 0 {
            return Some(strides.len() * STRIDE + step + 1);
        }
    }
    *hash = rolling;
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same, byte by byte.
    fn plain(hash: &mut u64, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            *hash = roll(*hash, *byte);
            if *hash >> 48 == 0 {
                return Some(at + 1);
            }
        }
        None
    }

    #[test]
    fn finds_what_a_plain_loop_finds() {
        let mut word = 1_u32;
        let mut bytes = [0; 400_003];
        for byte in &mut bytes {
            word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (word >> 24) as u8;
        }
        let mut found = 0;
        for start in 0..64 {
            let (mut ours, mut theirs) = (0, 0);
            let mut rest = &bytes[start..];
            while !rest.is_empty() {
                let cut = find_cut(&mut ours, rest);
                assert_eq!(cut, plain(&mut theirs, rest));
                found += usize::from(cut.is_some());
                // What a hash is after a cut is left to the caller.
                (ours, theirs) = (0, 0);
                rest = &rest[cut.unwrap_or(rest.len())..];
            }
        }
        assert!(found > 64, "{found} cuts");
    }

    #[test]
    fn a_hash_goes_on_where_it_was() {
        for length in 0..40 {
            let bytes = [b'x'; 40];
            let mut whole = 7;
            let mut parts = 7;
            assert_eq!(find_cut(&mut whole, &bytes), None);
            assert_eq!(find_cut(&mut parts, &bytes[..length]), None);
            assert_eq!(find_cut(&mut parts, &bytes[length..]), None);
            assert_eq!(whole, parts);
        }
    }
}
