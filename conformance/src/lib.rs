//! Contents to compare two implementations on, as the tests and benchmarks of this package need them.
//!
//! What they compare: hubferry with the crates that the Hub's own clients are made of. The crates are needed nowhere else for this, and
//! never by the published crate: it has to build for wasm alone. Compressed bytes may differ, what they decode to may not.

pub mod cases;
pub mod content;
