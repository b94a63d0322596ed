//! Values to plain objects and back: the one configured serializer.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use crate::error::{Code, Error};
use crate::time::Millis;
use crate::wire::ErrorView;

/// Maps become objects, missing fields stay away, integers become numbers. An integer beyond 2^53 − 1 can only be a
/// server's own; it becomes the nearest number, as it would by `JSON.parse`.
///
/// Errors: none for the values of [`crate::wire`], which are all plain.
pub(super) fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    // JSON's null, which a server may have sent, stays null. Our own missing values are skipped by their types.
    value.serialize(&Serializer::json_compatible()).or_else(|_| {
        let text = serde_json::to_string(value).map_err(|error| JsValue::from_str(&error.to_string()))?;
        js_sys::JSON::parse(&text)
    })
}

/// Reads what the caller of the package gave.
///
/// Errors: `invalid_input`, thrown.
pub(super) fn from_caller<T: DeserializeOwned>(what: &str, value: JsValue) -> Result<T, JsValue> {
    from_js(what, value, Code::InvalidInput)
}

/// Reads what the driver made.
///
/// Errors: `internal`, thrown.
pub(super) fn from_driver<T: DeserializeOwned>(what: &str, value: JsValue) -> Result<T, JsValue> {
    from_js(what, value, Code::Internal)
}

fn from_js<T: DeserializeOwned>(what: &str, value: JsValue, code: Code) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|error| {
        let why = error.to_string();
        let why = why.trim_start_matches("Error: ");
        thrown(Error::new(code, format!("{what} cannot be read: {why}")))
    })
}

/// An error as it is thrown: a plain `ErrorView`.
pub(super) fn thrown(error: Error) -> JsValue {
    to_js(&ErrorView::from(error)).unwrap_or_else(|other| other)
}

/// A JavaScript time; what is not a time counts as zero.
pub(super) fn millis(now_ms: f64) -> Millis {
    Millis(now_ms as u64)
}
