//! Digests do not depend on how the bytes arrive, and are those of other implementations.
#![cfg(not(target_arch = "wasm32"))]

use hubferry::hash::{GitBlob, Sha256, base64};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// Bytes with places to cut them, in order.
fn sliced() -> impl Strategy<Value = (Vec<u8>, Vec<usize>)> {
    (vec(any::<u8>(), 0..2_000), vec(any::<Index>(), 0..8)).prop_map(|(bytes, cuts)| {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        (bytes, cuts)
    })
}

fn slices<'a>(bytes: &'a [u8], cuts: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let starts = std::iter::once(&0).chain(cuts);
    let ends = cuts.iter().chain(std::iter::once(&const { usize::MAX }));
    starts.zip(ends).map(|(start, end)| &bytes[*start..(*end).min(bytes.len())])
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

proptest! {
    #[test]
    fn any_slicing_gives_the_same_sha256((bytes, cuts) in sliced()) {
        let mut hasher = Sha256::new();
        for slice in slices(&bytes, &cuts) {
            hasher.update(slice);
        }
        prop_assert_eq!(hasher.length(), bytes.len() as u64);
        prop_assert_eq!(hasher.digest(), hex(<sha2::Sha256 as sha2::Digest>::digest(&bytes)));
    }

    #[test]
    fn a_sha256_may_be_saved_between_any_two_slices((bytes, cuts) in sliced()) {
        let mut hasher = Sha256::new();
        for slice in slices(&bytes, &cuts) {
            hasher.update(slice);
            let saved = hasher.save();
            hasher = Sha256::restore(&saved).unwrap();
            prop_assert_eq!(hasher.save(), saved);
        }
        prop_assert_eq!(hasher.digest(), hex(<sha2::Sha256 as sha2::Digest>::digest(&bytes)));
    }

    #[test]
    fn whatever_is_restored_goes_on_without_panic(saved in vec(any::<u8>(), 0..120), more in vec(any::<u8>(), 0..200)) {
        let mut saved = saved;
        if let Some(first) = saved.first_mut() {
            *first = 1;
        }
        // A plausible length, so that some of these states are accepted.
        let rest = saved.len().saturating_sub(41);
        if saved.len() >= 9 {
            saved[1] = (rest % 64) as u8;
            saved[7..9].fill(0);
        }
        if let Ok(mut hasher) = Sha256::restore(&saved) {
            prop_assert_eq!(hasher.save(), saved);
            hasher.update(&more);
            prop_assert_eq!(hasher.digest().len(), 64);
        }
    }

    #[test]
    fn any_slicing_gives_the_same_git_blob((bytes, cuts) in sliced()) {
        let mut blob = GitBlob::new(bytes.len() as u64);
        for slice in slices(&bytes, &cuts) {
            blob.update(slice);
        }
        let framed = [format!("blob {}\0", bytes.len()).as_bytes(), &bytes].concat();
        prop_assert_eq!(blob.digest().unwrap(), hex(<sha1::Sha1 as sha1::Digest>::digest(&framed)));
    }

    #[test]
    fn windows_of_three_bytes_make_the_base64_of_the_whole(bytes in vec(any::<u8>(), 0..500), thirds in 1..50_usize) {
        let windows: Vec<u8> = bytes.chunks(thirds * 3).flat_map(base64::encode).collect();
        prop_assert_eq!(windows, base64::encode(&bytes));
    }
}
