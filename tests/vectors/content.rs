//! Contents that vectors describe instead of storing them.

use serde_json::Value;

/// Makes the content that `input` describes.
pub fn content(input: &Value) -> Vec<u8> {
    if let Some(digits) = input["hex"].as_str() {
        return hex(digits);
    }
    if let Some(text) = input["utf8"].as_str() {
        return text.as_bytes().to_vec();
    }
    if let Some(inner) = input.get("generator") {
        return content(inner);
    }
    let number = |key: &str| input[key].as_u64().unwrap_or_else(|| panic!("{key} is missing in {input}"));
    let size = |key: &str| usize::try_from(number(key)).expect("a length that fits");
    match input["kind"].as_str() {
        Some("splitmix64") => splitmix64(number("seed"), size("length")),
        Some("constant") => vec![u8::try_from(number("byte")).expect("a byte"); size("length")],
        Some("lines") => lines(size("length")),
        Some("pattern128") => pattern128(size("length"), size("padding")),
        Some("f32ramp") => f32_ramp(size("length"), input["step"].as_f64().expect("a step")),
        Some("utf8") => input["text"].as_str().expect("a text").as_bytes().to_vec(),
        Some("concat") => input["parts"].as_array().expect("parts").iter().flat_map(content).collect(),
        Some("slice") => content(&input["of"])[size("start")..size("end")].to_vec(),
        Some("splice") => {
            let base = content(&input["base"]);
            [&base[..size("start")], &content(&input["insert"]), &base[size("end")..]].concat()
        }
        other => panic!("content of kind {other:?}"),
    }
}

/// The bytes that hex digits stand for.
pub fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        digits.chars().map(|digit| u8::try_from(digit.to_digit(16).expect("hex")).expect("a digit")).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
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

/// A unit that a content repeats, to meet matches at chosen places.
const PATTERN: &str = "9a342a229f4b7ee046ec0cc44fecb27c7f3263b22cb0ae7efaebcdaefc7a230a1465d645c10873699ee4786f88a2c6fb\
d3b7fdfca4933f10baa27517aa24cdbbae4cd2aed3af0cad913b0246deb59fe3b69cbd33e26a1832b79d8c0a0817d446\
0aea1721dbfe27ec4631bf7409730f651a9fa5dc0faa387d5ca35eeb26283151";

fn pattern128(length: usize, padding: usize) -> Vec<u8> {
    let mut unit = hex(PATTERN);
    unit.resize(unit.len() + padding, 0);
    unit.iter().copied().cycle().take(length).collect()
}

fn f32_ramp(length: usize, step: f64) -> Vec<u8> {
    (0..).flat_map(|at| ((f64::from(at) * step) as f32).to_le_bytes()).take(length).collect()
}
