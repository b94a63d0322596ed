//! The vectors, natively. The same rows run as wasm in `wasm_page.rs` and `wasm_worker.rs`.
#![cfg(not(target_arch = "wasm32"))]

mod vectors;

vectors::vector_tests!(test);
