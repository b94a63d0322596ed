//! The URL space in one place: what a method and a path mean.
//!
//! `parse` is pure and knows nothing of users or repos that exist. The page's own files are not routes: they are looked up before, by
//! name.

mod names;

pub use names::{DiscussionEvent, NoRoute, RepoRoute, Route};

use axum::http::Method;
use percent_encoding::percent_decode_str;

use crate::cas::token::Scope;
use crate::ident::{RepoId, RepoType};
use crate::oauth;
use crate::oauth::route::OAuthRoute;

/// What a request is for.
pub fn parse(method: &Method, path: &str) -> Result<Route, NoRoute> {
    let segments = decode(path).ok_or(NoRoute::Malformed)?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    // A HEAD is a GET whose body is not sent.
    let method = if method == Method::HEAD { &Method::GET } else { method };
    Parser { method }.top(&segments)
}

/// The segments of a path, each decoded; a trailing slash leaves no segment.
fn decode(path: &str) -> Option<Vec<String>> {
    let path = path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Some(Vec::new());
    }
    path.split('/')
        .map(|segment| percent_decode_str(segment).decode_utf8().ok().map(|text| text.into_owned()))
        .collect()
}

struct Parser<'a> {
    method: &'a Method,
}

impl Parser<'_> {
    /// The route, when the method is the one it wants.
    fn by(&self, method: Method, route: Route) -> Result<Route, NoRoute> {
        if *self.method == method { Ok(route) } else { Err(NoRoute::MethodNotAllowed) }
    }

    fn top(&self, segments: &[&str]) -> Result<Route, NoRoute> {
        let get = |route| self.by(Method::GET, route);
        match segments {
            [] => get(Route::Home),
            ["_health"] => get(Route::Health),
            ["_control", rest @ ..] => Ok(Route::Control(rest.iter().map(|s| (*s).to_owned()).collect())),
            ["_web", file] => get(Route::WebFile((*file).to_owned())),
            ["repos"] => get(Route::RepoList),
            [".well-known", "openid-configuration"] => get(Route::OAuth(OAuthRoute::Configuration)),
            ["oauth", rest @ ..] => oauth::route::parse(self.method, rest).map(Route::OAuth),
            ["api", rest @ ..] => self.api(rest),
            ["datasets", rest @ ..] => self.page(RepoType::Dataset, rest),
            ["spaces", rest @ ..] => self.page(RepoType::Space, rest),
            ["kernels", rest @ ..] => self.page(RepoType::Kernel, rest),
            [owner] if !owner.ends_with(".git") => get(Route::OwnerPage((*owner).to_owned())),
            rest => self.page(RepoType::Model, rest),
        }
    }

    fn api(&self, segments: &[&str]) -> Result<Route, NoRoute> {
        match segments {
            ["whoami-v2"] => self.by(Method::GET, Route::Whoami),
            ["repos", "create"] => self.by(Method::POST, Route::CreateRepo),
            ["repos", "delete"] => self.by(Method::DELETE, Route::DeleteRepo),
            ["repos", "move"] => self.by(Method::POST, Route::MoveRepo),
            ["validate-yaml"] => self.by(Method::POST, Route::ValidateYaml),
            ["complete_multipart"] => self.by(Method::POST, Route::CompleteMultipart),
            [kind, rest @ ..] => match RepoType::from_plural(kind) {
                Some(kind) => self.api_repo(kind, rest),
                None => Err(NoRoute::NotFound),
            },
            [] => Err(NoRoute::NotFound),
        }
    }

    fn api_repo(&self, kind: RepoType, segments: &[&str]) -> Result<Route, NoRoute> {
        let (owner, name, rest) = match segments {
            [] => return self.by(Method::GET, Route::ListRepos(kind)),
            [name] => ("", *name, &[][..]),
            [owner, name, rest @ ..] => (*owner, *name, rest),
        };
        match self.api_route(kind, owner, name, rest) {
            // `gpt2/tree/main`: an old model without a namespace.
            Err(NoRoute::NotFound) if !owner.is_empty() => self.api_route(kind, "", owner, &segments[1..]),
            found => found,
        }
    }

    fn api_route(&self, kind: RepoType, owner: &str, name: &str, rest: &[&str]) -> Result<Route, NoRoute> {
        let id = RepoId { kind, owner: owner.to_owned(), name: name.to_owned() };
        let own = |text: &str| text.to_owned();
        let (method, route) = match rest {
            [] => (Method::GET, RepoRoute::Info(None)),
            ["revision", rev] => (Method::GET, RepoRoute::Info(Some(own(rev)))),
            ["settings"] => (Method::PUT, RepoRoute::Settings),
            ["refs"] => (Method::GET, RepoRoute::Refs),
            ["branch", branch] if *self.method == Method::DELETE => {
                (Method::DELETE, RepoRoute::DeleteBranch(own(branch)))
            }
            ["branch", branch] => (Method::POST, RepoRoute::CreateBranch(own(branch))),
            ["tag", tag] if *self.method == Method::DELETE => (Method::DELETE, RepoRoute::DeleteTag(own(tag))),
            ["tag", rev] => (Method::POST, RepoRoute::CreateTag(own(rev))),
            ["commits", rev] => (Method::GET, RepoRoute::Commits(own(rev))),
            ["super-squash", rev] => (Method::POST, RepoRoute::SuperSquash(own(rev))),
            ["tree", rev, path @ ..] => (Method::GET, RepoRoute::Tree(own(rev), path.join("/"))),
            ["paths-info", rev] => (Method::POST, RepoRoute::PathsInfo(own(rev))),
            ["preupload", rev] => (Method::POST, RepoRoute::Preupload(own(rev))),
            ["commit", rev] => (Method::POST, RepoRoute::Commit(own(rev))),
            ["xet-write-token", rev] => (Method::GET, RepoRoute::XetToken(Scope::Write, own(rev))),
            ["xet-read-token", rev] => (Method::GET, RepoRoute::XetToken(Scope::Read, own(rev))),
            ["lfs-files"] => (Method::GET, RepoRoute::LfsFiles),
            ["lfs-files", "batch"] => (Method::POST, RepoRoute::DeleteLfsFiles),
            ["lfs-files", "duplicate"] => (Method::POST, RepoRoute::DuplicateLfsFiles),
            ["discussions"] if *self.method == Method::POST => (Method::POST, RepoRoute::CreateDiscussion),
            ["discussions"] => (Method::GET, RepoRoute::Discussions),
            ["discussions", num] => (Method::GET, RepoRoute::Discussion(number(num)?)),
            ["discussions", num, event] => {
                let event = match *event {
                    "status" => DiscussionEvent::Status,
                    "merge" => DiscussionEvent::Merge,
                    "comment" => DiscussionEvent::Comment,
                    "title" => DiscussionEvent::Title,
                    _ => return Err(NoRoute::NotFound),
                };
                (Method::POST, RepoRoute::DiscussionEvent(number(num)?, event))
            }
            _ => return Err(NoRoute::NotFound),
        };
        self.by(method, Route::Repo(id, route))
    }

    /// Pages and git URLs: no `/api`, and the models have no prefix.
    fn page(&self, kind: RepoType, segments: &[&str]) -> Result<Route, NoRoute> {
        match segments {
            [] => Err(NoRoute::NotFound),
            [name] => self.page_route(kind, "", name, &[]),
            [owner, name, rest @ ..] => match self.page_route(kind, owner, name, rest) {
                Err(NoRoute::NotFound) => self.page_route(kind, "", owner, &segments[1..]),
                found => found,
            },
        }
    }

    fn page_route(&self, kind: RepoType, owner: &str, name: &str, rest: &[&str]) -> Result<Route, NoRoute> {
        let own = |text: &str| text.to_owned();
        let id = |name: &str| RepoId { kind, owner: owner.to_owned(), name: name.to_owned() };
        // Git takes a URL with and without the ending.
        if let Some((method, route)) = git(rest) {
            return self.by(method, Route::Repo(id(name.strip_suffix(".git").unwrap_or(name)), route));
        }
        if let Some(name) = name.strip_suffix(".git") {
            return match rest {
                ["info", "lfs", "objects", "batch"] => {
                    self.by(Method::POST, Route::Repo(id(name), RepoRoute::LfsBatch))
                }
                ["info", "lfs", "objects", "verify"] => {
                    self.by(Method::POST, Route::Repo(id(name), RepoRoute::LfsVerify))
                }
                _ => Err(NoRoute::NotFound),
            };
        }
        let route = match rest {
            [] => RepoRoute::PageHome,
            ["resolve", rest @ ..] => file(rest).map(|(rev, path)| RepoRoute::Resolve(rev, path))?,
            ["raw", rest @ ..] => file(rest).map(|(rev, path)| RepoRoute::Raw(rev, path))?,
            ["blob", rest @ ..] => file(rest).map(|(rev, path)| RepoRoute::PageBlob(rev, path))?,
            ["tree", rest @ ..] => revision(rest).map(|(rev, path)| RepoRoute::PageTree(rev, path.join("/")))?,
            ["commits", rest @ ..] => match revision(rest)? {
                (rev, []) => RepoRoute::PageCommits(rev),
                _ => return Err(NoRoute::NotFound),
            },
            ["commit", sha] => RepoRoute::PageCommit(own(sha)),
            ["discussions"] => RepoRoute::PageDiscussions,
            ["discussions", num] => RepoRoute::PageDiscussion(number(num)?),
            _ => return Err(NoRoute::NotFound),
        };
        self.by(Method::GET, Route::Repo(id(name), route))
    }
}

/// What git asks for, and how.
fn git(rest: &[&str]) -> Option<(Method, RepoRoute)> {
    match rest {
        ["info", "refs"] => Some((Method::GET, RepoRoute::GitRefs)),
        ["git-upload-pack"] => Some((Method::POST, RepoRoute::GitUploadPack)),
        ["git-receive-pack"] => Some((Method::POST, RepoRoute::GitReceivePack)),
        _ => None,
    }
}

/// A revision and a file's path, which is not empty.
fn file(segments: &[&str]) -> Result<(String, String), NoRoute> {
    match revision(segments)? {
        (_, []) => Err(NoRoute::NotFound),
        (rev, path) => Ok((rev, path.join("/"))),
    }
}

/// The revision at the front, which page URLs may also hold undivided: `resolve/refs/pr/3/a.txt`.
fn revision<'a, 'b>(segments: &'a [&'b str]) -> Result<(String, &'a [&'b str]), NoRoute> {
    match segments {
        ["refs", group @ ("pr" | "convert"), name, path @ ..] => Ok((format!("refs/{group}/{name}"), path)),
        [rev, path @ ..] => Ok(((*rev).to_owned(), path)),
        [] => Err(NoRoute::NotFound),
    }
}

fn number(text: &str) -> Result<u64, NoRoute> {
    text.parse().ok().filter(|n| *n > 0).ok_or(NoRoute::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repo(kind: RepoType, owner: &str, name: &str, route: RepoRoute) -> Route {
        Route::Repo(RepoId { kind, owner: owner.into(), name: name.into() }, route)
    }

    #[test]
    fn routes() {
        use RepoType::{Dataset, Model, Space};
        let s = String::from;
        let table = [
            ("GET", "/", Route::Home),
            ("GET", "/repos", Route::RepoList),
            ("GET", "/demo", Route::OwnerPage(s("demo"))),
            ("GET", "/_control/requests", Route::Control(vec![s("requests")])),
            ("GET", "/api/whoami-v2", Route::Whoami),
            ("POST", "/api/repos/create", Route::CreateRepo),
            ("GET", "/api/models", Route::ListRepos(Model)),
            ("GET", "/api/models/u/n", repo(Model, "u", "n", RepoRoute::Info(None))),
            ("HEAD", "/api/models/u/n", repo(Model, "u", "n", RepoRoute::Info(None))),
            ("GET", "/api/models/gpt2", repo(Model, "", "gpt2", RepoRoute::Info(None))),
            ("GET", "/api/models/gpt2/tree/main", repo(Model, "", "gpt2", RepoRoute::Tree(s("main"), s("")))),
            (
                "GET",
                "/api/datasets/u/n/revision/refs%2Fpr%2F3",
                repo(Dataset, "u", "n", RepoRoute::Info(Some(s("refs/pr/3")))),
            ),
            ("GET", "/api/models/u/n/tree/main/a/b%20c", repo(Model, "u", "n", RepoRoute::Tree(s("main"), s("a/b c")))),
            ("GET", "/api/models/u/n/tree/main/", repo(Model, "u", "n", RepoRoute::Tree(s("main"), s("")))),
            ("POST", "/api/spaces/u/n/commit/main", repo(Space, "u", "n", RepoRoute::Commit(s("main")))),
            ("POST", "/api/models/u/n/branch/a%2Fb", repo(Model, "u", "n", RepoRoute::CreateBranch(s("a/b")))),
            ("DELETE", "/api/models/u/n/branch/a", repo(Model, "u", "n", RepoRoute::DeleteBranch(s("a")))),
            (
                "POST",
                "/api/models/u/n/discussions/7/merge",
                repo(Model, "u", "n", RepoRoute::DiscussionEvent(7, DiscussionEvent::Merge)),
            ),
            (
                "GET",
                "/api/datasets/u/n/xet-write-token/refs%2Fpr%2F3",
                repo(Dataset, "u", "n", RepoRoute::XetToken(Scope::Write, s("refs/pr/3"))),
            ),
            (
                "GET",
                "/api/models/u/n/xet-read-token/main",
                repo(Model, "u", "n", RepoRoute::XetToken(Scope::Read, s("main"))),
            ),
            ("POST", "/u/n.git/info/lfs/objects/batch", repo(Model, "u", "n", RepoRoute::LfsBatch)),
            ("POST", "/datasets/u/n.git/info/lfs/objects/verify", repo(Dataset, "u", "n", RepoRoute::LfsVerify)),
            ("GET", "/u/n.git/info/refs", repo(Model, "u", "n", RepoRoute::GitRefs)),
            ("POST", "/datasets/u/n/git-upload-pack", repo(Dataset, "u", "n", RepoRoute::GitUploadPack)),
            ("GET", "/u/n", repo(Model, "u", "n", RepoRoute::PageHome)),
            ("GET", "/u/tree", repo(Model, "u", "tree", RepoRoute::PageHome)),
            ("GET", "/api/models/u/refs", repo(Model, "u", "refs", RepoRoute::Info(None))),
            ("GET", "/api/models/u/tree/tree/main", repo(Model, "u", "tree", RepoRoute::Tree(s("main"), s("")))),
            ("POST", "/gpt2.git/info/lfs/objects/batch", repo(Model, "", "gpt2", RepoRoute::LfsBatch)),
            ("GET", "/gpt2/resolve/main/a", repo(Model, "", "gpt2", RepoRoute::Resolve(s("main"), s("a")))),
            ("HEAD", "/u/n/resolve/main/a/b.txt", repo(Model, "u", "n", RepoRoute::Resolve(s("main"), s("a/b.txt")))),
            ("GET", "/u/n/resolve/refs/pr/1/a", repo(Model, "u", "n", RepoRoute::Resolve(s("refs/pr/1"), s("a")))),
            ("GET", "/spaces/u/n/blob/main/%C3%BC", repo(Space, "u", "n", RepoRoute::PageBlob(s("main"), s("ü")))),
            ("GET", "/datasets/u/n/commit/abc", repo(Dataset, "u", "n", RepoRoute::PageCommit(s("abc")))),
        ];
        for (method, path, route) in table {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(parse(&method, path), Ok(route), "{method} {path}");
        }
    }

    #[test]
    fn no_routes() {
        let table = [
            ("POST", "/", NoRoute::MethodNotAllowed),
            ("GET", "/api/repos/create", NoRoute::MethodNotAllowed),
            ("GET", "/api/nothing", NoRoute::NotFound),
            ("GET", "/api/models/u/n/nothing", NoRoute::NotFound),
            ("GET", "/api/models/u/n/discussions/0", NoRoute::NotFound),
            ("PUT", "/api/models/u/n/commit/main", NoRoute::MethodNotAllowed),
            ("GET", "/u/n/resolve/main", NoRoute::NotFound),
            ("GET", "/u/n/nothing/main", NoRoute::NotFound),
            ("GET", "/u/%FF", NoRoute::Malformed),
        ];
        for (method, path, none) in table {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(parse(&method, path), Err(none), "{method} {path}");
        }
    }
}
