//! What a push would do, once everything is looked at and nothing was sent.
//!
//! Files and commits are those of the push itself, by the same rules; only the number of requests is an estimate, from above.

use super::commits::{Pace, choose, deletes};
use super::file::Mode;
use super::shared::Shared;
use super::types::{CommitMade, Commits, DryRun, PushOutput};
use crate::hub::commit::CommitLine;
use crate::limits::{BATCH_TIME, PATHS_INFO_PATHS, SHARD_FILES, XORB_LEAST_BYTES};
use crate::time::Millis;

/// Smallest part of an object that stores take, in bytes. Source: S3, multipart upload.
const PART_LEAST_BYTES: u64 = 5 * 1024 * 1024;

/// Bytes of content for which the store is asked about one chunk, at least. Source: the rule for chunks that are asked about.
const QUERY_LEAST_BYTES: u64 = 1024 * 1024;

/// The result of a push that is only tried.
pub(super) fn output(shared: &Shared) -> PushOutput {
    let parent = shared.parent.clone().unwrap_or_default();
    let url = shared.options.hub.page_url(&shared.options.repo, &format!("/commit/{parent}"));
    PushOutput {
        head: CommitMade { oid: parent, url, files: 0 },
        commits: Vec::new(),
        verified: false,
        pull_request_url: None,
        hook_output: String::new(),
        bytes: shared.meter.totals(),
        plan: Some(plan(shared)),
    }
}

fn plan(shared: &Shared) -> DryRun {
    let deletes = deletes(shared);
    let changed = || shared.files.iter().filter(|file| file.skipped.is_none());
    let commits = commits(shared, !deletes.is_empty());
    let deleted = deletes.into_iter().filter_map(|line| match line {
        CommitLine::DeleteFile { path } | CommitLine::DeleteFolder { path } => Some(path),
        CommitLine::File { .. } | CommitLine::LfsFile { .. } => None,
    });
    DryRun {
        deleted: deleted.collect(),
        bytes: changed().map(|file| file.size).sum(),
        requests: shared.exchanges.sent_requests() + later_requests(shared, commits),
        commits,
    }
}

/// Commits that the push would make, each in good time.
fn commits(shared: &Shared, deletes: bool) -> u64 {
    let mut files = shared.files.iter().filter(|file| file.skipped.is_none());
    if shared.options.commits == Commits::One {
        return u64::from(deletes || files.next().is_some());
    }
    let files: Vec<(u64, bool)> = files.map(|file| (file.size, file.mode == Some(Mode::Regular))).collect();
    let mut pace = Pace::default();
    let (mut at, mut commits) = (0, 0);
    while at < files.len() {
        let most = pace.most();
        let count = choose(files[at..].iter().copied(), false, most, BATCH_TIME).max(1);
        pace.made(Millis(0), Millis(0), count >= most);
        at += count;
        commits += 1;
    }
    commits.max(u64::from(deletes))
}

/// Requests that would follow, at most.
fn later_requests(shared: &Shared, commits: u64) -> u64 {
    let mut requests = commits;
    let mut changed = 0;
    let (mut large, mut large_bytes) = (0, 0);
    for file in shared.files.iter().filter(|file| file.skipped.is_none()) {
        changed += 1;
        if file.mode == Some(Mode::Lfs) {
            large += 1;
            large_bytes += file.size;
            if !shared.offers_xet {
                // The batch, the parts, their completion, the verification.
                requests += 3 + file.size.div_ceil(PART_LEAST_BYTES);
            }
        }
    }
    if shared.options.verify {
        requests += commits + changed / PATHS_INFO_PATHS as u64;
    }
    if shared.offers_xet && large > 0 {
        let xorbs = large_bytes / XORB_LEAST_BYTES + u64::from(shared.options.lanes) * (commits + 1);
        let shards = commits + large / SHARD_FILES as u64 + 1;
        let queries = large + large_bytes / QUERY_LEAST_BYTES;
        // A token for a long push, and two questions for each old version.
        requests += xorbs + shards + queries + 2 * large + 2;
    }
    if shared.options.pull_request && commits > 0 {
        requests += 4;
    }
    if shared.options.create_branch {
        requests += 2;
    }
    requests
}
