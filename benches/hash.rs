//! Throughput of the digests over windows of the size that lanes read.
#![allow(missing_docs, reason = "criterion's macros make public functions")]

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::hint::black_box;

    use criterion::{Criterion, Throughput, criterion_group};
    use hubferry::hash::{GitBlob, Sha256, base64};

    const WINDOW_BYTES: usize = 4 * 1024 * 1024;

    fn digests(c: &mut Criterion) {
        let window: Vec<u8> = (0..WINDOW_BYTES).map(|at| (at * 31) as u8).collect();
        let mut group = c.benchmark_group("hash");
        group.throughput(Throughput::Bytes(WINDOW_BYTES as u64));
        group.bench_function("sha256", |bencher| {
            bencher.iter(|| {
                let mut hasher = Sha256::new();
                hasher.update(black_box(&window));
                hasher.digest()
            });
        });
        group.bench_function("sha256 in slices of 1000 bytes", |bencher| {
            bencher.iter(|| {
                let mut hasher = Sha256::new();
                for slice in black_box(&window).chunks(1000) {
                    hasher.update(slice);
                }
                hasher.digest()
            });
        });
        group.bench_function("git blob", |bencher| {
            bencher.iter(|| {
                let mut hasher = GitBlob::new(WINDOW_BYTES as u64);
                hasher.update(black_box(&window));
                hasher.digest()
            });
        });
        group.bench_function("base64", |bencher| bencher.iter(|| base64::encode(black_box(&window))));
        group.finish();
    }

    criterion_group!(benches, digests);
}

#[cfg(not(target_arch = "wasm32"))]
criterion::criterion_main!(native::benches);

#[cfg(target_arch = "wasm32")]
fn main() {}
