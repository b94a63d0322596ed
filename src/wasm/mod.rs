//! The facade that wasm-bindgen exports: converts values and calls the engine, nothing else.
//!
//! Everything is synchronous; nothing calls back into JavaScript. Control objects cross as plain objects, whose types are
//! those of [`crate::wire`]; bytes cross as typed arrays and never through serde. Errors are thrown as plain `ErrorView`
//! objects. A handle belongs to one function on the other side, which frees it.

mod authority;
mod call;
mod core;
mod folder;
mod hash;
mod memory;
mod packer;
mod push;
#[cfg(all(feature = "threads", target_feature = "atomics"))]
mod threads;
mod unpack;
mod view;

use wasm_bindgen::prelude::*;

/// The version of the package that this module belongs to.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
