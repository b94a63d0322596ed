//! `POST /api/validate-yaml`: is the metadata at the top of a README.md what the Hub takes?
//!
//! Source: Hub API, YAML check, as the Python client uses it before a commit.

use super::{Endpoint, Hub, RepoType, json, refused};
use crate::error::{Code, Error};
use crate::http::{Method, Request, Response};
use crate::json::{Fields, Json, Misfit, Read, object};

/// Asks about one README.md.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidateYaml {
    /// Its text.
    pub content: String,
    /// The kind of repo that it describes.
    pub repo_type: RepoType,
}

impl ValidateYaml {
    fn bare(&self, hub: &Hub) -> Request {
        hub.request(Method::Post, "/api/validate-yaml")
    }
}

impl Endpoint for ValidateYaml {
    /// Warnings; none when all is well.
    type Output = Vec<String>;

    fn request(&self, hub: &Hub) -> Result<Request, Error> {
        let body = object(|body| {
            body.text("content", &self.content).text("repoType", self.repo_type.as_str());
        });
        Ok(self.bare(hub).json(body))
    }

    /// Errors: `invalid_input` with the Hub's words when the metadata is wrong; anything else says nothing about it.
    fn parse(&self, response: &Response, hub: &Hub) -> Result<Vec<String>, Error> {
        let bare = self.bare(hub);
        if response.status == 400 {
            let refusal = refused(response, &bare.url).into_account();
            let data = refusal.refusal.map(|refusal| refusal.data).unwrap_or_default();
            let errors = data.get("errors").items().iter();
            let errors: Vec<&str> = errors.filter_map(|error| error.get("message").as_str()).collect();
            let said = if errors.is_empty() { refusal.message } else { errors.join("; ") };
            return Err(Error::new(
                Code::InvalidInput,
                format!("The metadata at the top of README.md is not valid: {said}. Correct it and push again"),
            ));
        }
        json(response, &bare, |answer| {
            let warnings = Fields::read(answer, |answer| answer.list::<Warning>("warnings"))?;
            Ok(warnings.into_iter().map(|Warning(message)| message).filter(|message| !message.is_empty()).collect())
        })
    }
}

struct Warning(String);

impl Read for Warning {
    fn read(json: Json) -> Result<Warning, Misfit> {
        Fields::read(json, |warning| Warning(warning.text("message")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::testing::{AUTHORIZED_JSON, answer, good, hub, shown};

    fn ask(repo_type: RepoType) -> ValidateYaml {
        ValidateYaml { content: "---\na: 1\n---\n".to_owned(), repo_type }
    }

    #[test]
    fn requests() {
        for (repo_type, word) in
            [(RepoType::Model, "model"), (RepoType::Dataset, "dataset"), (RepoType::Space, "space")]
        {
            let expected = format!(
                "POST https://hub.example/api/validate-yaml{AUTHORIZED_JSON}\
                 {{\"content\":\"---\\na: 1\\n---\\n\",\"repoType\":\"{word}\"}}"
            );
            assert_eq!(shown(ask(repo_type).request(&hub())), expected);
        }
    }

    #[test]
    fn answers() {
        let ask = ask(RepoType::Model);
        let parse = |response| ask.parse(&response, &hub());
        assert_eq!(parse(good(r#"{"errors":[],"warnings":[{"message":"no license"}]}"#)).unwrap(), ["no license"]);
        assert!(parse(good("{}")).unwrap().is_empty());
        let wrong = parse(answer(400, &[], r#"{"errors":[{"message":"A"},{"message":"B"}],"error":"A"}"#)).unwrap_err();
        assert_eq!(wrong.code, Code::InvalidInput);
        assert!(wrong.message.contains(": A; B. Correct it"), "{}", wrong.message);
        let bare = parse(answer(400, &[], r#"{"error":"A"}"#)).unwrap_err();
        assert_eq!(bare.code, Code::InvalidInput);
        assert!(bare.message.contains(": A. Correct it"), "{}", bare.message);
        for (status, body) in [(200, "<html>"), (404, "{}"), (500, "{}")] {
            assert_ne!(parse(answer(status, &[], body)).unwrap_err().code, Code::InvalidInput, "{status}");
        }
    }
}
