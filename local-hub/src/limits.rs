//! Every number of the protocol that the Hub enforces, with its unit and where it comes from.

/// Largest file a commit may carry inline.
/// Units: bytes. Source: the Hub's policy for files outside LFS.
pub const INLINE_FILE_MAX: u64 = 10 * 1024 * 1024;

/// Inline content of one commit, all files together.
/// Units: bytes. Source: documentation of the Python client's `create_commit`.
pub const INLINE_COMMIT_MAX: u64 = 1_000_000_000;

/// LFS files that one commit may name.
/// Source: documentation of the Python client's `create_commit`.
pub const LFS_FILES_PER_COMMIT: usize = 25_000;

/// Longest line of a commit body: the largest inline file in base64, and room for its path.
/// Units: bytes.
pub const COMMIT_LINE_MAX: usize = (INLINE_FILE_MAX as usize).div_ceil(3) * 4 + 64 * 1024;

/// Largest JSON body of any other call.
/// Units: bytes.
pub const JSON_BODY_MAX: usize = 16 * 1024 * 1024;

/// Paths that one `paths-info` call may ask for.
pub const PATHS_PER_CALL: usize = 1000;

/// Entries of one page of a tree, and with `expand`, where every entry costs a walk through the history.
pub const TREE_PAGE: usize = 1000;
/// See [`TREE_PAGE`].
pub const TREE_PAGE_EXPANDED: usize = 50;

/// Commits of one page of the history, and the most a caller may ask for.
pub const COMMITS_PAGE: usize = 50;
/// See [`COMMITS_PAGE`].
pub const COMMITS_PAGE_MAX: usize = 1000;

/// Discussions of one page.
pub const DISCUSSIONS_PAGE: usize = 10;

/// Large files of one page of a repo's list, and of one call that deletes them.
/// Source: the Python client.
pub const LFS_FILES_PAGE: usize = 1000;

/// Large files of one call that copies them to another repo.
/// Source: the Python client.
pub const LFS_DUPLICATES: usize = 500;

/// Objects that one LFS batch call may name.
pub const LFS_BATCH_OBJECTS: usize = 1000;

/// Largest body of a single PUT to the store; larger objects go in parts.
/// Units: bytes. Source: S3.
pub const SINGLE_PUT_MAX: u64 = 5_000_000_000;

/// Parts of one object.
/// Source: S3.
pub const PARTS_MAX: u64 = 10_000;

/// The longest pointer file there can be; a larger blob is no pointer.
/// Units: bytes. Source: the git-lfs specification.
pub const POINTER_MAX: usize = 1024;

/// How much of a refused body is read, so that the refusal reaches a client that is still sending.
/// Units: bytes.
pub const DRAIN_MAX: u64 = 64 * 1024 * 1024;

/// Git processes that run at the same time.
pub const GIT_PROCESSES: usize = 8;

/// How long a fetch waits for its turn.
/// Units: seconds.
pub const GIT_WAIT: u64 = 30;

/// Largest body of a fetch, unpacked: what the client wants and has.
/// Units: bytes.
pub const GIT_REQUEST_MAX: usize = 32 * 1024 * 1024;

/// How long the window of a rate limit is.
/// Units: seconds. Source: the Hub's documentation of its rate limits.
pub const RATE_WINDOW: u64 = 300;

/// Longest repo id, namespace included.
pub const REPO_ID_MAX: usize = 96;

/// Largest xorb, serialised and without a footer.
/// Units: bytes. Source: the Xet protocol specification.
pub const XORB_MAX: u64 = 64 * 1024 * 1024;

/// Chunks of one xorb. Source: the reference client, which cuts there.
pub const XORB_CHUNKS_MAX: usize = 8192;

/// Largest footer that may follow the records of a xorb: the fixed part, and hash and two offsets of each chunk.
/// Units: bytes.
pub const XORB_FOOTER_MAX: u64 = 96 + XORB_CHUNKS_MAX as u64 * 40;

/// Largest shard.
/// Units: bytes. Source: the Xet protocol specification.
pub const SHARD_MAX: u64 = 64 * 1024 * 1024;

/// Chunks of one file: about a terabyte of them.
pub const FILE_CHUNKS_MAX: usize = 1 << 24;

/// Largest answer to a question for a chunk.
/// Units: bytes.
pub const CHUNK_ANSWER_MAX: usize = 8 * 1024 * 1024;

/// How long what such an answer tells may be used.
/// Units: seconds.
pub const CHUNK_ANSWER_GOOD: u64 = 7 * 24 * 3600;

/// Byte ranges that one data URL covers.
pub const RANGES_PER_URL: usize = 400;

/// Files that one call may ask the reconstructions of.
pub const RECONSTRUCTIONS_PER_CALL: usize = 1000;

/// Largest telemetry report.
/// Units: bytes. Source: the Xet protocol specification.
pub const TELEMETRY_MAX: usize = 1024 * 1024;
