//! The vectors as wasm with threads in shared memory, in a dedicated worker: the same rows as natively, with the same results.
#![cfg(all(target_arch = "wasm32", target_feature = "atomics"))]

use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

#[expect(unused_imports, unused_macros, reason = "here they are one test")]
mod vectors;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const THREADS: usize = 3;

/// One test, because the pool must be there before anything uses it, and tests have no order.
macro_rules! with_threads {
    ($test:meta: $($name:ident)*) => {
        #[$test]
        async fn every_vector_holds_with_threads() {
            JsFuture::from(wasm_bindgen_rayon::init_thread_pool(THREADS)).await.expect("the threads start");
            assert_eq!(rayon::current_num_threads(), THREADS);
            $(vectors::$name();)*
        }
    };
}

vectors::vector_names!(with_threads, wasm_bindgen_test);
