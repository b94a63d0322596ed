//! The threads of a lane: a pool in this instance's shared memory, which the lane starts before its first task.

#[expect(unused_imports, reason = "JavaScript calls it; named so that it is linked")]
pub use wasm_bindgen_rayon::init_thread_pool;
