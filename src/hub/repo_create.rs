//! `POST /api/repos/create`: a new repo.

use serde::Serialize;

use super::{Endpoint, Hub, Replay, RepoId, RepoType, json, refused};
use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::json::{Fields, Json, Misfit, ObjectText, Read, object};
use crate::quote::Quoted;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InitialFile {
    /// Path in the repo.
    pub path: String,
    /// Content in base64.
    pub content: String,
}

impl Read for Visibility {
    fn read(json: Json) -> Result<Visibility, Misfit> {
        match json.as_str() {
            Some("public") => Ok(Visibility::Public),
            Some("private") => Ok(Visibility::Private),
            Some("protected") => Ok(Visibility::Protected),
            Some(other) => Err(Misfit::new(format!(
                "must be \"public\", \"private\" or \"protected\", not {other}",
                other = Quoted(other)
            ))),
            None => Err(Misfit::wanted("a text", &json)),
        }
    }
}

impl Read for InitialFile {
    fn read(json: Json) -> Result<InitialFile, Misfit> {
        Fields::read(json, |file| InitialFile { path: file.get("path"), content: file.get("content") })
    }
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
        let is_space = self.repo.repo_type == RepoType::Space;
        if self.visibility == Some(Visibility::Protected) && !is_space {
            return Err(Error::invalid("visibility \"protected\" is for Spaces; use \"public\" or \"private\""));
        }
        if self.sdk.is_some() && !is_space {
            return Err(Error::invalid("sdk is for Spaces; leave it out for a model or dataset"));
        }
        let body = object(|body| {
            repo_body(body, &self.repo);
            body.text_if("license", self.license.as_deref());
            match self.visibility {
                None => {}
                // Older Hubs know only this form.
                Some(Visibility::Public) => {
                    body.flag("private", false);
                }
                Some(Visibility::Private) => {
                    body.flag("private", true);
                }
                Some(Visibility::Protected) => {
                    body.text("visibility", "protected");
                }
            }
            if is_space {
                body.text("sdk", self.sdk.as_deref().unwrap_or("static"));
            }
            if !self.files.is_empty() {
                body.list("files", |files| {
                    for InitialFile { path, content } in &self.files {
                        files.object(|file| {
                            file.text("path", path).text("content", content).text("encoding", "base64");
                        });
                    }
                });
            }
        });
        Ok(Self::bare(hub).json(body))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<CreatedRepo, Error> {
        let created = |answer: Json, existed| {
            Fields::read(answer, |answer| CreatedRepo {
                url: answer.get("url"),
                name: answer.get::<Option<String>>("name").unwrap_or_else(|| self.repo.name.clone()),
                id: answer.get("id"),
                existed,
                unless_there: None,
            })
        };
        if response.status == 409
            && self.exist_ok
            // Another reason for a conflict names no repo.
            && let Ok(answer) = Json::parse(&response.body)
            && let Ok(repo) = created(answer, true)
        {
            return Ok(repo);
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
        json(response, &Self::bare(hub), |answer| created(answer, false))
    }
}

/// The fields that name a repo in a JSON body.
pub(super) fn repo_body(body: &mut ObjectText<'_>, repo: &RepoId) {
    body.text("name", repo.short_name());
    match repo.namespace() {
        Some(namespace) => body.text("organization", namespace),
        None => body.null("organization"),
    };
    body.text("type", repo.repo_type.as_str());
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
                r#"{"name":"name","organization":"user","type":"dataset","license":"mit","private":true}"#,
            ),
            (
                "a public one",
                CreateRepo { visibility: Some(Visibility::Public), ..create("user/name") },
                r#"{"name":"name","organization":"user","type":"model","private":false}"#,
            ),
            (
                "a Space is static",
                create("spaces/user/name"),
                r#"{"name":"name","organization":"user","type":"space","sdk":"static"}"#,
            ),
            (
                "a protected Space",
                CreateRepo {
                    visibility: Some(Visibility::Protected),
                    sdk: Some("docker".to_owned()),
                    ..create("spaces/user/name")
                },
                r#"{"name":"name","organization":"user","type":"space","visibility":"protected","sdk":"docker"}"#,
            ),
            (
                "files",
                CreateRepo { files: vec![file], ..create("user/name") },
                concat!(
                    r#"{"name":"name","organization":"user","type":"model","#,
                    r#""files":[{"path":"README.md","content":"IyBIaQ==","encoding":"base64"}]}"#
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
