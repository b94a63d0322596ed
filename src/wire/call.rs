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
use crate::hub::{Endpoint, Hub};
use crate::step::{Input, Step};
use crate::time::Millis;

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

/// A call under way whose output is a plain object.
pub trait AnyCall {
    /// [`Call::poll`]
    fn poll(&mut self, now: Millis) -> Step<Value>;

    /// [`Call::handle`]
    ///
    /// Errors: as there.
    fn handle(&mut self, now: Millis, input: Input) -> Result<(), Error>;

    /// [`Call::abort`]
    fn abort(&mut self);
}

impl CallSpec {
    /// Checks the arguments and builds the call.
    ///
    /// Errors: `invalid_input` or `unsupported`, before any request.
    pub fn start(self, seed: u64) -> Result<Box<dyn AnyCall>, Error> {
        let hub = hub(self.hub_url.as_deref(), self.access_token.as_deref())?;
        let main = |revision: Option<String>| revision.unwrap_or_else(|| "main".to_owned());
        match self.ask {
            Ask::WhoAmI => start::<_, Value>(WhoAmI, hub, seed),
            Ask::CreateRepo { repo, visibility, license, sdk, files, exist_ok } => {
                let endpoint = CreateRepo { repo: repo.parse()?, visibility, license, sdk, files, exist_ok };
                start::<_, CreatedRepoView>(endpoint, hub, seed)
            }
            Ask::DeleteRepo { repo } => start::<_, ()>(DeleteRepo { repo: repo.parse()? }, hub, seed),
            Ask::RepoInfo { repo, revision } => {
                start::<_, RepoInfoView>(RepoInfo { repo: repo.parse()?, revision }, hub, seed)
            }
            Ask::RepoExists { repo } => start::<_, bool>(RepoExists { repo: repo.parse()? }, hub, seed),
            Ask::CreateBranch { repo, branch, starting_point, empty, overwrite } => {
                let endpoint = CreateBranch { repo: repo.parse()?, branch, starting_point, empty, overwrite };
                start::<_, ()>(endpoint, hub, seed)
            }
            Ask::DeleteBranch { repo, branch } => {
                start::<_, ()>(DeleteBranch { repo: repo.parse()?, branch }, hub, seed)
            }
            Ask::ListRefs { repo, pull_requests } => {
                start::<_, RefsView>(ListRefs { repo: repo.parse()?, pull_requests }, hub, seed)
            }
            Ask::ListTree { repo, revision, path, recursive, expand, limit, next } => {
                let (repo, revision, path) = (repo.parse()?, main(revision), path.unwrap_or_default());
                let endpoint = ListTree { repo, revision, path, recursive, expand, limit, next };
                start::<_, TreePageView>(endpoint, hub, seed)
            }
            Ask::ListCommits { repo, revision, limit, next } => {
                let endpoint = ListCommits { repo: repo.parse()?, revision: main(revision), limit, next };
                start::<_, CommitPageView>(endpoint, hub, seed)
            }
            Ask::PathsInfo { repo, revision, paths, expand } => {
                let endpoint = PathsInfo { repo: repo.parse()?, revision: main(revision), paths, expand };
                start::<_, EntryListView>(endpoint, hub, seed)
            }
            Ask::Resolve { repo, revision, path, range, head } => {
                let want = match (head, range) {
                    (true, _) => Want::Head,
                    (false, Some((start, end))) => Want::Bytes(start..end),
                    (false, None) => Want::All,
                };
                let endpoint = Resolve { repo: repo.parse()?, revision: main(revision), path, want };
                start::<_, ResolvedView>(endpoint, hub, seed)
            }
        }
    }
}

fn start<E, V>(endpoint: E, hub: Hub, seed: u64) -> Result<Box<dyn AnyCall>, Error>
where
    E: Endpoint + 'static,
    E::Output: Clone,
    V: From<E::Output> + Serialize + 'static,
{
    Ok(Box::new(Viewed::<E, V> { call: Call::new(endpoint, hub, seed)?, view: PhantomData }))
}

/// A call whose output is shown as a `V`.
struct Viewed<E: Endpoint, V> {
    call: Call<E>,
    view: PhantomData<V>,
}

impl<E, V> AnyCall for Viewed<E, V>
where
    E: Endpoint,
    E::Output: Clone,
    V: From<E::Output> + Serialize,
{
    fn poll(&mut self, now: Millis) -> Step<Value> {
        match self.call.poll(now) {
            Step::Done(outcome) => Step::Done(outcome.and_then(|output| {
                serde_json::to_value(V::from(output))
                    .map_err(|error| Error::internal(format!("an answer cannot be shown: {error}")))
            })),
            Step::Probe { id, files } => Step::Probe { id, files },
            Step::Digest { id, file, size, kind } => Step::Digest { id, file, size, kind },
            Step::Send { id, request } => Step::Send { id, request },
            Step::Cancel { id } => Step::Cancel { id },
            Step::Event(event) => Step::Event(event),
            Step::Wait { until } => Step::Wait { until },
        }
    }

    fn handle(&mut self, now: Millis, input: Input) -> Result<(), Error> {
        self.call.handle(now, input)
    }

    fn abort(&mut self) {
        self.call.abort();
    }
}
