//! What is worth a second look before a folder is pushed: limits of the Hub, names that clash, likely mistakes.
//!
//! Files are taken in one by one, in any order, so that a page may pause in between; the findings come at the end. Nothing
//! here is asked of the Hub, and nothing is read: contents that might hold secrets are asked for, within a budget.

use std::collections::HashMap;

use super::check_path_in_repo;
use super::secrets::{self, NameSays};
use crate::hub::RepoType;
use crate::limits;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The Hub would refuse it.
    Error,
    /// Likely a mistake, or slow, or against the Hub's advice.
    Warning,
}

/// Something that was found, about one or many paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A stable word.
    pub code: &'static str,
    /// Its weight.
    pub severity: Severity,
    /// What was found and what to do, for people.
    pub message: String,
    /// The first paths that it is about, at most [`limits::FINDING_PATHS`].
    pub paths: Vec<String>,
    /// How many paths it is about.
    pub total: u64,
}

/// What the platform knows of Unicode; the engine carries no tables.
#[derive(Debug, Clone, Copy)]
pub struct Unicode {
    /// Normalization form C.
    pub nfc: fn(&str) -> String,
    /// Lower case, whatever the language.
    pub lower: fn(&str) -> String,
}

/// A check of one folder.
pub struct FolderCheck {
    repo_type: Option<RepoType>,
    unicode: Unicode,
    /// Each file by its path without regard to case and normalization; the path itself where it differs.
    files: HashMap<String, Option<Box<str>>>,
    /// Entries of each folder: its files and the folders right in it.
    folders: HashMap<String, u32>,
    n_files: u64,
    reads: usize,
    read_bytes: u64,
    why_refused: Option<String>,
    kinds_of_secrets: Vec<&'static str>,
    found: Vec<(Kind, Vec<String>, u64)>,
}

/// The codes of findings, the weightier ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    RefusedName,
    FileAndFolder,
    FileTooLarge,
    LooksLikeSecret,
    FileLarge,
    TooManyFiles,
    TooManyEntries,
    CaseClash,
    UnicodeClash,
    ParquetInModel,
    LongPath,
}

/// What somebody else is asked of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing.
    Nothing,
    /// Its content, for [`FolderCheck::look`].
    Content,
}

impl FolderCheck {
    /// A check for a repo of this type, when it is known.
    pub fn new(repo_type: Option<RepoType>, unicode: Unicode) -> FolderCheck {
        FolderCheck {
            repo_type,
            unicode,
            files: HashMap::new(),
            folders: HashMap::new(),
            n_files: 0,
            reads: 0,
            read_bytes: 0,
            why_refused: None,
            kinds_of_secrets: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Takes a file in, by its path in the repo.
    ///
    /// Shape: when its content is wanted, answer with [`FolderCheck::look`]. `readable` says that it could be.
    pub fn add(&mut self, path: &str, size_bytes: u64, readable: bool) -> Wanted {
        self.n_files += 1;
        if let Err(error) = check_path_in_repo(path) {
            self.why_refused.get_or_insert_with(|| error.into_account().message);
            self.find(Kind::RefusedName, path);
        }
        if size_bytes > limits::LARGEST_FILE_BYTES {
            self.find(Kind::FileTooLarge, path);
        } else if size_bytes > limits::LARGE_FILE_BYTES {
            self.find(Kind::FileLarge, path);
        }
        let is_long = path.len() > limits::PATH_BYTES || path.split('/').any(|name| name.len() > limits::NAME_BYTES);
        if is_long {
            self.find(Kind::LongPath, path);
        }
        let is_table = path.ends_with(".parquet") || path.ends_with(".arrow");
        if is_table && self.repo_type.is_some_and(|repo_type| repo_type != RepoType::Dataset) {
            self.find(Kind::ParquetInModel, path);
        }
        self.place(path);
        self.suspect(path, size_bytes, readable)
    }

    /// Takes the content of a file that was wanted; `None` when it cannot be read.
    pub fn look(&mut self, path: &str, content: Option<&[u8]>) {
        match content {
            Some(content) => {
                if let Some(kind) = secrets::secret_in(content) {
                    self.find_secret(path, kind);
                }
            }
            None if secrets::name_says(path) == NameSays::Perhaps => {
                self.find_secret(path, "a name that stands for secrets")
            }
            None => {}
        }
    }

    /// Everything that was found, the weightier first.
    pub fn finish(mut self) -> Vec<Finding> {
        if self.n_files > limits::FILES_PER_REPO {
            self.found.push((Kind::TooManyFiles, Vec::new(), self.n_files));
        }
        self.found.sort_by_key(|(kind, ..)| *kind);
        let found = std::mem::take(&mut self.found);
        found.into_iter().map(|(kind, paths, total)| self.describe(kind, paths, total)).collect()
    }

    /// Compares a file with all others, and counts what is in its folders.
    fn place(&mut self, path: &str) {
        if self.folders.contains_key(path) {
            self.find(Kind::FileAndFolder, path);
        }
        let folded = self.fold(path);
        let own = (folded != path).then(|| path.into());
        match self.files.get(&folded) {
            None => {
                self.files.insert(folded, own);
            }
            Some(other) => {
                let other = other.as_deref().unwrap_or(&folded);
                if other != path {
                    let by_case =
                        other.eq_ignore_ascii_case(path) || (self.unicode.lower)(other) == (self.unicode.lower)(path);
                    let both = [other.to_owned(), path.to_owned()];
                    let kind = if by_case { Kind::CaseClash } else { Kind::UnicodeClash };
                    both.iter().for_each(|path| self.find_once(kind, path));
                }
            }
        }
        let mut below = path;
        // A folder that is known counts in its own folder already.
        while let Some((folder, _)) = below.rsplit_once('/') {
            let is_new = self.count_in(folder);
            if !is_new {
                return;
            }
            let folded = self.fold(folder);
            if self.files.get(&folded).is_some_and(|file| file.as_deref().unwrap_or(&folded) == folder) {
                self.find(Kind::FileAndFolder, folder);
            }
            below = folder;
        }
        self.count_in("");
    }

    /// Counts one entry of a folder; says whether the folder is new.
    fn count_in(&mut self, folder: &str) -> bool {
        let Some(entries) = self.folders.get_mut(folder) else {
            self.folders.insert(folder.to_owned(), 1);
            return true;
        };
        *entries += 1;
        if *entries == limits::ENTRIES_PER_FOLDER + 1 {
            let name = if folder.is_empty() { "." } else { folder };
            self.find(Kind::TooManyEntries, name);
        }
        false
    }

    fn suspect(&mut self, path: &str, size_bytes: u64, readable: bool) -> Wanted {
        if size_bytes == 0 {
            return Wanted::Nothing;
        }
        let says = secrets::name_says(path);
        if says == NameSays::Secret {
            self.find_secret(path, "a name that stands for secrets");
            return Wanted::Nothing;
        }
        let (is_suspect, reads) = match says {
            NameSays::Perhaps => (true, limits::SECRET_READS),
            // The rest is for names that are worth it.
            _ => (secrets::may_hold_text(path), limits::SECRET_READS * 4 / 5),
        };
        let fits = size_bytes <= limits::SECRET_FILE_BYTES && self.read_bytes + size_bytes <= limits::SECRET_READ_BYTES;
        if is_suspect && readable && fits && self.reads < reads {
            self.reads += 1;
            self.read_bytes += size_bytes;
            return Wanted::Content;
        }
        self.look(path, None);
        Wanted::Nothing
    }

    fn fold(&self, path: &str) -> String {
        if path.is_ascii() {
            return path.to_ascii_lowercase();
        }
        (self.unicode.lower)(&(self.unicode.nfc)(path))
    }

    fn find_secret(&mut self, path: &str, kind: &'static str) {
        if !self.kinds_of_secrets.contains(&kind) {
            self.kinds_of_secrets.push(kind);
        }
        self.find(Kind::LooksLikeSecret, path);
    }

    fn find(&mut self, kind: Kind, path: &str) {
        let at = self.found.iter().position(|(known, ..)| *known == kind).unwrap_or_else(|| {
            self.found.push((kind, Vec::new(), 0));
            self.found.len() - 1
        });
        let (_, paths, total) = &mut self.found[at];
        *total += 1;
        if paths.len() < limits::FINDING_PATHS {
            paths.push(path.to_owned());
        }
    }

    /// As `find`, for what may be found again together with something else.
    fn find_once(&mut self, kind: Kind, path: &str) {
        let is_known = |(known, paths, _): &(Kind, Vec<String>, u64)| *known == kind && paths.iter().any(|p| p == path);
        if !self.found.iter().any(is_known) {
            self.find(kind, path);
        }
    }

    fn describe(&self, kind: Kind, paths: Vec<String>, total: u64) -> Finding {
        use Severity::{Error, Warning};
        let files = if total == 1 { "1 file".to_owned() } else { format!("{total} files") };
        let (code, severity, message) = match kind {
            Kind::RefusedName => {
                let why = self.why_refused.as_deref().unwrap_or_default();
                let more = if total > 1 { format!(" ({} more like it)", total - 1) } else { String::new() };
                ("refused_name", Error, format!("The Hub takes no such names: {why}{more}"))
            }
            Kind::FileAndFolder => {
                ("file_and_folder", Error, "A path cannot be both a file and a folder; rename one of them".to_owned())
            }
            Kind::FileTooLarge => (
                "file_too_large",
                Error,
                format!("{files} of more than 500 GB, the largest that the Hub takes; split them"),
            ),
            Kind::LooksLikeSecret => (
                "looks_like_secret",
                Warning,
                format!(
                    "{files} may hold secrets ({}); leave them out unless everybody may read them",
                    self.kinds_of_secrets.join(", ")
                ),
            ),
            Kind::FileLarge => (
                "file_large",
                Warning,
                format!(
                    "{files} of more than 200 GB; the Hub advises smaller ones, so that an interrupted transfer costs less"
                ),
            ),
            Kind::TooManyFiles => (
                "too_many_files",
                Warning,
                format!("{total} files; the Hub advises at most 100000 in a repo: pack small ones together"),
            ),
            Kind::TooManyEntries => (
                "too_many_entries",
                Warning,
                "More than 10000 entries in one folder; the Hub advises fewer: spread them over folders".to_owned(),
            ),
            Kind::CaseClash => (
                "case_clash",
                Warning,
                format!("{files} whose names differ only by case; on Windows and macOS one would replace the other"),
            ),
            Kind::UnicodeClash => (
                "unicode_clash",
                Warning,
                format!(
                    "{files} whose names look the same but are written with other characters; macOS takes them for one"
                ),
            ),
            Kind::ParquetInModel => (
                "parquet_in_model",
                Warning,
                format!(
                    "{files} with tables (.parquet, .arrow) for a repo that is no dataset; did you mean datasets/…?"
                ),
            ),
            Kind::LongPath => (
                "long_path",
                Warning,
                format!(
                    "{files} with a name of more than 255 bytes or a path of more than 4096; most disks cannot hold them"
                ),
            ),
        };
        Finding { code, severity, message, paths, total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enough of Unicode for the rows.
    const UNICODE: Unicode = Unicode { nfc: |text| text.replace("e\u{301}", "é"), lower: |text| text.to_lowercase() };

    fn check(repo_type: Option<RepoType>, files: &[(&str, u64)]) -> Vec<Finding> {
        let mut check = FolderCheck::new(repo_type, UNICODE);
        for (path, size_bytes) in files {
            assert_eq!(check.add(path, *size_bytes, false), Wanted::Nothing);
        }
        check.finish()
    }

    fn codes(findings: &[Finding]) -> Vec<(&'static str, Vec<&str>)> {
        findings.iter().map(|found| (found.code, found.paths.iter().map(String::as_str).collect())).collect()
    }

    #[test]
    fn findings() {
        const GB: u64 = 1_000_000_000;
        let long = "n".repeat(256);
        type Row<'a> = (&'a str, &'a [(&'a str, u64)], &'a [(&'a str, &'a [&'a str])]);
        let rows: &[Row] = &[
            ("nothing of an ordinary folder", &[("a", 1), ("b/a", 1), ("b/c/a", 0), ("README.md", 9)], &[]),
            ("names that differ by case", &[("a/B", 1), ("a/b", 1)], &[("case_clash", &["a/B", "a/b"])]),
            ("three of them", &[("A", 1), ("a", 1), ("b", 1)], &[("case_clash", &["A", "a"])]),
            ("case beyond ASCII", &[("É", 1), ("é", 1)], &[("case_clash", &["É", "é"])]),
            ("two normal forms", &[("é", 1), ("e\u{301}", 1)], &[("unicode_clash", &["é", "e\u{301}"])]),
            ("the same path twice", &[("a", 1), ("a", 1)], &[]),
            ("a file, then a folder", &[("a", 1), ("a/b", 1)], &[("file_and_folder", &["a"])]),
            ("a folder, then a file", &[("a/b/c", 1), ("a/b", 1)], &[("file_and_folder", &["a/b"])]),
            ("a folder of another case is no clash", &[("A/x", 1), ("a/y", 1)], &[]),
            ("large ones", &[("a", 200 * GB), ("b", 200 * GB + 1)], &[("file_large", &["b"])]),
            (
                "too large ones",
                &[("a", 500 * GB), ("b", 500 * GB + 1)],
                &[("file_too_large", &["b"]), ("file_large", &["a"])],
            ),
            ("refused names", &[("a/../b", 1), ("c/.git/d", 1)], &[("refused_name", &["a/../b", "c/.git/d"])]),
            ("long names", &[(&long, 1)], &[("long_path", &[&long])]),
            ("secrets by name", &[(".env", 5), ("x/id_rsa", 5)], &[("looks_like_secret", &[".env", "x/id_rsa"])]),
            ("an empty one holds no secret", &[(".env", 0)], &[]),
            ("a doubtful name that nobody can read", &[(".npmrc", 5)], &[("looks_like_secret", &[".npmrc"])]),
        ];
        for (name, files, expected) in rows {
            let expected: Vec<_> = expected.iter().map(|(code, paths)| (*code, paths.to_vec())).collect();
            assert_eq!(codes(&check(None, files)), expected, "{name}");
        }
    }

    #[test]
    fn tables_belong_into_datasets() {
        let files = [("a.parquet", 1), ("b.csv", 1)];
        assert!(check(None, &files).is_empty());
        assert!(check(Some(RepoType::Dataset), &files).is_empty());
        assert_eq!(codes(&check(Some(RepoType::Model), &files)), [("parquet_in_model", vec!["a.parquet"])]);
    }

    #[test]
    fn many_files_and_entries() {
        let mut check = FolderCheck::new(None, UNICODE);
        for number in 0..100_001 {
            check.add(&format!("{}/{number}", number % 10), 1, false);
        }
        let found = check.finish();
        assert_eq!(codes(&found), [("too_many_files", vec![]), ("too_many_entries", vec!["0"])]);
        assert_eq!(found[0].total, 100_001);
    }

    #[test]
    fn paths_are_counted_when_they_are_too_many_to_be_named() {
        let mut check = FolderCheck::new(None, UNICODE);
        for number in 0..80 {
            check.add(&format!("{number}/.env"), 1, false);
        }
        let found = check.finish();
        assert_eq!((found[0].paths.len(), found[0].total), (50, 80));
    }

    #[test]
    fn contents_are_wanted_within_a_budget() {
        let mut check = FolderCheck::new(None, UNICODE);
        assert_eq!(check.add("large.json", limits::SECRET_FILE_BYTES + 1, true), Wanted::Nothing);
        assert_eq!(check.add("model.bin", 10, true), Wanted::Nothing);
        assert_eq!(check.add(".npmrc", 10, true), Wanted::Content);
        check.look(".npmrc", Some(b"registry=here"));
        assert_eq!(check.add("key.pem", 10, true), Wanted::Content);
        check.look("key.pem", None);
        let wanted = (0..2_000).filter(|number| check.add(&format!("{number}.py"), 1, true) == Wanted::Content).count();
        assert!((700..1_000).contains(&wanted), "{wanted}");
        // A name that is worth it still finds room.
        assert_eq!(check.add("x/.npmrc", 10, true), Wanted::Content);
        let key = format!("-----BEGIN PRIVATE KEY-----\n{}", "aB3dE6gH9j".repeat(5));
        check.look("x/.npmrc", Some(key.as_bytes()));
        let found = check.finish();
        assert_eq!(codes(&found), [("looks_like_secret", vec!["key.pem", "x/.npmrc"])]);
        assert!(!found[0].message.contains("aB3dE6"), "{}", found[0].message);
    }
}
