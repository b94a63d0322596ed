//! Tree to values, field by field; what does not fit is said with its place.

use std::fmt;

use super::{Json, Name, whole};

/// What can be read out of a tree.
pub trait Read: Sized {
    /// Reads it. What is not there is [`Json::Null`].
    ///
    /// Errors: where and why it does not fit.
    fn read(json: Json) -> Result<Self, Misfit>;
}

/// A value that is not what it should be, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit(Box<Place>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    path: String,
    why: String,
}

impl Misfit {
    /// A reason, as the rest of a sentence that begins with the place: `must be …`.
    pub fn new(why: impl Into<String>) -> Misfit {
        Misfit(Box::new(Place { path: String::new(), why: why.into() }))
    }

    /// The value is not of the kind that is wanted: `a text`, say.
    pub fn wanted(what: &str, found: &Json) -> Misfit {
        let kind = match found {
            Json::Null => return Misfit::new("is missing"),
            Json::Bool(_) => "true or false",
            Json::Number(_) => "another number",
            Json::Text(_) => "a text",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        };
        Misfit::new(format!("must be {what}, not {kind}"))
    }

    /// The same, inside this member.
    #[must_use]
    pub fn within(mut self, name: &str) -> Misfit {
        let dot = if self.0.path.is_empty() || self.0.path.starts_with('[') { "" } else { "." };
        self.0.path.insert_str(0, dot);
        self.0.path.insert_str(0, name);
        self
    }

    /// The same, inside this item.
    #[must_use]
    pub fn at(self, index: usize) -> Misfit {
        self.within(&format!("[{index}]"))
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.path.is_empty() { "it" } else { &self.0.path })?;
        f.write_str(" ")?;
        f.write_str(&self.0.why)
    }
}

impl std::error::Error for Misfit {}

/// The members of an object, taken one by one.
///
/// What does not fit is kept in mind, and a default stands in for it until all members are taken: so each of them costs a call, and not a
/// way out of its own on which everything that was read so far is given back.
#[derive(Default)]
pub struct Fields {
    members: Vec<(Name, Json)>,
    misfit: Option<Misfit>,
}

impl Fields {
    /// The members of this object.
    ///
    /// Errors: it is none.
    pub fn of(json: Json) -> Result<Fields, Misfit> {
        match json {
            Json::Object(members) => Ok(Fields { members, misfit: None }),
            other => Err(Misfit::wanted("an object", &other)),
        }
    }

    /// What `take` makes of the members of this object.
    ///
    /// Errors: it is none; or the first of the taken members that does not fit.
    pub fn read<T>(json: Json, take: impl FnOnce(&mut Fields) -> T) -> Result<T, Misfit> {
        let mut fields = Fields::of(json)?;
        let read = take(&mut fields);
        fields.end().map(|()| read)
    }

    /// Takes a member, once. An `Option` is none where the member is null or not there; what does not fit is [missed](Self::miss).
    #[inline(never)]
    pub fn get<T: Read + Default>(&mut self, name: &str) -> T {
        self.need(name).unwrap_or_else(|misfit| {
            self.miss(misfit);
            T::default()
        })
    }

    /// Takes a member, once.
    ///
    /// Errors: as the value's own, with the member's name.
    pub fn need<T: Read>(&mut self, name: &str) -> Result<T, Misfit> {
        T::read(self.take(name)).map_err(|misfit| misfit.within(name))
    }

    /// Takes a flag; false where it is null or not there.
    pub fn flag(&mut self, name: &str) -> bool {
        self.get::<Option<bool>>(name).unwrap_or_default()
    }

    /// Takes a text; empty where it is null or not there.
    pub fn text(&mut self, name: &str) -> String {
        self.get::<Option<String>>(name).unwrap_or_default()
    }

    /// Takes a list; empty where it is null or not there.
    pub fn list<T: Read>(&mut self, name: &str) -> Vec<T> {
        self.get::<Option<Vec<T>>>(name).unwrap_or_default()
    }

    /// Says that something does not fit; what was said first counts.
    pub fn miss(&mut self, misfit: Misfit) {
        self.misfit.get_or_insert(misfit);
    }

    /// The end.
    ///
    /// Errors: what was missed first.
    pub fn end(self) -> Result<(), Misfit> {
        self.misfit.map_or(Ok(()), Err)
    }

    /// All members, read alike.
    ///
    /// Errors: as the first value's that does not fit.
    pub fn all<T: Read>(self) -> Result<Vec<(Name, T)>, Misfit> {
        let members = self.members.into_iter();
        members
            .map(|(name, value)| T::read(value).map_err(|misfit| misfit.within(&name)).map(|value| (name, value)))
            .collect()
    }

    fn take(&mut self, name: &str) -> Json {
        let member = self.members.iter_mut().rev().find(|(known, _)| known == name);
        member.map(|(_, value)| std::mem::take(value)).unwrap_or_default()
    }
}

impl Read for Json {
    fn read(json: Json) -> Result<Json, Misfit> {
        Ok(json)
    }
}

impl Read for Fields {
    fn read(json: Json) -> Result<Fields, Misfit> {
        Fields::of(json)
    }
}

impl Read for String {
    fn read(json: Json) -> Result<String, Misfit> {
        match json {
            Json::Text(text) => Ok(text),
            other => Err(Misfit::wanted("a text", &other)),
        }
    }
}

impl Read for bool {
    fn read(json: Json) -> Result<bool, Misfit> {
        match json {
            Json::Bool(flag) => Ok(flag),
            other => Err(Misfit::wanted("true or false", &other)),
        }
    }
}

impl Read for f64 {
    fn read(json: Json) -> Result<f64, Misfit> {
        match json {
            Json::Number(number) => Ok(number),
            other => Err(Misfit::wanted("a number", &other)),
        }
    }
}

impl Read for u64 {
    fn read(json: Json) -> Result<u64, Misfit> {
        match json {
            Json::Number(number) if let Some(number) = whole(number) => Ok(number),
            other => Err(Misfit::wanted("an integer from 0 to 2^53 - 1", &other)),
        }
    }
}

impl Read for u32 {
    fn read(json: Json) -> Result<u32, Misfit> {
        u32::try_from(u64::read(json)?).map_err(|_| Misfit::new("must be less than 2^32"))
    }
}

impl Read for u16 {
    fn read(json: Json) -> Result<u16, Misfit> {
        u16::try_from(u64::read(json)?).map_err(|_| Misfit::new("must be less than 2^16"))
    }
}

impl<T: Read> Read for Option<T> {
    fn read(json: Json) -> Result<Option<T>, Misfit> {
        if json == Json::Null { Ok(None) } else { T::read(json).map(Some) }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(json: Json) -> Result<Vec<T>, Misfit> {
        let Json::List(items) = json else { return Err(Misfit::wanted("a list", &json)) };
        let mut read = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            read.push(T::read(item).map_err(|misfit| misfit.at(index))?);
        }
        Ok(read)
    }
}

impl<T: Read> Read for (T, T) {
    fn read(json: Json) -> Result<(T, T), Misfit> {
        match <[T; 2]>::try_from(Vec::read(json)?) {
            Ok([first, second]) => Ok((first, second)),
            Err(_) => Err(Misfit::new("must be a list of two")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Fields {
        Fields::of(Json::parse(text).expect("JSON")).expect("an object")
    }

    fn why<T>(read: Result<T, Misfit>) -> String {
        read.err().expect("a misfit").to_string()
    }

    #[test]
    fn members_are_taken_by_type() {
        let mut fields = fields(r#"{"a":"x","b":7,"c":true,"d":null,"e":["y"],"f":[["k","v"]],"g":{"h":0}}"#);
        assert_eq!(fields.get::<String>("a"), "x");
        assert_eq!(fields.need("b"), Ok(7_u64));
        assert!(fields.flag("c"));
        assert_eq!(fields.get::<Option<String>>("d"), None);
        assert_eq!(fields.list::<String>("e"), ["y"]);
        assert_eq!(fields.get::<Vec<(String, String)>>("f"), [("k".to_owned(), "v".to_owned())]);
        assert_eq!(fields.need::<Fields>("g").and_then(|mut inner| inner.need::<u32>("h")), Ok(0));
        assert_eq!((fields.flag("none"), fields.text("none")), (false, String::new()));
        assert_eq!(fields.end(), Ok(()));
    }

    #[test]
    fn a_misfit_says_where_and_why() {
        for (text, expected) in [
            (r#"{}"#, "a is missing"),
            (r#"{"a":null}"#, "a is missing"),
            (r#"{"a":7}"#, "a must be a list, not another number"),
            (r#"{"a":["x"]}"#, "a[0] must be an object, not a text"),
            (r#"{"a":[{"b":1},{"b":-1}]}"#, "a[1].b must be an integer from 0 to 2^53 - 1, not another number"),
            (r#"{"a":[{"b":1.5}]}"#, "a[0].b must be an integer from 0 to 2^53 - 1, not another number"),
            (r#"{"a":[{"b":9007199254740992}]}"#, "a[0].b must be an integer from 0 to 2^53 - 1, not another number"),
            (r#"{"a":[{"b":4294967296}]}"#, "a[0].b must be less than 2^32"),
        ] {
            struct Item;
            impl Read for Item {
                fn read(json: Json) -> Result<Item, Misfit> {
                    Fields::of(json)?.need::<u32>("b").map(|_| Item)
                }
            }
            assert_eq!(why(fields(text).need::<Vec<Item>>("a")), expected, "{text}");
        }
        assert_eq!(why(Fields::of(Json::Bool(true))), "it must be an object, not true or false");
        assert_eq!(why(fields(r#"{"a":[["k"]]}"#).need::<Vec<(String, String)>>("a")), "a[0] must be a list of two");
    }

    #[test]
    fn the_first_misfit_counts_whatever_is_taken_after_it() {
        let read = |text: &str| {
            let json = Json::parse(text).expect("JSON");
            Fields::read(json, |fields| (fields.get::<u64>("a"), fields.text("b"), fields.list::<bool>("c")))
        };
        assert_eq!(read(r#"{"a":1,"c":[true]}"#), Ok((1, String::new(), vec![true])));
        assert_eq!(why(read(r#"{"b":2,"c":3}"#)), "a is missing");
        assert_eq!(why(read(r#"{"a":1,"b":2,"c":[3]}"#)), "b must be a text, not another number");
        assert_eq!(why(read(r#"{"a":1,"c":[3]}"#)), "c[0] must be true or false, not another number");
        assert_eq!(why(read("7")), "it must be an object, not another number");
    }
}
