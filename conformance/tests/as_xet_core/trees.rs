//! Trees over lists of chunks longer and odder than any file here would give.

use hubferry::hash::{Sized, Tree, XetHash, masked};
use hubferry_conformance::content::Noise;
use xet_core_structures::merklehash;

use crate::reference::{leaves, ours, theirs};

fn hash(noise: &mut Noise) -> XetHash {
    let words = [noise.word(), noise.word(), noise.word(), noise.word()];
    XetHash(words.map(u64::to_le_bytes).as_flattened().try_into().expect("32 bytes"))
}

/// Chunks of which one in `one_in` may end a group of the tree.
fn chunks(noise: &mut Noise, count: usize, one_in: usize) -> Vec<Sized> {
    let chunk = |_| {
        let mut hash = hash(noise);
        hash.0[24] = hash.0[24] & !3 | u8::from(noise.below(one_in) != 0);
        Sized { hash, size: 1 + noise.below(131_072) as u64 }
    };
    (0..count).map(chunk).collect()
}

#[test]
fn roots_of_lists_of_all_lengths_are_alike() {
    let mut noise = Noise::new(3);
    for count in (0..300).chain([511, 512, 513, 729, 6_561, 8_191, 8_192, 20_000]) {
        for one_in in [1, 2, 4, 9, 1_000] {
            let chunks = chunks(&mut noise, count, one_in);
            let mut tree = Tree::new();
            chunks.iter().for_each(|chunk| tree.push(*chunk));
            let what = format!("{count} chunks, one in {one_in}");
            assert_eq!(tree.clone().root(), ours(merklehash::xorb_hash(&leaves(&chunks))), "{what}");
            assert_eq!(tree.clone().file_hash(), ours(merklehash::file_hash(&leaves(&chunks))), "{what}");
            let salt = hash(&mut noise).0;
            let salted = merklehash::file_hash_with_salt(&leaves(&chunks), &salt);
            assert_eq!(tree.salted_file_hash(&salt), ours(salted), "{what}");
        }
    }
}

#[test]
fn texts_numbers_orders_and_keyed_hashes_are_alike() {
    let mut noise = Noise::new(4);
    for _ in 0..2_000 {
        let (one, other, key) = (hash(&mut noise), hash(&mut noise), hash(&mut noise));
        assert_eq!(one.to_string(), theirs(one).hex());
        assert_eq!(XetHash::parse(&theirs(one).hex()), Some(one));
        assert_eq!(one.remainder(1024), theirs(one) % 1024);
        assert_eq!(one.sort_key().cmp(&other.sort_key()), theirs(one).cmp(&theirs(other)));
        assert_eq!(masked(one, &key.0), ours(theirs(one).hmac(theirs(key))));
    }
}
