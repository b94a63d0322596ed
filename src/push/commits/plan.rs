//! Which files go with the next of several commits: a pure rule, which callers may replace by one of their own.

use crate::limits::{BATCH_INLINE_BYTES, BATCH_TIME};
use crate::time::Millis;

/// What there is to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommitState {
    /// The first files whose content is stored or goes inline, in the order of the operations.
    pub files: Vec<CommitFile>,
    /// Others may come.
    pub more: bool,
    /// Files that the commit should have at most: it follows how long commits take.
    pub most: u64,
    /// Time since the last commit, or since the push began.
    pub waited: Millis,
    /// Commits made so far.
    pub commits: u64,
}

/// One file that waits for its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitFile {
    /// Its path in the repo.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its content stands in the commit itself.
    pub inline: bool,
}

/// How many of the files, from the first, the next commit gets; none is to wait for more.
///
/// A commit is made when it is full, by count or by inline content, when nothing more can come, or when it has waited for long
/// enough. Source: `huggingface_hub` 2.4, upload pipeline.
pub fn plan_commit(state: &CommitState) -> usize {
    let files = state.files.iter().map(|file| (file.size, file.inline));
    choose(files, state.more, usize::try_from(state.most).unwrap_or(usize::MAX), state.waited)
}

/// The rule itself, over size and whether it is inline of each file.
pub(in crate::push) fn choose(
    files: impl Iterator<Item = (u64, bool)>,
    more: bool,
    most: usize,
    waited: Millis,
) -> usize {
    let mut taken = 0;
    let mut inline_bytes = 0;
    for (size, is_inline) in files {
        let bytes = if is_inline { size } else { 0 };
        if taken > 0 && (taken >= most || inline_bytes + bytes > BATCH_INLINE_BYTES) {
            return taken;
        }
        inline_bytes += bytes;
        taken += 1;
    }
    if taken >= most || !more || waited >= BATCH_TIME { taken } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_due_when_it_is_full_or_has_waited_or_is_the_last() {
        const MIB: u64 = 1024 * 1024;
        let small = |count: usize| vec![(10, true); count];
        // (what it shows, files, more, most, seconds, expected)
        type Row = (&'static str, Vec<(u64, bool)>, bool, usize, u64, usize);
        let rows: Vec<Row> = vec![
            ("waits for more", small(3), true, 250, 10, 0),
            ("nothing more comes", small(3), false, 250, 10, 3),
            ("waited for five minutes", small(3), true, 250, 300, 3),
            ("full by count", small(250), true, 250, 0, 250),
            ("the rest stays", small(700), false, 250, 0, 250),
            ("full by inline content", vec![(60 * MIB, true); 3], true, 250, 0, 1),
            ("exactly the budget", vec![(50 * MIB, true); 2], true, 250, 0, 0),
            ("one more byte", vec![(50 * MIB, true), (50 * MIB, true), (1, true)], true, 250, 0, 2),
            ("content that is stored does not count", vec![(60 * MIB, false); 3], true, 250, 0, 0),
            ("one file is always taken", vec![(101 * MIB, true)], false, 250, 0, 1),
            ("nothing to commit", vec![], false, 250, 300, 0),
        ];
        for (name, files, more, most, seconds, expected) in rows {
            let listed = files.iter().map(|&(size, inline)| CommitFile { path: "a".to_owned(), size, inline });
            let state = CommitState {
                files: listed.collect(),
                more,
                most: most as u64,
                waited: Millis(seconds * 1000),
                commits: 0,
            };
            assert_eq!(plan_commit(&state), expected, "{name}");
        }
    }
}
