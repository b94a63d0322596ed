//! The known answers of `tests/vectors`, as functions that any test runner can call.

mod content;
mod download;
mod folder;
mod hash;
mod hub;
mod xet;

pub use download::reconstructions;
pub use folder::{filters, fnmatch, gitignore, paths};
pub use hash::{chunk_lengths, file_facts, saved_states};
pub use hub::{commit_bodies, completions, multipart_plans, rate_limits};
pub use xet::{chunking, dedup_answers, merkle, packed_chunks, shards, two_xorbs, xet_hashes, xorbs};

use serde_json::Value;

/// Declares one test a subject with the runner's own attribute.
macro_rules! vector_tests {
    ($test:meta: $($name:ident)*) => {
        $(
            #[$test]
            fn $name() {
                crate::vectors::$name();
            }
        )*
    };
    ($test:meta) => {
        crate::vectors::vector_names!(crate::vectors::vector_tests, $test);
    };
}
pub(crate) use vector_tests;

/// Hands the names of all subjects to a macro.
macro_rules! vector_names {
    ($($to:ident)::+, $test:meta) => {
        $($to)::+!($test: paths filters fnmatch gitignore file_facts chunk_lengths saved_states multipart_plans completions
            commit_bodies rate_limits
            chunking merkle xet_hashes xorbs packed_chunks shards dedup_answers two_xorbs reconstructions);
    };
}
pub(crate) use vector_names;

/// The rows of a vector file, never none.
fn rows(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).expect("a vector file is JSON");
    let rows = file["vectors"].as_array().expect("a vector file has rows").clone();
    assert_eq!(Some(rows.len() as u64), file["count"].as_u64(), "{} rows were read", file["title"]);
    rows
}

/// The text at `key`.
fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_else(|| panic!("{key} is missing in {row}"))
}

/// The bytes that base64 stands for.
fn base64(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
}

/// The list of texts at `key`; one text counts as a list, null as none.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Null => None,
        Value::String(one) => Some(vec![one.clone()]),
        list => Some(serde_json::from_value(list.clone()).expect("a list of texts")),
    }
}
