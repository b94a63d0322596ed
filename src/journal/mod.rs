//! What a push writes down on the device, so that the next one need not do again what this one did.
//!
//! A journal is two streams of records, `control` (the push writes it) and `pack` (the authority of the data plane writes it). A store
//! appends bytes and gives them back; it never looks into them. [`control`] is what a push writes and what that comes to, [`frame`] how records stand in a stream, [`flat`] how values stand in a
//! record, [`key`] the name under which a file is remembered.
//!
//! Invariants: nothing secret is ever in a record: no token, no URL with a signature; what was read back is believed only after its
//! check; any prefix of a stream is a stream.

pub mod control;
pub mod flat;
pub mod frame;
pub mod key;

pub use key::FileKey;
