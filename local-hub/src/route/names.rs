//! The routes, and the names that the request log and fault rules call them by.

use crate::cas::token::Scope;
use crate::ident::{RepoId, RepoType};
use crate::oauth::route::OAuthRoute;

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `GET /`.
    Home,
    /// `GET /_health`.
    Health,
    /// `/_control/…`, the rest in segments.
    Control(Vec<String>),
    /// `GET /_web/…`: the files of the web view.
    WebFile(String),
    /// `GET /repos`.
    RepoList,
    /// `GET /{user}`.
    OwnerPage(String),
    /// `GET /api/whoami-v2`.
    Whoami,
    /// `POST /api/repos/create`.
    CreateRepo,
    /// `DELETE /api/repos/delete`.
    DeleteRepo,
    /// `POST /api/repos/move`.
    MoveRepo,
    /// `POST /api/validate-yaml`.
    ValidateYaml,
    /// `POST /api/complete_multipart`.
    CompleteMultipart,
    /// `GET /api/{t}`.
    ListRepos(RepoType),
    /// The login of apps.
    OAuth(OAuthRoute),
    /// Everything about one repo.
    Repo(RepoId, RepoRoute),
}

/// What a request to one repo is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepoRoute {
    /// `GET /api/{t}/{id}[/revision/{rev}]`.
    Info(Option<String>),
    /// `PUT /api/{t}/{id}/settings`.
    Settings,
    /// `GET …/refs`.
    Refs,
    /// `POST …/branch/{branch}`.
    CreateBranch(String),
    /// `DELETE …/branch/{branch}`.
    DeleteBranch(String),
    /// `POST …/tag/{rev}`.
    CreateTag(String),
    /// `DELETE …/tag/{tag}`.
    DeleteTag(String),
    /// `GET …/commits/{rev}`.
    Commits(String),
    /// `POST …/super-squash/{rev}`.
    SuperSquash(String),
    /// `GET …/tree/{rev}[/{path}]`.
    Tree(String, String),
    /// `POST …/paths-info/{rev}`.
    PathsInfo(String),
    /// `POST …/preupload/{rev}`.
    Preupload(String),
    /// `POST …/commit/{rev}`.
    Commit(String),
    /// `GET …/xet-write-token/{rev}`, `GET …/xet-read-token/{rev}`.
    XetToken(Scope, String),
    /// `GET …/lfs-files`.
    LfsFiles,
    /// `POST …/lfs-files/batch`.
    DeleteLfsFiles,
    /// `POST …/lfs-files/duplicate`.
    DuplicateLfsFiles,
    /// `GET …/discussions`.
    Discussions,
    /// `POST …/discussions`.
    CreateDiscussion,
    /// `GET …/discussions/{num}`.
    Discussion(u64),
    /// `POST …/discussions/{num}/{status|merge|comment|title}`.
    DiscussionEvent(u64, DiscussionEvent),
    /// `POST {p}{id}.git/info/lfs/objects/batch`.
    LfsBatch,
    /// `POST {p}{id}.git/info/lfs/objects/verify`.
    LfsVerify,
    /// `GET {p}{id}.git/info/refs?service=…`.
    GitRefs,
    /// `POST {p}{id}.git/git-upload-pack`.
    GitUploadPack,
    /// `POST {p}{id}.git/git-receive-pack`.
    GitReceivePack,
    /// `GET|HEAD {p}{id}/resolve/{rev}/{path}`.
    Resolve(String, String),
    /// `GET|HEAD {p}{id}/raw/{rev}/{path}`.
    Raw(String, String),
    /// `GET {p}{id}`.
    PageHome,
    /// `GET {p}{id}/tree/{rev}[/{path}]`.
    PageTree(String, String),
    /// `GET {p}{id}/blob/{rev}/{path}`.
    PageBlob(String, String),
    /// `GET {p}{id}/commits/{rev}`.
    PageCommits(String),
    /// `GET {p}{id}/commit/{sha}`.
    PageCommit(String),
    /// `GET {p}{id}/discussions`.
    PageDiscussions,
    /// `GET {p}{id}/discussions/{num}`.
    PageDiscussion(u64),
}

/// What is done to a discussion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscussionEvent {
    /// Open, close, make ready.
    Status,
    /// Merge the pull request.
    Merge,
    /// Say something.
    Comment,
    /// Rename it.
    Title,
}

/// Why a request means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// There is nothing at this path.
    NotFound,
    /// There is something, but not by this method.
    MethodNotAllowed,
    /// The path is not percent-encoded UTF-8.
    Malformed,
}

impl Route {
    /// The name in the request log and in fault rules.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Health => "health",
            Self::Control(_) => "control",
            Self::WebFile(_) => "web.file",
            Self::RepoList => "web.repos",
            Self::OwnerPage(_) => "web.owner",
            Self::Whoami => "whoami",
            Self::CreateRepo => "repo.create",
            Self::DeleteRepo => "repo.delete",
            Self::MoveRepo => "repo.move",
            Self::ValidateYaml => "validate-yaml",
            Self::CompleteMultipart => "lfs.complete",
            Self::ListRepos(_) => "repo.list",
            Self::OAuth(route) => route.name(),
            Self::Repo(_, route) => route.name(),
        }
    }
}

impl RepoRoute {
    /// See [`Route::name`].
    pub fn name(&self) -> &'static str {
        match self {
            Self::Info(_) => "repo.info",
            Self::Settings => "repo.settings",
            Self::Refs => "refs",
            Self::CreateBranch(_) => "branch.create",
            Self::DeleteBranch(_) => "branch.delete",
            Self::CreateTag(_) => "tag.create",
            Self::DeleteTag(_) => "tag.delete",
            Self::Commits(_) => "commits",
            Self::SuperSquash(_) => "super-squash",
            Self::Tree(..) => "tree",
            Self::PathsInfo(_) => "paths-info",
            Self::Preupload(_) => "preupload",
            Self::Commit(_) => "commit",
            Self::XetToken(Scope::Write, _) => "xet.write-token",
            Self::XetToken(Scope::Read, _) => "xet.read-token",
            Self::LfsFiles => "lfs-files.list",
            Self::DeleteLfsFiles => "lfs-files.delete",
            Self::DuplicateLfsFiles => "lfs-files.duplicate",
            Self::Discussions => "discussions.list",
            Self::CreateDiscussion => "discussions.create",
            Self::Discussion(_) => "discussions.get",
            Self::DiscussionEvent(_, DiscussionEvent::Status) => "discussions.status",
            Self::DiscussionEvent(_, DiscussionEvent::Merge) => "discussions.merge",
            Self::DiscussionEvent(_, DiscussionEvent::Comment) => "discussions.comment",
            Self::DiscussionEvent(_, DiscussionEvent::Title) => "discussions.title",
            Self::LfsBatch => "lfs.batch",
            Self::LfsVerify => "lfs.verify",
            Self::GitRefs => "git.refs",
            Self::GitUploadPack => "git.upload-pack",
            Self::GitReceivePack => "git.receive-pack",
            Self::Resolve(..) => "resolve",
            Self::Raw(..) => "raw",
            Self::PageHome => "web.repo",
            Self::PageTree(..) => "web.tree",
            Self::PageBlob(..) => "web.blob",
            Self::PageCommits(_) => "web.commits",
            Self::PageCommit(_) => "web.commit",
            Self::PageDiscussions => "web.discussions",
            Self::PageDiscussion(_) => "web.discussion",
        }
    }
}

impl RepoRoute {
    /// The revision that the request is about, where its URL names one.
    pub fn revision(&self) -> Option<&str> {
        match self {
            Self::Info(Some(rev))
            | Self::Commits(rev)
            | Self::Tree(rev, _)
            | Self::PathsInfo(rev)
            | Self::Preupload(rev)
            | Self::Commit(rev)
            | Self::XetToken(_, rev)
            | Self::Resolve(rev, _)
            | Self::Raw(rev, _) => Some(rev),
            _ => None,
        }
    }
}
