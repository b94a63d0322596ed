//! `POST /api/repos/create`: a new repo.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json as object};

use super::{Endpoint, Hub, Replay, RepoId, RepoType, json};
use crate::error::Error;
use crate::http::{Method, Request, Response};

/// Makes a repo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateRepo {
    /// Its type and id.
    pub repo: RepoId,
    /// Who sees it; none leaves it to the Hub.
    pub visibility: Option<Visibility>,
    /// License identifier for its README.
    pub license: Option<String>,
    /// What runs a Space; none means `static`. Other types have none.
    pub sdk: Option<String>,
    /// Small files that it starts with.
    pub files: Vec<InitialFile>,
    /// A repo that is there already is fine.
    pub exist_ok: bool,
}

/// Who sees a repo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Its owner.
    Private,
    /// Spaces only: everybody uses it, its owner sees the code.
    Protected,
}

/// A file that a repo starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitialFile {
    /// Path in the repo.
    pub path: String,
    /// Content in base64.
    pub content: String,
}

/// A repo that was made, or was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedRepo {
    /// Its page.
    pub url: String,
    /// `namespace/name`.
    pub name: String,
    /// The Hub's internal id, when it says it.
    pub id: Option<String>,
    /// Whether it was there before (only with [`CreateRepo::exist_ok`]).
    pub existed: bool,
}

impl CreateRepo {
    fn bare(hub: &Hub) -> Request {
        hub.request(Method::Post, "/api/repos/create")
    }
}

impl Endpoint for CreateRepo {
    type Output = CreatedRepo;

    /// A second try after a lost answer would report that the repo exists.
    const REPLAY: Replay = Replay::Unsafe;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let mut body = repo_body(&self.repo);
        match self.visibility {
            None => {}
            // Older Hubs know only this form.
            Some(Visibility::Public) => body["private"] = false.into(),
            Some(Visibility::Private) => body["private"] = true.into(),
            Some(Visibility::Protected) if self.repo.repo_type == RepoType::Space => {
                body["visibility"] = "protected".into();
            }
            Some(Visibility::Protected) => {
                return Err(Error::invalid("visibility \"protected\" is for Spaces; use \"public\" or \"private\""));
            }
        }
        match (&self.sdk, self.repo.repo_type) {
            (sdk, RepoType::Space) => body["sdk"] = sdk.as_deref().unwrap_or("static").into(),
            (Some(_), _) => return Err(Error::invalid("sdk is for Spaces; leave it out for a model or dataset")),
            (None, _) => {}
        }
        if let Some(license) = &self.license {
            body["license"] = license.clone().into();
        }
        if !self.files.is_empty() {
            let files = self.files.iter().map(|file| {
                object!({ "path": file.path, "content": file.content, "encoding": "base64" })
            });
            body["files"] = files.collect();
        }
        Ok(Self::bare(hub).json(&body))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<CreatedRepo, Error> {
        #[derive(Deserialize)]
        struct Body {
            url: String,
            name: Option<String>,
            id: Option<String>,
        }
        let created = |body: Body, existed| CreatedRepo {
            url: body.url,
            name: body.name.unwrap_or_else(|| self.repo.name.clone()),
            id: body.id,
            existed,
        };
        if response.status == 409
            && self.exist_ok
            // Another reason for a conflict names no repo.
            && let Ok(body) = serde_json::from_str::<Body>(&response.body)
        {
            return Ok(created(body, true));
        }
        Ok(created(json(response, &Self::bare(hub))?, false))
    }
}

/// The fields that name a repo in a JSON body.
pub(super) fn repo_body(repo: &RepoId) -> Value {
    object!({
        "name": repo.short_name(),
        "organization": repo.namespace(),
        "type": repo.repo_type.as_str(),
    })
}
