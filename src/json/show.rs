//! Whatever derives `Serialize`, as a tree.
//!
//! Called by the boundary for everything that crosses it. It cannot fail, which keeps what is derived small.

use std::fmt;

use serde::Serialize;
use serde::ser::{
    self, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant,
};

use super::{Json, Name};

/// The tree of a value. A number that is not finite becomes null, as in `JSON.stringify`.
pub fn show<T: Serialize + ?Sized>(value: &T) -> Json {
    let Ok(json) = value.serialize(Shower);
    json
}

impl Serialize for Json {
    fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(flag) => serializer.serialize_bool(*flag),
            // Written as the whole number that it is, where it is one.
            Json::Number(number) if number.fract() == 0.0 && number.abs() <= crate::limits::MAX_SAFE_INTEGER as f64 => {
                serializer.serialize_i64(*number as i64)
            }
            Json::Number(number) => serializer.serialize_f64(*number),
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(items) => serializer.collect_seq(items),
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// No value of this type exists: showing succeeds.
#[derive(Debug)]
enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    /// What is derived reports an error for a field that must not be shown (`#[serde(skip)]` on a variant) and for nothing else, and
    /// there is none.
    fn custom<T: fmt::Display>(why: T) -> Never {
        unreachable!("a value cannot be shown: {why}")
    }
}

struct Shower;

struct ListShower(Vec<Json>);

struct ObjectShower {
    members: Vec<(Name, Json)>,
    name: Name,
}

fn number(value: f64) -> Json {
    if value.is_finite() { Json::Number(value) } else { Json::Null }
}

fn of_variant(variant: &'static str, value: Json) -> Json {
    Json::Object(vec![(Name::Borrowed(variant), value)])
}

fn list(length: usize) -> ListShower {
    ListShower(Vec::with_capacity(length))
}

fn members(length: usize) -> ObjectShower {
    ObjectShower { members: Vec::with_capacity(length), name: Name::Borrowed("") }
}

impl ser::Serializer for Shower {
    type Ok = Json;
    type Error = Never;
    type SerializeSeq = ListShower;
    type SerializeTuple = ListShower;
    type SerializeTupleStruct = ListShower;
    type SerializeTupleVariant = OfVariant<ListShower>;
    type SerializeMap = ObjectShower;
    type SerializeStruct = ObjectShower;
    type SerializeStructVariant = OfVariant<ObjectShower>;

    fn serialize_bool(self, value: bool) -> Result<Json, Never> {
        Ok(Json::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Json, Never> {
        Ok(number(f64::from(value)))
    }

    fn serialize_i16(self, value: i16) -> Result<Json, Never> {
        Ok(number(f64::from(value)))
    }

    fn serialize_i32(self, value: i32) -> Result<Json, Never> {
        Ok(number(f64::from(value)))
    }

    fn serialize_i64(self, value: i64) -> Result<Json, Never> {
        Ok(number(value as f64))
    }

    fn serialize_u8(self, value: u8) -> Result<Json, Never> {
        Ok(number(f64::from(value)))
    }

    fn serialize_u16(self, value: u16) -> Result<Json, Never> {
        Ok(number(f64::from(value)))
    }

    fn serialize_u32(self, value: u32) -> Result<Json, Never> {
        Ok(number(f64::from(value)))
    }

    fn serialize_u64(self, value: u64) -> Result<Json, Never> {
        Ok(number(value as f64))
    }

    fn serialize_f32(self, value: f32) -> Result<Json, Never> {
        Ok(number(f64::from(value)))
    }

    fn serialize_f64(self, value: f64) -> Result<Json, Never> {
        Ok(number(value))
    }

    fn serialize_char(self, value: char) -> Result<Json, Never> {
        Ok(Json::Text(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result<Json, Never> {
        Ok(Json::Text(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Json, Never> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<Json, Never> {
        Ok(Json::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Json, Never> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Json, Never> {
        Ok(Json::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Json, Never> {
        Ok(Json::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Json, Never> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Json, Never> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Json, Never> {
        Ok(of_variant(variant, show(value)))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<ListShower, Never> {
        Ok(list(length.unwrap_or_default()))
    }

    fn serialize_tuple(self, length: usize) -> Result<ListShower, Never> {
        Ok(list(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<ListShower, Never> {
        Ok(list(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<OfVariant<ListShower>, Never> {
        Ok(OfVariant { variant, inner: list(length) })
    }

    fn serialize_map(self, length: Option<usize>) -> Result<ObjectShower, Never> {
        Ok(members(length.unwrap_or_default()))
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<ObjectShower, Never> {
        Ok(members(length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<OfVariant<ObjectShower>, Never> {
        Ok(OfVariant { variant, inner: members(length) })
    }
}

/// The content of an enum's variant, under the variant's name.
struct OfVariant<T> {
    variant: &'static str,
    inner: T,
}

impl ListShower {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.0.push(show(value));
    }
}

impl ObjectShower {
    fn push<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        self.members.push((Name::Borrowed(name), show(value)));
    }
}

impl SerializeSeq for ListShower {
    type Ok = Json;
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.push(value);
        Ok(())
    }

    fn end(self) -> Result<Json, Never> {
        Ok(Json::List(self.0))
    }
}

impl SerializeTuple for ListShower {
    type Ok = Json;
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.push(value);
        Ok(())
    }

    fn end(self) -> Result<Json, Never> {
        Ok(Json::List(self.0))
    }
}

impl SerializeTupleStruct for ListShower {
    type Ok = Json;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.push(value);
        Ok(())
    }

    fn end(self) -> Result<Json, Never> {
        Ok(Json::List(self.0))
    }
}

impl SerializeTupleVariant for OfVariant<ListShower> {
    type Ok = Json;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.inner.push(value);
        Ok(())
    }

    fn end(self) -> Result<Json, Never> {
        Ok(of_variant(self.variant, Json::List(self.inner.0)))
    }
}

impl SerializeMap for ObjectShower {
    type Ok = Json;
    type Error = Never;

    /// A name that is no text becomes the empty text; JSON has no others, and nothing here makes one.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Never> {
        self.name = match show(name) {
            Json::Text(name) => Name::Owned(name),
            _ => Name::Borrowed(""),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        let name = std::mem::take(&mut self.name);
        self.members.push((name, show(value)));
        Ok(())
    }

    fn end(self) -> Result<Json, Never> {
        Ok(Json::Object(self.members))
    }
}

impl SerializeStruct for ObjectShower {
    type Ok = Json;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Never> {
        self.push(name, value);
        Ok(())
    }

    fn end(self) -> Result<Json, Never> {
        Ok(Json::Object(self.members))
    }
}

impl SerializeStructVariant for OfVariant<ObjectShower> {
    type Ok = Json;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Never> {
        self.inner.push(name, value);
        Ok(())
    }

    fn end(self) -> Result<Json, Never> {
        Ok(of_variant(self.variant, Json::Object(self.inner.members)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::*;

    #[derive(Serialize)]
    enum Kind {
        Unit,
        Newtype(u8),
        Tuple(u8, char),
        Struct { a: i64 },
    }

    #[derive(Serialize)]
    struct Everything {
        kinds: Vec<Kind>,
        none: Option<bool>,
        some: Option<f64>,
        pair: (u16, String),
        map: BTreeMap<String, f32>,
        json: Json,
    }

    #[test]
    fn the_tree_is_the_one_that_the_text_has() {
        let json = r#"{"a":[null,true,-1.5,"x",{"b":9007199254740991}]}"#;
        let everything = Everything {
            kinds: vec![Kind::Unit, Kind::Newtype(1), Kind::Tuple(2, 'c'), Kind::Struct { a: -3 }],
            none: None,
            some: Some(f64::NAN),
            pair: (7, "text".to_owned()),
            map: BTreeMap::from([("key".to_owned(), 0.5)]),
            json: Json::parse(json).expect("JSON"),
        };
        let text = serde_json::to_string(&everything).expect("JSON");
        assert_eq!(Ok(show(&everything)), Json::parse(&text));
        assert!(text.contains(json), "{text}");
    }
}
