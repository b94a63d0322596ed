//! Ignore files decide as the git of this machine does, whatever is written in them.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hubferry::folder::FolderRules;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Ignore files at the root and in `a`, and paths to be judged by them.
type Case = (Vec<String>, Vec<String>, Vec<String>);

const CASES: usize = 300;

fn cases() -> Vec<Case> {
    let pattern = "!?/?([ab*?]|\\*\\*|\\*\\*/|/\\*\\*|[ab]/|\\[!?[ab]-?b?\\]|\\[\\[:alpha:\\]\\]|\\\\[ab* ]|\\.){1,5}/?( |\\\\ |\r)?";
    let path = "[ab]{1,2}(\\.b)?(/[ab]{1,2}){0,3}";
    let case = (vec(pattern, 1..4), vec(pattern, 0..3), vec(path, 6));
    let mut runner = TestRunner::deterministic();
    (0..CASES).map(|_| case.new_tree(&mut runner).expect("a case").current()).collect()
}

/// Makes the files of a case in a folder; paths that would be file and folder at once are left away.
fn lay_out(folder: &Path, (root, nested, paths): &Case) -> Vec<String> {
    let mut laid = Vec::new();
    fs::create_dir_all(folder.join("a")).expect("a folder");
    fs::write(folder.join(".gitignore"), root.join("\n")).expect("a file");
    fs::write(folder.join("a/.gitignore"), nested.join("\n")).expect("a file");
    for path in paths {
        let file = folder.join(path);
        let parent = file.parent().expect("a parent");
        if file.exists() || fs::create_dir_all(parent).is_err() || fs::write(&file, "").is_err() {
            continue;
        }
        laid.push(path.clone());
    }
    laid
}

fn git(root: &Path, args: &[&str]) -> Command {
    let mut git = Command::new("git");
    git.args(args).current_dir(root).env("HOME", root);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    git
}

/// What git says of all paths: the rule that ignores each, as `file:line: pattern`.
fn ask_git(root: &Path, paths: &[String]) -> BTreeMap<String, Option<String>> {
    let check = ["check-ignore", "--no-index", "--verbose", "--non-matching", "--stdin", "-z"];
    let mut child = git(root, &check).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("git");
    let mut stdin = child.stdin.take().expect("a pipe");
    let asked = paths.join("\0");
    let writer = std::thread::spawn(move || stdin.write_all(asked.as_bytes()));
    let answer = child.wait_with_output().expect("an answer");
    writer.join().expect("a thread").expect("all was written");
    let text = String::from_utf8(answer.stdout).expect("UTF-8");
    let fields: Vec<&str> = text.split_terminator('\0').collect();
    let verdict = |row: &[&str]| {
        let ignored = !row[0].is_empty() && !row[2].starts_with('!');
        (row[3].to_owned(), ignored.then(|| format!("{}:{}: {}", row[0], row[1], row[2])))
    };
    fields.chunks_exact(4).map(verdict).collect()
}

#[test]
fn ignore_files_decide_as_git_does() {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("gitignore");
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).expect("a folder");
    assert!(git(&root, &["init", "-q", "--template="]).status().expect("git is installed").success());

    let cases = cases();
    let mut laid = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        laid.push(lay_out(&root.join(format!("c{number}")), case));
    }
    let all: Vec<String> = laid
        .iter()
        .enumerate()
        .flat_map(|(number, paths)| paths.iter().map(move |path| format!("c{number}/{path}")))
        .collect();
    let verdicts = ask_git(&root, &all);
    assert!(verdicts.len() > CASES, "git judged {} paths", verdicts.len());

    let mut ignored = 0;
    for (number, ((root, nested, _), paths)) in cases.iter().zip(&laid).enumerate() {
        let mut rules = FolderRules::new::<&str>(None, None);
        // As deep as git sees them: its rules name the file from the root.
        rules.add_ignore_file(&format!("c{number}"), root.join("\n").as_bytes());
        rules.add_ignore_file(&format!("c{number}/a"), nested.join("\n").as_bytes());
        for path in paths {
            let path = format!("c{number}/{path}");
            let found =
                rules.judge_deep(&path, false).and_then(|number| rules.rule(number)).map(|left| left.rule.clone());
            assert_eq!(found.as_ref(), verdicts[&path].as_ref(), "{path:?} by {root:?} and {nested:?}");
            ignored += usize::from(found.is_some());
        }
    }
    assert!(ignored > CASES / 2, "only {ignored} were ignored at all");
}
