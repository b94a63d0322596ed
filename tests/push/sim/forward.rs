//! Progress goes forward only, and counts no more than there is.

use hubferry::push::Progress;

pub(super) fn assert_forward(before: &Progress, after: &Progress) {
    let numbers = |p: &Progress| {
        let (f, b) = (&p.files, &p.bytes);
        [
            p.phase as u64,
            f.total,
            f.hashed,
            f.uploaded,
            f.committed,
            f.skipped,
            b.total,
            b.read,
            b.deduplicated,
            b.sent,
            b.registered,
            b.committed,
            p.requests,
        ]
    };
    for (before, after) in numbers(before).iter().zip(numbers(after)) {
        assert!(after >= *before, "progress goes back");
    }
    // A chunk that does not shrink has eight bytes more in a xorb.
    assert!(
        after.bytes.sent <= after.bytes.total + after.bytes.total / 1000 + 1000,
        "more sent than there is: {:?}",
        after.bytes
    );
    assert!(after.bytes.deduplicated <= after.bytes.total);
    assert!(after.files.uploaded <= after.files.total);
}
