//! The YAML at the top of README.md: read for the repo's card, and checked before it is committed.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Answer, Call, json_with};
use axum::http::StatusCode;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    content: String,
    repo_type: Option<String>,
}

/// `POST /api/validate-yaml`: 200 with warnings, or 400 with errors.
pub async fn validate(mut call: Call) -> Answer {
    let body: Body = call.json().await?;
    let errors = problems(body.content.as_bytes());
    let list = |messages: &[String]| messages.iter().map(|message| json!({ "message": message })).collect::<Vec<_>>();
    let mut warnings = Vec::new();
    if errors.is_empty()
        && body.repo_type.as_deref() != Some("space")
        && matches!(front_matter(body.content.as_bytes()), Ok(None))
    {
        warnings.push("empty or missing yaml metadata in repo card".to_owned());
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let mut answer = json!({ "errors": list(&errors), "warnings": list(&warnings) });
    if let (Some(first), Value::Object(answer)) = (errors.first(), &mut answer) {
        answer.insert("error".to_owned(), first.as_str().into());
    }
    json_with(status, &answer)
}

/// What is wrong with the metadata of a README.md; nothing when all is well.
pub fn problems(text: &[u8]) -> Vec<String> {
    let card = match front_matter(text) {
        Ok(Some(card)) => card,
        Ok(None) => return Vec::new(),
        Err(error) => return vec![error],
    };
    let Value::Object(card) = card else {
        return vec!["Invalid metadata in README.md: YAML metadata must be a mapping".to_owned()];
    };
    let mut problems = Vec::new();
    let is_text_or_list = |value: &Value| match value {
        Value::Null | Value::String(_) => true,
        Value::Array(values) => values.iter().all(Value::is_string),
        _ => false,
    };
    for (key, value) in &card {
        let good = match key.as_str() {
            "license" | "language" | "datasets" | "base_model" | "metrics" => is_text_or_list(value),
            "tags" => value.is_null() || (value.is_array() && is_text_or_list(value)),
            "title" | "sdk" | "emoji" | "pipeline_tag" | "library_name" | "pretty_name" => {
                value.is_null() || value.is_string()
            }
            "pinned" => value.is_null() || value.is_boolean(),
            _ => true,
        };
        if !good {
            problems.push(format!("Invalid metadata in README.md: \"{key}\" has the wrong type"));
        }
    }
    problems
}

/// The metadata of a README.md as JSON; nothing when there is none.
/// Errors: a sentence about YAML that cannot be read.
pub fn front_matter(text: &[u8]) -> Result<Option<Value>, String> {
    let text = String::from_utf8_lossy(text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut lines = text.lines();
    if lines.next().map(str::trim_end) != Some("---") {
        return Ok(None);
    }
    let mut yaml = String::new();
    for line in lines {
        if line.trim_end() == "---" {
            return match serde_yaml_ng::from_str::<Value>(&yaml) {
                Ok(Value::Null) => Ok(None),
                Ok(value) => Ok(Some(value)),
                Err(error) => Err(format!("Invalid metadata in README.md: YAML metadata error: {error}")),
            };
        }
        yaml.push_str(line);
        yaml.push('\n');
    }
    // A rule at the top of a text that has no metadata.
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata() {
        let table = [
            ("# Title\n", 0),
            ("---\nlicense: mit\ntags:\n- a\n---\n# T\n", 0),
            ("---\r\nlicense: mit\r\n---\r\n", 0),
            ("---\n---\n", 0),
            ("---\nlicense: mit\n", 0),
            ("---\nlicense: [\n---\n", 1),
            ("---\na: b: c\n---\n", 1),
            ("---\n- a\n---\n", 1),
            ("---\ntags: text\n---\n", 1),
            ("---\nlicense: 3\npinned: 'no'\n---\n", 2),
        ];
        for (text, count) in table {
            assert_eq!(problems(text.as_bytes()).len(), count, "{text:?}: {:?}", problems(text.as_bytes()));
        }
    }
}
