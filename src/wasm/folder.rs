//! Filters for folders.

use wasm_bindgen::prelude::*;

use super::view::{from_caller, thrown};
use crate::error::Error;
use crate::folder;

/// The indexes of the paths that pass, in order.
#[wasm_bindgen(js_name = filterRepoObjects)]
pub fn filter_repo_objects(
    #[wasm_bindgen(unchecked_param_type = "string[]")] paths: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "string[] | undefined")] allow: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "string[] | undefined")] ignore: JsValue,
) -> Result<Vec<u32>, JsValue> {
    let paths: Vec<String> = from_caller("the paths", paths)?;
    let allow: Option<Vec<String>> = from_caller("allowPatterns", allow)?;
    let ignore: Option<Vec<String>> = from_caller("ignorePatterns", ignore)?;
    let passing = folder::filter_repo_objects(&paths, allow.as_deref(), ignore.as_deref());
    passing
        .into_iter()
        .map(|index| u32::try_from(index).map_err(|_| thrown(Error::invalid("these are more paths than 2^32"))))
        .collect()
}

/// The patterns that every folder upload ignores.
#[wasm_bindgen(js_name = defaultIgnorePatterns)]
pub fn default_ignore_patterns() -> Vec<String> {
    folder::DEFAULT_IGNORE_PATTERNS.map(str::to_owned).to_vec()
}
