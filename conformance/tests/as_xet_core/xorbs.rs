//! Each side reads the other's xorbs, whatever their compression.

use std::io::Cursor;

use hubferry::hash::{Sized, chunk_hash};
use hubferry::xorb::{Chunks, Compression, Scheme, Sealed, XORB_MOST_BYTES, XORB_MOST_CHUNKS, XorbBuilder};
use hubferry_conformance::cases::{Case, cases};
use hubferry_conformance::content::{Kind, content};
use xet_core_structures::xorb_object::{
    Chunk, CompressionScheme, RawXorbData, SerializedXorbObject, XorbObject, reconstruct_xorb_with_footer,
};

use crate::reference::{self, ours, theirs};

/// Reads a xorb of ours with the reference: every hash is recomputed, with and without a footer. Its content.
pub fn read_by_the_reference(sealed: &Sealed) -> Vec<u8> {
    let mut stored = Vec::new();
    let (object, hash) = reconstruct_xorb_with_footer(&mut stored, &sealed.body).expect("the reference reads it");
    assert_eq!(ours(hash), sealed.hash);
    assert_eq!(stored[..sealed.body.len()], sealed.body);
    let hashes: Vec<_> = object.info.chunk_hashes.iter().copied().map(ours).collect();
    assert_eq!(hashes, sealed.chunks.iter().map(|chunk| chunk.hash).collect::<Vec<_>>());
    if sealed.chunks.is_empty() {
        return Vec::new();
    }
    let mut stored = Cursor::new(stored);
    let valid = XorbObject::validate_xorb_object(&mut stored, &hash).expect("readable").expect("valid");
    valid.get_all_bytes(&mut stored).expect("decodes")
}

/// Reads a body with ours. Its content, and the schemes it was stored by.
fn read(body: &[u8]) -> (Vec<u8>, Vec<Sized>, Vec<Scheme>) {
    let (mut bytes, mut chunks, mut schemes) = (Vec::new(), Vec::new(), Vec::new());
    for chunk in Chunks::of(body) {
        let chunk = chunk.expect("a chunk of the reference");
        chunks.push(Sized { hash: chunk_hash(&chunk.bytes), size: chunk.bytes.len() as u64 });
        schemes.push(chunk.record.scheme);
        bytes.extend(chunk.bytes);
    }
    (bytes, chunks, schemes)
}

fn pack(chunks: &[Chunk], compression: Compression) -> Sealed {
    let mut builder = XorbBuilder::new(XORB_MOST_BYTES).with_compression(compression);
    for chunk in chunks {
        assert!(builder.has_room(chunk.data.len()));
        builder.push(ours(chunk.hash), &chunk.data);
    }
    builder.seal()
}

/// Every way to store one file. Returns the schemes that the reference used.
fn compare(case: &Case) -> Vec<Scheme> {
    let file = case.content();
    let chunks = reference::chunks(&file);
    for compression in [Compression::Automatic, Compression::Off] {
        let sealed = pack(&chunks, compression);
        assert!(read_by_the_reference(&sealed) == file, "{case:?}, {compression:?}");
    }
    let mut used = Vec::new();
    let schemes =
        [CompressionScheme::None, CompressionScheme::LZ4, CompressionScheme::ByteGrouping4LZ4, CompressionScheme::Auto];
    for (number, scheme) in schemes.into_iter().enumerate() {
        if chunks.is_empty() {
            continue;
        }
        let with_footer = (case.length + number).is_multiple_of(2);
        let raw = RawXorbData::from_chunks(&chunks, vec![0]);
        let object = SerializedXorbObject::from_xorb_with_compression(raw, scheme, with_footer, 32).expect("packs");
        let (bytes, own, schemes) = read(&object.serialized_data);
        assert!(bytes == file, "{case:?}, {scheme:?}");
        assert_eq!(own, reference::sized(&chunks), "{case:?}, {scheme:?}");
        used.extend(schemes);
    }
    used
}

#[test]
fn xorbs_of_a_thousand_files_are_read_on_both_sides() {
    let all = cases();
    let used: Vec<Scheme> = all.iter().step_by(11).flat_map(compare).collect();
    for scheme in [Scheme::Raw, Scheme::Lz4, Scheme::GroupedLz4] {
        assert!(used.contains(&scheme), "the reference stored nothing as {scheme:?}");
    }
}

#[test]
fn full_xorbs_are_read_on_both_sides() {
    // Halves shrink a little, so that these xorbs hold more than their body has; noise does not.
    for (seed, kind) in [(1, Kind::Random), (2, Kind::Halves)] {
        let file = content(kind, seed, XORB_MOST_BYTES + 12_000_000);
        let mut builder = XorbBuilder::new(usize::MAX);
        let mut packed = 0;
        for chunk in reference::chunks(&file) {
            if !builder.has_room(chunk.data.len()) {
                break;
            }
            packed += chunk.data.len();
            builder.push(ours(chunk.hash), &chunk.data);
        }
        let sealed = builder.seal();
        assert!(sealed.body.len() <= XORB_MOST_BYTES);
        assert!(sealed.body.len() > XORB_MOST_BYTES - 131_072 - 8, "{} bytes", sealed.body.len());
        assert!(read_by_the_reference(&sealed) == file[..packed], "{kind:?}");
        assert!(read(&sealed.body).0 == file[..packed], "{kind:?}");
    }
}

#[test]
fn a_xorb_of_as_many_chunks_as_go_in_is_read_on_both_sides() {
    let file = content(Kind::Text, 3, 9 * (XORB_MOST_CHUNKS + 1));
    let mut builder = XorbBuilder::new(XORB_MOST_BYTES);
    let mut packed = Vec::new();
    for chunk in file.chunks(9) {
        if !builder.has_room(9) {
            break;
        }
        builder.push(chunk_hash(chunk), chunk);
        packed.extend_from_slice(chunk);
    }
    let sealed = builder.seal();
    assert_eq!(sealed.chunks.len(), XORB_MOST_CHUNKS);
    assert!(read_by_the_reference(&sealed) == packed);
    assert!(read(&sealed.body).0 == packed);
}

#[test]
fn an_empty_xorb_is_named_alike() {
    let sealed = pack(&[], Compression::Automatic);
    assert_eq!(theirs(sealed.hash), xet_core_structures::merklehash::xorb_hash(&[]));
    assert!(sealed.body.is_empty());
}
