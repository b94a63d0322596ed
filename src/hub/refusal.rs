//! What a refusal means: status, `X-Error-Code` and body become one [`Error`].
//!
//! Source: Hub API, error model; the order of the conditions is the Python client's.

use serde_json::Value;

use crate::error::{Code, Error, Refusal};
use crate::http::{Response, without_query};

/// Reads an answer of the Hub that is not a success.
///
/// Shape: the code from `X-Error-Code` first, then from the status; the message from all texts the Hub sent, without
/// repetitions, then what the caller can do.
pub fn refused(response: &Response, url: &str) -> Error {
    let said = Said::read(response);
    let code = code(response, &said, url);
    let advice = if said.contains(DISABLED) { "" } else { advice(code) };
    said.error(code, "Hub", response, url, advice)
}

/// Reads an answer of a presigned store that is not a success. `forbidden` means that the URL, which is its own permission,
/// has expired.
pub fn refused_by_store(response: &Response, url: &str) -> Error {
    let code = match response.status {
        403 => Code::Forbidden,
        status => later(status).unwrap_or(Code::Rejected),
    };
    Said::read(response).error(code, "store", response, url, "")
}

/// The Hub's words for a repo that was closed by its staff.
const DISABLED: &str = "Access to this resource is disabled";

/// The Hub's words for a token that it does not know.
const BAD_TOKEN: &str = "Invalid credentials in Authorization header";

fn code(response: &Response, said: &Said, url: &str) -> Code {
    match response.header("x-error-code") {
        Some("RevisionNotFound") => return Code::RevisionNotFound,
        Some("EntryNotFound") => return Code::EntryNotFound,
        Some("GatedRepo") => return Code::Gated,
        Some("RepoNotFound") if response.status != 401 => return Code::RepoNotFound,
        _ => {}
    }
    match response.status {
        401 if is_repo_api(url) && !said.contains(BAD_TOKEN) => Code::RepoNotFound,
        401 => Code::Unauthorized,
        403 => Code::Forbidden,
        // Where the code is hidden from a page, the words must do.
        404 if said.contains("Repository not found") => Code::RepoNotFound,
        404 if said.contains("Revision not found") || said.contains("Invalid rev id") => Code::RevisionNotFound,
        404 => Code::EntryNotFound,
        409 | 412 => Code::Conflict,
        status => later(status).unwrap_or(Code::Rejected),
    }
}

/// Statuses that say nothing about the request itself.
fn later(status: u16) -> Option<Code> {
    match status {
        408 | 425 => Some(Code::Timeout),
        429 => Some(Code::RateLimited),
        500..=599 => Some(Code::ServerError),
        _ => None,
    }
}

/// A private repo hides itself behind 401 on these URLs.
fn is_repo_api(url: &str) -> bool {
    ["/api/models/", "/api/datasets/", "/api/spaces/"].iter().any(|part| url.contains(part))
        || url.contains("/resolve/")
}

fn advice(code: Code) -> &'static str {
    match code {
        Code::Unauthorized => ". Check the access token",
        Code::Forbidden => ". The token must have write access to this repo",
        Code::Gated => ". Open the repo's page and accept its conditions first",
        Code::RepoNotFound => ". Check the repo's name and type, and that the token may see it",
        Code::RevisionNotFound => ". Check the branch, or create it first",
        Code::Conflict => ". Read the repo again and retry",
        Code::RateLimited => ". Wait a few minutes and try again",
        Code::ServerError | Code::Timeout => ". Try again later",
        _ => "",
    }
}

/// What an answer says in words.
struct Said {
    data: Value,
    texts: Vec<String>,
}

impl Said {
    fn read(response: &Response) -> Said {
        let data = serde_json::from_str(&response.body)
            .unwrap_or_else(|_| serde_json::json!({ "message": plain_text(&response.body) }));
        let texts = texts(&data, response.header("x-error-message"));
        Said { data, texts }
    }

    fn contains(&self, words: &str) -> bool {
        self.texts.iter().any(|text| text.contains(words))
    }

    fn error(self, code: Code, who: &str, response: &Response, url: &str, advice: &str) -> Error {
        let (status, url) = (response.status, without_query(url).to_owned());
        let words = if self.texts.is_empty() { String::new() } else { format!(": {}", self.texts.join("; ")) };
        let request_id = ["x-request-id", "x-amzn-trace-id", "x-amz-cf-id"]
            .iter()
            .find_map(|name| response.header(name))
            .map(str::to_owned);
        let mut error = Error::new(code, format!("The {who} answered {status} for {url}{words}{advice}"));
        error.refusal = Some(Box::new(Refusal { status, url, request_id, data: self.data }));
        error
    }
}

/// Every text the Hub put into its answer, once each.
fn texts(data: &Value, header: Option<&str>) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut add = |text: &str| {
        let text = text.trim().trim_end_matches('.');
        if !text.is_empty() && !texts.iter().any(|known| known == text) {
            texts.push(text.to_owned());
        }
    };
    if let Some(header) = header {
        add(header);
    }
    for key in ["error", "errors", "error_description", "message"] {
        match data.get(key) {
            Some(Value::String(text)) => add(text),
            Some(Value::Array(list)) => {
                for item in list {
                    if let Some(text) = item.as_str().or_else(|| item.get("message").and_then(Value::as_str)) {
                        add(text);
                    }
                }
            }
            _ => {}
        }
    }
    texts
}

/// The first line of a body that is not JSON, shortened. A page of HTML says nothing to people; a store's XML has a word
/// for what is wrong.
fn plain_text(body: &str) -> String {
    let mut text = body.trim_start();
    if text.starts_with('<') {
        let word = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
        text = word.map_or("", |(word, _)| word);
    }
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}
