//! What no folder upload takes along.

/// Patterns that are added to the caller's ignore patterns when a folder is uploaded: git's own files, and what the Hub's
/// clients keep beside downloads. Source: `huggingface_hub` upload_folder, 2026-11.
pub const DEFAULT_IGNORE_PATTERNS: [&str; 8] = [
    ".git",
    ".git/*",
    "*/.git",
    "**/.git/**",
    ".cache/huggingface",
    ".cache/huggingface/*",
    "*/.cache/huggingface",
    "**/.cache/huggingface/**",
];
