//! The hashing and packing engine for those who use it alone (`hubferry/core`), and the crowds of digests for lanes.
//!
//! Lists cross as text of fixed width, see [`records`]: one string is one crossing, whatever its length.

mod chunks;
mod many;
mod records;
mod shard;
mod xorb;
