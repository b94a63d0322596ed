//! One call of the Hub's API as a plain object, and the machine behind it without its types.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use super::answer::{
    CommitPageView, CreatedRepoView, EntryListView, FoundDownloadView, RefsView, RepoInfoView, ResolvedView,
    TreePageView,
};
use super::plan::{FoundPlanView, XetGrantView};
use super::repo::{RepoSpec, hub};
use crate::call::Call;
use crate::cas::Cas;
use crate::cas::data::FetchData;
use crate::cas::reconstruction::{Reconstruct, Version};
use crate::error::Error;
use crate::hash::XetHash;
use crate::http::{Request, Response};
use crate::hub::branch::{CreateBranch, DeleteBranch};
use crate::hub::commits::ListCommits;
use crate::hub::download_info::FileDownloadInfo;
use crate::hub::file_exists::FileExists;
use crate::hub::paths_info::PathsInfo;
use crate::hub::refs::ListRefs;
use crate::hub::repo_create::{CreateRepo, InitialFile, Visibility};
use crate::hub::repo_delete::DeleteRepo;
use crate::hub::repo_info::{RepoExists, RepoInfo};
use crate::hub::resolve::{Resolve, Want};
use crate::hub::tree::ListTree;
use crate::hub::whoami::WhoAmI;
use crate::hub::xet_token::{Scope, XetToken};
use crate::hub::{Endpoint, Hub, Replay};
use crate::json::{Fields, Json, Misfit, Read, show};
use crate::quote::Quoted;
use crate::time::Millis;

reads!(CallSpec, Ask);

/// A call: which Hub, in whose name, and what.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase", try_from = "Json")]
pub struct CallSpec {
    /// Default: the public Hub.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub hub_url: Option<String>,
    /// The token.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub access_token: Option<String>,
    /// What to ask.
    pub ask: Ask,
}

/// What a [`CallSpec`] asks. The names in `type` are those of the public functions. No `Debug`: some hold a token.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", try_from = "Json")]
pub enum Ask {
    /// Who owns the token; yields the Hub's own JSON.
    #[default]
    WhoAmI,
    /// Makes a repo; yields [`CreatedRepoView`].
    CreateRepo {
        /// The repo.
        repo: RepoSpec,
        /// Who sees it.
        #[cfg_attr(feature = "wasm", tsify(optional, type = "\"public\" | \"private\" | \"protected\""))]
        visibility: Option<Visibility>,
        /// License identifier.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        license: Option<String>,
        /// What runs a Space; default `static`.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        sdk: Option<String>,
        /// Files that it starts with, contents in base64.
        #[cfg_attr(feature = "wasm", tsify(optional, type = "{ path: string; content: string }[]"))]
        files: Vec<InitialFile>,
        /// A repo that is there already is fine.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        exist_ok: bool,
    },
    /// Deletes a repo; yields null.
    DeleteRepo {
        /// The repo.
        repo: RepoSpec,
    },
    /// A repo at a revision; yields [`RepoInfoView`].
    RepoInfo {
        /// The repo.
        repo: RepoSpec,
        /// Default: the default branch.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        revision: Option<String>,
    },
    /// Whether a repo is there; yields a boolean.
    RepoExists {
        /// The repo.
        repo: RepoSpec,
    },
    /// Makes a branch; yields null.
    CreateBranch {
        /// The repo.
        repo: RepoSpec,
        /// The new branch.
        branch: String,
        /// Default: the default branch's head.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        starting_point: Option<String>,
        /// Start without files and history.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        empty: bool,
        /// Move a branch of that name.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        overwrite: bool,
    },
    /// Deletes a branch; yields null.
    DeleteBranch {
        /// The repo.
        repo: RepoSpec,
        /// The branch.
        branch: String,
    },
    /// Branches and tags; yields [`RefsView`].
    ListRefs {
        /// The repo.
        repo: RepoSpec,
        /// Also pull requests.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        pull_requests: bool,
    },
    /// One page of a folder; yields [`TreePageView`].
    ListTree {
        /// The repo.
        repo: RepoSpec,
        /// Default: `main`.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        revision: Option<String>,
        /// Default: the root.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        path: Option<String>,
        /// Also everything below.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        recursive: bool,
        /// Also the last commit of each path.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        expand: bool,
        /// Entries per page.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        limit: Option<u32>,
        /// What the page before gave.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        next: Option<String>,
    },
    /// One page of the history; yields [`CommitPageView`].
    ListCommits {
        /// The repo.
        repo: RepoSpec,
        /// Default: `main`.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        revision: Option<String>,
        /// Commits per page.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        limit: Option<u32>,
        /// What the page before gave.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        next: Option<String>,
    },
    /// What stands at paths; yields [`EntryListView`].
    PathsInfo {
        /// The repo.
        repo: RepoSpec,
        /// Default: `main`.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        revision: Option<String>,
        /// Full paths, at most 1000.
        paths: Vec<String>,
        /// Also the last commit of each path.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        expand: bool,
    },
    /// A file's content, left with the driver; yields [`ResolvedView`].
    Resolve {
        /// The repo.
        repo: RepoSpec,
        /// Default: `main`.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        revision: Option<String>,
        /// Path in the repo.
        path: String,
        /// First byte and one past the last; default: everything.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        range: Option<(u64, u64)>,
        /// Only the facts, no content.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        head: bool,
        /// The pointer of a file stored by LFS.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        raw: bool,
    },
    /// Whether a file is there; yields a boolean.
    FileExists {
        /// The repo.
        repo: RepoSpec,
        /// Default: `main`.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        revision: Option<String>,
        /// Path in the repo.
        path: String,
    },
    /// Where a file's content comes from; yields [`FoundDownloadView`]. What is left of the answer stays with the driver.
    FileDownloadInfo {
        /// The repo.
        repo: RepoSpec,
        /// Default: `main`.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        revision: Option<String>,
        /// Path in the repo.
        path: String,
        /// The pointer of a file stored by LFS.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        raw: bool,
        /// Let a browser show the content rather than save it.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        no_content_disposition: bool,
    },
    /// A token to read from the content-addressed store; yields [`XetGrantView`].
    XetReadToken {
        /// The repo.
        repo: RepoSpec,
        /// Default: `main`.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        revision: Option<String>,
    },
    /// Where bytes of a file lie in that store; yields [`FoundPlanView`].
    Reconstruct {
        /// Address of the store.
        cas_url: String,
        /// A token for it.
        cas_token: String,
        /// The file's Xet hash.
        hash: String,
        /// First byte and one past the last.
        range: (u64, u64),
        /// By the older route, which every store has.
        #[cfg_attr(feature = "wasm", tsify(optional))]
        older: bool,
    },
    /// A part of a xorb, left with the driver; yields null.
    FetchData {
        /// Where it is, as the plan says.
        url: String,
        /// First byte and one past the last, as the plan says.
        range: (u64, u64),
    },
}

impl Read for CallSpec {
    fn read(json: Json) -> Result<CallSpec, Misfit> {
        Fields::read(json, |spec| CallSpec {
            hub_url: spec.get("hubUrl"),
            access_token: spec.get("accessToken"),
            ask: spec.get("ask"),
        })
    }
}

impl Read for Ask {
    fn read(json: Json) -> Result<Ask, Misfit> {
        Fields::read(json, |ask| {
            let kind: String = ask.get("type");
            match kind.as_str() {
                "whoAmI" => return Ask::WhoAmI,
                "reconstruct" => {
                    return Ask::Reconstruct {
                        cas_url: ask.get("casUrl"),
                        cas_token: ask.get("casToken"),
                        hash: ask.get("hash"),
                        range: ask.get("range"),
                        older: ask.flag("older"),
                    };
                }
                "fetchData" => return Ask::FetchData { url: ask.get("url"), range: ask.get("range") },
                _ => {}
            }
            let repo = ask.get("repo");
            match kind.as_str() {
                "createRepo" => Ask::CreateRepo {
                    repo,
                    visibility: ask.get("visibility"),
                    license: ask.get("license"),
                    sdk: ask.get("sdk"),
                    files: ask.list("files"),
                    exist_ok: ask.flag("existOk"),
                },
                "deleteRepo" => Ask::DeleteRepo { repo },
                "repoInfo" => Ask::RepoInfo { repo, revision: ask.get("revision") },
                "repoExists" => Ask::RepoExists { repo },
                "createBranch" => Ask::CreateBranch {
                    repo,
                    branch: ask.get("branch"),
                    starting_point: ask.get("startingPoint"),
                    empty: ask.flag("empty"),
                    overwrite: ask.flag("overwrite"),
                },
                "deleteBranch" => Ask::DeleteBranch { repo, branch: ask.get("branch") },
                "listRefs" => Ask::ListRefs { repo, pull_requests: ask.flag("pullRequests") },
                "listTree" => Ask::ListTree {
                    repo,
                    revision: ask.get("revision"),
                    path: ask.get("path"),
                    recursive: ask.flag("recursive"),
                    expand: ask.flag("expand"),
                    limit: ask.get("limit"),
                    next: ask.get("next"),
                },
                "listCommits" => Ask::ListCommits {
                    repo,
                    revision: ask.get("revision"),
                    limit: ask.get("limit"),
                    next: ask.get("next"),
                },
                "pathsInfo" => Ask::PathsInfo {
                    repo,
                    revision: ask.get("revision"),
                    paths: ask.get("paths"),
                    expand: ask.flag("expand"),
                },
                "resolve" => Ask::Resolve {
                    repo,
                    revision: ask.get("revision"),
                    path: ask.get("path"),
                    range: ask.get("range"),
                    head: ask.flag("head"),
                    raw: ask.flag("raw"),
                },
                "fileExists" => Ask::FileExists { repo, revision: ask.get("revision"), path: ask.get("path") },
                "fileDownloadInfo" => Ask::FileDownloadInfo {
                    repo,
                    revision: ask.get("revision"),
                    path: ask.get("path"),
                    raw: ask.flag("raw"),
                    no_content_disposition: ask.flag("noContentDisposition"),
                },
                "xetReadToken" => Ask::XetReadToken { repo, revision: ask.get("revision") },
                other => {
                    ask.miss(Misfit::new(format!(
                        "must be a call, and there is none of type {other}",
                        other = Quoted(other)
                    )));
                    Ask::WhoAmI
                }
            }
        })
    }
}

impl CallSpec {
    /// Checks the arguments and builds the call.
    ///
    /// Errors: `invalid_input` or `unsupported`, before any request.
    pub fn start(self, seed: u64) -> Result<Call<AnyEndpoint>, Error> {
        let hub = hub(self.hub_url.as_deref(), self.access_token.as_deref())?;
        Call::new(self.ask.endpoint()?, hub, seed)
    }
}

impl Ask {
    fn endpoint(self) -> Result<AnyEndpoint, Error> {
        let main = |revision: Option<String>| revision.unwrap_or_else(|| "main".to_owned());
        Ok(match self {
            Ask::WhoAmI => shown::<_, Json>(WhoAmI),
            Ask::CreateRepo { repo, visibility, license, sdk, files, exist_ok } => {
                let repo = repo.parse()?;
                shown::<_, CreatedRepoView>(CreateRepo { repo, visibility, license, sdk, files, exist_ok })
            }
            Ask::DeleteRepo { repo } => shown::<_, ()>(DeleteRepo { repo: repo.parse()? }),
            Ask::RepoInfo { repo, revision } => shown::<_, RepoInfoView>(RepoInfo { repo: repo.parse()?, revision }),
            Ask::RepoExists { repo } => shown::<_, bool>(RepoExists { repo: repo.parse()? }),
            Ask::CreateBranch { repo, branch, starting_point, empty, overwrite } => {
                shown::<_, ()>(CreateBranch { repo: repo.parse()?, branch, starting_point, empty, overwrite })
            }
            Ask::DeleteBranch { repo, branch } => shown::<_, ()>(DeleteBranch { repo: repo.parse()?, branch }),
            Ask::ListRefs { repo, pull_requests } => {
                shown::<_, RefsView>(ListRefs { repo: repo.parse()?, pull_requests })
            }
            Ask::ListTree { repo, revision, path, recursive, expand, limit, next } => {
                let (repo, revision, path) = (repo.parse()?, main(revision), path.unwrap_or_default());
                shown::<_, TreePageView>(ListTree { repo, revision, path, recursive, expand, limit, next })
            }
            Ask::ListCommits { repo, revision, limit, next } => {
                let (repo, revision) = (repo.parse()?, main(revision));
                shown::<_, CommitPageView>(ListCommits { repo, revision, limit, next })
            }
            Ask::PathsInfo { repo, revision, paths, expand } => {
                let (repo, revision) = (repo.parse()?, main(revision));
                shown::<_, EntryListView>(PathsInfo { repo, revision, paths, expand })
            }
            Ask::Resolve { repo, revision, path, range, head, raw } => {
                let want = match (head, range) {
                    (true, _) => Want::Head,
                    (false, Some((start, end))) => Want::Bytes(start..end),
                    (false, None) => Want::All,
                };
                let (repo, revision) = (repo.parse()?, main(revision));
                shown::<_, ResolvedView>(Resolve { repo, revision, path, want, raw })
            }
            Ask::FileExists { repo, revision, path } => {
                let (repo, revision) = (repo.parse()?, main(revision));
                shown::<_, bool>(FileExists { repo, revision, path })
            }
            Ask::FileDownloadInfo { repo, revision, path, raw, no_content_disposition } => {
                let (repo, revision) = (repo.parse()?, main(revision));
                shown::<_, FoundDownloadView>(FileDownloadInfo { repo, revision, path, raw, no_content_disposition })
            }
            Ask::XetReadToken { repo, revision } => {
                let (repo, revision) = (repo.parse()?, main(revision));
                shown::<_, XetGrantView>(XetToken { repo, revision, scope: Scope::Read })
            }
            Ask::Reconstruct { cas_url, cas_token, hash, range: (start, end), older } => {
                let file = XetHash::parse(&hash).ok_or_else(|| {
                    Error::protocol("The Xet hash of a file is 64 hex digits, and the Hub gives something else")
                })?;
                let version = if older { Version::V1 } else { Version::V2 };
                let cas = Cas::new(&cas_url, &cas_token)?;
                shown::<_, FoundPlanView>(Reconstruct { cas, file, range: start..end, version })
            }
            Ask::FetchData { url, range: (start, end) } => shown::<_, ()>(FetchData { url, bytes: start..end }),
        })
    }
}

/// An endpoint whose output is a plain object. One machine serves all of them, because every copy of it costs 5 KB of wasm.
pub struct AnyEndpoint(Box<dyn Shown>);

impl Endpoint for AnyEndpoint {
    type Output = Json;

    fn replay(&self) -> Replay {
        self.0.replay()
    }

    fn deadline(&self) -> Millis {
        self.0.deadline()
    }

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        self.0.request(hub)
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<Json, Error> {
        self.0.parse(response, hub)
    }
}

/// [`Endpoint`] without its types.
trait Shown {
    fn replay(&self) -> Replay;
    fn deadline(&self) -> Millis;
    fn request(&self, hub: &Hub) -> Result<Request, Error>;
    fn parse(&self, response: &Response, hub: &Hub) -> Result<Json, Error>;
}

/// An endpoint whose output is shown as a `V`.
struct ShownAs<E, V>(E, PhantomData<V>);

impl<E: Endpoint, V: From<E::Output> + Serialize> Shown for ShownAs<E, V> {
    fn replay(&self) -> Replay {
        self.0.replay()
    }

    fn deadline(&self) -> Millis {
        self.0.deadline()
    }

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        self.0.request(hub)
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<Json, Error> {
        Ok(show(&V::from(self.0.parse(response, hub)?)))
    }
}

fn shown<E, V>(endpoint: E) -> AnyEndpoint
where
    E: Endpoint + 'static,
    V: From<E::Output> + Serialize + 'static,
{
    AnyEndpoint(Box::new(ShownAs::<E, V>(endpoint, PhantomData)))
}
