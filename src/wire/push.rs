//! A push's options and operations as plain objects.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use super::repo::{RepoSpec, hub};
use crate::error::{Code, Error};
use crate::http::FileIdx;
use crate::json::{Fields, Json, Misfit, Read};
use crate::push::{Commits, OnFileError, Operation, PushOptions};
use crate::quote::Quoted;
use crate::retry::Patience;
use crate::time::Millis;

reads!(PushSpec, OperationSpec);

/// [`PushOptions`].
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase", try_from = "Json")]
pub struct PushSpec {
    /// The repo.
    pub repo: RepoSpec,
    /// Default: the public Hub.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub hub_url: Option<String>,
    /// The token.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub access_token: Option<String>,
    /// Default: `main`.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub branch: Option<String>,
    /// Make a missing branch.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub create_branch: Option<bool>,
    /// Expected head.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub parent_commit: Option<String>,
    /// First line of the message.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub title: Option<String>,
    /// Rest of the message.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub description: Option<String>,
    /// Leave out what the Hub's ignore rules ignore; default true.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub ignore_by_hub: Option<bool>,
    /// Open a pull request and commit there.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub is_pull_request: Option<bool>,
    /// Merge it after its last commit; default false.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub merge: Option<bool>,
    /// `one` or `auto`; default `one`.
    #[cfg_attr(feature = "wasm", tsify(optional, type = "\"one\" | \"auto\""))]
    pub commits: Option<String>,
    /// Ask which files go with the next commit; default false.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub ask_plan: Option<bool>,
    /// `fail` or `skip`; default `fail`.
    #[cfg_attr(feature = "wasm", tsify(optional, type = "\"fail\" | \"skip\""))]
    pub on_file_error: Option<String>,
    /// Find out what would be done; default false.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub dry_run: Option<bool>,
    /// Tell how far the push is so often; default never.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub report_seconds: Option<f64>,
    /// Files of the repo that match one of these go, unless they are added.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub delete_patterns: Option<Vec<String>>,
    /// The folder of the repo to which those are relative; default the root.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub delete_under: Option<String>,
    /// Read back after the commit; default true.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub verify: Option<bool>,
    /// Store large files by Xet; default false.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub use_xet: Option<bool>,
    /// Lanes that the driver can run side by side; default 1.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub lanes: Option<u16>,
    /// Milliseconds since 1970 at time zero of the driver's clock.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub epoch_at_zero_ms: Option<f64>,
    /// Memory budget in bytes.
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub buffer_budget_bytes: Option<u64>,
    /// How long passing failures are borne; default `normal`.
    #[cfg_attr(feature = "wasm", tsify(optional, type = "\"normal\" | \"endless\""))]
    pub patience: Option<String>,
    /// Seed of the jitter; 32 random bits will do.
    pub seed: u32,
}

impl Read for PushSpec {
    fn read(json: Json) -> Result<PushSpec, Misfit> {
        Fields::read(json, |spec| PushSpec {
            repo: spec.get("repo"),
            hub_url: spec.get("hubUrl"),
            access_token: spec.get("accessToken"),
            branch: spec.get("branch"),
            create_branch: spec.get("createBranch"),
            parent_commit: spec.get("parentCommit"),
            title: spec.get("title"),
            description: spec.get("description"),
            ignore_by_hub: spec.get("ignoreByHub"),
            is_pull_request: spec.get("isPullRequest"),
            merge: spec.get("merge"),
            commits: spec.get("commits"),
            ask_plan: spec.get("askPlan"),
            on_file_error: spec.get("onFileError"),
            dry_run: spec.get("dryRun"),
            report_seconds: spec.get("reportSeconds"),
            delete_patterns: spec.get("deletePatterns"),
            delete_under: spec.get("deleteUnder"),
            verify: spec.get("verify"),
            use_xet: spec.get("useXet"),
            lanes: spec.get("lanes"),
            epoch_at_zero_ms: spec.get("epochAtZeroMs"),
            buffer_budget_bytes: spec.get("bufferBudgetBytes"),
            patience: spec.get("patience"),
            seed: spec.get("seed"),
        })
    }
}

impl PushSpec {
    /// Checks everything that can be checked without a request.
    ///
    /// Errors: `invalid_input` or `unsupported`.
    pub fn parse(self) -> Result<PushOptions, Error> {
        let mut options =
            PushOptions::new(hub(self.hub_url.as_deref(), self.access_token.as_deref())?, self.repo.parse()?);
        if let Some(branch) = self.branch {
            options.revision = branch;
        }
        options.create_branch = self.create_branch.unwrap_or(false);
        options.parent_commit = self.parent_commit;
        options.title = self.title;
        options.description = self.description;
        options.ignore_by_hub = self.ignore_by_hub.unwrap_or(true);
        options.pull_request = self.is_pull_request.unwrap_or(false);
        options.merge = self.merge.unwrap_or(false);
        options.commits = match self.commits.as_deref() {
            None | Some("one") => Commits::One,
            Some("auto") => Commits::Auto,
            Some(_) => return Err(Error::invalid("commits must be \"one\" or \"auto\"")),
        };
        options.ask_plan = self.ask_plan.unwrap_or(false);
        options.on_file_error = match self.on_file_error.as_deref() {
            None | Some("fail") => OnFileError::Fail,
            Some("skip") => OnFileError::Skip,
            Some(_) => return Err(Error::invalid("onFileError must be \"fail\" or \"skip\"")),
        };
        options.dry_run = self.dry_run.unwrap_or(false);
        options.report_every = match self.report_seconds {
            Some(seconds) if seconds > 0.0 => Some(Millis((seconds * 1000.0).max(1.0) as u64)),
            Some(_) => return Err(Error::invalid("reportSeconds must be more than zero")),
            None => None,
        };
        options.delete_patterns = self.delete_patterns.unwrap_or_default();
        options.delete_under = self.delete_under.unwrap_or_default();
        options.verify = self.verify.unwrap_or(true);
        options.use_xet = self.use_xet.unwrap_or(false);
        options.lanes = self.lanes.unwrap_or(1).max(1);
        options.epoch_at_zero = Millis(self.epoch_at_zero_ms.unwrap_or(0.0).max(0.0) as u64);
        if let Some(bytes) = self.buffer_budget_bytes {
            options.buffer_budget_bytes = bytes;
        }
        options.patience = patience(self.patience.as_deref())?;
        options.seed = u64::from(self.seed);
        Ok(options)
    }
}

fn patience(name: Option<&str>) -> Result<Patience, Error> {
    match name {
        None | Some("normal") => Ok(Patience::Normal),
        Some("endless") => Ok(Patience::Endless),
        Some(other) => {
            let message = format!("patience must be \"normal\" or \"endless\", and not {other}", other = Quoted(other));
            Err(Error::new(Code::InvalidInput, message))
        }
    }
}

/// [`Operation`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(tag = "operation", rename_all = "camelCase", rename_all_fields = "camelCase", try_from = "Json")]
pub enum OperationSpec {
    /// Add or replace.
    AddOrUpdate {
        /// Path in the repo.
        path: String,
        /// Index of the content in the driver's list.
        file: u32,
        /// Size in bytes.
        size: u64,
        /// When it was changed last, in milliseconds since 1970.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "wasm", tsify(optional))]
        modified_ms: Option<u64>,
    },
    /// Delete a file, or a folder when the path ends in `/`.
    Delete {
        /// Path in the repo.
        path: String,
    },
}

impl Read for OperationSpec {
    fn read(json: Json) -> Result<OperationSpec, Misfit> {
        Fields::read(json, |spec| {
            let operation: String = spec.get("operation");
            let path = spec.get("path");
            match operation.as_str() {
                "addOrUpdate" => OperationSpec::AddOrUpdate {
                    path,
                    file: spec.get("file"),
                    size: spec.get("size"),
                    modified_ms: spec.get("modifiedMs"),
                },
                "delete" => OperationSpec::Delete { path },
                other => {
                    spec.miss(Misfit::new(format!(
                        "must be an operation, and there is none called {other}",
                        other = Quoted(other)
                    )));
                    OperationSpec::Delete { path }
                }
            }
        })
    }
}

impl From<OperationSpec> for Operation {
    fn from(spec: OperationSpec) -> Operation {
        match spec {
            OperationSpec::AddOrUpdate { path, file, size, modified_ms } => {
                Operation::AddOrUpdate { path, file: FileIdx(file), size, modified_ms }
            }
            OperationSpec::Delete { path } => Operation::Delete { path },
        }
    }
}
