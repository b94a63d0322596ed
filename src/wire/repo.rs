//! Which repo, of which Hub, in whose name, as the caller says it.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use crate::error::Error;
use crate::hub::{Hub, HubUrl, RepoId, Token};
use crate::json::{Fields, Json, Misfit, Read};

reads!(RepoSpec);

/// A repo as the caller names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(untagged, try_from = "Json")]
pub enum RepoSpec {
    /// `user/name`, `datasets/user/name`, `spaces/user/name`.
    Short(String),
    /// Type and name.
    Long {
        /// `model`, `dataset` or `space`.
        #[serde(rename = "type")]
        repo_type: String,
        /// `user/name`.
        name: String,
    },
}

impl Read for RepoSpec {
    fn read(json: Json) -> Result<RepoSpec, Misfit> {
        match json {
            Json::Text(text) => Ok(RepoSpec::Short(text)),
            Json::Object(_) => {
                Fields::read(json, |long| RepoSpec::Long { repo_type: long.get("type"), name: long.get("name") })
            }
            other => {
                let wanted = "a repo, such as \"user/name\" or { type: \"dataset\", name: \"user/name\" }";
                Err(Misfit::wanted(wanted, &other))
            }
        }
    }
}

impl Default for RepoSpec {
    /// No repo at all.
    fn default() -> RepoSpec {
        RepoSpec::Short(String::new())
    }
}

impl RepoSpec {
    /// The repo.
    ///
    /// Errors: as [`RepoId::new`].
    pub fn parse(&self) -> Result<RepoId, Error> {
        match self {
            RepoSpec::Short(text) => RepoId::parse(text),
            RepoSpec::Long { repo_type, name } => RepoId::new(repo_type, name),
        }
    }
}

/// Reads the Hub's address and the token.
///
/// Errors: `invalid_input`, as [`HubUrl::parse`] and [`Token::parse`].
pub(super) fn hub(hub_url: Option<&str>, access_token: Option<&str>) -> Result<Hub, Error> {
    Ok(Hub {
        url: HubUrl::parse(hub_url.unwrap_or(HubUrl::PUBLIC))?,
        token: access_token.map(Token::parse).transpose()?,
    })
}
