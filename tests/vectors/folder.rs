//! Paths, patterns and filters.

use hubferry::folder::{FolderRules, Pattern, check_path_in_repo, filter_repo_objects, normalize_path_in_repo};
use serde_json::Value;

use super::{rows, text, texts};

pub fn paths() {
    for row in rows(include_str!("paths.json")) {
        let path = text(&row, "path");
        let expected = row["expected"]["result"].as_str();
        assert_eq!(expected.is_none(), row["expected"]["error"] == "ValueError", "{row}");
        assert_eq!(normalize_path_in_repo(path), expected, "{path:?}");
        // What we check on top refuses more, and changes nothing.
        if let Ok(checked) = check_path_in_repo(path) {
            assert_eq!(Some(checked.as_str()), expected, "{path:?}");
        }
    }
}

pub fn filters() {
    let file = include_str!("filters.json");
    let items = texts(&serde_json::from_str::<Value>(file).expect("JSON")["items"]).expect("items");
    for row in rows(file) {
        let (allow, ignore) = (texts(&row["allow"]), texts(&row["ignore"]));
        let passing = filter_repo_objects(&items, allow.as_deref(), ignore.as_deref());
        let passing: Vec<&String> = passing.into_iter().map(|index| &items[index]).collect();
        let expected = texts(&row["passes"]).expect("a list");
        assert_eq!(passing, expected.iter().collect::<Vec<_>>(), "allow {allow:?}, ignore {ignore:?}");
    }
}

pub fn fnmatch() {
    let file = include_str!("fnmatch.json");
    let probes = serde_json::from_str::<Value>(file).expect("JSON")["probes"].as_str().expect("probes").to_owned();
    for row in rows(file) {
        if let Some(set) = row["set"].as_str() {
            let pattern = Pattern::new(set);
            let members: String =
                probes.chars().filter(|probe| pattern.matches(probe.encode_utf8(&mut [0; 4]))).collect();
            assert_eq!(members, text(&row, "members"), "{set:?}");
            assert!(!pattern.matches(""), "{set:?} matches nothing but one character");
            continue;
        }
        let pattern = Pattern::new(text(&row, "pattern"));
        for (list, expected) in [("matches", true), ("refuses", false)] {
            for text in texts(&row[list]).expect("a list") {
                assert_eq!(pattern.matches(&text), expected, "{:?} against {text:?}", row["pattern"]);
            }
        }
    }
}

pub fn gitignore() {
    for row in rows(include_str!("gitignore.json")) {
        let mut rules = FolderRules::new::<&str>(None, None);
        for (folder, text) in row["files"].as_object().expect("files") {
            rules.add_ignore_file(folder, text.as_str().expect("a text").as_bytes());
        }
        for (path, expected) in row["verdicts"].as_object().expect("verdicts") {
            let found =
                rules.judge_deep(path, false).and_then(|number| rules.rule(number)).map(|left| left.rule.as_str());
            assert_eq!(found, expected.as_str(), "{path:?} in {row}");
        }
    }
}
