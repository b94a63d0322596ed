//! What callers want, as pushes and calls of the engine.

use std::cell::RefCell;

use js_sys::{JsString, Math};

use super::changes::Changes;
use super::clock;
use super::driver::run;
use super::io::PageIo;
use super::job::Job;
use super::source::{Change, UploadFile};
use crate::call::Call;
use crate::error::Error;
use crate::folder::{FolderCheck, FolderRules, Severity, Unicode};
use crate::http::FileIdx;
use crate::hub::repo_create::{CreateRepo, CreatedRepo, Visibility};
use crate::hub::repo_info::RepoExists;
use crate::hub::whoami::WhoAmI;
use crate::hub::{Endpoint, Hub, HubUrl, RepoId, Token};
use crate::json::Json;
use crate::push::{Commits, Event, OnFileError, Operation, Push, PushOptions};
use crate::quote::Quoted;
use crate::time::Millis;

/// Paths that are named in a message.
const NAMED: usize = 5;

/// The Hub, in somebody's name.
#[derive(Debug, Clone)]
pub struct Client {
    hub: Hub,
}

/// How an upload shall run. The defaults are those of the npm package.
#[derive(Debug, Clone)]
pub struct UploadOptions {
    /// Folder in the repo that gets the files; empty is the root.
    pub path_in_repo: String,
    /// The branch that gets the commit. Default: `main`.
    pub branch: String,
    /// Make the branch when it is missing.
    pub create_branch: bool,
    /// Commit only if this is the head: a commit id of 5 to 40 hex digits.
    pub parent_commit: Option<String>,
    /// First line of the commit's message; none: made from the operations.
    pub title: Option<String>,
    /// The rest of the commit's message.
    pub description: Option<String>,
    /// Open a pull request and commit there.
    pub pull_request: bool,
    /// One commit, or as many as it takes.
    pub commits: Commits,
    /// What becomes of files that cannot be read.
    pub on_file_error: OnFileError,
    /// Of a folder: only files that match one of these; none is all.
    pub allow_patterns: Option<Vec<String>>,
    /// Of a folder: no files that match one of these.
    pub ignore_patterns: Option<Vec<String>>,
    /// Files of the repo that match one of these, relative to `path_in_repo`, go with the same commit, unless it adds them.
    pub delete_patterns: Vec<String>,
    /// Store large files by Xet where the Hub offers it, otherwise by LFS.
    pub use_xet: bool,
    /// Read the paths back after the commit and compare.
    pub verify: bool,
    /// How often [`Event::Report`] is told; none is never.
    pub report_every: Option<Millis>,
}

impl Default for UploadOptions {
    fn default() -> UploadOptions {
        UploadOptions {
            path_in_repo: String::new(),
            branch: "main".to_owned(),
            create_branch: false,
            parent_commit: None,
            title: None,
            description: None,
            pull_request: false,
            commits: Commits::One,
            on_file_error: OnFileError::Fail,
            allow_patterns: None,
            ignore_patterns: None,
            delete_patterns: Vec::new(),
            use_xet: true,
            verify: true,
            report_every: None,
        }
    }
}

impl Client {
    /// A client of this Hub (none: the public one), with this token (none: anonymous).
    ///
    /// Errors: `invalid_input` for what is no address or no token.
    pub fn new(hub_url: Option<&str>, token: Option<&str>) -> Result<Client, Error> {
        let url = HubUrl::parse(hub_url.unwrap_or(HubUrl::PUBLIC))?;
        Ok(Client { hub: Hub { url, token: token.map(Token::parse).transpose()? } })
    }

    /// Who the token belongs to, with the Hub's own field names. The Hub limits this call strictly: ask once.
    ///
    /// Errors: `unauthorized` and the like.
    pub async fn who_am_i(&self) -> Result<Json, Error> {
        self.call(WhoAmI).await
    }

    /// Makes a repo. With `exist_ok` one that is there already is fine.
    ///
    /// Errors: `conflict` for one that is there, and what else the Hub says.
    pub async fn create_repo(
        &self,
        repo: &str,
        visibility: Option<Visibility>,
        exist_ok: bool,
    ) -> Result<CreatedRepo, Error> {
        let repo = RepoId::parse(repo)?;
        let endpoint =
            CreateRepo { repo: repo.clone(), visibility, license: None, sdk: None, files: Vec::new(), exist_ok };
        let mut created = self.call(endpoint).await?;
        match created.unless_there.take() {
            Some(error) if !self.call(RepoExists { repo }).await? => Err(error),
            _ => Ok(created),
        }
    }

    /// Uploads the files of a folder, in the order of their paths; begins at once. What nobody means to publish is left out, and the
    /// list is checked before anything is asked. Files that the repo has already are not sent; when nothing would change, no commit is made.
    ///
    /// Errors: `invalid_input` for options and paths that cannot be.
    pub fn upload_folder(&self, repo: &str, files: Vec<UploadFile>, options: UploadOptions) -> Result<Job, Error> {
        let mut rules = FolderRules::new(options.allow_patterns.as_deref(), options.ignore_patterns.as_deref());
        let mut taken: Vec<UploadFile> =
            files.into_iter().filter(|file| rules.judge_deep(&file.path, false).is_none()).collect();
        taken.sort_by_cached_key(|file| place(&file.path));
        let title = options.title.clone().or_else(|| Some("Upload folder using hubferry".to_owned()));
        let repo = RepoId::parse(repo)?;
        let mut check = FolderCheck::new(Some(repo.repo_type), Unicode { nfc, lower });
        for file in &taken {
            check.add(&join(&options.path_in_repo, &file.path), file.size, false);
        }
        let mut events = Vec::new();
        for finding in check.finish() {
            if finding.severity == Severity::Error {
                let named: Vec<String> =
                    finding.paths.iter().take(NAMED).map(|path| Quoted(path).to_string()).collect();
                return Err(Error::invalid(format!("{}: {}", finding.message, named.join(", "))));
            }
            events.push(Event::Warning { code: finding.code, message: finding.message, paths: finding.paths });
        }
        let changes = taken.into_iter().map(Change::AddOrUpdate).collect();
        self.start(repo, changes, UploadOptions { title, ..options }, events)
    }

    /// Uploads these files in one commit, all of them; begins at once.
    ///
    /// Errors: `invalid_input` for options and paths that cannot be.
    pub fn upload_files(&self, repo: &str, files: Vec<UploadFile>, options: UploadOptions) -> Result<Job, Error> {
        self.commit(repo, files.into_iter().map(Change::AddOrUpdate).collect(), options)
    }

    /// Uploads one file.
    ///
    /// Errors: `invalid_input` for options and paths that cannot be.
    pub fn upload_file(&self, repo: &str, file: UploadFile, options: UploadOptions) -> Result<Job, Error> {
        self.upload_files(repo, vec![file], options)
    }

    /// Makes a commit of these changes; begins at once.
    ///
    /// Errors: `invalid_input` for options and paths that cannot be.
    pub fn commit(&self, repo: &str, changes: Vec<Change>, options: UploadOptions) -> Result<Job, Error> {
        self.start(RepoId::parse(repo)?, changes, options, Vec::new())
    }

    fn start(
        &self,
        repo: RepoId,
        changes: Vec<Change>,
        options: UploadOptions,
        events: Vec<Event>,
    ) -> Result<Job, Error> {
        if options.report_every == Some(Millis(0)) {
            return Err(Error::invalid("report_every must be more than zero"));
        }
        let mut files = Vec::new();
        let operations = changes.into_iter().map(|change| match change {
            Change::Delete(path) => Operation::Delete { path: join(&options.path_in_repo, &path) },
            Change::AddOrUpdate(file) => {
                let (path, index) = (join(&options.path_in_repo, &file.path), FileIdx(files.len() as u32));
                let size = file.size;
                files.push(file);
                Operation::AddOrUpdate { path, file: index, size, modified_ms: None }
            }
        });
        let operations = operations.collect();
        let mut push = Push::new(PushOptions {
            revision: options.branch,
            create_branch: options.create_branch,
            parent_commit: options.parent_commit,
            title: options.title,
            description: options.description,
            pull_request: options.pull_request,
            commits: options.commits,
            on_file_error: options.on_file_error,
            report_every: options.report_every,
            delete_patterns: options.delete_patterns,
            delete_under: options.path_in_repo,
            verify: options.verify,
            use_xet: options.use_xet,
            epoch_at_zero: clock::epoch_at_zero(),
            seed: seed(),
            ..PushOptions::new(self.hub.clone(), repo)
        })?;
        push.add(operations)?;
        Ok(Job::start(push, files, events))
    }

    async fn call<E: Endpoint>(&self, endpoint: E) -> Result<E::Output, Error>
    where
        E::Output: Clone,
    {
        let call = RefCell::new(Call::new(endpoint, self.hub.clone(), seed())?);
        run(&call, &PageIo::new(Vec::new()), &Changes::default(), |_| ()).await
    }
}

/// Makes the jitter; nothing secret.
fn seed() -> u64 {
    (Math::random() * f64::from(u32::MAX)) as u64
}

fn join(folder: &str, path: &str) -> String {
    match folder.trim_end_matches('/') {
        "" => path.to_owned(),
        folder => format!("{folder}/{path}"),
    }
}

/// The order of paths, component by component, as the npm package has it: by UTF-16 code units.
fn place(path: &str) -> Vec<u16> {
    path.replace('/', "\0").encode_utf16().collect()
}

fn nfc(text: &str) -> String {
    JsString::from(text).normalize("NFC").into()
}

fn lower(text: &str) -> String {
    JsString::from(text).to_lower_case().into()
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn what_is_in_a_folder_stands_where_its_name_does() {
        let mut paths = ["b", "a.txt", "a/z", "a-b", "\u{ff41}", "\u{10348}", "a/b/c"];
        paths.sort_by_cached_key(|path| place(path));
        assert_eq!(paths, ["a/b/c", "a/z", "a-b", "a.txt", "b", "\u{10348}", "\u{ff41}"]);
    }
}
