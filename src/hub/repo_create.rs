//! `POST /api/repos/create`: a new repo.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json as object};

use super::{Endpoint, Hub, Replay, RepoId, RepoType, json, refused};
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
#[derive(Debug, Clone, PartialEq)]
pub struct CreatedRepo {
    /// Its page.
    pub url: String,
    /// `namespace/name`.
    pub name: String,
    /// The Hub's internal id, when it says it.
    pub id: Option<String>,
    /// Whether it was there before (only with [`CreateRepo::exist_ok`]).
    pub existed: bool,
    /// The Hub would not make it, which is fine if it is there (only with [`CreateRepo::exist_ok`]): whoever asked has to look,
    /// and fails with this when it is not.
    pub unless_there: Option<Error>,
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
            let files = self
                .files
                .iter()
                .map(|file| object!({ "path": file.path, "content": file.content, "encoding": "base64" }));
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
            unless_there: None,
        };
        if response.status == 409
            && self.exist_ok
            // Another reason for a conflict names no repo.
            && let Ok(body) = serde_json::from_str::<Body>(&response.body)
        {
            return Ok(created(body, true));
        }
        // A token that may not make repos there, or an account that would have to pay for one.
        if self.exist_ok && matches!(response.status, 401..=403) {
            return Ok(CreatedRepo {
                url: format!("{}/{}", hub.url.as_str(), self.repo),
                name: self.repo.name.clone(),
                id: None,
                existed: true,
                unless_there: Some(refused(response, &Self::bare(hub).url)),
            });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::hub::testing::{AUTHORIZED_JSON, answer, good, hub, repo, shown};

    fn create(name: &str) -> CreateRepo {
        CreateRepo { repo: repo(name), visibility: None, license: None, sdk: None, files: Vec::new(), exist_ok: false }
    }

    #[test]
    fn requests() {
        let file = InitialFile { path: "README.md".to_owned(), content: "IyBIaQ==".to_owned() };
        let private = Some(Visibility::Private);
        // (what it shows, call, body)
        let rows = [
            ("a model", create("user/name"), r#"{"name":"name","organization":"user","type":"model"}"#),
            ("no namespace", create("name"), r#"{"name":"name","organization":null,"type":"model"}"#),
            (
                "a private dataset",
                CreateRepo { visibility: private, license: Some("mit".to_owned()), ..create("datasets/user/name") },
                r#"{"license":"mit","name":"name","organization":"user","private":true,"type":"dataset"}"#,
            ),
            (
                "a public one",
                CreateRepo { visibility: Some(Visibility::Public), ..create("user/name") },
                r#"{"name":"name","organization":"user","private":false,"type":"model"}"#,
            ),
            (
                "a Space is static",
                create("spaces/user/name"),
                r#"{"name":"name","organization":"user","sdk":"static","type":"space"}"#,
            ),
            (
                "a protected Space",
                CreateRepo {
                    visibility: Some(Visibility::Protected),
                    sdk: Some("docker".to_owned()),
                    ..create("spaces/user/name")
                },
                r#"{"name":"name","organization":"user","sdk":"docker","type":"space","visibility":"protected"}"#,
            ),
            (
                "files",
                CreateRepo { files: vec![file], ..create("user/name") },
                concat!(
                    r#"{"files":[{"content":"IyBIaQ==","encoding":"base64","path":"README.md"}],"#,
                    r#""name":"name","organization":"user","type":"model"}"#
                ),
            ),
        ];
        for (name, endpoint, body) in rows {
            let expected = format!("POST https://hub.example/api/repos/create{AUTHORIZED_JSON}{body}");
            assert_eq!(shown(endpoint.request(&hub())), expected, "{name}");
        }
    }

    #[test]
    fn what_only_spaces_have() {
        let rows = [
            CreateRepo { visibility: Some(Visibility::Protected), ..create("user/name") },
            CreateRepo { sdk: Some("static".to_owned()), ..create("datasets/user/name") },
        ];
        for endpoint in rows {
            assert_eq!(endpoint.request(&hub()).unwrap_err().code, Code::InvalidInput, "{endpoint:?}");
        }
    }

    #[test]
    fn answers() {
        let made = r#"{"url":"https://hub.example/user/name","name":"user/name","id":"1f"}"#;
        let there = r#"{"url":"https://hub.example/user/name","error":"You already created this model repo"}"#;
        let created = |id: Option<&str>, existed| CreatedRepo {
            url: "https://hub.example/user/name".to_owned(),
            name: "user/name".to_owned(),
            id: id.map(str::to_owned),
            existed,
            unless_there: None,
        };
        // (what it shows, exist_ok, status, body, result)
        let rows = [
            ("made", false, 200, made, Ok(created(Some("1f"), false))),
            ("made, with 201", true, 201, made, Ok(created(Some("1f"), false))),
            ("there", true, 409, there, Ok(created(None, true))),
            ("there, not wanted", false, 409, there, Err(Code::Conflict)),
            ("another conflict", true, 409, r#"{"error":"conflicting operation"}"#, Err(Code::Conflict)),
            ("no right", false, 403, "{}", Err(Code::Forbidden)),
            ("a repo that cannot be", true, 400, "{}", Err(Code::Rejected)),
            ("no URL", true, 200, "{}", Err(Code::Protocol)),
        ];
        for (name, exist_ok, status, body, expected) in rows {
            let endpoint = CreateRepo { exist_ok, ..create("user/name") };
            let result = endpoint.parse(&answer(status, &[], body), &hub());
            assert_eq!(result.map_err(|error| error.code), expected, "{name}");
        }
        assert!(create("user/name").parse(&good(made), &hub()).is_ok());
    }
    #[test]
    fn a_refusal_is_fine_when_the_repo_is_there() {
        for (status, code) in [(401, Code::Unauthorized), (402, Code::Rejected), (403, Code::Forbidden)] {
            let refused = CreateRepo { exist_ok: true, ..create("datasets/user/name") };
            let doubtful = refused.parse(&answer(status, &[], r#"{"error":"no"}"#), &hub()).unwrap();
            assert_eq!(doubtful.url, "https://hub.example/datasets/user/name");
            assert_eq!(doubtful.unless_there.map(|error| error.code), Some(code), "{status}");
        }
    }
}
