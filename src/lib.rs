//! **hubferry** pushes files and folders to the Hugging Face Hub.
//!
//! This crate is the engine: a no-network, no-clock, no-file implementation of everything that has to be *decided* and
//! *computed* during a push. It is not a client by itself. A driver carries its steps out:
//!
//! - pull what has to be done next (`poll`), as values: send this request, digest that file, wait until then;
//! - push what happened (`handle`), as values: this answer came, that file changed.
//!
//! Two shapes cover everything. A *call* ([`call::Call`]) is one request of the Hub's API with its retries. A *machine*
//! ([`push::Push`]) is a whole push. Both speak the same [`step::Step`] and [`step::Input`], so one driver runs both.
//!
//! Reading order is dependency order: [`hash`] and [`folder`] are pure functions, [`chunk`], [`xorb`] and [`shard`] the formats
//! of the content-addressed store, [`ingest`] and [`dedup`] the pass over a file's bytes that fills them, [`hub`] and
//! [`cas`] turn values into requests and answers into values, [`exchange`] adds attempts, and [`push`] composes them. Nothing here imports from a JavaScript
//! host unless the feature `wasm` or `gloo` is on; the latter is a whole client for front ends in Rust.

pub mod call;
pub mod cas;
pub mod chunk;
pub mod dedup;
pub mod error;
pub mod exchange;
pub mod folder;
pub mod hash;
pub mod http;
pub mod hub;
pub mod ingest;
pub mod journal;
pub mod json;
pub mod limits;
pub mod push;
mod quote;
pub mod retry;
pub mod shard;
mod small;
pub mod step;
mod threads;
pub mod time;
pub mod wire;
pub mod xorb;

#[cfg(feature = "gloo")]
pub mod gloo;
#[cfg(feature = "wasm")]
mod wasm;

pub use error::{Code, Error};
