//! Values to text: the bodies of requests, written as they go, without a tree.

use std::fmt::Write;

/// An object's text.
pub fn object(members: impl FnOnce(&mut ObjectText<'_>)) -> String {
    let mut text = String::new();
    write_object(&mut text, members);
    text
}

/// A text with its quotes.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    write_text(&mut quoted, text);
    quoted
}

/// An object that is being written, member by member.
pub struct ObjectText<'a>(Separated<'a>);

impl ObjectText<'_> {
    /// A member that is a text.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        write_text(self.0.member(name), value);
        self
    }

    /// A member that is a text, if there is one.
    pub fn text_if(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value {
            self.text(name, value);
        }
        self
    }

    /// A member that is a number.
    pub fn number(&mut self, name: &str, value: u64) -> &mut Self {
        write_number(self.0.member(name), value);
        self
    }

    /// A member that is true or false.
    pub fn flag(&mut self, name: &str, value: bool) -> &mut Self {
        self.0.member(name).push_str(if value { "true" } else { "false" });
        self
    }

    /// A member that is null.
    pub fn null(&mut self, name: &str) -> &mut Self {
        self.0.member(name).push_str("null");
        self
    }

    /// A member that is an object.
    pub fn object(&mut self, name: &str, members: impl FnOnce(&mut ObjectText<'_>)) -> &mut Self {
        write_object(self.0.member(name), members);
        self
    }

    /// A member that is a list.
    pub fn list(&mut self, name: &str, items: impl FnOnce(&mut ListText<'_>)) -> &mut Self {
        let text = self.0.member(name);
        text.push('[');
        items(&mut ListText(Separated { text, begun: false }));
        self.0.text.push(']');
        self
    }

    /// A member that is a list of texts.
    pub fn texts<T: AsRef<str>>(&mut self, name: &str, values: &[T]) -> &mut Self {
        self.list(name, |list| {
            for value in values {
                list.text(value.as_ref());
            }
        })
    }
}

/// A list that is being written, item by item.
pub struct ListText<'a>(Separated<'a>);

impl ListText<'_> {
    /// An item that is a text.
    pub fn text(&mut self, value: &str) {
        write_text(self.0.next(), value);
    }

    /// An item that is an object.
    pub fn object(&mut self, members: impl FnOnce(&mut ObjectText<'_>)) {
        write_object(self.0.next(), members);
    }
}

/// Values with commas between them.
struct Separated<'a> {
    text: &'a mut String,
    begun: bool,
}

impl Separated<'_> {
    fn next(&mut self) -> &mut String {
        if self.begun {
            self.text.push(',');
        }
        self.begun = true;
        self.text
    }

    fn member(&mut self, name: &str) -> &mut String {
        let text = self.next();
        write_text(text, name);
        text.push(':');
        text
    }
}

fn write_object(text: &mut String, members: impl FnOnce(&mut ObjectText<'_>)) {
    text.push('{');
    members(&mut ObjectText(Separated { text, begun: false }));
    text.push('}');
}

fn write_number(text: &mut String, value: u64) {
    // Writing to a text cannot fail.
    let _ = write!(text, "{value}");
}

fn write_text(text: &mut String, value: &str) {
    text.push('"');
    let mut rest = value;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) {
        text.push_str(&rest[..at]);
        let byte = rest.as_bytes()[at];
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            0x08 => text.push_str("\\b"),
            0x0c => text.push_str("\\f"),
            0..0x20 => {
                text.push_str("\\u00");
                text.push(char::from(b"01"[usize::from(byte >> 4)]));
                text.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
            }
            mark => {
                text.push('\\');
                text.push(char::from(mark));
            }
        }
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_written_as_they_go() {
        let text = object(|body| {
            body.text("a", "x")
                .text_if("b", None)
                .text_if("c", Some("y"))
                .number("d", u64::MAX)
                .flag("e", true)
                .null("f");
            body.object("g", |inner| {
                inner.flag("h", false);
            });
            body.texts("i", &["1", "2"]).list("j", |list| {
                list.object(|_| {});
                list.text("");
            });
        });
        assert_eq!(
            text,
            r#"{"a":"x","c":"y","d":18446744073709551615,"e":true,"f":null,"g":{"h":false},"i":["1","2"],"j":[{},""]}"#
        );
    }

    #[test]
    fn every_text_is_escaped_as_the_library_does() {
        let all: String = (0..0x300_u32).filter_map(char::from_u32).chain("\u{2028}😀".chars()).collect();
        assert_eq!(quoted(&all), serde_json::to_string(&all).expect("JSON"));
    }
}
