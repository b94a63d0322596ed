//! Digests of many messages at once.

use wasm_bindgen::prelude::*;

use crate::hash::{hex, sha256_many};

/// Messages that wait to be digested together.
#[wasm_bindgen]
#[derive(Default)]
pub struct Sha256Crowd(Vec<Vec<u8>>);

#[wasm_bindgen]
impl Sha256Crowd {
    /// Nobody yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Sha256Crowd {
        Sha256Crowd::default()
    }

    /// Takes a message, whole.
    pub fn add(&mut self, message: Vec<u8>) {
        self.0.push(message);
    }

    /// The digests of those that were added, in order: 64 lower-case hex digits each. They are forgotten.
    pub fn digests(&mut self) -> String {
        let messages = std::mem::take(&mut self.0);
        let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
        hex(sha256_many(&messages).as_flattened())
    }
}
