//! Byte grouping: numbers of four bytes compress better when their first bytes stand together, then their second, and so on.

use hubferry_kernels::{join_groups, split_groups};

/// Groups `bytes` by their place modulo four; the groups follow each other in `out`.
pub(super) fn split(bytes: &[u8], out: &mut Vec<u8>) {
    // What was in it is overwritten.
    out.resize(bytes.len(), 0);
    split_groups(bytes, out);
}

/// Undoes [`split`].
pub(super) fn join(grouped: &mut [u8], out: &mut Vec<u8>) {
    out.resize(grouped.len(), 0);
    join_groups(grouped, out);
}
