//! Throughput of the pass over a file and of its stages, on contents that compress differently, and the cost of the dedup authority.
#![allow(missing_docs, reason = "criterion's macros make public functions")]

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::hint::black_box;

    use criterion::{BatchSize, Criterion, Throughput, criterion_group};
    use hubferry::chunk::Chunker;
    use hubferry::dedup::{Authority, Chunk};
    use hubferry::hash::{Sha256, Sized, XetHash, chunk_hash};
    use hubferry::http::FileIdx;
    use hubferry::ingest::{Ingest, IngestOptions};
    use hubferry::shard::{FileInfo, Term, XorbInfo, write};
    use hubferry::xorb::{Compression, XORB_MOST_BYTES, XorbBuilder};

    const CONTENT_BYTES: usize = 16 * 1024 * 1024;

    /// Bytes that a lane reads at a time.
    const WINDOW_BYTES: usize = 4 * 1024 * 1024;

    struct Noise(u64);

    impl Noise {
        fn word(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        /// About as weights of a model are spread.
        fn weight(&mut self) -> f32 {
            (0..4).map(|_| (self.word() >> 40) as f32 / (1 << 24) as f32 - 0.5).sum::<f32>() * 0.04
        }
    }

    fn contents() -> [(&'static str, Vec<u8>); 4] {
        let mut noise = Noise(88_172_645_463_325_252);
        let random = (0..CONTENT_BYTES / 8).flat_map(|_| noise.word().to_le_bytes()).collect();
        let bf16 = (0..CONTENT_BYTES / 2).flat_map(|_| noise.weight().to_le_bytes().into_iter().skip(2)).collect();
        let f32 = (0..CONTENT_BYTES / 4).flat_map(|_| noise.weight().to_le_bytes()).collect();
        let mut text = Vec::new();
        while text.len() < CONTENT_BYTES {
            let word = noise.word();
            text.extend(format!("\"layer.{}.weight\": [{}, {}], ", word % 48, word >> 52, word % 4096).into_bytes());
        }
        text.truncate(CONTENT_BYTES);
        [("random", random), ("bf16", bf16), ("f32", f32), ("text", text)]
    }

    fn cut<'a>(file: &'a [u8], mut chunk: impl FnMut(&'a [u8])) {
        let (mut chunker, mut rest) = (Chunker::new(), file);
        while !rest.is_empty() {
            let (own, later) = rest.split_at(chunker.cut(rest).unwrap_or(rest.len()));
            chunk(own);
            rest = later;
        }
    }

    fn chunks(file: &[u8]) -> Vec<Sized> {
        let mut chunks = Vec::new();
        cut(file, |own| chunks.push(Sized { hash: chunk_hash(own), size: own.len() as u64 }));
        chunks
    }

    fn stages(c: &mut Criterion) {
        let mut group = c.benchmark_group("stages");
        group.throughput(Throughput::Bytes(CONTENT_BYTES as u64)).sample_size(20);
        let [(_, random), ..] = contents();
        group.bench_function("sha256", |bencher| {
            bencher.iter(|| {
                let mut hasher = Sha256::new();
                hasher.update(black_box(&random));
                hasher.digest()
            });
        });
        group.bench_function("cuts", |bencher| {
            bencher.iter(|| {
                let mut count = 0;
                cut(black_box(&random), |_| count += 1);
                count
            });
        });
        group.bench_function("chunk hashes", |bencher| {
            let mut pieces = Vec::new();
            cut(&random, |own| pieces.push(own));
            bencher.iter(|| pieces.iter().map(|own| chunk_hash(black_box(own)).0[0]).max());
        });
        group.bench_function("cuts and chunk hashes", |bencher| bencher.iter(|| chunks(black_box(&random))));
        group.finish();
    }

    fn xorbs(c: &mut Criterion) {
        let mut group = c.benchmark_group("xorbs");
        group.throughput(Throughput::Bytes(CONTENT_BYTES as u64)).sample_size(20);
        for (name, content) in contents() {
            let mut pieces = Vec::new();
            cut(&content, |own| pieces.push((chunk_hash(own), own)));
            let mut buffer = Vec::new();
            group.bench_function(name, |bencher| {
                bencher.iter(|| {
                    let mut builder = XorbBuilder::reusing(XORB_MOST_BYTES, std::mem::take(&mut buffer));
                    for (hash, own) in &pieces {
                        builder.push(*hash, black_box(own));
                    }
                    buffer = builder.seal().body;
                });
            });
        }
        group.finish();
    }

    fn ask(authority: &mut Authority, asked: &[Chunk]) -> Vec<hubferry::dedup::Verdict> {
        authority.ask(0, asked).expect("a lane");
        let mut verdicts = authority.decide(0).expect("a lane");
        for query in authority.take_queries() {
            authority.settle(query);
            verdicts.extend(authority.decide(0).expect("a lane"));
        }
        verdicts
    }

    /// What a lane does with one file, its authority included.
    fn ingest(file: &[u8], sha256: bool, spare: &mut Vec<Vec<u8>>) {
        let options =
            IngestOptions { lane: 0, xorb_bytes: XORB_MOST_BYTES, compression: Compression::Automatic, sha256 };
        let (mut ingest, mut authority) = (Ingest::new(options), Authority::new(1, 1 << 24));
        spare.drain(..).for_each(|body| ingest.reuse(body));
        ingest.begin(FileIdx(0)).expect("no file is open");
        for window in file.chunks(WINDOW_BYTES) {
            ingest.feed(window).expect("a file is open");
            let verdicts = ask(&mut authority, &ingest.take_questions(false));
            ingest.decide(&verdicts).expect("as many as were asked");
        }
        ingest.end().expect("a file is open");
        let verdicts = ask(&mut authority, &ingest.take_questions(true));
        ingest.decide(&verdicts).expect("as many as were asked");
        ingest.flush();
        spare.extend(std::iter::from_fn(|| ingest.take_sealed()).map(|sealed| sealed.body));
        assert!(ingest.take_finished().is_some());
    }

    fn passes(c: &mut Criterion) {
        let mut group = c.benchmark_group("one pass");
        group.throughput(Throughput::Bytes(CONTENT_BYTES as u64)).sample_size(20);
        for (name, content) in contents() {
            let mut spare = Vec::new();
            group.bench_function(name, |bencher| bencher.iter(|| ingest(black_box(&content), true, &mut spare)));
        }
        let [(_, random), ..] = contents();
        let mut spare = Vec::new();
        group.bench_function("random, without sha256", |bencher| {
            bencher.iter(|| ingest(black_box(&random), false, &mut spare));
        });
        group.finish();
    }

    fn hashes(count: u64) -> Vec<XetHash> {
        let mut noise = Noise(count | 1);
        (0..count).map(|_| XetHash(std::array::from_fn(|_| noise.word() as u8))).collect()
    }

    fn authorities(c: &mut Criterion) {
        const CHUNKS: u64 = 65_536;
        let mut group = c.benchmark_group("dedup authority");
        group.throughput(Throughput::Elements(CHUNKS)).sample_size(20);
        let asked: Vec<Chunk> =
            (0..).zip(hashes(CHUNKS)).map(|(at, hash)| Chunk { hash, bytes: 65_536, is_first: at % 64 == 0 }).collect();
        let decide =
            |authority: &mut Authority| asked.chunks(64).map(|asked| ask(authority, asked).len()).sum::<usize>();
        group.bench_function("new chunks", |bencher| {
            bencher.iter_batched_ref(|| Authority::new(1, 1 << 24), decide, BatchSize::LargeInput);
        });
        let known = || {
            let mut authority = Authority::new(1, 1 << 24);
            decide(&mut authority);
            authority
        };
        group.bench_function("known chunks", |bencher| {
            bencher.iter_batched_ref(known, decide, BatchSize::LargeInput);
        });
        group.finish();
    }

    fn shards(c: &mut Criterion) {
        let hashes = hashes(100_000);
        let chunks: Vec<Sized> = hashes.iter().take(1_000).map(|hash| Sized { hash: *hash, size: 65_536 }).collect();
        let xorbs: Vec<XorbInfo> = hashes
            .iter()
            .take(100)
            .map(|hash| XorbInfo { hash: *hash, body_bytes: 1 << 26, chunks: chunks.clone() })
            .collect();
        let file = |hash: &XetHash| {
            let term = Term { xorb: *hash, bytes: 1 << 20, start: 0, end: 16, range_hash: *hash };
            FileInfo { hash: *hash, terms: vec![term; 4], sha256: Some(hash.0) }
        };
        let files: Vec<FileInfo> = hashes.iter().take(10_000).map(file).collect();
        let mut group = c.benchmark_group("shard");
        group.throughput(Throughput::Bytes(write(&files, &xorbs).len() as u64));
        group.bench_function("write", |bencher| bencher.iter(|| write(black_box(&files), black_box(&xorbs))));
        group.finish();
    }

    criterion_group!(benches, stages, xorbs, passes, authorities, shards);
}

#[cfg(not(target_arch = "wasm32"))]
criterion::criterion_main!(native::benches);

#[cfg(target_arch = "wasm32")]
fn main() {}
