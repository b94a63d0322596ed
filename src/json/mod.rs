//! JSON as a plain tree: what the Hub answers with, and what crosses to a driver in another language.
//!
//! One tree serves both, read field by field ([`Read`]), so that a page does not load a reader for every type: derived ones were
//! half of the wasm. Texts become trees in `parse`, requests become texts in `write`, and `show` turns what derives `Serialize`
//! into a tree. Invariants: no text makes the parser panic, recurse without bound, or take more memory than its own size asks for;
//! a number is finite.

mod parse;
mod read;
mod show;
mod take;
mod write;

use std::borrow::Cow;

pub use parse::ParseError;
pub use read::{Fields, Misfit, Read};
pub use show::show;
pub use write::{ListText, ObjectText, object, quoted};

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Json {
    /// `null`; also what is not there.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A finite number, with the precision that JavaScript has.
    Number(f64),
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object, in the order of its text; of two members of one name the later counts.
    Object(Vec<(Name, Json)>),
}

/// The name of an object's member.
pub type Name = Cow<'static, str>;

/// Numbers are finite, so equality is total.
impl Eq for Json {}

impl Json {
    /// Reads a text.
    ///
    /// Errors: what is wrong, and at which byte.
    pub fn parse(text: &str) -> Result<Json, ParseError> {
        parse::parse(text)
    }

    /// The member of this name; `Null` when there is none.
    pub fn get(&self, name: &str) -> &Json {
        match self {
            Json::Object(members) => {
                members.iter().rev().find(|(known, _)| known == name).map_or(&Json::Null, |(_, value)| value)
            }
            _ => &Json::Null,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn items(&self) -> &[Json] {
        match self {
            Json::List(items) => items,
            _ => &[],
        }
    }

    /// The members, if it is an object.
    pub fn members(&self) -> &[(Name, Json)] {
        match self {
            Json::Object(members) => members,
            _ => &[],
        }
    }

    /// The number, if it is a whole one from 0 to 2^53 − 1.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Json::Number(number) => whole(*number),
            _ => None,
        }
    }
}

/// The whole number from 0 to 2^53 − 1 that this is.
fn whole(number: f64) -> Option<u64> {
    let is_whole = number >= 0.0 && number <= crate::limits::MAX_SAFE_INTEGER as f64 && number.fract() == 0.0;
    is_whole.then_some(number as u64)
}
