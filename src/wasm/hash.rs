//! Digests and encodings for lanes. A handle is born and freed inside one function there.

use wasm_bindgen::prelude::*;

use super::view::thrown;
use crate::error::Error;
use crate::hash::{GitBlob, Sha256, base64};
use crate::limits::MAX_SAFE_INTEGER;

/// A SHA-256 under way.
#[wasm_bindgen]
#[derive(Default)]
pub struct Sha256Hasher(Sha256);

#[wasm_bindgen]
impl Sha256Hasher {
    /// Nothing taken yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Sha256Hasher {
        Sha256Hasher::default()
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything taken so far, as lower-case hex.
    pub fn digest(&self) -> String {
        self.0.clone().digest()
    }

    /// Everything needed to go on later, elsewhere.
    pub fn save(&self) -> Vec<u8> {
        self.0.save()
    }

    /// Goes on from what `save` gave.
    pub fn restore(saved: &[u8]) -> Result<Sha256Hasher, JsValue> {
        Sha256::restore(saved).map(Sha256Hasher).map_err(thrown)
    }
}

/// A git blob oid under way.
#[wasm_bindgen]
pub struct GitBlobHasher(GitBlob);

#[wasm_bindgen]
impl GitBlobHasher {
    /// An oid of a content of `size` bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64) -> Result<GitBlobHasher, JsValue> {
        let is_size = size.fract() == 0.0 && (0.0..=MAX_SAFE_INTEGER as f64).contains(&size);
        if !is_size {
            return Err(thrown(Error::invalid("the size of a file must be an integer from 0 to 2^53 - 1")));
        }
        Ok(GitBlobHasher(GitBlob::new(size as u64)))
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The oid, as lower-case hex. Throws when it was not as many bytes as announced.
    pub fn digest(&self) -> Result<String, JsValue> {
        self.0.clone().digest().map_err(thrown)
    }
}

/// Base64 of a window, as ASCII bytes. Give multiples of three bytes until the last one.
#[wasm_bindgen(js_name = encodeBase64)]
pub fn encode_base64(bytes: &[u8]) -> Vec<u8> {
    base64::encode(bytes)
}
