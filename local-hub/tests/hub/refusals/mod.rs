//! What is refused, rule by rule: the status, the error code, the sentence, and that nothing on the disk has changed.
//!
//! A file for each part of the API, a table for each call; the store, which answers in XML, has its own in `store`.

mod commits;
mod discussions;
mod lists;
mod paths;
mod references;
mod repos;
mod tokens;
mod uploads;
mod urls;

use serde_json::Value;

use crate::harness::{DEMO, Hub, snapshot};

/// One refused request.
pub struct Row {
    method: &'static str,
    path: String,
    token: Option<&'static str>,
    body: Vec<u8>,
    content_type: &'static str,
    status: u16,
    code: &'static str,
    says: &'static str,
}

/// A row with a JSON body, sent by demo; null is no body.
pub fn row(method: &'static str, path: &str, body: &Value, status: u16, code: &'static str, says: &'static str) -> Row {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    Row { method, path: path.to_owned(), token: Some(DEMO), body, content_type: "application/json", status, code, says }
}

/// A row without a body, sent by demo.
pub fn get(path: &str, status: u16, code: &'static str, says: &'static str) -> Row {
    row("GET", path, &Value::Null, status, code, says)
}

/// A commit to main of `demo/repo`.
pub fn commit(lines: &[Value], status: u16, code: &'static str, says: &'static str) -> Row {
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    raw_commit(text.join("\n").as_bytes(), status, code, says)
}

/// A commit whose body may be anything.
pub fn raw_commit(body: &[u8], status: u16, code: &'static str, says: &'static str) -> Row {
    Row {
        method: "POST",
        path: "/api/models/demo/repo/commit/main".to_owned(),
        token: Some(DEMO),
        body: body.to_vec(),
        content_type: "application/x-ndjson",
        status,
        code,
        says,
    }
}

impl Row {
    /// Sent by somebody else.
    pub fn by(mut self, token: Option<&'static str>) -> Self {
        self.token = token;
        self
    }

    /// With another content type.
    pub fn typed(mut self, content_type: &'static str) -> Self {
        self.content_type = content_type;
        self
    }

    /// To another path.
    pub fn at(mut self, path: &str) -> Self {
        self.path = path.to_owned();
        self
    }
}

/// Sends every row, compares the answer, and checks that the data folder is as before, byte by byte.
///
/// `at_least` is the number of rows of a table when it was written: a table does not shrink unseen.
pub async fn check(hub: &Hub, at_least: usize, rows: Vec<Row>) {
    assert!(rows.len() >= at_least, "{} rows instead of {at_least}", rows.len());
    let before = snapshot(hub.handle.data());
    for row in rows {
        let mut ask = hub.ask(row.method, &row.path).header("content-type", row.content_type).body(row.body.clone());
        if let Some(token) = row.token {
            ask = ask.token(token);
        }
        let reply = ask.send().await;
        let shown: String = String::from_utf8_lossy(&row.body).chars().take(200).collect();
        let what = format!("{} {} {shown}: {} {}", row.method, row.path, reply.status, reply.text());
        assert_eq!(reply.status, row.status, "{what}");
        assert_eq!(reply.header("x-error-code"), row.code, "{what}");
        let said = reply.json()["error"].as_str().unwrap().to_owned();
        assert!(said.contains(row.says), "{what}");
        let plain: String = said.chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }).collect();
        assert_eq!(reply.header("x-error-message"), plain, "{what}");
        assert!(reply.header("content-type").starts_with("application/json"), "{what}");
        assert_eq!(snapshot(hub.handle.data()), before, "a refused request changed something: {what}");
    }
}

/// How many rows the tables have together.
const ROWS: usize = commits::ROWS
    + discussions::ROWS
    + lists::ROWS
    + paths::ROWS
    + references::ROWS
    + repos::ROWS
    + tokens::ROWS
    + uploads::ROWS
    + urls::ROWS;
const _: () = assert!(ROWS >= 400);
