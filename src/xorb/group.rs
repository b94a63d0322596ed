//! Byte grouping: numbers of four bytes compress better when their first bytes stand together, then their second, and so on.

/// Groups `bytes` by their place modulo four; the groups follow each other in `out`.
pub(super) fn split(bytes: &[u8], out: &mut Vec<u8>) {
    out.clear();
    out.resize(bytes.len(), 0);
    let [g0, g1, g2, g3] = groups(out);
    let (words, rest) = bytes.as_chunks::<4>();
    for ((((word, b0), b1), b2), b3) in words.iter().zip(&mut *g0).zip(&mut *g1).zip(&mut *g2).zip(&mut *g3) {
        [*b0, *b1, *b2, *b3] = *word;
    }
    for (byte, group) in rest.iter().zip([g0, g1, g2]) {
        group[words.len()] = *byte;
    }
}

/// Undoes [`split`].
pub(super) fn join(grouped: &mut [u8], out: &mut Vec<u8>) {
    let length = grouped.len();
    let groups = groups(grouped);
    out.clear();
    out.extend((0..length).map(|at| groups[at % 4][at / 4]));
}

/// Cuts into the four groups; the first ones are longer by one where the length is no multiple of four.
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
        for length in 0..=67 {
            let bytes: Vec<u8> = (0..length).collect();
            let (mut grouped, mut joined) = (Vec::new(), Vec::new());
            split(&bytes, &mut grouped);
            let expected: Vec<u8> =
                (0..4).flat_map(|group| bytes.iter().copied().filter(move |byte| byte % 4 == group)).collect();
            assert_eq!(grouped, expected, "{length} bytes");
            join(&mut grouped, &mut joined);
            assert_eq!(joined, bytes);
        }
    }
}
