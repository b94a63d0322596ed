//! The first commit of a repo: what the real Hub puts there.

use crate::ident::{RepoId, RepoType};
use crate::repo::attributes;

/// The files of the first commit, without those that the caller of `repos/create` gives.
/// Shape: path and text; a README.md only for a Space or when there is a licence.
pub fn files(id: &RepoId, sdk: Option<&str>, license: Option<&str>) -> Vec<(String, String)> {
    let mut files = vec![(".gitattributes".to_owned(), attributes::default_text(id.kind))];
    let mut front = String::new();
    if id.kind == RepoType::Space {
        let title = id.name.replace(['-', '_'], " ");
        let sdk = sdk.unwrap_or("static");
        front.push_str(&format!("title: {}\n", yaml_text(&title)));
        front.push_str("emoji: 🚀\ncolorFrom: blue\ncolorTo: indigo\n");
        front.push_str(&format!("sdk: {}\npinned: false\n", yaml_text(sdk)));
    }
    if let Some(license) = license {
        front.push_str(&format!("license: {}\n", yaml_text(license)));
    }
    if !front.is_empty() {
        files.push(("README.md".to_owned(), format!("---\n{front}---\n")));
    }
    files
}

/// A text as a YAML value on one line.
fn yaml_text(text: &str) -> String {
    serde_yaml_ng::to_string(text).map_or_else(|_| "''".to_owned(), |line| line.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(kind: RepoType, license: Option<&str>) -> Vec<(String, String)> {
        files(&RepoId { kind, owner: "demo".into(), name: "a-b".into() }, Some("gradio"), license)
    }

    #[test]
    fn first_files() {
        assert_eq!(names(RepoType::Model, None).len(), 1);
        assert_eq!(names(RepoType::Model, Some("mit"))[1], ("README.md".into(), "---\nlicense: mit\n---\n".into()));
        let space = &names(RepoType::Space, None)[1].1;
        assert!(space.contains("title: a b\n") && space.contains("sdk: gradio\n"), "{space}");
        assert!(names(RepoType::Model, Some("a: b\nc"))[1].1.lines().count() >= 3);
    }
}
