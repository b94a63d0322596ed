//! `POST /api/{t}/{id}/preupload/{rev}`: how each file of a coming commit has to be sent.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Answer, Call, json};
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::limits::INLINE_FILE_MAX;
use crate::path::RepoPath;
use crate::repo::attributes::Attributes;
use crate::repo::ignore::Ignore;
use crate::repo::read::{self, EntryKind};
use crate::routes::aim;

/// Files of one call; the clients send at most 256.
const FILES_MAX: usize = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    files: Vec<Asked>,
    git_attributes: Option<String>,
    git_ignore: Option<String>,
}

#[derive(Deserialize)]
struct Asked {
    path: String,
    #[serde(default)]
    sample: String,
    size: u64,
}

/// How each file has to be sent, whether it is ignored, and what is at its path now.
/// Errors: 400, 404, 413, 422 for a bad path.
pub async fn ask(mut call: Call, id: RepoId, rev: String) -> Answer {
    let (repo, _) = aim::check(&call, &id, &rev).await?;
    let body: Body = call.json().await?;
    if body.files.len() > FILES_MAX {
        return Err(Refusal::too_large(format!("too many files: at most {FILES_MAX} per call")));
    }
    let mut seen = HashSet::new();
    let mut asked = Vec::new();
    for file in body.files {
        RepoPath::new(&file.path).map_err(Refusal::unprocessable)?;
        if !seen.insert(file.path.clone()) {
            return Err(Refusal::bad_request(format!("{} is named twice", file.path)));
        }
        let sample = BASE64.decode(&file.sample);
        let sample =
            sample.map_err(|_| Refusal::bad_request(format!("Invalid base64 in the sample of {}", file.path)))?;
        asked.push((file.path, sample, file.size));
    }
    let answer = repo
        .with_git(move |git| {
            let commit = read::commit(git, &rev)?;
            let text = |given: Option<String>, path: &str| match given {
                Some(text) => Ok(text.into_bytes()),
                None => Ok::<_, Refusal>(read::file(git, &commit, path)?.unwrap_or_default()),
            };
            let attributes = Attributes::parse(&text(body.git_attributes, ".gitattributes")?);
            let ignore = Ignore::parse(&text(body.git_ignore, ".gitignore")?);
            let mut files = Vec::new();
            for (path, sample, size) in asked {
                let lfs = size > 0 && (size >= INLINE_FILE_MAX || attributes.is_lfs(&path) || is_binary(&sample));
                let oid = match read::entry(git, &commit, &path)? {
                    None => Value::Null,
                    Some(entry) => match entry.kind {
                        EntryKind::Folder => Value::Null,
                        EntryKind::File { .. } => entry.oid.to_string().into(),
                        EntryKind::Lfs { pointer, .. } => pointer.oid.into(),
                    },
                };
                files.push(json!({
                    "path": path, "uploadMode": if lfs { "lfs" } else { "regular" },
                    "shouldIgnore": ignore.is_ignored(&path), "oid": oid,
                }));
            }
            Ok(json!({ "files": files, "commitOid": commit.id().to_string() }))
        })
        .await?;
    json(&answer)
}

/// Whether the beginning of a file looks binary: a NUL, or more than a tenth of bytes that no text has.
pub fn is_binary(sample: &[u8]) -> bool {
    if sample.starts_with(b"%PDF-") || sample.contains(&0) {
        return true;
    }
    let strange = sample.utf8_chunks().map(|chunk| {
        let controls = chunk.valid().bytes().filter(|b| matches!(b, 1..=6 | 14..=26 | 28..=31 | 127)).count();
        controls + chunk.invalid().len()
    });
    // The sample may end in the middle of a character.
    strange.sum::<usize>().saturating_sub(3) * 10 > sample.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples() {
        let table: [(&[u8], bool); 10] = [
            (b"", false),
            (b"hello\n", false),
            ("grüße ⚑".as_bytes(), false),
            (&"⚑".as_bytes()[..2], false),
            (b"a\tb\r\n\x1b[0m", false),
            (b"caf\xe9 au lait", false),
            (b"\0", true),
            (b"%PDF-1.7\n", true),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", true),
            (&[0xff; 100], true),
        ];
        for (sample, binary) in table {
            assert_eq!(is_binary(sample), binary, "{sample:?}");
        }
    }
}
