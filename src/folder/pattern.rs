//! Python's `fnmatch`, case-sensitive, over whole paths.
//!
//! `*` crosses `/`, there is no `**`, no `{a,b}`, no escape. The odd corners of `[…]` are those of `fnmatch.translate`,
//! because a filter must choose the same files in both clients. Matching takes at most (pattern × path) steps.

/// A compiled pattern.
///
/// Source: Python 3.11 `fnmatch.translate`; vectors in `tests/vectors/fnmatch.json`, made by the real function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Token>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// This character.
    Literal(char),
    /// `?`: any one character.
    Any,
    /// `*`: any characters, also none.
    Star,
    /// `[…]`: one character in these inclusive ranges, or outside them. No range at all matches nothing, or anything.
    Set { negated: bool, ranges: Vec<(char, char)> },
}

impl Pattern {
    /// Reads a pattern; every text is one.
    pub fn new(pattern: &str) -> Pattern {
        let chars: Vec<char> = pattern.chars().collect();
        let mut tokens = Vec::with_capacity(chars.len());
        let mut rest = chars.as_slice();
        while let Some((&first, after)) = rest.split_first() {
            rest = after;
            match first {
                '*' if tokens.last() == Some(&Token::Star) => {}
                '*' => tokens.push(Token::Star),
                '?' => tokens.push(Token::Any),
                '[' => match set_end(rest) {
                    Some(end) => {
                        tokens.push(set(&rest[..end]));
                        rest = &rest[end + 1..];
                    }
                    None => tokens.push(Token::Literal('[')),
                },
                literal => tokens.push(Token::Literal(literal)),
            }
        }
        Pattern(tokens)
    }

    /// Whether a match stays one whatever follows the text: the pattern ends in `*`.
    pub(super) fn ends_open(&self) -> bool {
        self.0.last() == Some(&Token::Star)
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        let tokens = &self.0;
        let mut rest = text.chars();
        let mut at = 0;
        // Where to go on when the text after the last star turns out not to fit: the star takes one character more. Earlier
        // stars need not be tried again.
        let mut last_star = None;
        loop {
            if tokens.get(at) == Some(&Token::Star) {
                at += 1;
                last_star = Some((at, rest.clone()));
                continue;
            }
            let mut ahead = rest.clone();
            match (tokens.get(at), ahead.next()) {
                (None, None) => return true,
                (Some(token), Some(c)) if token.takes(c) => {
                    rest = ahead;
                    at += 1;
                    continue;
                }
                // The text is used up: a longer star does not help.
                (Some(_), None) => return false,
                _ => {}
            }
            let Some((after_star, taken)) = &mut last_star else { return false };
            if taken.next().is_none() {
                return false;
            }
            at = *after_star;
            rest = taken.clone();
        }
    }
}

impl Token {
    fn takes(&self, c: char) -> bool {
        match self {
            Token::Literal(literal) => *literal == c,
            Token::Any | Token::Star => true,
            Token::Set { negated, ranges } => *negated != ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)),
        }
    }
}

/// Where the `]` of a set stands, counted from after its `[`. A `]` in first place (also after `!`) is a member.
fn set_end(rest: &[char]) -> Option<usize> {
    let mut from = usize::from(rest.first() == Some(&'!'));
    from += usize::from(rest.get(from) == Some(&']'));
    rest[from.min(rest.len())..].iter().position(|c| *c == ']').map(|at| from + at)
}

/// Reads what stands between the brackets.
fn set(inner: &[char]) -> Token {
    let mut chunks = range_chunks(inner);
    // An upside-down range vanishes with both its ends. What follows it moves up: a `!` may so become the first.
    for right in (1..chunks.len()).rev() {
        let upside_down = match (chunks[right - 1].last(), chunks[right].first()) {
            (Some(from), Some(to)) => from > to,
            _ => false,
        };
        if upside_down {
            let tail = chunks.remove(right);
            chunks[right - 1].pop();
            chunks[right - 1].extend(&tail[1..]);
        }
    }
    let negated = chunks[0].first() == Some(&'!');
    if negated {
        chunks[0].remove(0);
    }
    let mut ranges = Vec::new();
    if chunks[0].is_empty() && chunks.len() > 1 {
        // A hyphen with nothing before it is a member.
        chunks[0].push('-');
        let next = chunks.remove(1);
        chunks[0].extend(next);
    }
    for (index, chunk) in chunks.iter().enumerate() {
        let first = usize::from(index > 0);
        let last = chunk.len() - usize::from(index + 1 < chunks.len());
        ranges.extend(chunk.get(first..last).unwrap_or_default().iter().map(|c| (*c, *c)));
        if let (Some(from), Some(to)) = (chunk.last(), chunks.get(index + 1).and_then(|next| next.first())) {
            ranges.push((*from, *to));
        }
    }
    Token::Set { negated, ranges }
}

/// Cuts at the hyphens that make ranges: the last character before such a cut and the first after it are a range. The
/// character after a range cannot begin the next one's hyphen, nor can a hyphen in first place.
fn range_chunks(inner: &[char]) -> Vec<Vec<char>> {
    let mut chunks: Vec<Vec<char>> = Vec::new();
    let mut start = 0;
    let mut from = if inner.first() == Some(&'!') { 2 } else { 1 };
    while let Some(at) = inner.iter().skip(from).position(|c| *c == '-').map(|at| from + at) {
        chunks.push(inner[start..at].to_vec());
        start = at + 1;
        from = at + 3;
    }
    match (inner[start..].is_empty(), chunks.last_mut()) {
        // A hyphen in last place is a member.
        (true, Some(last)) => last.push('-'),
        _ => chunks.push(inner[start..].to_vec()),
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_of_stars_stay_quick() {
        let pattern = Pattern::new(&"*a".repeat(500));
        let text = "a".repeat(5_000);
        assert!(pattern.matches(&text));
        assert!(!pattern.matches(&format!("{text}b")));
    }
}
