//! Contents, from a seed: the same ones in every run.

use std::sync::LazyLock;

/// Noise: a small generator whose every value is used once.
#[derive(Debug, Clone)]
pub struct Noise(u64);

impl Noise {
    /// From a seed; close seeds give unrelated noise.
    pub fn new(seed: u64) -> Noise {
        Noise(seed)
    }

    /// The next 64 bits.
    pub fn word(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.word() % end as u64) as usize
    }

    /// About a normal distribution: mean 0, deviation 1.
    pub fn normal(&mut self) -> f32 {
        let uniform = |word: u64| (word >> 40) as f32 / (1 << 24) as f32;
        (0..6).map(|_| uniform(self.word())).sum::<f32>() * std::f32::consts::SQRT_2 - 3.0 * std::f32::consts::SQRT_2
    }
}

/// What a content looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Every byte is as likely.
    Random,
    /// Only the bytes that look like a cut when a chunker's window holds nothing else.
    LoneMatches,
    /// One byte, again and again.
    Constant,
    /// A short unit, again and again.
    Repetitive,
    /// Weights of a model, four bytes each.
    Singles,
    /// Weights of a model, two bytes each.
    Halves,
    /// Words and numbers.
    Text,
    /// Some of the others, one after the other.
    Mixed,
}

/// All kinds.
pub const KINDS: [Kind; 8] = [
    Kind::Random,
    Kind::LoneMatches,
    Kind::Constant,
    Kind::Repetitive,
    Kind::Singles,
    Kind::Halves,
    Kind::Text,
    Kind::Mixed,
];

/// The bytes whose entry in the table of the rolling hash has sixteen zero bits in front.
static LONE_MATCHES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let entries = include_str!("../../tests/vectors/gear-table.json").split('"');
    let entries = entries.filter(|entry| entry.len() == 16 && entry.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let found: Vec<u8> =
        (0..=255).zip(entries).filter(|(_, entry)| entry.starts_with("0000")).map(|(byte, _)| byte).collect();
    assert_eq!(found.len(), 20);
    found
});

const WORDS: [&str; 16] = [
    "attention",
    "bias",
    "config",
    "dense",
    "embedding",
    "gate",
    "head",
    "key",
    "layer",
    "model",
    "norm",
    "output",
    "query",
    "token",
    "value",
    "weight",
];

/// A content of this length.
pub fn content(kind: Kind, seed: u64, length: usize) -> Vec<u8> {
    let mut noise = Noise::new(seed);
    let mut bytes = Vec::with_capacity(length + 64);
    match kind {
        Kind::Constant => bytes.resize(length, noise.word() as u8),
        Kind::Repetitive => {
            let unit_bytes = 1 + noise.below(300);
            let unit = content(Kind::Random, noise.word(), unit_bytes);
            bytes.extend(unit.iter().cycle().take(length));
        }
        Kind::Mixed => {
            while bytes.len() < length {
                let kind = KINDS[noise.below(KINDS.len() - 1)];
                let piece = 1 + noise.below(length / 2 + 1);
                bytes.extend(content(kind, noise.word(), piece));
            }
        }
        _ => {
            while bytes.len() < length {
                append(kind, &mut noise, &mut bytes);
            }
        }
    }
    bytes.truncate(length);
    bytes
}

fn append(kind: Kind, noise: &mut Noise, bytes: &mut Vec<u8>) {
    match kind {
        Kind::Singles => bytes.extend((noise.normal() * 0.02).to_le_bytes()),
        Kind::Halves => bytes.extend(&(noise.normal() * 0.02).to_le_bytes()[2..]),
        Kind::LoneMatches => {
            bytes.extend(noise.word().to_le_bytes().map(|byte| LONE_MATCHES[usize::from(byte) % LONE_MATCHES.len()]))
        }
        Kind::Text => {
            let word = WORDS[noise.below(WORDS.len())];
            bytes.extend(format!("\"{word}.{}\": {}, ", noise.below(48), noise.below(4096)).into_bytes());
        }
        _ => bytes.extend(noise.word().to_le_bytes()),
    }
}
