//! Scopes: what an app may do for a user, and what of it one scope brings along.

use std::fmt;

/// All scopes there are, with what they mean to the user who is asked.
pub const SCOPES: [(&str, &str); 12] = [
    ("openid", "know who you are"),
    ("profile", "see your name and your organisations"),
    ("email", "see your e-mail address"),
    ("read-repos", "see your private repos"),
    ("write-repos", "push to your repos"),
    ("manage-repos", "create, change and delete your repos"),
    ("write-discussions", "open discussions and pull requests for you"),
    ("read-billing", "know whether you can pay"),
    ("inference-api", "use inference for you"),
    ("jobs", "run jobs for you"),
    ("webhooks", "manage your webhooks"),
    ("gated-repos", "read gated repos that you may read"),
];

/// What an app asks for when it asks for nothing.
const DEFAULT: &str = "openid profile";

/// Scopes that were asked for or granted, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Vec<&'static str>);

impl Scopes {
    /// Reads scopes with blanks in between; none means the default.
    /// Errors: the scope that there is not.
    pub fn parse(text: Option<&str>) -> Result<Self, String> {
        let text = text.filter(|text| !text.trim().is_empty()).unwrap_or(DEFAULT);
        let mut scopes = Vec::new();
        for word in text.split_ascii_whitespace() {
            let (name, _) = SCOPES.iter().find(|(name, _)| *name == word).ok_or_else(|| word.to_owned())?;
            if !scopes.contains(name) {
                scopes.push(*name);
            }
        }
        Ok(Self(scopes))
    }

    /// Whether this scope, or one that brings it along, is among them.
    pub fn allow(&self, scope: &str) -> bool {
        let by: &[&str] = match scope {
            "read-repos" => &["read-repos", "write-repos", "manage-repos"],
            "write-repos" => &["write-repos", "manage-repos"],
            "write-discussions" => &["write-discussions", "write-repos", "manage-repos"],
            _ => return self.0.contains(&scope),
        };
        by.iter().any(|scope| self.0.contains(scope))
    }

    /// Each with what it means.
    pub fn meanings(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        SCOPES.into_iter().filter(|(name, _)| self.0.contains(name))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_scope_brings_along() {
        let allow = |granted: &str, asked: &str| Scopes::parse(Some(granted)).unwrap().allow(asked);
        for (granted, asked, good) in [
            ("manage-repos", "write-repos", true),
            ("manage-repos", "read-repos", true),
            ("write-repos", "manage-repos", false),
            ("write-repos", "write-discussions", true),
            ("write-discussions", "write-repos", false),
            ("write-discussions", "read-repos", false),
            ("read-repos", "write-repos", false),
            ("openid", "profile", false),
            ("openid profile", "profile", true),
        ] {
            assert_eq!(allow(granted, asked), good, "{granted} for {asked}");
        }
        assert_eq!(Scopes::parse(None).unwrap().to_string(), "openid profile");
        assert_eq!(Scopes::parse(Some("email  openid email")).unwrap().to_string(), "email openid");
        assert_eq!(Scopes::parse(Some("openid admin")), Err("admin".to_owned()));
    }
}
