//! `POST /api/{t}/{id}/paths-info/{rev}`: the same entries as the tree's, for named paths.

use serde_json::Value;

use crate::call::{Answer, Call, json};
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::limits::{JSON_BODY_MAX, PATHS_PER_CALL};
use crate::repo::read;
use crate::routes::tree::{Large, entries_json};

/// Entries of the paths that exist, in the order of the question; the others are missing from the list.
/// Errors: 400 for a body that is neither JSON nor a form; 404 RevisionNotFound; 413 for too many paths.
pub async fn info(mut call: Call, id: RepoId, rev: String) -> Answer {
    let repo = call.repo(&id)?;
    let is_form = call.content_type() == "application/x-www-form-urlencoded";
    let bytes = call.bytes(JSON_BODY_MAX).await?;
    let (paths, expand) = if is_form { read_form(&bytes)? } else { read_json(&bytes)? };
    if paths.len() > PATHS_PER_CALL {
        return Err(Refusal::too_large(format!("too many parameters: at most {PATHS_PER_CALL} paths")));
    }
    let large = Large::of(&call, &repo);
    let entries = repo
        .with_git(move |git| {
            let commit = read::commit(git, &rev)?;
            let mut entries = Vec::new();
            for path in paths {
                entries.extend(read::entry(git, &commit, path.trim_end_matches('/'))?);
            }
            entries_json(git, &commit, &entries, expand, &large)
        })
        .await?;
    json(&entries)
}

fn read_form(bytes: &[u8]) -> Result<(Vec<String>, bool), Refusal> {
    let mut paths = Vec::new();
    let mut expand = false;
    for (name, value) in form_urlencoded::parse(bytes).into_owned() {
        match name.as_str() {
            "paths" | "paths[]" => paths.push(value),
            "expand" => expand = value.eq_ignore_ascii_case("true") || value == "1",
            _ => return Err(Refusal::bad_request(format!("Invalid form: unknown field {name}"))),
        }
    }
    Ok((paths, expand))
}

fn read_json(bytes: &[u8]) -> Result<(Vec<String>, bool), Refusal> {
    let bad = |why: &str| Refusal::bad_request(format!("Invalid JSON body: {why}"));
    let body: Value = serde_json::from_slice(bytes).map_err(|error| bad(&error.to_string()))?;
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| bad("\"paths\" must be texts"));
    let paths = match body.get("paths") {
        Some(Value::Array(paths)) => paths.iter().map(text).collect::<Result<_, _>>()?,
        Some(path @ Value::String(_)) => vec![text(path)?],
        _ => return Err(bad("\"paths\" is required")),
    };
    Ok((paths, body.get("expand").and_then(Value::as_bool).unwrap_or(false)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies() {
        let both = (vec!["a b".to_owned(), "c".to_owned()], true);
        assert_eq!(read_form(b"paths=a+b&paths=c&expand=True").unwrap(), both);
        assert_eq!(read_json(br#"{"paths":["a b","c"],"expand":true}"#).unwrap(), both);
        assert_eq!(read_json(br#"{"paths":"a"}"#).unwrap(), (vec!["a".to_owned()], false));
        for bad in [&b"{}"[..], b"", b"[]", br#"{"paths":[1]}"#, b"paths=a"] {
            assert!(read_json(bad).is_err());
        }
        assert!(read_form(b"path=a").is_err());
    }
}
