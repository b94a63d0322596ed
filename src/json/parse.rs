//! Text to tree, as RFC 8259 has it.
//!
//! Called for every answer of the Hub that has a body. Half of a surrogate pair, which JSON can escape and a text cannot hold,
//! becomes U+FFFD, so that a name cut in the middle of a character does not hide the rest of an answer.

use std::fmt;

use super::{Json, Name};

/// Objects and lists inside each other.
const DEEPEST: u32 = 128;

/// Why a text is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseError {
    what: &'static str,
    at: usize,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

impl std::error::Error for ParseError {}

pub(super) fn parse(text: &str) -> Result<Json, ParseError> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(DEEPEST)?;
    parser.space();
    if parser.at < text.len() { Err(parser.wrong("something follows the value")) } else { Ok(value) }
}

struct Parser<'a> {
    text: &'a str,
    /// Always between two characters: it moves past ASCII, or past whole runs that end at ASCII.
    at: usize,
}

impl Parser<'_> {
    fn wrong(&self, what: &'static str) -> ParseError {
        ParseError { what, at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Takes this character, if it is the next one behind white space.
    fn take(&mut self, wanted: u8) -> bool {
        self.space();
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, ParseError> {
        if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.wrong("an unknown word"))
    }

    fn value(&mut self, depth: u32) -> Result<Json, ParseError> {
        self.space();
        match self.peek() {
            Some(b'{') => self.members(depth),
            Some(b'[') => self.items(depth),
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err(self.wrong("no value begins like this")),
            None => Err(self.wrong("the text ends too early")),
        }
    }

    fn inside(&mut self, depth: u32) -> Result<u32, ParseError> {
        self.at += 1;
        depth.checked_sub(1).ok_or_else(|| self.wrong("too many values inside each other"))
    }

    fn items(&mut self, depth: u32) -> Result<Json, ParseError> {
        let depth = self.inside(depth)?;
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.take(b']') {
                return Ok(Json::List(items));
            }
            if !self.take(b',') {
                return Err(self.wrong("a comma or ] is missing"));
            }
        }
    }

    fn members(&mut self, depth: u32) -> Result<Json, ParseError> {
        let depth = self.inside(depth)?;
        let mut members = Vec::new();
        if self.take(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a member's name is missing"));
            }
            let name = Name::Owned(self.string()?);
            if !self.take(b':') {
                return Err(self.wrong("a colon is missing"));
            }
            members.push((name, self.value(depth)?));
            if self.take(b'}') {
                return Ok(Json::Object(members));
            }
            if !self.take(b',') {
                return Err(self.wrong("a comma or } is missing"));
            }
        }
    }

    fn string(&mut self) -> Result<String, ParseError> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let rest = &self.text[self.at..];
            let run = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len());
            string.push_str(&rest[..run]);
            self.at += run;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => {
                    self.at += 1;
                    string.push(self.escaped()?);
                }
                Some(_) => return Err(self.wrong("a control character in a text")),
                None => return Err(self.wrong("the text ends too early")),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, ParseError> {
        let plain = match self.peek() {
            Some(mark @ (b'"' | b'\\' | b'/')) => mark,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.wrong("an unknown escape")),
        };
        self.at += 1;
        Ok(char::from(plain))
    }

    fn unicode(&mut self) -> Result<char, ParseError> {
        let first = self.hex()?;
        if let 0xd800..0xdc00 = first
            && self.text.as_bytes()[self.at..].starts_with(b"\\u")
        {
            let before = self.at;
            self.at += 2;
            let second = self.hex()?;
            if let 0xdc00..0xe000 = second {
                let whole = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(whole).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Result<u32, ParseError> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            value = value * 16 + digit.ok_or_else(|| self.wrong("an escape without its four digits"))?;
            self.at += 1;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<Json, ParseError> {
        let negative = self.take(b'-');
        let mut number = Decimal::default();
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(|digit| number.digit(digit)),
            _ => return Err(self.wrong("a number without digits")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.wrong("a number without digits"));
            }
            self.digits(|digit| {
                number.digit(digit);
                number.exponent = number.exponent.saturating_sub(1);
            });
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            let down = self.peek() == Some(b'-');
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.wrong("a number without digits"));
            }
            let mut exponent = 0_i32;
            self.digits(|digit| exponent = exponent.saturating_mul(10).saturating_add(i32::from(digit)));
            number.exponent = number.exponent.saturating_add(if down { -exponent } else { exponent });
        }
        let value = number.value();
        if !value.is_finite() {
            return Err(self.wrong("a number that is too large"));
        }
        Ok(Json::Number(if negative { -value } else { value }))
    }

    fn digits(&mut self, mut each: impl FnMut(u8)) {
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            each(digit - b'0');
            self.at += 1;
        }
    }
}

/// `mantissa * 10^exponent`.
#[derive(Default)]
struct Decimal {
    mantissa: u64,
    exponent: i32,
}

impl Decimal {
    fn digit(&mut self, digit: u8) {
        match self.mantissa.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(digit))) {
            Some(mantissa) => self.mantissa = mantissa,
            // Beyond what a number can tell apart.
            None => self.exponent = self.exponent.saturating_add(1),
        }
    }

    /// Exact for whole numbers of up to 19 digits, and the nearest number for up to 15 digits with an exponent of up to 22, which is
    /// every size and count. Of the others the last digits may be off: the library's reader brings tables of 10 KB.
    fn value(&self) -> f64 {
        let mut power = 1.0_f64;
        for _ in 0..self.exponent.unsigned_abs().min(400) {
            power *= 10.0;
        }
        let mantissa = self.mantissa as f64;
        match (self.mantissa, self.exponent) {
            (0, _) => 0.0,
            (_, 0..) => mantissa * power,
            (_, _) => mantissa / power,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_json() {
        let text = |text: &str| Json::Text(text.to_owned());
        for (json, expected) in [
            ("null", Json::Null),
            (" true\n", Json::Bool(true)),
            ("0", Json::Number(0.0)),
            ("-0.5e1", Json::Number(-5.0)),
            ("9007199254740993", Json::Number(9_007_199_254_740_992.0)),
            ("18446744073709551615", Json::Number(18_446_744_073_709_551_615.0)),
            ("123456789012345678901234567890", Json::Number(123_456_789_012_345_678_901_234_567_890.0)),
            ("0.1", Json::Number(0.1)),
            ("2.50662827463100", Json::Number(2.506_628_274_631)),
            ("1e-400", Json::Number(0.0)),
            ("0e99999999999", Json::Number(0.0)),
            (r#""a\"\\\/\b\f\n\r\t\u00e9""#, text("a\"\\/\u{8}\u{c}\n\r\té")),
            (r#""\ud83d\ude00 \ud83d \ud83dx \ude00 \ud83d\u0041""#, text("😀 \u{fffd} \u{fffd}x \u{fffd} \u{fffd}A")),
            ("\"ü\u{2028}\"", text("ü\u{2028}")),
            ("[]", Json::List(vec![])),
            (
                "[1, [\"a\"] ,{}]",
                Json::List(vec![Json::Number(1.0), Json::List(vec![text("a")]), Json::Object(vec![])]),
            ),
            (
                "{ \"a\" : 1 , \"\" : null }",
                Json::Object(vec![("a".into(), Json::Number(1.0)), ("".into(), Json::Null)]),
            ),
        ] {
            assert_eq!(Json::parse(json), Ok(expected), "{json}");
        }
    }

    #[test]
    fn texts_that_are_none() {
        for json in [
            "",
            " ",
            "nul",
            "tru e",
            "+1",
            "01",
            "1.",
            ".5",
            "-",
            "1e",
            "1e+",
            "1e999",
            "0x1",
            "NaN",
            "'a'",
            "\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\\u12",
            "\"\\ud800\\u12",
            "\"\n\"",
            "[",
            "[1",
            "[1,",
            "[1,]",
            "[,]",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\" 1}",
            "1 2",
            "[]]",
            "\u{feff}1",
            "é",
        ] {
            assert!(Json::parse(json).is_err(), "{json}");
        }
    }

    #[test]
    fn depth_has_a_bound() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Json::parse(&nested(128)).is_ok());
        assert!(Json::parse(&nested(129)).is_err());
        assert!(Json::parse(&"{\"a\":".repeat(1_000_000)).is_err());
    }

    #[test]
    fn the_later_of_two_members_counts() {
        let json = Json::parse(r#"{"a":1,"a":2}"#).expect("JSON");
        assert_eq!(json.get("a").as_u64(), Some(2));
    }
}
