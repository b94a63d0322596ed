//! The loops of hubferry that touch every byte.
//!
//! They are a crate of their own for one reason: a wasm that a page loads is compiled for size, and these must be compiled for
//! speed, which Cargo decides crate by crate. So only loops belong here: no formats, no policies, no state beyond a call, no
//! dependencies. Where there is `simd128`, lanes are its vectors, elsewhere arrays, with the same results.

#![no_std]

mod blake3_four;
mod gear;
mod gear_table;
mod group;
mod lanes;
mod popcount;
mod sha256_four;

pub use blake3_four::FourNodes;
pub use gear::{find_cut, roll};
pub use group::{join_groups, split_groups};
pub use popcount::count_bits;
pub use sha256_four::compress_four;
