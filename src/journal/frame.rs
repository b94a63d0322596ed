//! How records stand in a stream: version, kind, length, payload, check.
//!
//! Shape: one byte of version, one of kind, the payload's length as little-endian `u32`, the payload, then the first four bytes of the
//! SHA-256 of all that.

use crate::hash::Sha256;

/// The version of all records. Another one is set aside.
pub const VERSION: u8 = 1;

const HEAD_BYTES: usize = 6;
const CHECK_BYTES: usize = 4;

/// Why nothing of a stream is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// Something before its end is not what was written.
    Damaged,
    /// Another version wrote it.
    Foreign,
}

/// One record as bytes.
pub fn write(kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut record = Vec::with_capacity(HEAD_BYTES + payload.len() + CHECK_BYTES);
    record.extend([VERSION, kind]);
    record.extend((payload.len() as u32).to_le_bytes());
    record.extend(payload);
    record.extend(check(&record));
    record
}

/// The records of a stream, in order: their kinds and payloads.
///
/// Shape: a last record that was not written whole is not there; the first error ends the stream.
pub fn read(stream: &[u8]) -> Records<'_> {
    Records { stream, at: 0 }
}

/// See [`read`].
#[derive(Debug)]
pub struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl Records<'_> {
    /// Bytes of the records that were given so far.
    pub fn bytes(&self) -> usize {
        self.at
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<(u8, &'a [u8]), Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        match first(&self.stream[self.at..]) {
            Ok(Some((kind, payload))) => {
                self.at += HEAD_BYTES + payload.len() + CHECK_BYTES;
                Some(Ok((kind, payload)))
            }
            Ok(None) => {
                self.stream = &self.stream[..self.at];
                None
            }
            Err(broken) => {
                self.stream = &self.stream[..self.at];
                Some(Err(broken))
            }
        }
    }
}

/// The record at the beginning of `rest`; none when it was not written whole.
fn first(rest: &[u8]) -> Result<Option<(u8, &[u8])>, Broken> {
    // A disk that lost its power may leave room that was never filled.
    let is_unfilled = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
    if is_unfilled(rest) {
        return Ok(None);
    }
    if rest[0] != VERSION {
        return Err(Broken::Foreign);
    }
    let Some(([_, kind, length @ ..], body)) = rest.split_first_chunk::<HEAD_BYTES>() else { return Ok(None) };
    let length = u32::from_le_bytes(*length) as usize;
    let Some((payload, after)) = body.split_at_checked(length) else { return Ok(None) };
    let Some((found, after)) = after.split_first_chunk::<CHECK_BYTES>() else { return Ok(None) };
    if *found == check(&rest[..HEAD_BYTES + length]) {
        return Ok(Some((*kind, payload)));
    }
    if is_unfilled(after) { Ok(None) } else { Err(Broken::Damaged) }
}

fn check(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    let mut hasher = Sha256::new();
    hasher.update(bytes);
    let [a, b, c, d, ..] = hasher.digest_bytes();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    type Record<'a> = (u8, &'a [u8]);

    fn all(stream: &[u8]) -> Result<Vec<Record<'_>>, Broken> {
        read(stream).collect()
    }

    fn stream() -> Vec<u8> {
        [write(1, b"first"), write(2, b""), write(9, &[0; 300])].concat()
    }

    #[test]
    fn records_come_back_in_order() {
        let expected: [Record<'_>; 3] = [(1, b"first"), (2, b""), (9, &[0; 300])];
        assert_eq!(all(&stream()).as_deref(), Ok(&expected[..]));
        assert_eq!(all(&[]), Ok(Vec::new()));
    }

    #[test]
    fn the_form_of_a_record_does_not_change() {
        assert_eq!(write(3, b"abc"), [1, 3, 3, 0, 0, 0, b'a', b'b', b'c', 0x25, 0x9e, 0xc1, 0x87]);
    }

    #[test]
    fn a_stream_cut_anywhere_gives_its_whole_records() {
        let stream = stream();
        let ends = [15, 25, 335];
        assert_eq!(stream.len(), ends[2]);
        for cut in 0..stream.len() {
            let whole = ends.iter().filter(|end| **end <= cut).count();
            for (name, bytes) in [("cut", stream[..cut].to_vec()), ("unfilled", [&stream[..cut], &[0; 400]].concat())] {
                let mut records = read(&bytes);
                assert_eq!(records.by_ref().filter(Result::is_ok).count(), whole, "{name} at {cut}");
                assert_eq!(records.bytes(), if whole == 0 { 0 } else { ends[whole - 1] }, "{name} at {cut}");
            }
        }
    }

    #[test]
    fn a_flipped_bit_is_never_believed() {
        let stream = stream();
        let whole = all(&stream).expect("sound");
        for at in 0..stream.len() {
            let mut broken = stream.clone();
            broken[at] ^= 0x10;
            if let Ok(found) = all(&broken) {
                assert!(found.len() < whole.len() && found == whole[..found.len()], "flipped at {at}");
            }
        }
    }

    #[test]
    fn what_is_broken_is_told_apart() {
        let (one, two) = (write(1, b"one"), write(2, b"two"));
        let flipped = |record: &[u8]| [&record[..7], b"?", &record[8..]].concat();
        let mut foreign = two.clone();
        foreign[0] = VERSION + 1;
        let rows: [(&str, Vec<u8>, Result<usize, Broken>); 3] = [
            ("a last record that does not check", [one.clone(), flipped(&two)].concat(), Ok(1)),
            ("one before the last", [flipped(&one), two.clone()].concat(), Err(Broken::Damaged)),
            ("another version", [one.clone(), foreign].concat(), Err(Broken::Foreign)),
        ];
        for (name, stream, expected) in rows {
            assert_eq!(all(&stream).map(|records| records.len()), expected, "{name}");
        }
    }
}
