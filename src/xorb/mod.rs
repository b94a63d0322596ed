//! Xorbs: many chunks in one body, as the content-addressed store takes and keeps them.
//!
//! A body is one record after the other: a header of eight bytes, then the chunk, compressed when that pays. Readers here trust
//! nothing: lengths are checked before anything is allocated for them.
//!
//! Source: Xet specification 1.1, xorb; vectors in `tests/vectors/{xorb-format,multi-xorb}.json`.

mod build;
mod group;
mod lz4;
mod predict;
mod read;
mod record;
mod unpack;

pub use build::{Compression, Sealed, XorbBuilder};
pub use read::{Chunks, RawChunk};
pub use record::{Record, Scheme};
pub use unpack::Unpacker;

/// Bytes of a body at most. Source: Xet specification 1.1, xorb.
pub const XORB_MOST_BYTES: usize = 64 * 1024 * 1024;

/// Chunks of a xorb at most. Source: `xet-core` 1.8.
pub const XORB_MOST_CHUNKS: usize = 8192;
