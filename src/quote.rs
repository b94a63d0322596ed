//! Texts of others inside our own sentences: paths, names, what a server said.
//!
//! The library's `{:?}` does the same, and brings its tables of all of Unicode along; in the wasm it is switched off.

use std::fmt::{self, Write};

/// A text between quotes, on one line and as it is: what would not be seen, or would change how its neighbours are seen, stands there by
/// its number.
#[derive(Clone, Copy)]
pub struct Quoted<'a>(pub &'a str);

/// First and last character of what does not show: controls, spaces that look like another, fillers, marks of direction, selectors of
/// variants, what is for private use.
const HIDDEN: [(u32, u32); 24] = [
    (0x00, 0x1F),
    (0x7F, 0xA0),
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x1680, 0x1680),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x206F),
    (0x2800, 0x2800),
    (0x3000, 0x3000),
    (0x3164, 0x3164),
    (0xE000, 0xF8FF),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1_3430, 0x1_345F),
    (0x1_BCA0, 0x1_BCA3),
    (0x1_D173, 0x1_D17A),
    (0xE_0000, 0x10_FFFF),
];

fn is_hidden(character: char) -> bool {
    HIDDEN.iter().any(|&(first, last)| (first..=last).contains(&u32::from(character)))
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '"' | '\\' => {
                    f.write_char('\\')?;
                    f.write_char(character)?;
                }
                _ if is_hidden(character) => write!(f, "\\u{{{:x}}}", u32::from(character))?,
                _ => f.write_char(character)?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_look_as_the_library_shows_them() {
        // (what it shows, text)
        let rows = [
            ("nothing", ""),
            ("a path", "data/ä €/😀 x.csv"),
            ("marks of its own", "a \"b\" \\c 'd'"),
            ("line ends", "a\nb\r\n\tc"),
            ("controls", "a\u{1b}[2J\u{7f}\u{85}b"),
            ("an order turned around", "exe\u{202e}gpj.x\u{2066}"),
            ("what has no width", "a\u{200b}b\u{200d}c\u{feff}"),
            ("spaces of all kinds", "a\u{a0}b\u{2003}c\u{3000}d"),
            ("private use", "\u{e000}\u{f8ff}\u{100000}"),
            ("tags", "\u{e0001}\u{e0041}"),
        ];
        for (name, text) in rows {
            assert_eq!(Quoted(text).to_string(), format!("{text:?}"), "{name}");
        }
    }

    #[test]
    fn what_does_not_show_stands_there_by_its_number() {
        for text in ["\u{fe0f}", "\u{3164}", "\u{115f}", "\u{2800}", "\u{34f}"] {
            let number = u32::from(text.chars().next().expect("a character"));
            assert_eq!(Quoted(&format!("a{text}")).to_string(), format!("\"a\\u{{{number:x}}}\""));
        }
    }
}
