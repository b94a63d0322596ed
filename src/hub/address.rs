//! Where a request goes and in whose name: endpoint URL, repo, token.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::Error;
use crate::http::{Method, Request};
use crate::quote::Quoted;

/// What `encodeURIComponent` leaves alone.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Percent-encodes one path segment; `/` becomes `%2F`.
pub fn encode_segment(segment: &str) -> String {
    utf8_percent_encode(segment, SEGMENT).to_string()
}

/// Percent-encodes a path segment by segment; `/` stays.
pub fn encode_path(path: &str) -> String {
    path.split('/').map(encode_segment).collect::<Vec<_>>().join("/")
}

/// A branch, tag or commit id as a path segment.
///
/// Errors: `invalid_input` for what a URL would not keep: nothing, `.` and `..`, in any spelling of theirs.
pub(super) fn revision_segment(revision: &str) -> Result<String, Error> {
    if matches!(revision, "" | "." | "..") {
        return Err(Error::invalid(format!(
            "revision {revision} names no branch, tag or commit; leave it out for the default branch",
            revision = Quoted(revision)
        )));
    }
    Ok(encode_segment(revision))
}

/// A path in a repo as path segments.
///
/// Errors: `invalid_input` for components that a URL would not keep: `.` and `..`.
pub(super) fn path_segments(path: &str) -> Result<String, Error> {
    if path.split('/').any(|component| matches!(component, "." | "..")) {
        return Err(Error::invalid(format!(
            "path {path} has \".\" or \"..\" between its slashes; give the path from the repo's root",
            path = Quoted(path)
        ))
        .at(path));
    }
    Ok(encode_path(path))
}

/// The Hub's address: scheme, host, perhaps port and prefix; no trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubUrl(String);

impl HubUrl {
    /// The public Hub.
    pub const PUBLIC: &'static str = "https://huggingface.co";

    /// Reads an address.
    ///
    /// Errors: `invalid_input` unless it is `http(s)://host…` without credentials, query or fragment.
    pub fn parse(text: &str) -> Result<HubUrl, Error> {
        let wrong =
            |why: &str| Error::invalid(format!("hubUrl {why}; give the Hub's address, for example {}", HubUrl::PUBLIC));
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .ok_or_else(|| wrong("must begin with https:// or http://"))?;
        if rest.contains(['?', '#']) {
            return Err(wrong("must not have a query or a fragment"));
        }
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.is_empty() {
            return Err(wrong("names no host"));
        }
        if authority.contains('@') {
            return Err(wrong("must not contain a user name or password"));
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(wrong("contains a character that no address has"));
        }
        Ok(HubUrl(text.trim_end_matches('/').to_owned()))
    }

    /// The address as text, without trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port of an absolute URL.
    fn origin(url: &str) -> Option<&str> {
        let host = url.find("://")? + 3;
        let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
        Some(&url[..end])
    }

    /// Whether `url` is on this Hub's own origin, so that it may see the token.
    pub fn is_origin_of(&self, url: &str) -> bool {
        match (HubUrl::origin(&self.0), HubUrl::origin(url)) {
            (Some(ours), Some(theirs)) => ours.eq_ignore_ascii_case(theirs) && !url.contains('\\'),
            _ => false,
        }
    }
}

/// An access token. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Takes a token as the user gave it.
    ///
    /// Errors: `invalid_input` unless it begins with `hf_` and is visible ASCII; the message does not repeat it.
    pub fn parse(text: &str) -> Result<Token, Error> {
        if !text.starts_with("hf_") {
            return Err(Error::invalid(
                "accessToken must begin with hf_; make one under Settings, Access Tokens on the Hub",
            ));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid(
                "accessToken contains a space or another character that no token has; copy it again",
            ));
        }
        Ok(Token(text.to_owned()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The kinds of repo that a commit can go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RepoType {
    /// A model; the Hub's default.
    Model,
    /// A dataset.
    Dataset,
    /// A Space.
    Space,
}

impl RepoType {
    /// The word in a JSON body.
    pub fn as_str(self) -> &'static str {
        match self {
            RepoType::Model => "model",
            RepoType::Dataset => "dataset",
            RepoType::Space => "space",
        }
    }

    /// The word in an API path.
    pub fn plural(self) -> &'static str {
        match self {
            RepoType::Model => "models",
            RepoType::Dataset => "datasets",
            RepoType::Space => "spaces",
        }
    }

    /// What stands before the repo id in page, resolve and git URLs.
    pub fn url_prefix(self) -> &'static str {
        match self {
            RepoType::Model => "",
            RepoType::Dataset => "datasets/",
            RepoType::Space => "spaces/",
        }
    }
}

/// A repo: its type and its id (`user/name`, or `name` alone for a few old models).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RepoId {
    /// The type.
    pub repo_type: RepoType,
    /// `namespace/name` or `name`.
    pub name: String,
}

impl RepoId {
    /// Reads the short form: `user/name`, `datasets/user/name`, `spaces/user/name`.
    ///
    /// Errors: as [`RepoId::new`]; `unsupported` for a bucket.
    pub fn parse(text: &str) -> Result<RepoId, Error> {
        if let Some((prefix, rest)) = text.split_once('/')
            && rest.contains('/')
        {
            return match prefix {
                "models" | "model" => RepoId::new("model", rest),
                "datasets" | "dataset" => RepoId::new("dataset", rest),
                "spaces" | "space" => RepoId::new("space", rest),
                "buckets" | "bucket" => RepoId::new("bucket", rest),
                _ => Err(Error::invalid(format!(
                    "repo {text} must look like user/name, datasets/user/name or spaces/user/name",
                    text = Quoted(text)
                ))),
            };
        }
        RepoId::new("model", text)
    }

    /// Checks a type and an id.
    ///
    /// Errors: `invalid_input` when the id breaks the Hub's naming rule; `unsupported` for a bucket.
    /// Source: Hub API, repo id rule of clients: at most 96 characters of `A-Za-z0-9._-`, at most one `/`, no `--`, no
    /// `..`, no part that begins or ends with `-` or `.`, not ending in `.git`.
    pub fn new(repo_type: &str, name: &str) -> Result<RepoId, Error> {
        let repo_type = match repo_type {
            "model" => RepoType::Model,
            "dataset" => RepoType::Dataset,
            "space" => RepoType::Space,
            "bucket" => {
                return Err(Error::new(
                    crate::Code::Unsupported,
                    "Buckets are not supported yet; give a model, dataset or Space",
                ));
            }
            other => {
                return Err(Error::invalid(format!(
                    "repo type {other} is unknown; use \"model\", \"dataset\" or \"space\"",
                    other = Quoted(other)
                )));
            }
        };
        let wrong =
            |why: &str| Error::invalid(format!("repo {name} {why}; it must look like user/name", name = Quoted(name)));
        if name.is_empty() {
            return Err(wrong("is empty"));
        }
        if name.len() > 96 {
            return Err(wrong("is longer than 96 characters"));
        }
        if name.matches('/').count() > 1 {
            return Err(wrong("has more than one slash"));
        }
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/')) {
            return Err(wrong("may only contain letters, digits, and . _ - besides the slash"));
        }
        if name.contains("--") || name.contains("..") {
            return Err(wrong("must not contain -- or .."));
        }
        let bad_edge = |part: &str| part.is_empty() || part.starts_with(['-', '.']) || part.ends_with(['-', '.']);
        if name.split('/').any(bad_edge) {
            return Err(wrong("has a part that is empty or begins or ends with - or ."));
        }
        if name.ends_with(".git") {
            return Err(wrong("must not end in .git"));
        }
        Ok(RepoId { repo_type, name: name.to_owned() })
    }

    /// The namespace, when there is one.
    pub fn namespace(&self) -> Option<&str> {
        self.name.split_once('/').map(|(namespace, _)| namespace)
    }

    /// The name without the namespace.
    pub fn short_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}

impl fmt::Display for RepoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.repo_type.url_prefix(), self.name)
    }
}

/// Where requests go and in whose name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    /// The address.
    pub url: HubUrl,
    /// The caller's token; none means anonymous.
    pub token: Option<Token>,
}

impl Hub {
    /// A request to a path of the Hub (beginning with `/`, already encoded), with the token.
    pub fn request(&self, method: Method, path: &str) -> Request {
        self.with_token(Request::new(method, format!("{}{path}", self.url.as_str())))
    }

    /// A request below `/api/{type}/{id}`; `path` begins with `/` or is empty.
    pub fn repo_request(&self, method: Method, repo: &RepoId, path: &str) -> Request {
        self.request(method, &format!("/api/{}/{}{path}", repo.repo_type.plural(), repo.name))
    }

    /// A request to a URL that a server named: the token goes along only to the Hub's own origin.
    pub fn follow(&self, method: Method, url: &str) -> Request {
        let request = Request::new(method, url);
        if self.url.is_origin_of(url) { self.with_token(request) } else { request }
    }

    /// The URL of a page of the repo; `path` begins with `/` or is empty.
    pub fn page_url(&self, repo: &RepoId, path: &str) -> String {
        format!("{}/{repo}{path}", self.url.as_str())
    }

    fn with_token(&self, request: Request) -> Request {
        match &self.token {
            Some(Token(token)) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn addresses() {
        // (text, what is kept)
        let rows = [
            ("https://huggingface.co", Some("https://huggingface.co")),
            ("https://huggingface.co/", Some("https://huggingface.co")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("https://mirror.example/hub/", Some("https://mirror.example/hub")),
            ("http://[::1]:80", Some("http://[::1]:80")),
            ("huggingface.co", None),
            ("ftp://huggingface.co", None),
            ("javascript:alert(1)//https://", None),
            ("https://", None),
            ("https:///x", None),
            ("https://user:password@hub.example", None),
            ("https://hub.example?x", None),
            ("https://hub.example#x", None),
            ("https://hub.example\\@evil.example", None),
            (" https://hub.example", None),
            ("https://hub.example/\n", None),
        ];
        for (text, expected) in rows {
            let url = HubUrl::parse(text);
            assert_eq!(url.as_ref().ok().map(HubUrl::as_str), expected, "{text:?}");
            if let Err(error) = url {
                assert_eq!(error.code, Code::InvalidInput, "{text:?}");
            }
        }
    }

    #[test]
    fn the_token_goes_to_the_hubs_origin_only() {
        let hub = Hub {
            url: HubUrl::parse("https://hub.example/prefix").unwrap(),
            token: Some(Token::parse("hf_secret").unwrap()),
        };
        let rows = [
            ("https://hub.example/x", true),
            ("https://HUB.example/x?y", true),
            ("https://hub.example", true),
            ("https://hub.example?x", true),
            ("http://hub.example/x", false),
            ("https://hub.example:444/x", false),
            ("https://hub.example.evil.example/x", false),
            ("https://hub.example@evil.example/x", false),
            ("https://hub.example\\@evil.example/x", false),
            ("https://hub.example/\\..\\evil", false),
            ("https://evil.example/https://hub.example/", false),
            (" https://hub.example/x", false),
            ("//hub.example/x", false),
            ("/x", false),
            ("", false),
        ];
        for (url, expected) in rows {
            let request = hub.follow(Method::Get, url);
            let sends = request.headers.iter().any(|(name, _)| *name == "authorization");
            assert_eq!(sends, expected, "{url:?}");
            assert!(!format!("{request:?} {hub:?}").contains("secret"), "{url:?}");
        }
    }

    #[test]
    fn tokens() {
        assert!(Token::parse("hf_abc").is_ok());
        for text in ["", "abc", "Bearer hf_abc", "hf_a b", "hf_abc\n", "hf_\u{fc}"] {
            let error = Token::parse(text).unwrap_err();
            assert_eq!(error.code, Code::InvalidInput, "{text:?}");
            assert!(text.is_empty() || !error.message.contains(text), "{text:?}");
        }
    }

    #[test]
    fn repos() {
        // (text, type and page of the repo)
        let long = "a".repeat(97);
        let rows = [
            ("user/name", Some((RepoType::Model, "user/name"))),
            ("gpt2", Some((RepoType::Model, "gpt2"))),
            ("datasets/user/name", Some((RepoType::Dataset, "datasets/user/name"))),
            ("spaces/user/na.me_1-x", Some((RepoType::Space, "spaces/user/na.me_1-x"))),
            ("models/user/name", Some((RepoType::Model, "user/name"))),
            // Two parts only: a model of a user who has this name.
            ("datasets/name", Some((RepoType::Model, "datasets/name"))),
            ("", None),
            ("/", None),
            ("user/", None),
            ("/name", None),
            ("kernels/user/name", None),
            ("datasets/user/name/x", None),
            ("us er/name", None),
            ("user/na--me", None),
            ("user/na..me", None),
            ("user/-name", None),
            ("user/name.", None),
            ("user/name.git", None),
            ("user/\u{fc}", None),
            ("user/..", None),
            (&long, None),
        ];
        for (text, expected) in rows {
            let repo = RepoId::parse(text);
            let found = repo.as_ref().ok().map(|repo| (repo.repo_type, repo.to_string()));
            assert_eq!(found, expected.map(|(repo_type, page)| (repo_type, page.to_owned())), "{text:?}");
        }
        assert_eq!(RepoId::parse("buckets/user/name").unwrap_err().code, Code::Unsupported);
        assert_eq!(RepoId::new("bucket", "user/name").unwrap_err().code, Code::Unsupported);
        assert_eq!(RepoId::new("kernel", "user/name").unwrap_err().code, Code::InvalidInput);
    }

    #[test]
    fn segments() {
        assert_eq!(revision_segment("refs/pr/3").unwrap(), "refs%2Fpr%2F3");
        assert_eq!(revision_segment("v1.0 (x)!~*'").unwrap(), "v1.0%20(x)!~*'");
        assert_eq!(path_segments("a b/\u{fc}#?%\\c").unwrap(), "a%20b/%C3%BC%23%3F%25%5Cc");
        for odd in ["", ".", ".."] {
            assert_eq!(revision_segment(odd).unwrap_err().code, Code::InvalidInput, "{odd:?}");
        }
        for odd in [".", "..", "../x", "a/../b", "a/."] {
            assert_eq!(path_segments(odd).unwrap_err().code, Code::InvalidInput, "{odd:?}");
        }
    }
}
