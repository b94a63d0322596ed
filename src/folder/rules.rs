//! Which files of a folder are left out, and by which rule.
//!
//! Four kinds of rules, asked in this order: what every upload leaves out, litter of operating systems, the folder's own
//! ignore files, the caller's patterns. What lies in a folder that is left out is left out by the same rule, whatever other
//! rules say of it. The answer for a path is the number of a rule, so that many answers are small.
//!
//! It reads nothing: whoever lists the folder hands the ignore files over before what they are about.

use std::collections::HashMap;

use super::DEFAULT_IGNORE_PATTERNS;
use super::filter::{Blocked, Filter};
use super::gitignore::IgnoreFile;
use super::litter::litter;

/// The kind of a rule that leaves something out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOutBy {
    /// Git's own files, and those of the Hub's clients.
    Default,
    /// What operating systems leave behind, and what no repo takes.
    System,
    /// An ignore file of the folder.
    Gitignore,
    /// The caller's patterns.
    Patterns,
}

/// A rule that has left something out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its kind.
    pub by: LeftOutBy,
    /// The rule in short: a pattern, and for an ignore file where it stands, as `sub/.gitignore:3: *.log`.
    pub rule: String,
    /// The rule as a sentence for people.
    pub reason: String,
}

/// The number of a rule, for [`FolderRules::rule`].
pub type RuleNumber = u32;

/// A rule before it has a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Default(usize),
    System { rule: &'static str, reason: &'static str },
    Gitignore { folder: String, index: usize },
    Ignored(usize),
    NotAllowed,
}

/// The rules for one listing of a folder.
///
/// Shape: hand over ignore files with [`FolderRules::add_ignore_file`], each before any path below its folder is judged.
/// Paths are relative to the folder that is listed, with `/`.
pub struct FolderRules {
    defaults: Filter,
    patterns: Filter,
    ignore_files: HashMap<String, IgnoreFile>,
    /// Rules that have left something out; a number is a place here, plus one.
    rules: Vec<LeftOut>,
    numbers: HashMap<Key, RuleNumber>,
    /// Folders that were judged on behalf of what lies in them.
    parents: HashMap<String, Option<RuleNumber>>,
}

impl FolderRules {
    /// The rules with the caller's patterns, which mean what they mean to [`Filter`].
    pub fn new<S: AsRef<str>>(allow: Option<&[S]>, ignore: Option<&[S]>) -> FolderRules {
        FolderRules {
            defaults: Filter::new(None, Some(&DEFAULT_IGNORE_PATTERNS)),
            patterns: Filter::new(allow, ignore),
            ignore_files: HashMap::new(),
            rules: Vec::new(),
            numbers: HashMap::new(),
            parents: HashMap::new(),
        }
    }

    /// Takes the ignore file of a folder in; `folder` is empty for the folder that is listed, without a slash at its end.
    pub fn add_ignore_file(&mut self, folder: &str, text: &[u8]) {
        self.ignore_files.insert(folder.to_owned(), IgnoreFile::parse(text));
    }

    /// Forgets the ignore file of a folder that a walk has left.
    pub fn leave(&mut self, folder: &str) {
        self.ignore_files.remove(folder);
    }

    /// Whether a path is left out whose folder is known not to be. A walk that opens no folder which is left out needs no
    /// other question.
    pub fn judge(&mut self, path: &str, is_folder: bool) -> Option<RuleNumber> {
        let key = self.find(path, is_folder)?;
        Some(self.number(key))
    }

    /// Whether a path is left out, or a folder above it. For lists, where nobody asked about the folders.
    pub fn judge_deep(&mut self, path: &str, is_folder: bool) -> Option<RuleNumber> {
        self.judge_parents(path).or_else(|| self.judge(path, is_folder))
    }

    /// The rule of a number.
    pub fn rule(&self, number: RuleNumber) -> Option<&LeftOut> {
        self.rules.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    fn judge_parents(&mut self, path: &str) -> Option<RuleNumber> {
        let (folder, _) = path.rsplit_once('/')?;
        if let Some(known) = self.parents.get(folder) {
            return *known;
        }
        // From the top down: a path has as many folders as it has slashes, and each is judged once.
        for (end, _) in path.match_indices('/') {
            let folder = &path[..end];
            let verdict = match self.parents.get(folder) {
                Some(known) => *known,
                None => {
                    let above =
                        folder.rsplit_once('/').and_then(|(above, _)| self.parents.get(above).copied().flatten());
                    let verdict = above.or_else(|| self.judge(folder, true));
                    self.parents.insert(folder.to_owned(), verdict);
                    verdict
                }
            };
            if verdict.is_some() {
                self.parents.insert(path[..path.rfind('/').unwrap_or(end)].to_owned(), verdict);
                return verdict;
            }
        }
        None
    }

    fn find(&self, path: &str, is_folder: bool) -> Option<Key> {
        if let Some(Blocked::By(index)) = self.defaults.blocked(path) {
            return Some(Key::Default(index));
        }
        if let Some((rule, reason)) = litter(path, is_folder) {
            return Some(Key::System { rule, reason });
        }
        if let Some(key) = self.ignored_by_file(path, is_folder) {
            return Some(key);
        }
        let blocked = if is_folder { self.patterns.blocks_below(path) } else { self.patterns.blocked(path) };
        blocked.map(|blocked| match blocked {
            Blocked::By(index) => Key::Ignored(index),
            Blocked::NotAllowed => Key::NotAllowed,
        })
    }

    /// The nearest ignore file that has a rule for the path decides.
    fn ignored_by_file(&self, path: &str, is_folder: bool) -> Option<Key> {
        if self.ignore_files.is_empty() {
            return None;
        }
        let folders = path.match_indices('/').rev().map(|(end, _)| end);
        for end in folders.map(Some).chain([None]) {
            let (folder, below) = end.map_or(("", path), |end| (&path[..end], &path[end + 1..]));
            let Some(file) = self.ignore_files.get(folder) else { continue };
            if let Some((index, rule)) = file.rule_for(below, is_folder) {
                return (!rule.negated).then(|| Key::Gitignore { folder: folder.to_owned(), index });
            }
        }
        None
    }

    fn number(&mut self, key: Key) -> RuleNumber {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        self.rules.push(self.describe(&key));
        // As many rules as 2^32 do not fit into memory.
        let number = RuleNumber::try_from(self.rules.len()).unwrap_or(RuleNumber::MAX);
        self.numbers.insert(key, number);
        number
    }

    fn describe(&self, key: &Key) -> LeftOut {
        let (by, rule, reason) = match key {
            Key::Default(index) => {
                let rule = DEFAULT_IGNORE_PATTERNS[*index].to_owned();
                let whose = if rule.contains(".git") { "git" } else { "the Hub's client" };
                (LeftOutBy::Default, rule, format!("{whose}'s own files, never uploaded"))
            }
            Key::System { rule, reason } => {
                (LeftOutBy::System, (*rule).to_owned(), format!("{reason}, never uploaded"))
            }
            Key::Gitignore { folder, index } => {
                let slash = if folder.is_empty() { "" } else { "/" };
                let rule = self.ignore_files.get(folder).and_then(|file| file.rule(*index));
                let (line, text) = rule.map_or((0, ""), |rule| (rule.line, rule.text.as_str()));
                let rule = format!("{folder}{slash}.gitignore:{line}: {text}");
                let reason = format!("ignored by {rule}");
                (LeftOutBy::Gitignore, rule, reason)
            }
            Key::Ignored(index) => {
                let rule = self.patterns.ignore_pattern(*index).unwrap_or_default().to_owned();
                let reason = format!("left out by your pattern {rule}");
                (LeftOutBy::Patterns, rule, reason)
            }
            Key::NotAllowed => {
                let rule = "no allow pattern matches".to_owned();
                (LeftOutBy::Patterns, rule, "matches none of your allow patterns".to_owned())
            }
        };
        LeftOut { by, rule, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(allow: Option<&[&str]>, ignore: Option<&[&str]>, files: &[(&str, &str)]) -> FolderRules {
        let mut rules = FolderRules::new(allow, ignore);
        for (folder, text) in files {
            rules.add_ignore_file(folder, text.as_bytes());
        }
        rules
    }

    #[test]
    fn which_rule_leaves_a_path_out() {
        use LeftOutBy::{Default, Gitignore, Patterns, System};
        let files = [("", "*.log\n!keep.log\nbuild/\n.DS_Store\n"), ("sub", "!a.log\nown\n"), ("build", "!x\n")];
        let mut rules = rules(Some(&["*.txt", "*.log", "*x"]), Some(&["skip*", "deep/*"]), &files);
        // (path, the kind and rule that leave it out)
        let rows = [
            ("a.txt", None),
            ("a.csv", Some((Patterns, "no allow pattern matches"))),
            ("skip.txt", Some((Patterns, "skip*"))),
            ("skip/a.txt", Some((Patterns, "skip*"))),
            ("deep/in/a.txt", Some((Patterns, "deep/*"))),
            ("a.log", Some((Gitignore, ".gitignore:1: *.log"))),
            ("keep.log", None),
            ("sub/a.log", None),
            ("sub/b.log", Some((Gitignore, ".gitignore:1: *.log"))),
            ("sub/own", Some((Gitignore, "sub/.gitignore:2: own"))),
            ("sub/own/x", Some((Gitignore, "sub/.gitignore:2: own"))),
            ("build/x", Some((Gitignore, ".gitignore:3: build/"))),
            ("sub/build/x", Some((Gitignore, ".gitignore:3: build/"))),
            (".DS_Store", Some((System, ".DS_Store"))),
            ("sub/._a.txt", Some((System, "._*"))),
            ("a/__macosx/b/a.txt", Some((System, "__MACOSX"))),
            ("a/.cache/other/a.txt", Some((System, ".cache"))),
            (".git", Some((Default, ".git"))),
            (".git/config", Some((Default, ".git"))),
            ("a/.git/hooks/x", Some((Default, "*/.git"))),
            ("a.git/a.txt", None),
        ];
        for (path, expected) in rows {
            let number = rules.judge_deep(path, false);
            let found = number.and_then(|number| rules.rule(number)).map(|left| (left.by, left.rule.as_str()));
            assert_eq!(found, expected, "{path}");
            // Asked again, and about a neighbour, the answer is the same.
            assert_eq!(rules.judge_deep(path, false), number, "{path}");
        }
    }

    #[test]
    fn what_the_hubs_client_keeps_is_no_litter() {
        let mut rules = rules(None, None, &[]);
        let mut by = |path: &str, is_folder: bool| {
            let number = rules.judge(path, is_folder)?;
            rules.rule(number).map(|left| left.by)
        };
        assert_eq!(by(".cache", true), None);
        assert_eq!(by(".cache/huggingface", true), Some(LeftOutBy::Default));
        assert_eq!(by("a/.cache/huggingface", true), Some(LeftOutBy::Default));
        assert_eq!(by(".cache/other", true), Some(LeftOutBy::System));
        assert_eq!(by("a/.cache/x", false), Some(LeftOutBy::System));
    }

    #[test]
    fn numbers_belong_to_rules() {
        let mut rules = rules(None, Some(&["*.a", "*.b"]), &[]);
        assert_eq!(rules.judge("x.a", false), Some(1));
        assert_eq!(rules.judge("x.b", false), Some(2));
        assert_eq!(rules.judge("y.a", false), Some(1));
        assert_eq!(rules.judge("y.c", false), None);
        assert_eq!(rules.rule(0), None);
        assert_eq!(rules.rule(3), None);
        assert_eq!(rules.rule(2).map(|left| left.reason.as_str()), Some("left out by your pattern *.b"));
    }
}
