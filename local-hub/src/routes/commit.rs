//! `POST /api/{t}/{id}/commit/{rev}`: NDJSON in, one commit out.
//!
//! The body is read line by line: each inline file goes to the commit's pack as it comes, so that no commit has to fit into memory. Only
//! then the repo's lock is taken, the parent compared and the commit written. Whatever is refused leaves nothing behind. A commit without
//! operations is made like any other: the Python client sends one when all that it has to say is about ignored files.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_util::TryStreamExt;
use git2::{ObjectType, Repository};
use serde::Deserialize;
use serde_json::json;
use tokio_util::io::{StreamReader, SyncIoBridge};

use crate::call::{Answer, Call, json};
use crate::cas::Cas;
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::limits::{COMMIT_LINE_MAX, INLINE_COMMIT_MAX, INLINE_FILE_MAX, LFS_FILES_PER_COMMIT};
use crate::path::RepoPath;
use crate::repo::attributes::Attributes;
use crate::repo::discussions::{self, Discussion, Status};
use crate::repo::pack::PackWriter;
use crate::repo::pointer::{Pointer, is_oid};
use crate::repo::write::{self, Change, Message};
use crate::repo::{Repo, blocking, read};
use crate::routes::aim::{self, Aim};
use crate::routes::yaml;
use crate::store::large;

const ATTRIBUTES: &str = ".gitattributes";

#[derive(Deserialize)]
#[serde(tag = "key", content = "value", rename_all = "camelCase")]
enum Line {
    Header(Header),
    File(File),
    LfsFile(LfsFile),
    DeletedFile(Deleted),
    DeletedFolder(Deleted),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    summary: String,
    #[serde(default)]
    description: Option<String>,
    parent_commit: Option<String>,
}

#[derive(Deserialize)]
struct File {
    path: String,
    content: String,
    encoding: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LfsFile {
    path: String,
    algo: Option<String>,
    oid: String,
    size: Option<u64>,
    old_path: Option<String>,
}

#[derive(Deserialize)]
struct Deleted {
    path: String,
}

/// A commit body that has been read.
struct Parsed {
    header: Header,
    changes: Vec<Change>,
    /// Paths of inline files that have bytes.
    inline: Vec<String>,
    /// The text of the last `.gitattributes` among them.
    attributes: Option<Vec<u8>>,
}

/// Makes a commit.
/// Errors: 400 for a body that is no commit, an object that was not uploaded, a file that belongs to LFS, bad metadata in README.md;
/// 403; 404; 412 when the parent is not the head; 413; 422 for a bad path.
pub async fn post(mut call: Call, id: RepoId, rev: String) -> Answer {
    let (repo, aim) = aim::check(&call, &id, &rev).await?;
    if call.content_type() != "application/x-ndjson" {
        return Err(Refusal::bad_request("Invalid Content-Type: a commit is application/x-ndjson"));
    }
    // A branch that is not there is told before a large body is read.
    {
        let rev = rev.clone();
        repo.with_git(move |git| read::branch_ref(git, &rev)).await?;
    }
    let author = call.user()?.name.clone();
    call.hub.rates.commit(&id, &author)?;
    let (commit, pull) = make(&mut call, repo, rev, aim, author.clone()).await.inspect_err(|_| {
        call.hub.rates.uncommit(&id, &author);
    })?;
    let page = format!("{}/{}", call.endpoint(), id.url_path());
    let mut answer = json!({
        "success": true, "commitOid": commit.to_string(), "commitUrl": format!("{page}/commit/{commit}"), "hookOutput": "",
    });
    if let Some(num) = pull {
        answer["pullRequestUrl"] = format!("{page}/discussions/{num}").into();
    }
    json(&answer)
}

/// Reads the body and makes the commit; gives its id and the number of the pull request that it opened.
async fn make(
    call: &mut Call,
    repo: Arc<Repo>,
    rev: String,
    aim: Aim,
    author: String,
) -> Result<(git2::Oid, Option<u64>), Refusal> {
    let hub = Arc::clone(&call.hub);
    let stream = call.take_body().into_data_stream().map_err(std::io::Error::other);
    let reader = SyncIoBridge::new(StreamReader::new(stream));
    blocking(move || {
        let git = repo.git()?;
        let mut pack = PackWriter::new(&git)?;
        let parsed = parse(BufReader::with_capacity(1 << 17, reader), &mut pack, &hub.cas, &repo)?;
        let _writing = repo.lock()?;
        let reference = read::branch_ref(&git, &rev)?;
        let head = git.find_reference(&reference)?.peel_to_commit()?.id();
        if let Some(parent) = &parsed.header.parent_commit
            && !head.to_string().starts_with(&parent.to_ascii_lowercase())
        {
            return Err(Refusal::stale());
        }
        check_modes(&git, head, &parsed)?;
        let message = Message {
            author,
            title: parsed.header.summary,
            description: parsed.header.description.unwrap_or_default(),
        };
        let commit = write::commit(&git, pack, Some(head), &parsed.changes, parsed.attributes, &message)?;
        let pull = land(&git, &repo.dir, aim, &reference, head, commit, &message)?;
        Ok((commit, pull))
    })
    .await
}

/// Moves the ref that a push is aimed at; gives the number of the pull request that it opened.
fn land(
    git: &Repository,
    repo_dir: &Path,
    aim: Aim,
    reference: &str,
    head: git2::Oid,
    commit: git2::Oid,
    message: &Message,
) -> Result<Option<u64>, Refusal> {
    match aim {
        Aim::Branch => {
            write::move_ref(git, reference, Some(head), commit)?;
            Ok(None)
        }
        Aim::Pull(num) => {
            let pull = discussions::get(repo_dir, num)?.filter(|pull| pull.status.is_live());
            let mut pull = pull.ok_or_else(|| Refusal::bad_request("The pull request is closed"))?;
            write::move_ref(git, reference, Some(head), commit)?;
            pull.committed(&message.author, &message.title, commit);
            discussions::put(repo_dir, &pull)?;
            Ok(None)
        }
        Aim::NewPull => {
            let num = discussions::next(repo_dir, git)?;
            write::move_ref(git, &discussions::reference(num), None, commit)?;
            let mut pull =
                Discussion::new(num, &message.author, &message.title, &message.description, Status::Open, true);
            pull.committed(&message.author, &message.title, commit);
            discussions::put(repo_dir, &pull)?;
            Ok(Some(num))
        }
    }
}

/// Reads a commit body.
fn parse(mut body: impl BufRead, pack: &mut PackWriter<'_>, cas: &Cas, repo: &Repo) -> Result<Parsed, Refusal> {
    let mut reader =
        Reader { pack, cas, repo, changes: Vec::new(), inline: Vec::new(), attributes: None, bytes: 0, lfs_files: 0 };
    let mut header = None;
    let mut line = Vec::new();
    let mut number = 0;
    while next_line(&mut body, &mut line)? {
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let read: Line = serde_json::from_slice(&line)
            .map_err(|error| Refusal::bad_request(format!("Invalid commit: line {number}: {error}")))?;
        match (read, &header) {
            (Line::Header(read), None) => {
                check_header(&read)?;
                header = Some(read);
            }
            (Line::Header(_), Some(_)) => return Err(Refusal::bad_request("Invalid commit: more than one header")),
            (_, None) => return Err(Refusal::bad_request("Invalid commit: the header must come first")),
            (line, Some(_)) => reader.take(line)?,
        }
    }
    let header = header.ok_or_else(|| Refusal::bad_request("Invalid commit: no header"))?;
    Ok(Parsed { header, changes: reader.changes, inline: reader.inline, attributes: reader.attributes })
}

/// Reads a line without its end; false at the end of the body.
fn next_line(body: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, Refusal> {
    line.clear();
    let mut limited = std::io::Read::take(&mut *body, COMMIT_LINE_MAX as u64 + 1);
    let read = limited.read_until(b'\n', line).map_err(|_| Refusal::bad_request("The request body ended too early"))?;
    if line.len() > COMMIT_LINE_MAX {
        return Err(Refusal::too_large(format!("a line of a commit has at most {COMMIT_LINE_MAX} bytes")));
    }
    Ok(read > 0)
}

fn check_header(header: &Header) -> Result<(), Refusal> {
    if header.summary.trim().is_empty() {
        return Err(Refusal::bad_request("Invalid commit: \"summary\" must not be empty"));
    }
    match &header.parent_commit {
        Some(parent) if !(5..=40).contains(&parent.len()) || !parent.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Err(Refusal::bad_request("Invalid commit: \"parentCommit\" must be 5 to 40 hex digits"))
        }
        _ => Ok(()),
    }
}

/// Turns lines into changes.
struct Reader<'a, 'r> {
    pack: &'a mut PackWriter<'r>,
    cas: &'a Cas,
    repo: &'a Repo,
    changes: Vec<Change>,
    inline: Vec<String>,
    attributes: Option<Vec<u8>>,
    bytes: u64,
    lfs_files: usize,
}

impl Reader<'_, '_> {
    fn take(&mut self, line: Line) -> Result<(), Refusal> {
        let change = match line {
            // The caller has dealt with it.
            Line::Header(_) => return Ok(()),
            Line::File(file) => self.file(file)?,
            Line::LfsFile(file) => self.lfs_file(file)?,
            Line::DeletedFile(deleted) => Change::DeleteFile(path(&deleted.path)?),
            Line::DeletedFolder(deleted) => Change::DeleteFolder(
                RepoPath::folder(&deleted.path).map_err(Refusal::unprocessable)?.as_str().to_owned(),
            ),
        };
        if matches!(&change, Change::DeleteFile(path) if path == ATTRIBUTES) {
            self.attributes = None;
        }
        self.changes.push(change);
        Ok(())
    }

    fn file(&mut self, file: File) -> Result<Change, Refusal> {
        let path = path(&file.path)?;
        let content = match file.encoding.as_deref() {
            Some("base64") => {
                BASE64.decode(&file.content).map_err(|_| Refusal::bad_request(format!("Invalid base64: {path}")))?
            }
            None | Some("utf-8") => file.content.into_bytes(),
            Some(other) => {
                return Err(Refusal::bad_request(format!("Invalid encoding: {other} - expected base64 or utf-8")));
            }
        };
        let size = content.len() as u64;
        if size > INLINE_FILE_MAX {
            return Err(Refusal::bad_request(format!(
                "Your push was rejected because it contains files larger than 10 MiB. Please use https://git-lfs.github.com/ \
                 to store large files. Offending files: - {path}"
            )));
        }
        self.bytes += size;
        if self.bytes > INLINE_COMMIT_MAX {
            return Err(Refusal::too_large(format!(
                "a commit holds at most {INLINE_COMMIT_MAX} bytes of inline files"
            )));
        }
        if path == "README.md"
            && let Some(problem) = yaml::problems(&content).into_iter().next()
        {
            return Err(Refusal::bad_request(problem));
        }
        // A pointer is a large file, in whatever way it comes.
        if let Some(pointer) = Pointer::parse(&content) {
            self.check_object(&path, &pointer.oid, Some(pointer.size))?;
            return Ok(Change::Lfs { blob: write::add_pointer(self.pack, &pointer)?, path });
        }
        let blob = self.pack.add(ObjectType::Blob, &content)?;
        if path == ATTRIBUTES {
            self.attributes = Some(content);
        } else if size > 0 {
            self.inline.push(path.clone());
        }
        Ok(Change::File { path, blob })
    }

    fn lfs_file(&mut self, file: LfsFile) -> Result<Change, Refusal> {
        let path = path(&file.path)?;
        if file.algo.as_deref().is_some_and(|algo| algo != "sha256") {
            return Err(Refusal::bad_request("Invalid algo: expected sha256"));
        }
        if !is_oid(&file.oid) {
            return Err(Refusal::unprocessable(format!(
                "Invalid LFS oid of {path}: expected a SHA-256 in lower-case hex"
            )));
        }
        if path == ATTRIBUTES {
            return Err(Refusal::bad_request(".gitattributes cannot be an LFS file"));
        }
        self.lfs_files += 1;
        if self.lfs_files > LFS_FILES_PER_COMMIT {
            return Err(Refusal::too_large(format!("a commit holds at most {LFS_FILES_PER_COMMIT} LFS files")));
        }
        let size = self.check_object(&path, &file.oid, file.size)?;
        if let Some(old) = file.old_path {
            self.changes.push(Change::DeleteFile(self::path(&old)?));
        }
        let blob = write::add_pointer(self.pack, &Pointer { oid: file.oid, size })?;
        Ok(Change::Lfs { path, blob })
    }

    /// The size of an object that must have been uploaded.
    fn check_object(&self, path: &str, oid: &str, size: Option<u64>) -> Result<u64, Refusal> {
        match large::find(self.cas, self.repo, oid)?.map(|large| large.size) {
            Some(stored) if size.is_none_or(|size| size == stored) => Ok(stored),
            Some(stored) => Err(Refusal::bad_request(format!(
                "Your push was rejected because an LFS pointer has the wrong size. Offending file: - {path} ({stored} bytes are stored)"
            ))),
            None => Err(Refusal::bad_request(format!(
                "Your push was rejected because an LFS pointer pointed to a file that does not exist. Offending file: - {path}"
            ))),
        }
    }
}

/// Refuses inline files that both the old and the new `.gitattributes` send to LFS.
fn check_modes(git: &Repository, head: git2::Oid, parsed: &Parsed) -> Result<(), Refusal> {
    let old = read::file(git, &git.find_commit(head)?, ATTRIBUTES)?.unwrap_or_default();
    let old = Attributes::parse(&old);
    let new = parsed.attributes.as_deref().map(Attributes::parse);
    let wrong: HashSet<&str> = parsed
        .inline
        .iter()
        .map(String::as_str)
        .filter(|path| old.is_lfs(path) && new.as_ref().is_none_or(|new| new.is_lfs(path)))
        .collect();
    match wrong.iter().min() {
        None => Ok(()),
        Some(path) => Err(Refusal::bad_request(format!(
            "Your push was rejected because it contains files that belong to LFS by .gitattributes. Offending files: - {path}"
        ))),
    }
}

fn path(text: &str) -> Result<String, Refusal> {
    RepoPath::new(text).map(|path| path.as_str().to_owned()).map_err(Refusal::unprocessable)
}
