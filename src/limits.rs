//! Every number of the protocol and of our own policy, with its unit and source.

use crate::time::Millis;

/// Bytes of a file's beginning that preupload wants to see. Source: Hub API, preupload, read from clients 2026-11.
pub const SAMPLE_BYTES: u64 = 512;

/// Files in one preupload call. Source: `huggingface_hub` 2.4, 2026-11.
pub const PREUPLOAD_FILES: usize = 256;

/// Paths in one paths-info call; the Hub answers 413 above. Source: Hub API, 2026-11.
pub const PATHS_INFO_PATHS: usize = 1000;

/// Objects in one LFS batch call. Source: `@huggingface/hub` 2.17 and its server's limit, 2026-11.
pub const LFS_BATCH_OBJECTS: usize = 100;

/// Largest file that may stand inline in a commit; above, the Hub stores it by LFS. Source: Hub policy, 2026-11.
pub const INLINE_FILE_BYTES: u64 = 10 * 1024 * 1024;

/// Largest sum of inline content in one commit. Source: `huggingface_hub` create_commit, 2026-11.
pub const INLINE_COMMIT_BYTES: u64 = 1_000_000_000;

/// LFS files in one commit. Source: `huggingface_hub` create_commit, 2026-11.
pub const LFS_FILES_PER_COMMIT: usize = 25_000;

/// A file up to this size is read whole, once, when it is probed, and so has both its oids at once. Our choice: one read
/// of the size that reads best (4 MiB windows), small enough for many in one visit.
pub const PROBE_WHOLE_BYTES: u64 = 1024 * 1024;

/// The same for a file that the repo does not have, on its way through the pass: there is nothing to compare it with, and what is kept
/// until the Hub has said how it goes is read again by whoever is cut off. Our choice: for less a second read costs more than the bytes.
pub const PROBE_WHOLE_NEW_BYTES: u64 = 128 * 1024;

/// Bytes that probes keep for that pass, at most. Our choice: two questions to the Hub about files of 64 KiB.
pub const KEPT_BYTES: u64 = 32 * 1024 * 1024;

/// Files in one probe step: enough reads in flight, few enough for one answer to stay small. Our choice.
pub const PROBE_FILES: usize = 64;

/// Bytes read by one probe step at most, unless one file alone is larger. Our choice.
pub const PROBE_STEP_BYTES: u64 = 8 * 1024 * 1024;

/// Largest `.gitignore` or `.gitattributes` whose text goes along with preupload. Our choice.
pub const RULES_FILE_BYTES: u64 = 1024 * 1024;

/// Largest `README.md` whose metadata is checked before the push: as large as what a probe reads whole. Our choice.
pub const CARD_BYTES: u64 = PROBE_WHOLE_BYTES;

/// Time for the answer to that check, which nobody needs: a push that waits for it does nothing else. Our choice.
pub const CARD_DEADLINE: Millis = Millis(15_000);

/// Fewest characters of a pull request's title. Source: Hub API, 2026-11.
pub const PULL_TITLE_CHARS: usize = 3;

/// How often the list of pull requests is read again for one whose opening nobody answered. Our choice.
pub const PULL_LOOKS: u32 = 4;

/// Memory that one digest holds: two read windows of 4 MiB. Source: our own measurements of `Blob.slice` reads.
pub const DIGEST_CREDIT_BYTES: u64 = 8 * 1024 * 1024;

/// Default memory budget of one push: a page's. Source: architecture, decision on budgets.
pub const BUFFER_BUDGET_BYTES: u64 = 160 * 1024 * 1024;

/// Probe steps side by side: one to be read, one to be answered. Our choice.
pub const PROBES_IN_FLIGHT: usize = 4;

/// Reads of which none moved for so long have failed: a cloud placeholder that never arrives, a dead disk. Our choice.
pub const READ_STALL: Millis = Millis(180_000);

/// Files digested side by side. The driver's pool may have fewer lanes; more would only queue there.
pub const DIGESTS_IN_FLIGHT: usize = 6;

/// Requests to one host side by side: the connections that browsers open to it by HTTP/1.1. More would queue there, unseen.
pub const REQUESTS_PER_HOST: usize = 6;

/// Bodies (LFS objects and parts, xorbs, shards) sent side by side at first. Our choice: below that many connections.
pub const BODIES_AT_FIRST: usize = 4;

/// Bodies sent side by side at most, where nothing else goes to their host.
pub const BODIES_AT_MOST: usize = REQUESTS_PER_HOST;

/// Bodies side by side to a host that calls go to as well: these must not wait behind them.
pub const BODIES_BESIDE_CALLS: usize = 4;

/// How long a number of bodies side by side is measured before it changes, at least. Our choice.
pub const WIDTH_MEASURE: Millis = Millis(2_000);

/// After one body more brought nothing, the next attempt to widen. Our choice.
pub const WIDTH_REST: Millis = Millis(60_000);

/// API requests of one push side by side.
pub const API_IN_FLIGHT: usize = 4;

/// How long digested files gather before an LFS batch call goes out that is not full. Our choice.
pub const LFS_BATCH_GATHER: Millis = Millis(250);

/// Attempts of one request, the first included. Source: `huggingface_hub` http_backoff (5 retries), 2026-11.
pub const ATTEMPTS: u32 = 6;

/// Delay before the second attempt; doubles each time. Source: `huggingface_hub` http_backoff, 2026-11.
pub const FIRST_RETRY_DELAY: Millis = Millis(1_000);

/// Largest delay that backoff reaches by itself. Source: `huggingface_hub` http_backoff, 2026-11.
pub const LONGEST_RETRY_DELAY: Millis = Millis(8_000);

/// The same where patience is endless. Our choice: the Hub's own windows.
pub const LONGEST_ENDLESS_DELAY: Millis = Millis(300_000);

/// Attempts of a request that is turned away (429), the first included: their waits outlast a window of the Hub. Our choice.
pub const ATTEMPTS_WHEN_REFUSED: u32 = 10;

/// Delay after being turned away without a time that we may read, as in most pages; doubles each time. Our choice.
pub const FIRST_REFUSED_DELAY: Millis = Millis(5_000);

/// Largest delay that this reaches. Our choice.
pub const LONGEST_REFUSED_DELAY: Millis = Millis(60_000);

/// Attempts that a push may waste beyond what comes back with answers, half a one each. Our choice: a push survives while one
/// request in three fails, and gives up soon where all do.
pub const RETRY_BUDGET: u32 = 100;

/// Part of the Hub's quota that is left to others of the same user: a fiftieth. Our choice.
pub const QUOTA_RESERVE: u64 = 50;

/// Longest wait that a server may ask for; the Hub's windows are five minutes. Above, the request gives up.
pub const LONGEST_SERVER_DELAY: Millis = Millis(330_000);

/// Time for an API request from start to answer.
pub const API_DEADLINE: Millis = Millis(60_000);

/// Time for a commit's answer once its body is sent: the Hub gives up at 60 s itself. Source: Hub guides, 2026-11.
pub const COMMIT_DEADLINE: Millis = Millis(120_000);

/// A body of which nothing moved for so long is cut and sent again, where the transport tells of it. Our choice.
pub const STALL: Millis = Millis(20_000);

/// Time for the first byte of a body: connecting, and the browser's own queue. Our choice.
pub const FIRST_BYTE: Millis = Millis(60_000);

/// After so long without a connection, what was in the air and cannot tell how far it is counts as lost. Our choice.
pub const OUTAGE: Millis = Millis(10_000);

/// A driver that comes so much later than it was told to has slept, and everything with it. Our choice.
pub const OVERSLEPT: Millis = Millis(5_000);

/// A request with a body from this size on is spaced where the caller limits the speed. Our choice.
pub const HEAVY_BYTES: u64 = 64 * 1024;

/// Slowest upload that is not taken for a stall where the transport cannot report progress, in bytes per second: the deadline of a
/// body grows by its size at that speed. Our choice.
pub const SLOWEST_BYTES_PER_SECOND: u64 = 32 * 1024;

/// How often a xorb or a shard is sent again because the store did not take the token, or answered what cannot be read.
pub const XET_REPEATS: u32 = 3;

/// A token of the content store is renewed when this much of its life, or half of it, is left. Source: `@huggingface/hub` 2.17.
pub const XET_TOKEN_MARGIN: Millis = Millis(60_000);

/// Time for the answer about a chunk: a lane waits for it. Our choice.
pub const DEDUP_DEADLINE: Millis = Millis(4_000);

/// Time for each of the two answers that recall an old version of a file. Our choice.
pub const RECALL_DEADLINE: Millis = Millis(6_000);

/// Bytes of a stored xorb that are fetched to recall an old version of a file, at most: one chunk and its record. Our choice.
pub const RECALL_BYTES: u64 = 256 * 1024;

/// Old versions recalled side by side. Our choice.
pub const RECALLS_IN_FLIGHT: usize = 4;

/// Smallest xorb that a push aims at. Our choice: fewer bytes cost more in requests than they save in memory.
pub const XORB_LEAST_BYTES: u64 = 8 * 1024 * 1024;

/// Bytes of a push that make one more lane worth it. Our choice: less is packed in a fraction of a second.
pub const LANE_BYTES: u64 = 16 * 1024 * 1024;

/// Bytes of a lane that may wait for verdicts. Our choice: reading goes on while the store is asked.
pub const UNDECIDED_BYTES: u64 = 16 * 1024 * 1024;

/// Memory of the index of chunks: 24 bytes each, so about 40 GB are remembered. Our choice.
pub const INDEX_BYTES: u64 = 16 * 1024 * 1024;

/// Small files that are in memory and on their way through the pass at a time. Our choice.
pub const INGESTS_IN_FLIGHT: usize = 64;

/// Bytes of a shard, unless one file alone needs more. Our choice, below the 64 MiB of the specification: it is held in memory.
pub const SHARD_BYTES: u64 = 16 * 1024 * 1024;

/// Files that wait for their shard at which one is sent before the end. Our choice: few requests, and lists that stay short.
pub const SHARD_FILES: usize = 2_000;

/// Bytes of files that wait for their shard at which one is sent before the end: about 3 MB of lists. Our choice.
pub const SHARD_AFTER_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// How often in a row the authority may have no shard for files that a commit waits for. Our choice.
pub const SHARD_MISSES: u32 = 8;

/// How often a file goes through the pass when lanes are lost. Our choice.
pub const INGEST_PASSES: u32 = 2;

/// How often an LFS object may ask for fresh URLs after its own expired or were refused.
pub const LFS_RENEWALS: u32 = 3;

/// Files in one of several commits, as a scale that goes up while commits are quick. Source: `huggingface_hub` 2.4, 2026-11.
pub const COMMIT_SCALE: [usize; 10] = [20, 50, 75, 100, 125, 200, 250, 400, 600, 1000];

/// The step of that scale with which a push begins: 250 files. Source: `huggingface_hub` 2.4, 2026-11.
pub const COMMIT_FIRST_STEP: usize = 6;

/// A commit that takes longer than this was too large. Source: `huggingface_hub` 2.4, 2026-11.
pub const COMMIT_QUICK: Millis = Millis(40_000);

/// Inline content in one of several commits. Source: `huggingface_hub` 2.4, 2026-11.
pub const BATCH_INLINE_BYTES: u64 = 100 * 1024 * 1024;

/// One of several commits waits no longer than this for more files. Source: `huggingface_hub` 2.4, 2026-11.
pub const BATCH_TIME: Millis = Millis(300_000);

/// Files that a commit passes over because they are not ready after that time. Our choice: they are looked at again and again.
pub const BATCH_LATE_FILES: usize = 1000;

/// Commits in one repo in [`COMMITS_SPAN`]. Source: Hub documentation, 2026-11.
pub const COMMITS_PER_SPAN: usize = 128;

/// See [`COMMITS_PER_SPAN`].
pub const COMMITS_SPAN: Millis = Millis(3_600_000);

/// Files that a caller who plans commits himself is shown at a time: as many as a commit takes. Source: as above.
pub const PLANNED_FILES: usize = LFS_FILES_PER_COMMIT;

/// How often such a caller is asked while files are on their way. Our choice.
pub const PLAN_EVERY: Millis = Millis(1_000);

/// How often a branch is asked to be made that is not there although the Hub has said so. Our choice.
pub const BRANCH_ATTEMPTS: u32 = 3;

/// How often a commit may start over on a new head that somebody else made.
pub const COMMIT_REBASES: u32 = 5;

/// Events about one file's progress are at least this far apart.
pub const FILE_PROGRESS_EVERY: Millis = Millis(100);

/// How long a journal is taken at all. Our choice.
pub const JOURNAL_KEPT: Millis = Millis(30 * 24 * 3_600_000);

/// Bytes of records that go to the journal though there is other work. Our choice.
pub const JOURNAL_STEP_BYTES: usize = 64 * 1024;

/// A push of so many bytes keeps a journal. Our choice: less is read and sent again in a moment.
pub const JOURNAL_LEAST_BYTES: u64 = 32 * 1024 * 1024;

/// A push of so many files keeps a journal. Our choice.
pub const JOURNAL_LEAST_FILES: u64 = 1_000;

/// Largest integer that JavaScript holds exactly: 2^53 − 1.
pub const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Files that the Hub advises for one repo, at most. Source: Hub documentation, storage limits, 2026-11.
pub const FILES_PER_REPO: u64 = 100_000;

/// Entries that the Hub advises for one folder, at most. Source: Hub documentation, storage limits, 2026-11.
pub const ENTRIES_PER_FOLDER: u32 = 10_000;

/// A file above this is better split. Source: Hub documentation, storage limits, 2026-11.
pub const LARGE_FILE_BYTES: u64 = 200_000_000_000;

/// The largest file that the Hub takes. Source: Hub documentation, storage limits, 2026-11.
pub const LARGEST_FILE_BYTES: u64 = 500_000_000_000;

/// Bytes of a name that the common file systems hold. Source: `NAME_MAX` of Linux, APFS and NTFS alike.
pub const NAME_BYTES: usize = 255;

/// Bytes of a path that the common systems open. Source: `PATH_MAX` of Linux.
pub const PATH_BYTES: usize = 4096;

/// Paths that a finding about a folder names; the rest are counted. Our choice.
pub const FINDING_PATHS: usize = 50;

/// A file up to this size may be read for secrets: settings and notes are small. Our choice.
pub const SECRET_FILE_BYTES: u64 = 256 * 1024;

/// Files read for secrets in one check. Our choice: a fraction of a second.
pub const SECRET_READS: usize = 1000;

/// Bytes read for secrets in one check. Our choice.
pub const SECRET_READ_BYTES: u64 = 16 * 1024 * 1024;

/// How long is believed what was written down of stores: objects and xorbs that no commit names may be swept. Our choice, below the 24
/// hours after which a store may do so.
pub const JOURNAL_LIFE: Millis = Millis(20 * 3_600_000);
