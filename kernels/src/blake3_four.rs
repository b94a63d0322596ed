//! BLAKE3 of four nodes of its tree side by side, one in each lane of a vector.
//!
//! Two vectors at a time (eight nodes) were faster only on a quiet machine, and slower than the crate `blake3` while others were at work.
//!
//! Source: the BLAKE3 paper, 2.1 to 2.5.

use core::array::from_fn;

use crate::lanes::Lanes;

/// The third row of the state. Source: the paper, table 1.
const INITIAL: [u32; 4] = [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a];

/// The words of a block in the order in which each round takes them. Source: the paper, table 2, once more for each round.
const ORDER: [[usize; 16]; 7] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8],
    [3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1],
    [10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6],
    [12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4],
    [9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7],
    [11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13],
];

/// Four nodes of one kind and of as many blocks each.
#[derive(Debug, Clone, Copy)]
pub struct FourNodes<'a> {
    /// What each begins with.
    pub key: &'a [u32; 8],
    /// The blocks of the first node, then those of the second, and so on.
    pub blocks: &'a [[u8; 64]],
    /// Number of the first node, and by how much it rises from one to the next.
    pub numbers: [u32; 2],
    /// Flags of all blocks, those that a node's first block has besides, and those that its last one has.
    pub flags: [u32; 3],
    /// The node that may end early, and how many bytes it has; behind them zeros follow.
    pub last: (usize, usize),
}

impl FourNodes<'_> {
    /// Their chaining values.
    #[inline(never)]
    pub fn compress(&self) -> [[u8; 32]; 4] {
        let (last, last_bytes) = self.last;
        let last_block = last_bytes.saturating_sub(1) / 64;
        let n_blocks = self.blocks.len() / 4;
        let [number, step] = self.numbers;
        let number = Lanes::new(from_fn(|lane| number.wrapping_add(step.wrapping_mul(lane as u32))));
        let mut values = self.key.map(Lanes::splat);
        let mut ended = [0; 8];
        for at in 0..n_blocks {
            let [all, first, end] = self.flags;
            let own = all | if at == 0 { first } else { 0 } | if at + 1 == n_blocks { end } else { 0 };
            let (mut lengths, mut flags) = (Lanes::splat(64), Lanes::splat(own));
            if at == last_block {
                let with = |its, others| Lanes::new(from_fn(|lane| if lane == last { its } else { others }));
                lengths = with((last_bytes - 64 * at) as u32, 64);
                flags = with(own | end, own);
            }
            let words = Lanes::of_little_blocks(from_fn(|lane| &self.blocks[lane * n_blocks + at]));
            values = compressed(&values, &words, [number, Lanes::splat(0), lengths, flags]);
            if at == last_block {
                ended = values.map(|value| value.words()[last]);
            }
        }
        let mut nodes = [[0; 32]; 4];
        for (word, value) in values.into_iter().enumerate() {
            for (node, value) in nodes.iter_mut().zip(value.words()) {
                node.as_chunks_mut().0[word] = value.to_le_bytes();
            }
        }
        for (bytes, value) in nodes[last].as_chunks_mut().0.iter_mut().zip(ended) {
            *bytes = value.to_le_bytes();
        }
        nodes
    }
}

/// The chaining values after one more block.
#[inline(always)]
fn compressed(values: &[Lanes; 8], words: &[Lanes; 16], fourth_row: [Lanes; 4]) -> [Lanes; 8] {
    let [v0, v1, v2, v3, v4, v5, v6, v7] = *values;
    let [v8, v9, v10, v11] = INITIAL.map(Lanes::splat);
    let [v12, v13, v14, v15] = fourth_row;
    let mut state = [v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15];
    round::<0>(&mut state, words);
    round::<1>(&mut state, words);
    round::<2>(&mut state, words);
    round::<3>(&mut state, words);
    round::<4>(&mut state, words);
    round::<5>(&mut state, words);
    round::<6>(&mut state, words);
    let [v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15] = state;
    [v0.xor(v8), v1.xor(v9), v2.xor(v10), v3.xor(v11), v4.xor(v12), v5.xor(v13), v6.xor(v14), v7.xor(v15)]
}

/// One round. They are written out: where a word comes from is known then, which a loop would look up in a table.
#[inline(always)]
fn round<const AT: usize>(state: &mut [Lanes; 16], words: &[Lanes; 16]) {
    let word = |at: usize| words[ORDER[AT][at]];
    mix(state, [0, 4, 8, 12], [word(0), word(1)]);
    mix(state, [1, 5, 9, 13], [word(2), word(3)]);
    mix(state, [2, 6, 10, 14], [word(4), word(5)]);
    mix(state, [3, 7, 11, 15], [word(6), word(7)]);
    mix(state, [0, 5, 10, 15], [word(8), word(9)]);
    mix(state, [1, 6, 11, 12], [word(10), word(11)]);
    mix(state, [2, 7, 8, 13], [word(12), word(13)]);
    mix(state, [3, 4, 9, 14], [word(14), word(15)]);
}

/// The quarter-round.
#[inline(always)]
fn mix(state: &mut [Lanes; 16], [a, b, c, d]: [usize; 4], [first, second]: [Lanes; 2]) {
    state[a] = state[a].plus(first).plus(state[b]);
    state[d] = state[d].xor(state[a]).rotated::<16>();
    state[c] = state[c].plus(state[d]);
    state[b] = state[b].xor(state[c]).rotated::<12>();
    state[a] = state[a].plus(second).plus(state[b]);
    state[d] = state[d].xor(state[a]).rotated::<8>();
    state[c] = state[c].plus(state[d]);
    state[b] = state[b].xor(state[c]).rotated::<7>();
}
