//! The content-addressed store: what it takes, what it refuses, and how the Hub and it belong together.
//!
//! Xorbs and shards are made with the writers of the formats' own library, never with the code that is tested elsewhere.

mod bench;
mod chunks;
mod durability;
mod faults;
mod joining;
pub mod kit;
mod reconstructions;
mod shards;
mod tokens;
mod xorbs;
