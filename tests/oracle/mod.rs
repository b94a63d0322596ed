//! Plain twins of the formats: written from the specification, for reading rather than for speed, and sharing no line with the engine.
//!
//! The properties in `props_formats.rs` compare the engine with them; `conformance/` compares it with the reference implementation.

pub mod chunker;
pub mod merkle;
pub mod shard;
