//! Bytes that stay in this instance's memory and are only looked at from outside.

use js_sys::{ArrayBuffer, Uint8Array, WebAssembly};
use wasm_bindgen::JsCast;

/// The bytes where they lie, without a copy. Good until the next call into this instance: memory that grows moves.
pub(super) fn view(bytes: &[u8]) -> Uint8Array {
    let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let buffer: ArrayBuffer = memory.buffer().unchecked_into();
    // Addresses of wasm have 32 bits.
    Uint8Array::new_with_byte_offset_and_length(&buffer, bytes.as_ptr() as u32, bytes.len() as u32)
}
