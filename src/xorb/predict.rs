//! Which compression is worth trying: chunks of numbers want their bytes grouped, others do not.
//!
//! Grouping pays where the four places of a word look different: the number of set bits is counted for each, and compared with
//! all of them together. One look holds for a run of chunks.
//!
//! And what does not shrink is not tried chunk after chunk: a failed try costs as much as the rest of packing. The beginning of one
//! chunk in eight is tried; when it does not shrink, those eight are stored as they are.
//!
//! Choices depend on the chunks alone, never on what became of those before: so chunks may be compressed side by side.
//!
//! Source: the rule for grouping is `xet-core`'s (`BG4Predictor`); a store takes any choice.

use hubferry_kernels::count_bits;

use super::record::Scheme;
use super::{group, lz4};

/// Chunks that a choice holds for.
const RUN_CHUNKS: u32 = 32;

/// Chunks that one try speaks for; they divide a run.
const TRIED_CHUNKS: u32 = 8;

/// Bytes of a chunk that are tried.
const TRIED_BYTES: usize = 8 * 1024;

/// The least divergence that makes grouping pay.
const LEAST_DIVERGENCE: f64 = 0.02;

/// Chooses for one stream of chunks.
#[derive(Debug, Clone, Default)]
pub(super) struct Predictor {
    chosen: Option<Scheme>,
    used: u32,
    shrinks: bool,
    scratch: Vec<u8>,
    grouped: Vec<u8>,
}

impl Predictor {
    /// The compression to try on the next chunk.
    pub(super) fn choose(&mut self, chunk: &[u8]) -> Scheme {
        let scheme = match self.chosen {
            Some(scheme) if self.used < RUN_CHUNKS => scheme,
            _ => {
                self.used = 0;
                if divergence(chunk) > LEAST_DIVERGENCE { Scheme::GroupedLz4 } else { Scheme::Lz4 }
            }
        };
        if self.used.is_multiple_of(TRIED_CHUNKS) {
            self.shrinks = self.try_beginning(scheme, chunk);
        }
        self.chosen = Some(scheme);
        self.used += 1;
        if self.shrinks { scheme } else { Scheme::Raw }
    }

    /// Whether the beginning of a chunk becomes shorter.
    fn try_beginning(&mut self, scheme: Scheme, chunk: &[u8]) -> bool {
        let beginning = &chunk[..chunk.len().min(TRIED_BYTES)];
        self.scratch.clear();
        if scheme == Scheme::GroupedLz4 {
            group::split(beginning, &mut self.grouped);
            return lz4::append_frame(&self.grouped, &mut self.scratch);
        }
        lz4::append_frame(beginning, &mut self.scratch)
    }
}

/// How far the place that differs most is from all places together (Kullback–Leibler, in nats).
fn divergence(bytes: &[u8]) -> f64 {
    let counts = count_bits(bytes);
    let pooled: [f64; 9] = std::array::from_fn(|bits| counts.iter().map(|count| f64::from(count[bits])).sum());
    let pooled = smoothed(pooled);
    let of_place = |count: &[u32; 9]| -> f64 {
        let own = smoothed(count.map(f64::from));
        own.iter().zip(&pooled).map(|(own, all)| own * (own / all).ln()).sum()
    };
    counts.iter().map(of_place).fold(0.0, f64::max)
}

/// Shares, after adding one to each count.
fn smoothed(counts: [f64; 9]) -> [f64; 9] {
    let total = counts.iter().sum::<f64>() + counts.len() as f64;
    counts.map(|count| (count + 1.0) / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats() -> Vec<u8> {
        (0..16_000).flat_map(|at| (at as f32 * 0.001).to_le_bytes()).collect()
    }

    fn text() -> Vec<u8> {
        (0..8_000_u64).flat_map(|n| format!("{} squared is {}, ", n, n * n).into_bytes()).collect()
    }

    #[test]
    fn chooses() {
        assert_eq!(Predictor::default().choose(&floats()), Scheme::GroupedLz4);
        assert_eq!(Predictor::default().choose(&text()), Scheme::Lz4);
        assert_eq!(Predictor::default().choose(&[0; 70_000]), Scheme::Lz4);
    }

    #[test]
    fn one_try_speaks_for_eight_chunks() {
        let mut word = 1_u32;
        let mut next = || {
            word ^= word << 13;
            word ^= word >> 17;
            word ^= word << 5;
            word as u8
        };
        let noise: Vec<u8> = (0..40_000).map(|_| next()).collect();
        let mut predictor = Predictor::default();
        for _ in 0..TRIED_CHUNKS {
            assert_eq!(predictor.choose(&noise), Scheme::Raw);
        }
        for _ in 0..TRIED_CHUNKS {
            assert_eq!(predictor.choose(&text()), Scheme::Lz4);
        }
        assert_eq!(predictor.choose(&noise), Scheme::Raw);
        assert_eq!(predictor.choose(&text()), Scheme::Raw, "until the next try");
    }

    #[test]
    fn a_choice_holds_for_a_run() {
        let mut predictor = Predictor::default();
        assert_eq!(predictor.choose(&floats()), Scheme::GroupedLz4);
        for _ in 1..RUN_CHUNKS {
            assert_eq!(predictor.choose(&text()), Scheme::GroupedLz4);
        }
        assert_eq!(predictor.choose(&text()), Scheme::Lz4);
    }
}
