//! Ten thousand contents and more: every length around the limits of a chunk in every kind, and lengths between.

use crate::content::{KINDS, Kind, Noise, content};

/// One content, described.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// What it looks like.
    pub kind: Kind,
    /// Its bytes.
    pub length: usize,
    /// Which of its kind and length it is.
    pub seed: u64,
}

impl Case {
    /// The content itself.
    pub fn content(&self) -> Vec<u8> {
        content(self.kind, self.seed, self.length)
    }

    /// The same content in pieces of any lengths, empty ones too.
    pub fn pieces<'a>(&self, content: &'a [u8]) -> Vec<&'a [u8]> {
        let mut noise = Noise::new(!self.seed);
        let most = [1_000, 8_192, 70_000, 300_000][noise.below(4)];
        let (mut pieces, mut rest) = (Vec::new(), content);
        while !rest.is_empty() {
            // Now and then byte after byte.
            let length = if noise.below(4) == 0 { noise.below(3) } else { noise.below(most) };
            let (piece, later) = rest.split_at(length.min(rest.len()));
            pieces.push(piece);
            rest = later;
        }
        pieces
    }
}

/// Lengths at which something begins or ends: nothing, the window, the least and the greatest chunk.
fn boundaries() -> Vec<usize> {
    let mut lengths = vec![0, 1, 2, 3, 63, 64, 65, 66];
    lengths.extend(8_127..=8_194);
    for limit in [16_384, 65_536, 131_072, 262_144] {
        lengths.extend(limit - 2..=limit + 2);
    }
    lengths
}

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut noise = Noise::new(5);
    let mut cases = Vec::new();
    for round in 0..11 {
        for length in boundaries() {
            for kind in KINDS {
                cases.push(Case { kind, length, seed: noise.word() ^ round });
            }
        }
    }
    for number in 0..1_600 {
        let length = noise.below(1 << [12, 17, 19, 20][number % 4]);
        cases.push(Case { kind: KINDS[number % KINDS.len()], length, seed: noise.word() });
    }
    cases
}
