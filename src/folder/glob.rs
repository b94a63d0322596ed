//! The patterns of git's ignore files, over bytes.
//!
//! `*` and `?` do not cross `/`; `**` does, where it stands alone between slashes; `[…]` takes one byte; a backslash takes what
//! follows literally. Matching takes at most (pattern × path) steps, whatever the pattern.
//!
//! Our own, and not the crate that the embedded Hub judges by: client and Hub would share its mistakes.

/// A compiled pattern.
///
/// Source: git 2.47, `wildmatch` with `WM_PATHNAME`; vectors in `tests/vectors/gitignore.json`, made by git itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glob {
    /// What the text begins with, up to the first special byte.
    prefix: Vec<u8>,
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// This byte.
    Byte(u8),
    /// `?`: a byte, but no slash.
    Any,
    /// `*`: bytes, also none, but no slash.
    Star,
    /// `**` at the end or before an escaped slash: any bytes, also none.
    DeepStar,
    /// `**` before a slash: any bytes, also none; or nothing at all, and the slash after it away too.
    Folders,
    /// `[…]`: one byte out of these inclusive ranges, or outside them, but no slash.
    Set { negated: bool, ranges: Vec<(u8, u8)> },
    /// What git gives up at: an open `[`, an unknown class, a backslash in last place.
    Never,
}

impl Glob {
    /// Reads a pattern; every text is one.
    pub(super) fn new(pattern: &[u8]) -> Glob {
        let special = pattern.iter().position(|byte| b"*?[\\".contains(byte)).unwrap_or(pattern.len());
        let (prefix, rest) = pattern.split_at(special);
        Glob { prefix: prefix.to_vec(), tokens: tokens(rest) }
    }

    /// Whether the whole text matches.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        let Some(rest) = text.strip_prefix(self.prefix.as_slice()) else { return false };
        match self.tokens.as_slice() {
            [] => rest.is_empty(),
            // The most common pattern of all, `*.ext`.
            [Token::Star, literal @ ..] if literal.iter().all(|token| matches!(token, Token::Byte(_))) => {
                let Some(stem) = rest.len().checked_sub(literal.len()) else { return false };
                let ends = rest[stem..].iter().zip(literal).all(|(byte, token)| *token == Token::Byte(*byte));
                ends && !rest[..stem].contains(&b'/')
            }
            tokens => run(tokens, rest),
        }
    }
}

/// Walks through the text with all places of the pattern that it may be at.
fn run(tokens: &[Token], text: &[u8]) -> bool {
    let mut at = vec![false; tokens.len() + 1];
    let mut next = at.clone();
    reach(tokens, &mut at, 0);
    for &byte in text {
        next.fill(false);
        for (place, token) in tokens.iter().enumerate() {
            if !at[place] {
                continue;
            }
            match token {
                Token::Star | Token::DeepStar | Token::Folders if !(*token == Token::Star && byte == b'/') => {
                    // Not by `reach`: `**/` may go away as a whole only where it begins.
                    next[place] = true;
                    reach(tokens, &mut next, place + 1);
                }
                token if token.takes(byte) => reach(tokens, &mut next, place + 1),
                _ => {}
            }
        }
        std::mem::swap(&mut at, &mut next);
    }
    at[tokens.len()]
}

/// Marks a place and all that can be reached from it without a byte.
fn reach(tokens: &[Token], places: &mut [bool], from: usize) {
    let mut open = vec![from];
    while let Some(place) = open.pop() {
        if places[place] {
            continue;
        }
        places[place] = true;
        match tokens.get(place) {
            Some(Token::Star | Token::DeepStar) => open.push(place + 1),
            Some(Token::Folders) => open.extend([place + 1, place + 2]),
            _ => {}
        }
    }
}

impl Token {
    fn takes(&self, byte: u8) -> bool {
        match self {
            Token::Byte(own) => *own == byte,
            Token::Any => byte != b'/',
            Token::Set { negated, ranges } => {
                byte != b'/' && *negated != ranges.iter().any(|(from, to)| (*from..=*to).contains(&byte))
            }
            Token::Star | Token::DeepStar | Token::Folders | Token::Never => false,
        }
    }
}

fn tokens(pattern: &[u8]) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'?' => tokens.push(Token::Any),
            b'\\' => match rest.split_first() {
                Some((&escaped, after)) => {
                    tokens.push(Token::Byte(escaped));
                    rest = after;
                }
                None => tokens.push(Token::Never),
            },
            b'[' => match set(rest) {
                Some((token, after)) => {
                    tokens.push(token);
                    rest = after;
                }
                // Whatever comes before it, git gives up here.
                None => return vec![Token::Never],
            },
            b'*' => {
                let begins = pattern.len() - rest.len() == 1 || pattern[pattern.len() - rest.len() - 2] == b'/';
                let stars = rest.iter().take_while(|byte| **byte == b'*').count();
                rest = &rest[stars..];
                tokens.push(match rest {
                    _ if stars == 0 || !begins => Token::Star,
                    [] | [b'\\', b'/', ..] => Token::DeepStar,
                    [b'/', ..] => Token::Folders,
                    _ => Token::Star,
                });
            }
            literal => tokens.push(Token::Byte(literal)),
        }
    }
    tokens
}

/// Reads a set from after its `[`, and gives what follows its `]`; nothing where git would give up.
fn set(pattern: &[u8]) -> Option<(Token, &[u8])> {
    let mut ranges = Vec::new();
    let negated = matches!(pattern.first(), Some(b'!' | b'^'));
    let mut at = usize::from(negated);
    // The byte that a hyphen would make a range with.
    let mut from = None;
    // The first member may be a `]`.
    loop {
        let byte = *pattern.get(at)?;
        at += 1;
        match byte {
            b'\\' => {
                let escaped = *pattern.get(at)?;
                at += 1;
                ranges.push((escaped, escaped));
                from = Some(escaped);
            }
            b'-' if from.is_some() && pattern.get(at).is_some_and(|next| *next != b']') => {
                let mut to = pattern[at];
                at += 1;
                if to == b'\\' {
                    to = *pattern.get(at)?;
                    at += 1;
                }
                // An upside-down range holds nothing.
                ranges.extend(from.take().map(|from| (from, to)));
            }
            b'[' if pattern.get(at) == Some(&b':') => {
                let name = &pattern[at + 1..];
                let end = name.iter().position(|byte| *byte == b']')?;
                match name[..end].strip_suffix(b":") {
                    Some(name) => {
                        ranges.extend(class(name)?);
                        at += end + 2;
                        from = None;
                    }
                    // Not a class after all: an ordinary member.
                    None => {
                        ranges.push((b'[', b'['));
                        from = Some(b'[');
                    }
                }
            }
            member => {
                ranges.push((member, member));
                from = Some(member);
            }
        }
        if pattern.get(at) == Some(&b']') {
            return Some((Token::Set { negated, ranges }, &pattern[at + 1..]));
        }
    }
}

/// The bytes of a class, as git's own tables have them: ASCII, whatever the language.
fn class(name: &[u8]) -> Option<&'static [(u8, u8)]> {
    Some(match name {
        b"alnum" => &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')],
        b"alpha" => &[(b'A', b'Z'), (b'a', b'z')],
        b"blank" => &[(b' ', b' '), (b'\t', b'\t')],
        b"cntrl" => &[(0, 31), (127, 127)],
        b"digit" => &[(b'0', b'9')],
        b"graph" => &[(b'!', b'~')],
        b"lower" => &[(b'a', b'z')],
        b"print" => &[(b' ', b'~')],
        b"punct" => &[(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')],
        b"space" => &[(b'\t', b'\n'), (b'\r', b'\r'), (b' ', b' ')],
        b"upper" => &[(b'A', b'Z')],
        b"xdigit" => &[(b'0', b'9'), (b'A', b'F'), (b'a', b'f')],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_stars_stay_quick() {
        let glob = Glob::new(&b"*a".repeat(500));
        let mut text = b"a".repeat(5_000);
        assert!(glob.matches(&text));
        text.push(b'b');
        assert!(!glob.matches(&text));
        assert!(!Glob::new(&b"**/".repeat(500)).matches(&text));
    }
}
