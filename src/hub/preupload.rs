//! `POST /api/{type}/{id}/preupload/{rev}`: how the Hub wants each file.

use std::collections::HashMap;

use super::{Endpoint, Hub, RepoId, json, revision_segment};
use crate::error::Error;
use crate::http::{Method, Request, Response};
use crate::json::{Fields, Json, Misfit, Read, object};
use crate::quote::Quoted;

/// Asks about files that a commit is going to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preupload {
    /// The repo.
    pub repo: RepoId,
    /// The branch that the commit goes to.
    pub revision: String,
    /// Whether the commit will open a pull request: then nobody needs the right to write to the branch.
    pub pull_request: bool,
    /// The files, at most [`crate::limits::PREUPLOAD_FILES`].
    pub files: Vec<PreuploadFile>,
    /// Text of the root's `.gitignore`, when the commit brings one.
    pub git_ignore: Option<String>,
    /// Text of the root's `.gitattributes`, when the commit brings one.
    pub git_attributes: Option<String>,
}

/// One file of a [`Preupload`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreuploadFile {
    /// Path in the repo.
    pub path: String,
    /// The first [`crate::limits::SAMPLE_BYTES`] bytes, in base64.
    pub sample: String,
    /// Size in bytes.
    pub size: u64,
}

/// Where a file's content goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UploadMode {
    /// Into the commit itself.
    #[default]
    Regular,
    /// Into the LFS store first.
    Lfs,
}

/// What the Hub wants with one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreuploadAnswer {
    /// Path in the repo.
    pub path: String,
    /// Where the content goes.
    pub upload_mode: UploadMode,
    /// Whether the repo's ignore rules leave the file out.
    pub should_ignore: bool,
    /// What stands at the path now: SHA-256 of an LFS file, git blob oid of a regular one.
    pub oid: Option<String>,
}

impl Read for PreuploadAnswer {
    fn read(json: Json) -> Result<PreuploadAnswer, Misfit> {
        Fields::read(json, |answer| PreuploadAnswer {
            path: answer.get("path"),
            upload_mode: answer.get("uploadMode"),
            should_ignore: answer.flag("shouldIgnore"),
            oid: answer.get("oid"),
        })
    }
}

impl Read for UploadMode {
    fn read(json: Json) -> Result<UploadMode, Misfit> {
        match json.as_str() {
            Some("regular") => Ok(UploadMode::Regular),
            Some("lfs") => Ok(UploadMode::Lfs),
            _ => Err(Misfit::wanted("\"regular\" or \"lfs\"", &json)),
        }
    }
}

impl Preupload {
    fn bare(&self, hub: &Hub) -> Result<Request, Error> {
        let query = if self.pull_request { "?create_pr=1" } else { "" };
        let path = format!("/preupload/{}{query}", revision_segment(&self.revision)?);
        Ok(hub.repo_request(Method::Post, &self.repo, &path))
    }
}

impl Endpoint for Preupload {
    /// By path; every path that was asked is there.
    type Output = HashMap<String, PreuploadAnswer>;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let body = object(|body| {
            body.list("files", |files| {
                for PreuploadFile { path, sample, size } in &self.files {
                    files.object(|file| {
                        file.text("path", path).text("sample", sample).number("size", *size);
                    });
                }
            });
            body.text_if("gitAttributes", self.git_attributes.as_deref());
            body.text_if("gitIgnore", self.git_ignore.as_deref());
        });
        Ok(self.bare(hub)?.json(body))
    }

    fn parse(&self, response: &Response, hub: &Hub) -> Result<HashMap<String, PreuploadAnswer>, Error> {
        let files: Vec<PreuploadAnswer> = json(response, &self.bare(hub)?, |answer| Fields::of(answer)?.need("files"))?;
        let answers: HashMap<String, PreuploadAnswer> =
            files.into_iter().map(|answer| (answer.path.clone(), answer)).collect();
        match self.files.iter().find(|file| !answers.contains_key(&file.path)) {
            None => Ok(answers),
            Some(file) => {
                Err(Error::protocol(format!("The Hub's preupload answer lacks {}", Quoted(&file.path))).at(&file.path))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::hub::testing::{AUTHORIZED_JSON, good, hub, repo, shown};

    fn ask() -> Preupload {
        let file =
            |path: &str, sample: &str, size| PreuploadFile { path: path.to_owned(), sample: sample.to_owned(), size };
        Preupload {
            repo: repo("user/name"),
            revision: "main".to_owned(),
            pull_request: false,
            files: vec![file("a", "aGk=", 2), file("b", "", 0)],
            git_ignore: None,
            git_attributes: None,
        }
    }

    #[test]
    fn requests() {
        let files = r#""files":[{"path":"a","sample":"aGk=","size":2},{"path":"b","sample":"","size":0}]"#;
        let rules = Preupload {
            git_ignore: Some("*.log\n".to_owned()),
            git_attributes: Some("*.bin filter=lfs\n".to_owned()),
            ..ask()
        };
        let rules_body = format!(r#"{{{files},"gitAttributes":"*.bin filter=lfs\n","gitIgnore":"*.log\n"}}"#);
        // (what it shows, call, query, body)
        let rows = [
            ("files alone", ask(), "", format!("{{{files}}}")),
            ("with rules", rules, "", rules_body),
            ("for a pull request", Preupload { pull_request: true, ..ask() }, "?create_pr=1", format!("{{{files}}}")),
        ];
        for (name, endpoint, query, body) in rows {
            let expected =
                format!("POST https://hub.example/api/models/user/name/preupload/main{query}{AUTHORIZED_JSON}{body}");
            assert_eq!(shown(endpoint.request(&hub())), expected, "{name}");
        }
    }

    #[test]
    fn answers() {
        let body = concat!(
            r#"{"files":[{"path":"b","uploadMode":"regular","shouldIgnore":true,"oid":null},"#,
            r#"{"path":"a","uploadMode":"lfs","shouldIgnore":false,"oid":"s1"}],"commitOid":"c1"}"#
        );
        let answers = ask().parse(&good(body), &hub()).unwrap();
        let answer = |path: &str, upload_mode, should_ignore, oid: Option<&str>| PreuploadAnswer {
            path: path.to_owned(),
            upload_mode,
            should_ignore,
            oid: oid.map(str::to_owned),
        };
        let lfs = answer("a", UploadMode::Lfs, false, Some("s1"));
        let ignored = answer("b", UploadMode::Regular, true, None);
        assert_eq!((&answers["a"], &answers["b"]), (&lfs, &ignored));
    }

    #[test]
    fn answers_that_cannot_be_used() {
        let rows = [
            ("a path is missing", r#"{"files":[{"path":"a","uploadMode":"lfs"}]}"#),
            ("an unknown mode", r#"{"files":[{"path":"a","uploadMode":"xet"},{"path":"b","uploadMode":"lfs"}]}"#),
            ("no mode", r#"{"files":[{"path":"a"},{"path":"b","uploadMode":"lfs"}]}"#),
            ("no files", "{}"),
        ];
        for (name, body) in rows {
            assert_eq!(ask().parse(&good(body), &hub()).unwrap_err().code, Code::Protocol, "{name}");
        }
        let error = ask().parse(&good(rows[0].1), &hub()).unwrap_err();
        assert_eq!(error.path.as_deref(), Some("b"));
    }
}
