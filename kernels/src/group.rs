//! Grouping bytes by their place modulo four, and back.

/// Writes the groups of `bytes`, one after the other, into `out` of the same length.
///
/// Shape: first every byte at a multiple of four, then those after them, and so on; the first groups are longer by one where
/// the length is no multiple of four.
#[inline(never)]
pub fn split_groups(bytes: &[u8], out: &mut [u8]) {
    let [g0, g1, g2, g3] = groups(out);
    let (words, rest) = bytes.as_chunks::<4>();
    for ((((word, b0), b1), b2), b3) in words.iter().zip(&mut *g0).zip(&mut *g1).zip(&mut *g2).zip(&mut *g3) {
        [*b0, *b1, *b2, *b3] = *word;
    }
    for (byte, group) in rest.iter().zip([g0, g1, g2]) {
        group[words.len()] = *byte;
    }
}

/// Undoes [`split_groups`]; both slices have the same length.
#[inline(never)]
pub fn join_groups(grouped: &mut [u8], out: &mut [u8]) {
    let [g0, g1, g2, g3] = groups(grouped);
    let (words, rest) = out.as_chunks_mut::<4>();
    for ((((word, b0), b1), b2), b3) in words.iter_mut().zip(&*g0).zip(&*g1).zip(&*g2).zip(&*g3) {
        *word = [*b0, *b1, *b2, *b3];
    }
    for (byte, group) in rest.iter_mut().zip([g0, g1, g2]) {
        *byte = group[words.len()];
    }
}

fn groups(bytes: &mut [u8]) -> [&mut [u8]; 4] {
    let size = |group: usize| (bytes.len() + 3 - group) / 4;
    let (s0, s1, s2) = (size(0), size(1), size(2));
    let (g0, rest) = bytes.split_at_mut(s0);
    let (g1, rest) = rest.split_at_mut(s1);
    let (g2, g3) = rest.split_at_mut(s2);
    [g0, g1, g2, g3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_at_every_remainder() {
        for length in 0..=131 {
            let (mut bytes, mut grouped, mut joined) = ([0_u8; 131], [0; 131], [0; 131]);
            bytes.iter_mut().zip(0..).for_each(|(byte, at)| *byte = at);
            split_groups(&bytes[..length], &mut grouped[..length]);
            let expected = (0..4).flat_map(|group| bytes[..length].iter().filter(move |byte| **byte % 4 == group));
            assert!(grouped[..length].iter().eq(expected), "{length} bytes");
            join_groups(&mut grouped[..length], &mut joined[..length]);
            assert_eq!(joined[..length], bytes[..length]);
        }
    }
}
