//! The vectors as wasm, in a page: the same rows as natively.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

mod vectors;

wasm_bindgen_test_configure!(run_in_browser);

vectors::vector_tests!(wasm_bindgen_test);
