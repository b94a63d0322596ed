//! A file is cut where the plain twin cuts it, in whatever pieces it comes.
#![no_main]

use arbitrary::Arbitrary;
use hubferry::chunk::Chunker;
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/oracle/chunker.rs"]
mod twin;

/// A stretch of a file: short in the input, as long as it takes to reach the limits.
#[derive(Debug, Arbitrary)]
enum Stretch {
    Bytes(Vec<u8>),
    Repeated { unit: [u8; 3], unit_bytes: u8, length: u16 },
    Noise { seed: u32, length: u16 },
    LoneMatches { seed: u32, length: u16 },
}

#[derive(Debug, Arbitrary)]
struct Input {
    stretches: Vec<Stretch>,
    pieces: Vec<u16>,
}

fn file(stretches: &[Stretch]) -> Vec<u8> {
    let lone = twin::bytes_that_match_alone();
    let mut file = Vec::new();
    for stretch in stretches {
        match stretch {
            Stretch::Bytes(bytes) => file.extend(bytes),
            Stretch::Repeated { unit, unit_bytes, length } => {
                let unit = &unit[..1 + usize::from(*unit_bytes) % unit.len()];
                file.extend(unit.iter().cycle().take(usize::from(*length) * 4));
            }
            Stretch::Noise { seed, length } => file.extend(noise(*seed).take(usize::from(*length))),
            Stretch::LoneMatches { seed, length } => {
                file.extend(noise(*seed).take(usize::from(*length)).map(|byte| lone[usize::from(byte) % lone.len()]));
            }
        }
        if file.len() > 1 << 20 {
            break;
        }
    }
    file
}

fn noise(seed: u32) -> impl Iterator<Item = u8> {
    let mut state = u64::from(seed) << 1 | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as u8
    })
}

fuzz_target!(|input: Input| {
    let file = file(&input.stretches);
    let (mut chunker, mut lengths, mut open) = (Chunker::new(), Vec::new(), 0);
    let mut rest = &file[..];
    for length in input.pieces.iter().map(|length| usize::from(*length)).chain([usize::MAX]) {
        let (mut piece, later) = rest.split_at(length.min(rest.len()));
        while let Some(taken) = chunker.cut(piece) {
            lengths.push(open + taken);
            open = 0;
            piece = &piece[taken..];
        }
        open += piece.len();
        assert_eq!(chunker.open_bytes(), open);
        rest = later;
    }
    lengths.extend((open > 0).then_some(open));
    assert_eq!(lengths, twin::chunk_lengths(&file));
});
