//! `.gitattributes`: which paths go to LFS, the lines a new repo starts with, and the line for a path that none covers.
//!
//! Only the file at the root of the repo counts, which is the one that the Hub writes.

use gix_attributes::StateRef;
use gix_attributes::parse::Kind;
use gix_glob::Pattern;
use gix_glob::pattern::Case;
use gix_glob::wildmatch::Mode;

use crate::ident::RepoType;

const LFS: &str = "filter=lfs diff=lfs merge=lfs -text";

/// Patterns of every new repo.
const COMMON: &[&str] = &[
    "*.7z",
    "*.arrow",
    "*.bin",
    "*.bz2",
    "*.ckpt",
    "*.ftz",
    "*.gz",
    "*.h5",
    "*.joblib",
    "*.lfs.*",
    "*.mlmodel",
    "*.model",
    "*.msgpack",
    "*.npy",
    "*.npz",
    "*.onnx",
    "*.ot",
    "*.parquet",
    "*.pb",
    "*.pickle",
    "*.pkl",
    "*.pt",
    "*.pth",
    "*.rar",
    "*.safetensors",
    "saved_model/**/*",
    "*.tar.*",
    "*.tar",
    "*.tflite",
    "*.tgz",
    "*.wasm",
    "*.xz",
    "*.zip",
    "*.zst",
    "*tfevents*",
];

/// Patterns of new datasets, with the comment that stands before each group.
const MEDIA: &[(&str, &[&str])] = &[
    ("# Audio files - uncompressed", &["*.pcm", "*.sam", "*.raw"]),
    ("# Audio files - compressed", &["*.aac", "*.flac", "*.mp3", "*.ogg", "*.wav"]),
    ("# Image files - uncompressed", &["*.bmp", "*.gif", "*.png", "*.tiff"]),
    ("# Image files - compressed", &["*.jpg", "*.jpeg", "*.webp"]),
    ("# Video files - compressed", &["*.mp4", "*.webm"]),
];

/// The `.gitattributes` that a new repo starts with.
pub fn default_text(kind: RepoType) -> String {
    let line = |pattern: &&str| format!("{pattern} {LFS}\n");
    let mut text: String = COMMON.iter().map(line).collect();
    if kind == RepoType::Dataset {
        text.extend(["*.lz4", "*.mds"].iter().map(line));
        for (comment, patterns) in MEDIA {
            text.push_str(comment);
            text.push('\n');
            text.extend(patterns.iter().map(line));
        }
    }
    text
}

/// The line that sends exactly this path to LFS.
pub fn line_for(path: &str) -> String {
    let mut line = String::with_capacity(path.len() + LFS.len() + 2);
    for c in path.chars() {
        match c {
            ' ' => line.push_str("[[:space:]]"),
            '*' | '?' | '[' | '\\' => {
                line.push('\\');
                line.push(c);
            }
            '"' | '#' | '!' if line.is_empty() => {
                line.push('[');
                // A set that begins with `!` is a negation.
                if c == '!' {
                    line.push('\\');
                }
                line.push(c);
                line.push(']');
            }
            _ => line.push(c),
        }
    }
    line.push(' ');
    line.push_str(LFS);
    line.push('\n');
    line
}

/// The rules of one `.gitattributes`, as far as LFS is concerned.
pub struct Attributes {
    /// Each pattern that says something about `filter`, and whether that is `lfs`.
    rules: Vec<(Pattern, bool)>,
}

impl Attributes {
    /// Reads a `.gitattributes`. Lines that git would not understand count for nothing.
    pub fn parse(text: &[u8]) -> Self {
        let mut rules = Vec::new();
        for (kind, assignments, _) in gix_attributes::parse(text).flatten() {
            let Kind::Pattern(pattern) = kind else { continue };
            let filter = assignments.flatten().filter(|assignment| assignment.name.as_str() == "filter").last();
            if let Some(filter) = filter {
                let lfs = matches!(filter.state, StateRef::Value(value) if value.as_bstr() == "lfs");
                rules.push((pattern, lfs));
            }
        }
        Self { rules }
    }

    /// Whether the file at this path goes to LFS.
    pub fn is_lfs(&self, path: &str) -> bool {
        let basename = path.rfind('/').map(|at| at + 1);
        let matches = |pattern: &Pattern| {
            pattern.matches_repo_relative_path(
                path.into(),
                basename,
                Some(false),
                Case::Sensitive,
                Mode::NO_MATCH_SLASH_LITERAL,
            )
        };
        self.rules.iter().rev().find(|(pattern, _)| matches(pattern)).is_some_and(|(_, lfs)| *lfs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults() {
        let model = default_text(RepoType::Model);
        assert_eq!(model.lines().count(), 35);
        let attributes = Attributes::parse(model.as_bytes());
        for (path, lfs) in [
            ("model.safetensors", true),
            ("deep/er/x.bin", true),
            ("saved_model/a/b/c.txt", true),
            ("x.tar.gz", true),
            ("run.tfevents.1", true),
            ("README.md", false),
            ("bin", false),
            ("x.BIN", false),
            ("a.png", false),
        ] {
            assert_eq!(attributes.is_lfs(path), lfs, "{path}");
        }
        assert!(Attributes::parse(default_text(RepoType::Dataset).as_bytes()).is_lfs("a.png"));
    }

    #[test]
    fn the_last_rule_wins() {
        let attributes = Attributes::parse(
            b"*.bin filter=lfs -text\nsmall.bin !filter\n*.x filter=other\n*.txt text\n[attr]m filter=lfs\n",
        );
        assert!(attributes.is_lfs("a.bin"));
        assert!(!attributes.is_lfs("small.bin"));
        assert!(!attributes.is_lfs("a.x"));
        assert!(!attributes.is_lfs("a.txt"));
    }

    #[test]
    fn a_line_covers_its_path_and_no_other() {
        for path in ["plain", "a b/c d.dat", "w[1]*?.x", "#x", "!x", "\"q\"", "dir/ü.dat"] {
            let attributes = Attributes::parse(line_for(path).as_bytes());
            assert!(attributes.is_lfs(path), "{path}: {}", line_for(path));
            assert!(!attributes.is_lfs("other"), "{path}");
        }
        assert!(!Attributes::parse(line_for("w*").as_bytes()).is_lfs("wx"));
    }
}
