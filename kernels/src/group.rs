//! Grouping bytes by their place modulo four, and back.

/// Writes the groups of `bytes`, one after the other, into `out` of the same length.
///
/// Shape: first every byte at a multiple of four, then those after them, and so on; the first groups are longer by one where
/// the length is no multiple of four.
#[inline(never)]
pub fn split_groups(bytes: &[u8], out: &mut [u8]) {
    let [g0, g1, g2, g3] = groups(out);
    let (words, rest) = bytes.as_chunks::<4>();
    let done = vector::split(words, [&mut *g0, &mut *g1, &mut *g2, &mut *g3]);
    let places = g0[done..].iter_mut().zip(&mut g1[done..]).zip(&mut g2[done..]).zip(&mut g3[done..]);
    for (word, (((b0, b1), b2), b3)) in words[done..].iter().zip(places) {
        [*b0, *b1, *b2, *b3] = *word;
    }
    for (byte, group) in rest.iter().zip([g0, g1, g2]) {
        group[words.len()] = *byte;
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vector {
    use core::arch::wasm32::*;

    /// Groups sixteen words at a time, as many as there are of those; how many words that was.
    pub(super) fn split(words: &[[u8; 4]], [g0, g1, g2, g3]: [&mut [u8]; 4]) -> usize {
        let groups = g0.as_chunks_mut().0.iter_mut().zip(g1.as_chunks_mut().0);
        let groups = groups.zip(g2.as_chunks_mut().0).zip(g3.as_chunks_mut().0);
        let (sixteens, _) = words.as_chunks::<16>();
        for (sixteen, (((g0, g1), g2), g3)) in sixteens.iter().zip(groups) {
            let (quarters, _) = sixteen.as_flattened().as_chunks::<16>();
            let [a, b, c, d] = [0, 1, 2, 3].map(|at| {
                let own = load(&quarters[at]);
                i8x16_shuffle::<0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15>(own, own)
            });
            let (ab, cd) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
            store(g0, i64x2_shuffle::<0, 2>(ab, cd));
            store(g1, i64x2_shuffle::<1, 3>(ab, cd));
            let (ab, cd) = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
            store(g2, i64x2_shuffle::<0, 2>(ab, cd));
            store(g3, i64x2_shuffle::<1, 3>(ab, cd));
        }
        16 * sixteens.len()
    }

    #[inline(always)]
    fn load(bytes: &[u8; 16]) -> v128 {
        // SAFETY: sixteen bytes are read from a reference to sixteen bytes; the instruction asks for no alignment.
        #[expect(unsafe_code)]
        unsafe {
            v128_load(bytes.as_ptr().cast())
        }
    }

    #[inline(always)]
    fn store(bytes: &mut [u8; 16], value: v128) {
        // SAFETY: sixteen bytes are written to a reference to sixteen bytes; the instruction asks for no alignment.
        #[expect(unsafe_code)]
        unsafe {
            v128_store(bytes.as_mut_ptr().cast(), value);
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod vector {
    /// No words: there are no vectors.
    pub(super) fn split(_: &[[u8; 4]], _: [&mut [u8]; 4]) -> usize {
        0
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
