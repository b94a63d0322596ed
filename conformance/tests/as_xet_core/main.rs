//! What hubferry computes is what the reference implementation computes, and each reads what the other writes.

mod chunks;
mod passes;
mod reference;
mod shards;
mod trees;
mod xorbs;
