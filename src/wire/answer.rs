//! What calls yield, as plain objects.

use serde::{Deserialize, Serialize};
#[cfg(feature = "wasm")]
use tsify::Tsify;

use super::error::ErrorView;
use crate::hub::commits::{CommitInfo, CommitPage};
use crate::hub::download_info::{DownloadInfo, XetLinks};
use crate::hub::paths_info::{Entry, EntryKind, LastCommit, LfsPointer};
use crate::hub::refs::{Ref, Refs};
use crate::hub::repo_create::CreatedRepo;
use crate::hub::repo_info::RepoState;
use crate::hub::resolve::Resolved;
use crate::hub::tree::TreePage;
use crate::json::Json;

/// [`CreatedRepo`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct CreatedRepoView {
    /// Its page.
    pub url: String,
    /// `user/name`.
    pub name: String,
    /// The Hub's internal id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub id: Option<String>,
    /// Whether it was there before.
    pub existed: bool,
    /// What is wrong unless the repo is there, which only another call can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub unless_there: Option<ErrorView>,
}

impl From<CreatedRepo> for CreatedRepoView {
    fn from(repo: CreatedRepo) -> CreatedRepoView {
        let unless_there = repo.unless_there.map(ErrorView::from);
        CreatedRepoView { url: repo.url, name: repo.name, id: repo.id, existed: repo.existed, unless_there }
    }
}

/// [`RepoState`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct RepoInfoView {
    /// Commit id of the revision.
    pub sha: String,
    /// Everything the Hub said.
    #[cfg_attr(feature = "wasm", tsify(type = "Record<string, unknown>"))]
    pub raw: Json,
}

impl From<RepoState> for RepoInfoView {
    fn from(state: RepoState) -> RepoInfoView {
        RepoInfoView { sha: state.sha, raw: state.raw }
    }
}

/// [`Refs`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct RefsView {
    /// Branches.
    pub branches: Vec<RefView>,
    /// Tags.
    pub tags: Vec<RefView>,
    /// Branches that the Hub's conversions write.
    pub converts: Vec<RefView>,
    /// Pull requests.
    pub pull_requests: Vec<RefView>,
}

impl From<Refs> for RefsView {
    fn from(refs: Refs) -> RefsView {
        let views = |refs: Vec<Ref>| refs.into_iter().map(RefView::from).collect();
        RefsView {
            branches: views(refs.branches),
            tags: views(refs.tags),
            converts: views(refs.converts),
            pull_requests: views(refs.pull_requests),
        }
    }
}

/// [`Ref`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct RefView {
    /// Short name.
    pub name: String,
    /// Full name.
    #[serde(rename = "ref")]
    pub full_name: String,
    /// The commit it stands for.
    pub target_commit: String,
}

impl From<Ref> for RefView {
    fn from(one: Ref) -> RefView {
        RefView { name: one.name, full_name: one.full_name, target_commit: one.target_commit }
    }
}

/// [`TreePage`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct TreePageView {
    /// In the Hub's order.
    pub entries: Vec<EntryView>,
    /// For the next page; none on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub next: Option<String>,
}

impl From<TreePage> for TreePageView {
    fn from(page: TreePage) -> TreePageView {
        TreePageView { entries: EntryListView::from(page.entries).0, next: page.next }
    }
}

/// A list of [`EntryView`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct EntryListView(pub Vec<EntryView>);

impl From<Vec<Entry>> for EntryListView {
    fn from(entries: Vec<Entry>) -> EntryListView {
        EntryListView(entries.into_iter().map(EntryView::from).collect())
    }
}

/// [`Entry`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct EntryView {
    /// What it is.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "wasm", tsify(type = "\"file\" | \"directory\" | \"unknown\""))]
    pub kind: String,
    /// Full path in the repo.
    pub path: String,
    /// Git oid of the blob, pointer or tree.
    pub oid: String,
    /// Size of the content in bytes.
    pub size: u64,
    /// For LFS files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub lfs: Option<LfsPointerView>,
    /// For files stored by Xet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub xet_hash: Option<String>,
    /// When it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub last_commit: Option<LastCommitView>,
    /// What the Hub's scanners found, when it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional, type = "{ status: string }"))]
    pub security_file_status: Option<Json>,
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> EntryView {
        EntryView {
            kind: match entry.kind {
                EntryKind::File => "file",
                EntryKind::Directory => "directory",
                EntryKind::Unknown => "unknown",
            }
            .to_owned(),
            path: entry.path,
            oid: entry.oid,
            size: entry.size,
            lfs: entry.lfs.map(LfsPointerView::from),
            xet_hash: entry.xet_hash,
            last_commit: entry.last_commit.map(LastCommitView::from),
            security_file_status: entry.security_file_status,
        }
    }
}

/// [`LfsPointer`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct LfsPointerView {
    /// SHA-256 of the content.
    pub oid: String,
    /// Size of the content in bytes.
    pub size: u64,
    /// Size of the pointer in bytes.
    pub pointer_size: u64,
}

impl From<LfsPointer> for LfsPointerView {
    fn from(pointer: LfsPointer) -> LfsPointerView {
        LfsPointerView { oid: pointer.oid, size: pointer.size, pointer_size: pointer.pointer_size }
    }
}

/// [`LastCommit`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct LastCommitView {
    /// Commit id.
    pub id: String,
    /// First line of its message.
    pub title: String,
    /// ISO 8601.
    pub date: String,
}

impl From<LastCommit> for LastCommitView {
    fn from(commit: LastCommit) -> LastCommitView {
        LastCommitView { id: commit.id, title: commit.title, date: commit.date }
    }
}

/// [`CommitPage`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct CommitPageView {
    /// Newest first.
    pub commits: Vec<CommitInfoView>,
    /// For the next page; none on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub next: Option<String>,
}

impl From<CommitPage> for CommitPageView {
    fn from(page: CommitPage) -> CommitPageView {
        CommitPageView { commits: page.commits.into_iter().map(CommitInfoView::from).collect(), next: page.next }
    }
}

/// [`CommitInfo`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct CommitInfoView {
    /// Commit id.
    pub id: String,
    /// First line of the message.
    pub title: String,
    /// The rest of the message.
    pub message: String,
    /// ISO 8601.
    pub date: String,
    /// Names of the authors.
    pub authors: Vec<AuthorView>,
}

/// An author of a commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct AuthorView {
    /// Name of the account, or the name in the git commit.
    pub user: String,
    /// The account's picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub avatar: Option<String>,
}

impl From<CommitInfo> for CommitInfoView {
    fn from(commit: CommitInfo) -> CommitInfoView {
        let authors = commit.authors.into_iter().map(|author| AuthorView { user: author.user, avatar: author.avatar });
        CommitInfoView {
            id: commit.id,
            title: commit.title,
            message: commit.message,
            date: commit.date,
            authors: authors.collect(),
        }
    }
}

/// [`Resolved`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ResolvedView {
    /// Size of the whole file in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub size: Option<u64>,
    /// SHA-256 or git blob oid, or a store's own mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub etag: Option<String>,
    /// The commit that the revision stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub commit: Option<String>,
    /// The media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub content_type: Option<String>,
}

impl From<Resolved> for ResolvedView {
    fn from(resolved: Resolved) -> ResolvedView {
        ResolvedView {
            size: resolved.size,
            etag: resolved.etag,
            commit: resolved.commit,
            content_type: resolved.content_type,
        }
    }
}

/// [`DownloadInfo`], or null when there is no such file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct FoundDownloadView(
    #[cfg_attr(feature = "wasm", tsify(type = "DownloadInfoView | null"))] pub Option<DownloadInfoView>,
);

impl From<Option<DownloadInfo>> for FoundDownloadView {
    fn from(info: Option<DownloadInfo>) -> FoundDownloadView {
        FoundDownloadView(info.map(DownloadInfoView::from))
    }
}

/// [`DownloadInfo`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
pub struct DownloadInfoView {
    /// In bytes.
    pub size: u64,
    /// As the server writes it.
    pub etag: String,
    /// Where to get the content.
    pub url: String,
    /// For files stored by Xet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wasm", tsify(optional))]
    pub xet: Option<XetLinksView>,
}

impl From<DownloadInfo> for DownloadInfoView {
    fn from(info: DownloadInfo) -> DownloadInfoView {
        DownloadInfoView { size: info.size, etag: info.etag, url: info.url, xet: info.xet.map(XetLinksView::from) }
    }
}

/// [`XetLinks`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct XetLinksView {
    /// The file's Xet hash.
    pub hash: String,
    /// Gives tokens for reading.
    pub refresh_url: String,
    /// Tells the pieces.
    pub reconstruction_url: String,
}

impl From<XetLinks> for XetLinksView {
    fn from(links: XetLinks) -> XetLinksView {
        XetLinksView { hash: links.hash, refresh_url: links.refresh_url, reconstruction_url: links.reconstruction_url }
    }
}
