//! Values to plain objects and back, by way of one tree: whatever type crosses, it is this code that carries it.

use js_sys::{Array, Object};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::{Code, Error};
use crate::json::{Json, Misfit, Name, Read, show};
use crate::time::Millis;
use crate::wire::ErrorView;

/// Objects inside each other that the caller may give.
const DEEPEST: u32 = 32;

/// Maps become objects, missing fields stay away, JSON's null, which a server may have sent, stays null.
///
/// Errors: none; every tree is a plain object.
pub(super) fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    show(value).serialize(&Serializer::json_compatible()).map_err(JsValue::from)
}

/// Reads what the caller of the package gave.
///
/// Errors: `invalid_input`, thrown.
pub(super) fn from_caller<T: Read>(what: &str, value: JsValue) -> Result<T, JsValue> {
    from_js(&value, DEEPEST).and_then(T::read).map_err(|misfit| unreadable(what, &misfit, Code::InvalidInput))
}

/// Reads what the driver made.
///
/// Errors: `internal`, thrown.
pub(super) fn from_driver<T: Read>(what: &str, value: JsValue) -> Result<T, JsValue> {
    from_js(&value, DEEPEST).and_then(T::read).map_err(|misfit| unreadable(what, &misfit, Code::Internal))
}

fn unreadable(what: &str, misfit: &Misfit, code: Code) -> JsValue {
    thrown(Error::new(code, format!("{what} cannot be read: {misfit}")))
}

/// The tree of a plain object. Members that are undefined are not there.
fn from_js(value: &JsValue, depth: u32) -> Result<Json, Misfit> {
    if let Some(text) = value.as_string() {
        return Ok(Json::Text(text));
    }
    if let Some(number) = value.as_f64() {
        return if number.is_finite() { Ok(Json::Number(number)) } else { Err(Misfit::new("must be finite")) };
    }
    if let Some(flag) = value.as_bool() {
        return Ok(Json::Bool(flag));
    }
    if value.is_null() || value.is_undefined() {
        return Ok(Json::Null);
    }
    let Some(depth) = depth.checked_sub(1) else { return Err(Misfit::new("has too many objects inside each other")) };
    if let Some(list) = value.dyn_ref::<Array>() {
        let items = (0_u32..).zip(list.iter());
        return items
            .map(|(index, item)| from_js(&item, depth).map_err(|misfit| misfit.at(index as usize)))
            .collect::<Result<_, _>>()
            .map(Json::List);
    }
    if !value.is_object() {
        return Err(Misfit::new("must be a plain value"));
    }
    let mut members = Vec::new();
    for entry in Object::entries(value.unchecked_ref()).iter() {
        let entry: &Array = entry.unchecked_ref();
        let name = entry.get(0).as_string().unwrap_or_default();
        let member = from_js(&entry.get(1), depth).map_err(|misfit| misfit.within(&name))?;
        members.push((Name::Owned(name), member));
    }
    Ok(Json::Object(members))
}

/// An error as it is thrown: a plain `ErrorView`.
pub(super) fn thrown(error: Error) -> JsValue {
    to_js(&ErrorView::from(error)).unwrap_or_else(|other| other)
}

/// A JavaScript time; what is not a time counts as zero.
pub(super) fn millis(now_ms: f64) -> Millis {
    Millis(now_ms as u64)
}
