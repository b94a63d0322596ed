//! Patterns and filters against naive twins, and paths that never surprise.
#![cfg(not(target_arch = "wasm32"))]

use hubferry::folder::{FolderRules, Pattern, check_path_in_repo, filter_repo_objects, normalize_path_in_repo};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Wildcards without sets, by plain recursion.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['*', rest @ ..], _) => naive(rest, text) || (!text.is_empty() && naive(pattern, &text[1..])),
        (['?', rest @ ..], [_, tail @ ..]) => naive(rest, tail),
        ([c, rest @ ..], [d, tail @ ..]) => c == d && naive(rest, tail),
        _ => false,
    }
}

/// `filter_repo_objects` as a sentence: allowed by one, ignored by none.
fn naive_filter(paths: &[String], allow: Option<&[String]>, ignore: Option<&[String]>) -> Vec<usize> {
    let chars = |text: &str| text.replace('\\', "/").chars().collect::<Vec<_>>();
    let any = |patterns: &[String], path: &str| {
        patterns.iter().any(|pattern| {
            let mut pattern = chars(pattern);
            if pattern.last() == Some(&'/') {
                pattern.push('*');
            }
            naive(&pattern, &chars(path))
        })
    };
    let passes = |path: &str| {
        allow.is_none_or(|patterns| any(patterns, path)) && !ignore.is_some_and(|patterns| any(patterns, path))
    };
    (0..paths.len()).filter(|&index| passes(&paths[index])).collect()
}

proptest! {
    #[test]
    fn wildcards_match_what_the_naive_twin_matches(pattern in "[ab/.*?]{0,10}", text in "[ab/.]{0,12}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        prop_assert_eq!(Pattern::new(&pattern).matches(&text), naive(&chars(&pattern), &chars(&text)));
    }

    #[test]
    fn filters_choose_what_the_naive_twin_chooses(
        paths in vec("[ab/.\\\\]{0,8}", 0..12),
        allow in option::of(vec("[ab/.*?\\\\]{0,5}", 0..4)),
        ignore in option::of(vec("[ab/.*?\\\\]{0,5}", 0..4)),
    ) {
        prop_assert_eq!(
            filter_repo_objects(&paths, allow.as_deref(), ignore.as_deref()),
            naive_filter(&paths, allow.as_deref(), ignore.as_deref())
        );
    }

    #[test]
    fn any_pattern_may_meet_any_text(pattern in "\\PC{0,20}", sets in "[\\[\\]!^a-c\\-&~|]{0,12}", text in "\\PC{0,20}") {
        let _ = Pattern::new(&pattern).matches(&text);
        let _ = Pattern::new(&sets).matches(&text);
        let _ = Pattern::new(&format!("[{sets}]")).matches("a");
    }

    #[test]
    fn any_ignore_file_may_meet_any_path(
        text in "(\\PC{0,12}|[\\[\\]!^a:\\-\\\\/*? \r\n]{0,12})",
        folder in "(|a|a/b)",
        path in "(\\PC{0,12}|[ab./]{0,8})",
    ) {
        let mut rules = FolderRules::new::<&str>(None, None);
        rules.add_ignore_file(&folder, text.as_bytes());
        if let Some(number) = rules.judge_deep(&path, false) {
            prop_assert!(rules.rule(number).is_some());
        }
        prop_assert_eq!(rules.judge_deep(&path, false), rules.judge_deep(&path, false));
    }

    #[test]
    fn a_path_that_passes_stays_as_it_is(path in "\\PC{0,12}|[./\\\\a]{0,8}|(/|\\./)?(a|\\.git|\\.cache|\\.\\.|\\.)(/[ab.]{0,3}){0,4}") {
        if let Ok(checked) = check_path_in_repo(&path) {
            prop_assert_eq!(normalize_path_in_repo(&path), Some(checked.as_str()));
            prop_assert!(!checked.is_empty() && !checked.starts_with('/'));
            prop_assert!(checked.split(['/', '\\']).all(|component| component != ".."));
            prop_assert_eq!(check_path_in_repo(&checked), Ok(checked));
        }
    }
}
