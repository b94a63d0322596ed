//! Deduplication: who owns a chunk, where it is, and what a file consists of in the end.
//!
//! The [`Authority`] of a push is asked by all lanes. It also gathers what becomes of chunks (which xorb
//! they were packed into, whether that is stored) and of files, and writes the shards. What is stored it writes down as records, from
//! which the authority of a later run goes on.

mod authority;
mod fragments;
mod index;
mod journal;
mod place;
mod queries;
pub mod record;
mod shards;

pub use authority::{Authority, Chunk, Verdict};
pub use journal::{Checkpoint, Resume, Resumed, compact};
pub use place::{Origin, Place, Run};
pub use shards::{FinishedFile, ReadyShard};
