//! Contents that vectors describe instead of storing them.

use serde_json::Value;

/// Makes the content that `input` describes.
pub fn content(input: &Value) -> Vec<u8> {
    if let Some(hex) = input["hex"].as_str() {
        let digits: Vec<u8> =
            hex.chars().map(|digit| u8::try_from(digit.to_digit(16).expect("hex")).expect("a digit")).collect();
        return digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    }
    let length = usize::try_from(input["length"].as_u64().expect("a length")).expect("a length that fits");
    match input["kind"].as_str() {
        Some("splitmix64") => splitmix64(input["seed"].as_u64().expect("a seed"), length),
        Some("lines") => lines(length),
        other => panic!("content of kind {other:?}"),
    }
}

pub fn splitmix64(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bytes.extend((z ^ (z >> 31)).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn lines(length: usize) -> Vec<u8> {
    let mut text = String::new();
    for number in 0.. {
        if text.len() >= length {
            break;
        }
        text.push_str(&format!("line {number} of the file\n"));
    }
    text.truncate(length);
    text.into_bytes()
}
