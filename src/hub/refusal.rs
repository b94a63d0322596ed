//! What a refusal means: status, `X-Error-Code` and body become one [`Error`].
//!
//! Source: Hub API, error model; the order of the conditions is the Python client's.

use crate::error::{Code, Error, Refusal};
use crate::http::{Response, without_query};
use crate::json::Json;

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

/// Reads an answer of the content-addressed store that is not a success. `unauthorized` means that its token has expired, which
/// is nothing that the caller could change.
pub fn refused_by_cas(response: &Response, url: &str) -> Error {
    let code = match response.status {
        401 => Code::Unauthorized,
        403 => Code::Forbidden,
        404 => Code::EntryNotFound,
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
    data: Json,
    texts: Vec<String>,
}

impl Said {
    fn read(response: &Response) -> Said {
        let data = Json::parse(&response.body)
            .unwrap_or_else(|_| Json::Object(vec![("message".into(), Json::Text(plain_text(&response.body)))]));
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
        error.refusal = Some(Refusal { status, url, request_id, data: self.data });
        error
    }
}

/// Every text the Hub put into its answer, once each.
fn texts(data: &Json, header: Option<&str>) -> Vec<String> {
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
        let said = data.get(key);
        if let Some(text) = said.as_str() {
            add(text);
        }
        for item in said.items() {
            if let Some(text) = item.as_str().or_else(|| item.get("message").as_str()) {
                add(text);
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::testing::answer;

    const API: &str = "https://hub.example/api/models/user/repo/tree/main?x=secret";

    #[test]
    fn codes() {
        let body = "{}";
        let disabled = r#"{"error":"Access to this resource is disabled."}"#;
        // (what it shows, status, X-Error-Code, body, URL, code)
        let rows = [
            ("a missing repo", 404, Some("RepoNotFound"), body, API, Code::RepoNotFound),
            (
                "a missing repo, said in words",
                404,
                None,
                r#"{"error":"Repository not found"}"#,
                API,
                Code::RepoNotFound,
            ),
            ("a missing branch", 404, Some("RevisionNotFound"), body, API, Code::RevisionNotFound),
            ("a missing branch, in words", 404, None, r#"{"error":"Invalid rev id: x"}"#, API, Code::RevisionNotFound),
            ("a missing path", 404, Some("EntryNotFound"), body, API, Code::EntryNotFound),
            ("something missing", 404, None, body, API, Code::EntryNotFound),
            ("a gated repo", 403, Some("GatedRepo"), body, API, Code::Gated),
            ("no right", 403, None, body, API, Code::Forbidden),
            ("a repo closed by the Hub", 403, None, disabled, API, Code::Forbidden),
            ("a repo that hides", 401, None, body, API, Code::RepoNotFound),
            ("a repo that hides, with a code", 401, Some("RepoNotFound"), body, API, Code::RepoNotFound),
            (
                "a bad token",
                401,
                Some("RepoNotFound"),
                r#"{"error":"Invalid credentials in Authorization header"}"#,
                API,
                Code::Unauthorized,
            ),
            (
                "no token where no repo is named",
                401,
                None,
                body,
                "https://hub.example/api/whoami-v2",
                Code::Unauthorized,
            ),
            ("a stale parent", 412, None, body, API, Code::Conflict),
            ("a conflict", 409, None, body, API, Code::Conflict),
            ("a bad request", 400, None, body, API, Code::Rejected),
            ("a word that is not known", 422, Some("Surprise"), body, API, Code::Rejected),
            ("too large", 413, None, body, API, Code::Rejected),
            ("too many requests", 429, None, body, API, Code::RateLimited),
            ("too slow", 408, None, body, API, Code::Timeout),
            ("a broken server", 503, None, "<html>oops</html>", API, Code::ServerError),
            ("a redirect that cannot be followed", 302, None, "", API, Code::Rejected),
        ];
        for (name, status, error_code, body, url, expected) in rows {
            let headers: Vec<(&str, &str)> = error_code.into_iter().map(|code| ("x-error-code", code)).collect();
            let error = refused(&answer(status, &headers, body), url);
            assert_eq!(error.code, expected, "{name}");
            assert!(!error.message.contains("secret"), "{name}: {}", error.message);
            assert!(!error.message.ends_with('.'), "{name}: {}", error.message);
            let refusal = error.into_account().refusal.unwrap();
            assert_eq!((refusal.status, refusal.url.contains('?')), (status, false), "{name}");
        }
    }

    #[test]
    fn words_of_the_server_come_once_each() {
        // (what it shows, X-Error-Message, body, words)
        let rows = [
            ("one", None, r#"{"error":"A."}"#, ": A."),
            ("several keys", Some("A"), r#"{"error":"A","message":"B","error_description":"C"}"#, ": A; C; B."),
            ("lists", None, r#"{"error":["A","B"],"errors":[{"message":"B"},{"message":"C"},7]}"#, ": A; B; C."),
            ("plain text", None, "A\nB", ": A."),
            ("a store's XML", None, "<?xml?><Error><Code>A</Code><Message>B</Message></Error>", ": A."),
            ("a page", None, "<html>A</html>", "."),
            ("nothing", None, "", "."),
            ("JSON of another shape", None, "[1,2]", "."),
        ];
        for (name, header, body, words) in rows {
            let headers: Vec<(&str, &str)> = header.into_iter().map(|text| ("x-error-message", text)).collect();
            let error = refused(&answer(503, &headers, body), API);
            let expected =
                format!("The Hub answered 503 for https://hub.example/api/models/user/repo/tree/main{words}");
            assert_eq!(error.message, format!("{expected} Try again later"), "{name}");
        }
    }

    #[test]
    fn the_request_id_is_kept() {
        type Row<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>);
        let rows: [Row; 3] = [
            (&[("x-amz-cf-id", "c"), ("x-request-id", "a")], Some("a")),
            (&[("x-amz-cf-id", "c"), ("x-amzn-trace-id", "b")], Some("b")),
            (&[], None),
        ];
        for (headers, expected) in rows {
            let error = refused(&answer(500, headers, ""), API);
            assert_eq!(error.into_account().refusal.unwrap().request_id.as_deref(), expected);
        }
    }

    #[test]
    fn a_store_is_not_the_hub() {
        let url = "https://store.example/object?signature=secret";
        for (status, code) in
            [(403, Code::Forbidden), (404, Code::Rejected), (400, Code::Rejected), (503, Code::ServerError)]
        {
            let error = refused_by_store(&answer(status, &[], ""), url);
            assert_eq!(error.code, code, "{status}");
            assert_eq!(error.message, format!("The store answered {status} for https://store.example/object"));
        }
    }
}
