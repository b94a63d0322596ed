//! How many bits are set in the bytes of words.

/// For each of the four places of a word: how many of its bytes have 0, 1, … 8 bits set. Bytes after the last whole word count too.
#[inline(never)]
pub fn count_bits(bytes: &[u8]) -> [[u32; 9]; 4] {
    let mut counts = [[0; 9]; 4];
    let (words, rest) = bytes.as_chunks::<4>();
    for word in words.iter().map(|word| word.as_slice()).chain([rest]) {
        for (count, byte) in counts.iter_mut().zip(word) {
            count[byte.count_ones() as usize] += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_place() {
        let counts = count_bits(&[0, 1, 3, 255, 0, 7]);
        assert_eq!(counts[0], [2, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(counts[1], [0, 1, 0, 1, 0, 0, 0, 0, 0]);
        assert_eq!(counts[2], [0, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(counts[3], [0, 0, 0, 0, 0, 0, 0, 0, 1]);
    }
}
