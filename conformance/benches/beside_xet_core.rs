//! The stages of a push beside the reference implementation, on the same contents in the same run.
#![allow(missing_docs, reason = "criterion's macros make public functions")]

use std::hint::black_box;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hubferry::chunk::Chunker;
use hubferry::hash::{XetHash, chunk_hash};
use hubferry::xorb::{Chunks, XORB_MOST_BYTES, XorbBuilder};
use hubferry_conformance::content::{Kind, content};
use xet_core_structures::xorb_object::{
    Chunk, CompressionScheme, RawXorbData, SerializedXorbObject, deserialize_chunks,
};

const CONTENT_BYTES: usize = 16 * 1024 * 1024;

fn cut_and_hash(file: &[u8], mut chunk: impl FnMut(XetHash, &[u8])) {
    let (mut chunker, mut rest) = (Chunker::new(), file);
    while !rest.is_empty() {
        let (own, later) = rest.split_at(chunker.cut(rest).unwrap_or(rest.len()));
        chunk(chunk_hash(own), own);
        rest = later;
    }
}

fn reference_chunks(file: &Bytes) -> Vec<Chunk> {
    xet_data::deduplication::Chunker::default().next_block_bytes(file, true)
}

fn cuts_and_chunk_hashes(c: &mut Criterion) {
    let mut group = c.benchmark_group("cuts and chunk hashes");
    group.throughput(Throughput::Bytes(CONTENT_BYTES as u64));
    for kind in [Kind::Random, Kind::Text] {
        let file = Bytes::from(content(kind, 1, CONTENT_BYTES));
        group.bench_function(format!("{kind:?}, hubferry"), |bencher| {
            bencher.iter(|| {
                let mut chunks = Vec::new();
                cut_and_hash(black_box(&file), |hash, own| chunks.push((hash, own.len())));
                chunks
            });
        });
        group.bench_function(format!("{kind:?}, xet-core"), |bencher| {
            bencher.iter(|| reference_chunks(black_box(&file)))
        });
    }
    group.finish();
}

fn xorbs(c: &mut Criterion) {
    let mut group = c.benchmark_group("xorbs with cuts and chunk hashes");
    group.throughput(Throughput::Bytes(CONTENT_BYTES as u64)).sample_size(20);
    for kind in [Kind::Random, Kind::Halves, Kind::Singles, Kind::Text] {
        let file = Bytes::from(content(kind, 2, CONTENT_BYTES));
        let own = |file: &[u8], buffer: Vec<u8>| {
            let mut builder = XorbBuilder::reusing(XORB_MOST_BYTES, buffer);
            cut_and_hash(file, |hash, own| {
                builder.push(hash, own);
            });
            builder.seal()
        };
        let reference = |file: &Bytes| {
            let raw = RawXorbData::from_chunks(&reference_chunks(file), vec![0]);
            SerializedXorbObject::from_xorb_with_compression(raw, CompressionScheme::Auto, false, 32).expect("packs")
        };
        let mut buffer = Vec::new();
        group.bench_function(format!("{kind:?}, hubferry"), |bencher| {
            bencher.iter(|| buffer = own(black_box(&file), std::mem::take(&mut buffer)).body);
        });
        group.bench_function(format!("{kind:?}, xet-core"), |bencher| bencher.iter(|| reference(black_box(&file))));

        let body = own(&file, Vec::new()).body;
        group.bench_function(format!("{kind:?}, read by hubferry"), |bencher| {
            bencher.iter(|| Chunks::of(black_box(&body)).map(|chunk| chunk.expect("ours").bytes.len()).sum::<usize>());
        });
        group.bench_function(format!("{kind:?}, read by xet-core"), |bencher| {
            bencher.iter(|| deserialize_chunks(&mut black_box(&body[..])).expect("ours").0.len());
        });
    }
    group.finish();
}

criterion_group!(benches, cuts_and_chunk_hashes, xorbs);
criterion_main!(benches);
