//! BLAKE3 under a key, of bytes that lie together: four nodes of its tree at a time.
//!
//! For wasm, where the crate `blake3` is slower and larger; natively it has wider vectors than we.
//!
//! Source: the BLAKE3 paper, 2.1 to 2.6.

use hubferry_kernels::FourNodes;

const BLOCK_BYTES: usize = 64;
const LEAF_BYTES: usize = 1024;
const LEAF_BLOCKS: usize = LEAF_BYTES / BLOCK_BYTES;

/// What a block is to its node, and a node to the tree. Source: the paper, table 3; there leaves are called chunks.
const LEAF_START: u32 = 1;
const LEAF_END: u32 = 2;
const PARENT: u32 = 4;
const ROOT: u32 = 8;
const KEYED: u32 = 16;

/// The keyed hash.
pub(super) fn keyed_hash(key: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
    let key = std::array::from_fn(|word| u32::from_le_bytes(key.as_chunks().0[word]));
    let mut nodes = leaves(&key, bytes);
    while nodes.len() > 1 {
        join_pairs(&key, &mut nodes);
    }
    nodes[0]
}

/// The chaining values of the leaves; of a single one it is the hash.
fn leaves(key: &[u32; 8], bytes: &[u8]) -> Vec<[u8; 32]> {
    let n_leaves = bytes.len().div_ceil(LEAF_BYTES).max(1);
    let flags = [KEYED, LEAF_START, LEAF_END | root_if(n_leaves == 1)];
    let mut nodes = Vec::with_capacity(n_leaves.next_multiple_of(4));
    let (fours, rest) = bytes.as_chunks::<{ 4 * LEAF_BYTES }>();
    for four in fours {
        let (blocks, _) = four.as_chunks();
        let numbers = [nodes.len() as u32, 1];
        nodes.extend(FourNodes { key, blocks, numbers, flags, last: (3, LEAF_BYTES) }.compress());
    }
    if nodes.len() < n_leaves {
        let mut padded = [[0; BLOCK_BYTES]; 4 * LEAF_BLOCKS];
        padded.as_flattened_mut()[..rest.len()].copy_from_slice(rest);
        let last = n_leaves - nodes.len() - 1;
        let last_bytes = rest.len() - last * LEAF_BYTES;
        // One that is alone need not be as long as others are.
        let each = if last == 0 { last_bytes.div_ceil(BLOCK_BYTES).max(1) } else { LEAF_BLOCKS };
        let (blocks, numbers) = (&padded[..4 * each], [nodes.len() as u32, 1]);
        nodes.extend(FourNodes { key, blocks, numbers, flags, last: (last, last_bytes) }.compress());
        nodes.truncate(n_leaves);
    }
    nodes
}

/// The nodes of the next level: one for each pair; one that is left over stays as it is.
fn join_pairs(key: &[u32; 8], nodes: &mut Vec<[u8; 32]>) {
    let flags = [KEYED | PARENT, 0, root_if(nodes.len() == 2)];
    let odd = if nodes.len() % 2 == 1 { nodes.pop() } else { None };
    let n_pairs = nodes.len() / 2;
    nodes.resize(nodes.len().next_multiple_of(8), [0; 32]);
    for at in (0..n_pairs).step_by(4) {
        let (blocks, _) = nodes[2 * at..2 * at + 8].as_flattened().as_chunks();
        let joined = FourNodes { key, blocks, numbers: [0, 0], flags, last: (0, BLOCK_BYTES) }.compress();
        nodes[at..at + 4].copy_from_slice(&joined);
    }
    nodes.truncate(n_pairs);
    nodes.extend(odd);
}

fn root_if(is_root: bool) -> u32 {
    if is_root { ROOT } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_the_crate_says() {
        let mut word = 1_u32;
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            word ^= word << 13;
            word ^= word >> 17;
            word ^= word << 5;
            word as u8
        })
        .take(200_000)
        .collect();
        let key = std::array::from_fn(|at| bytes[at]);
        let around = [0, 64, 128, 1024, 2048, 3072, 4096, 7168, 8192, 9216, 16_384, 32_768, 65_536, 131_072];
        let near = around.into_iter().flat_map(|length: usize| length.saturating_sub(1)..length + 2);
        let random = bytes.as_chunks().0.iter().take(200).map(|word| u32::from_le_bytes(*word) as usize % bytes.len());
        for length in near.chain(1..=130).chain(random) {
            let own = &bytes[bytes.len() - length..];
            assert_eq!(keyed_hash(&key, own), *blake3::keyed_hash(&key, own).as_bytes(), "{length} bytes");
        }
    }
}
