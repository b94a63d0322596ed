//! One call of the Hub's API as a plain object, and the machine behind it without its types.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use serde_json::Value;
#[cfg(feature = "wasm")]
use tsify::Tsify;

use super::answer::{
    CommitPageView, CreatedRepoView, EntryListView, RefsView, RepoInfoView, ResolvedView, TreePageView,
};
use super::push::{RepoSpec, hub};
use crate::call::Call;
use crate::error::Error;
use crate::http::{Request, Response};
use crate::hub::branch::{CreateBranch, DeleteBranch};
use crate::hub::commits::ListCommits;
use crate::hub::paths_info::PathsInfo;
use crate::hub::refs::ListRefs;
use crate::hub::repo_create::{CreateRepo, InitialFile, Visibility};
use crate::hub::repo_delete::DeleteRepo;
use crate::hub::repo_info::{RepoExists, RepoInfo};
use crate::hub::resolve::{Resolve, Want};
use crate::hub::tree::ListTree;
use crate::hub::whoami::WhoAmI;
use crate::hub::{Endpoint, Hub, Replay};

/// A call: which Hub, in whose name, and what.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct CallSpec {
    /// Default: the public Hub.
    #[serde(default)]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub hub_url: Option<String>,
    /// The token.
    #[serde(default)]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub access_token: Option<String>,
    /// What to ask.
    pub ask: Ask,
}

/// What a [`CallSpec`] asks. The names in `type` are those of the public functions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Ask {
    /// Who owns the token; yields the Hub's own JSON.
    WhoAmI,
    /// Makes a repo; yields [`CreatedRepoView`].
    CreateRepo {
        /// The repo.
        repo: RepoSpec,
        /// Who sees it.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional, type = "\"public\" | \"private\" | \"protected\""))]
        visibility: Option<Visibility>,
        /// License identifier.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        license: Option<String>,
        /// What runs a Space; default `static`.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        sdk: Option<String>,
        /// Files that it starts with, contents in base64.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional, type = "{ path: string; content: string }[]"))]
        files: Vec<InitialFile>,
        /// A repo that is there already is fine.
        #[serde(default)]
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
        #[serde(default)]
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
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        starting_point: Option<String>,
        /// Start without files and history.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        empty: bool,
        /// Move a branch of that name.
        #[serde(default)]
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
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        pull_requests: bool,
    },
    /// One page of a folder; yields [`TreePageView`].
    ListTree {
        /// The repo.
        repo: RepoSpec,
        /// Default: `main`.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        revision: Option<String>,
        /// Default: the root.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        path: Option<String>,
        /// Also everything below.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        recursive: bool,
        /// Also the last commit of each path.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        expand: bool,
        /// Entries per page.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        limit: Option<u32>,
        /// What the page before gave.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        next: Option<String>,
    },
    /// One page of the history; yields [`CommitPageView`].
    ListCommits {
        /// The repo.
        repo: RepoSpec,
        /// Default: `main`.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        revision: Option<String>,
        /// Commits per page.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        limit: Option<u32>,
        /// What the page before gave.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        next: Option<String>,
    },
    /// What stands at paths; yields [`EntryListView`].
    PathsInfo {
        /// The repo.
        repo: RepoSpec,
        /// Default: `main`.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        revision: Option<String>,
        /// Full paths, at most 1000.
        paths: Vec<String>,
        /// Also the last commit of each path.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        expand: bool,
    },
    /// A file's content, left with the driver; yields [`ResolvedView`].
    Resolve {
        /// The repo.
        repo: RepoSpec,
        /// Default: `main`.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        revision: Option<String>,
        /// Path in the repo.
        path: String,
        /// First byte and one past the last; default: everything.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        range: Option<(u64, u64)>,
        /// Only the facts, no content.
        #[serde(default)]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        head: bool,
    },
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
            Ask::WhoAmI => shown::<_, Value>(WhoAmI),
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
            Ask::Resolve { repo, revision, path, range, head } => {
                let want = match (head, range) {
                    (true, _) => Want::Head,
                    (false, Some((start, end))) => Want::Bytes(start..end),
                    (false, None) => Want::All,
                };
                let (repo, revision) = (repo.parse()?, main(revision));
                shown::<_, ResolvedView>(Resolve { repo, revision, path, want })
            }
        })
    }
}

/// An endpoint whose output is a plain object. One machine serves all of them, because every copy of it costs 5 KB of wasm.
pub struct AnyEndpoint(Box<dyn Shown>);

impl Endpoint for AnyEndpoint {
    type Output = Value;

    fn replay(&self) -> Replay {
        self.0.replay()
    }

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        self.0.request(hub)
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<Value, Error> {
        self.0.parse(response, hub)
    }
}

/// [`Endpoint`] without its types.
trait Shown {
    fn replay(&self) -> Replay;
    fn request(&self, hub: &Hub) -> Result<Request, Error>;
    fn parse(&self, response: &Response, hub: &Hub) -> Result<Value, Error>;
}

/// An endpoint whose output is shown as a `V`.
struct ShownAs<E, V>(E, PhantomData<V>);

impl<E: Endpoint, V: From<E::Output> + Serialize> Shown for ShownAs<E, V> {
    fn replay(&self) -> Replay {
        self.0.replay()
    }

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        self.0.request(hub)
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<Value, Error> {
        let output = self.0.parse(response, hub)?;
        serde_json::to_value(V::from(output))
            .map_err(|error| Error::internal(format!("an answer cannot be shown: {error}")))
    }
}

fn shown<E, V>(endpoint: E) -> AnyEndpoint
where
    E: Endpoint + 'static,
    V: From<E::Output> + Serialize + 'static,
{
    AnyEndpoint(Box::new(ShownAs::<E, V>(endpoint, PhantomData)))
}
