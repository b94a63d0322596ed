//! Names of repos: the type, the owner and the name, and which of them the Hub accepts.

use std::fmt;

use crate::limits::REPO_ID_MAX;

/// What a repo holds. The types are name spaces of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RepoType {
    /// A model: the type without a prefix in page and git URLs.
    Model,
    /// A dataset.
    Dataset,
    /// A Space.
    Space,
    /// A kernel.
    Kernel,
}

impl RepoType {
    /// All types, in the order of the web view.
    pub const ALL: [Self; 4] = [Self::Model, Self::Dataset, Self::Space, Self::Kernel];

    /// The word of request bodies: `model`.
    pub fn singular(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Dataset => "dataset",
            Self::Space => "space",
            Self::Kernel => "kernel",
        }
    }

    /// The word of API URLs: `models`.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Model => "models",
            Self::Dataset => "datasets",
            Self::Space => "spaces",
            Self::Kernel => "kernels",
        }
    }

    /// What stands before the id in page and git URLs: nothing, `datasets/`, `spaces/` or `kernels/`.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Model => "",
            Self::Dataset => "datasets/",
            Self::Space => "spaces/",
            Self::Kernel => "kernels/",
        }
    }

    /// The type of an API URL's word.
    pub fn from_plural(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.plural() == word)
    }

    /// The type of a request body's word.
    pub fn from_singular(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.singular() == word)
    }
}

/// The full name of a repo. May name a repo that does not exist, or one that cannot: see [`RepoId::check`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepoId {
    /// The type.
    pub kind: RepoType,
    /// The user or organisation; empty for the old models without one.
    pub owner: String,
    /// The name.
    pub name: String,
}

impl RepoId {
    /// The repo's path in page and git URLs: `datasets/owner/name`.
    pub fn url_path(&self) -> String {
        format!("{}{self}", self.kind.prefix())
    }

    /// Why a repo of this name cannot be created.
    pub fn check(&self) -> Result<(), String> {
        for part in [&self.owner, &self.name] {
            if !is_name(part) {
                return Err(format!(
                    "Invalid repo name: {self} - a name is made of letters, digits, '-', '_' and '.', without '--' or '..', \
                     and neither begins nor ends with '-' or '.'"
                ));
            }
        }
        if self.name.ends_with(".git") || self.name.ends_with(".ipynb") {
            return Err(format!("Invalid repo name: {self} - it cannot end in .git or .ipynb"));
        }
        if self.to_string().len() > REPO_ID_MAX {
            return Err(format!("Invalid repo name: {self} - at most {REPO_ID_MAX} characters"));
        }
        Ok(())
    }
}

impl fmt::Display for RepoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.owner.as_str() {
            "" => f.write_str(&self.name),
            owner => write!(f, "{owner}/{}", self.name),
        }
    }
}

/// Whether this can be the name of a user, an organisation or (but for its ending) a repo.
pub fn is_name(text: &str) -> bool {
    let edge = |c: char| matches!(c, '-' | '.');
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && !text.starts_with(edge)
        && !text.ends_with(edge)
        && !text.contains("--")
        && !text.contains("..")
}

/// Whether git and the Hub take this as the name of a branch or tag.
pub fn is_ref_name(text: &str) -> bool {
    !text.starts_with("refs/")
        && !text.starts_with('-')
        && text != "HEAD"
        && git2::Reference::is_valid_name(&format!("refs/heads/{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repo_names() {
        let table = [
            ("demo", "model", true),
            ("demo", "a.b-c_d9", true),
            ("demo", "", false),
            ("", "model", false),
            ("demo", "-a", false),
            ("demo", "a-", false),
            ("demo", ".a", false),
            ("demo", "a.", false),
            ("demo", "a--b", false),
            ("demo", "a..b", false),
            ("demo", "a/b", false),
            ("demo", "a b", false),
            ("demo", "é", false),
            ("demo", "a.git", false),
            ("de..mo", "a", false),
        ];
        for (owner, name, good) in table {
            let id = RepoId { kind: RepoType::Model, owner: owner.into(), name: name.into() };
            assert_eq!(id.check().is_ok(), good, "{id}");
        }
        let long = RepoId { kind: RepoType::Model, owner: "o".into(), name: "n".repeat(95) };
        assert!(long.check().is_err());
    }

    #[test]
    fn ref_names() {
        for (name, good) in [
            ("main", true),
            ("feature/x", true),
            ("v1.0", true),
            ("refs/pr/1", false),
            ("a..b", false),
            ("a b", false),
            ("", false),
            ("-x", false),
            ("HEAD", false),
            ("x.lock", false),
            ("x~1", false),
        ] {
            assert_eq!(is_ref_name(name), good, "{name}");
        }
    }
}
