//! Whatever a server answers, no endpoint panics, and no error repeats the token or a presigned query.
#![cfg(not(target_arch = "wasm32"))]

use hubferry::Error;
use hubferry::http::{FileIdx, Response};
use hubferry::hub::branch::{CreateBranch, DeleteBranch};
use hubferry::hub::commit::Commit;
use hubferry::hub::commits::ListCommits;
use hubferry::hub::discussions::{IsDraft, ListPulls, MakeReady, OpenPull};
use hubferry::hub::download_info::FileDownloadInfo;
use hubferry::hub::file_exists::FileExists;
use hubferry::hub::lfs_batch::LfsBatch;
use hubferry::hub::lfs_store::{Complete, PutObject, PutPart, Verify};
use hubferry::hub::may_write::MayWrite;
use hubferry::hub::paths_info::PathsInfo;
use hubferry::hub::preupload::{Preupload, PreuploadFile};
use hubferry::hub::ratelimit;
use hubferry::hub::refs::ListRefs;
use hubferry::hub::repo_create::CreateRepo;
use hubferry::hub::repo_delete::DeleteRepo;
use hubferry::hub::repo_info::{RepoExists, RepoInfo};
use hubferry::hub::resolve::{Resolve, Want};
use hubferry::hub::tree::ListTree;
use hubferry::hub::validate_yaml::ValidateYaml;
use hubferry::hub::whoami::WhoAmI;
use hubferry::hub::{Endpoint, Hub, HubUrl, RepoId, Token};
use proptest::collection::{hash_map, vec};
use proptest::prelude::*;
use serde_json::Value;

/// The errors of all endpoints that do not take this answer.
fn errors(response: &Response) -> Vec<Error> {
    let hub =
        Hub { url: HubUrl::parse("https://hub.example").unwrap(), token: Some(Token::parse("hf_secret").unwrap()) };
    let repo = RepoId::parse("user/name").unwrap();
    let (revision, path, branch) = ("main".to_owned(), "path".to_owned(), "dev".to_owned());
    let href = "https://store.example/o?signature=hf_secret".to_owned();
    let (oid, file) = ("oid".to_owned(), FileIdx(0));
    let objects = vec![(oid.clone(), 10)];
    let files = vec![PreuploadFile { path: path.clone(), sample: String::new(), size: 0 }];
    let mut errors = Vec::new();
    macro_rules! try_each {
        ($($endpoint:expr),* $(,)?) => {
            $( errors.extend($endpoint.parse(response, &hub).err()); )*
        };
    }
    try_each!(
        WhoAmI,
        CreateRepo {
            repo: repo.clone(),
            visibility: None,
            license: None,
            sdk: None,
            files: Vec::new(),
            exist_ok: true
        },
        DeleteRepo { repo: repo.clone() },
        RepoInfo { repo: repo.clone(), revision: None },
        RepoExists { repo: repo.clone() },
        CreateBranch {
            repo: repo.clone(),
            branch: branch.clone(),
            starting_point: None,
            empty: false,
            overwrite: false
        },
        DeleteBranch { repo: repo.clone(), branch },
        ListRefs { repo: repo.clone(), pull_requests: false },
        ListTree {
            repo: repo.clone(),
            revision: revision.clone(),
            path: String::new(),
            recursive: true,
            expand: false,
            limit: None,
            next: None,
        },
        ListCommits { repo: repo.clone(), revision: revision.clone(), limit: None, next: None },
        PathsInfo { repo: repo.clone(), revision: revision.clone(), paths: vec![path.clone()], expand: false },
        Preupload {
            repo: repo.clone(),
            revision: revision.clone(),
            pull_request: false,
            files,
            git_ignore: None,
            git_attributes: None
        },
        LfsBatch { repo: repo.clone(), revision: Some(revision.clone()), objects },
        MayWrite { repo: repo.clone(), revision: revision.clone(), pull_request: true, path: path.clone(), size: 10 },
        ValidateYaml { content: String::new(), repo_type: repo.repo_type },
        ListPulls { repo: repo.clone() },
        OpenPull { repo: repo.clone(), title: "t".to_owned(), description: String::new() },
        MakeReady { repo: repo.clone(), num: 1 },
        IsDraft { repo: repo.clone(), num: 1 },
        PutObject { href: href.clone(), file, size: 10 },
        PutPart { href: href.clone(), file, start: 0, end: 10 },
        Complete { href: href.clone(), oid: oid.clone(), etags: vec!["\"e\"".to_owned()] },
        Verify { href, oid, size: 10 },
        Commit {
            repo: repo.clone(),
            revision: revision.clone(),
            title: "t".to_owned(),
            description: None,
            parent_commit: None,
            lines: Vec::new(),
        },
        Resolve { repo: repo.clone(), revision: revision.clone(), path: path.clone(), want: Want::All, raw: false },
        FileExists { repo: repo.clone(), revision: revision.clone(), path: path.clone() },
        FileDownloadInfo { repo, revision, path, raw: false, no_content_disposition: false },
    );
    errors
}

/// The words that the Hub's answers are made of.
const WORDS: &str = "type|path|oid|size|lfs|pointerSize|error|errors|message|code|sha|url|name|id|branches|ref|targetCommit|title\
    |authors|file|files|uploadMode|regular|shouldIgnore|objects|actions|upload|verify|href|header|chunk_size|1|2|00003|commitOid\
    |commitUrl|discussions|num|status|draft|author|isPullRequest|warnings|transfer|basic|multipart|xet|https://store\\.example/1";

/// Nearly what the Hub says, and sometimes not JSON at all.
fn bodies() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_u64..20).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        WORDS.prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            hash_map(WORDS, inner, 0..6).prop_map(Value::from_iter),
        ]
    });
    prop_oneof![6 => tree.prop_map(|value| value.to_string()), 1 => "\\PC{0,40}", 1 => lfs_answers()]
}

/// Answers to a batch with one object that come close.
fn lfs_answers() -> impl Strategy<Value = String> {
    let number = prop_oneof![any::<u64>().prop_map(Value::from), (0_u64..12).prop_map(|size| size.to_string().into())];
    let url = prop_oneof!["https://[a-z/?]{0,8}", "\\PC{0,8}"].prop_map(Value::from);
    (number, hash_map("[0-9]{1,20}", url.clone(), 0..4), url).prop_map(|(chunk_size, parts, href)| {
        let mut header = Value::from_iter(parts);
        header["chunk_size"] = chunk_size;
        let upload = serde_json::json!({ "href": href, "header": header });
        serde_json::json!({ "objects": [{ "oid": "oid", "actions": { "upload": upload } }] }).to_string()
    })
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = "link|etag|x-error-code|x-error-message|content-range|content-length|x-linked-etag|x-linked-size|ratelimit\
        |ratelimit-policy|retry-after|x-request-id";
    let value =
        prop_oneof!["\\PC{0,20}", "<[a-z/?=&]{0,12}>; rel=\"?next\"?", "\"api\"; ?[rt]=[0-9]{0,22};[rt]=[0-9]{0,22}"];
    vec((name, value), 0..4)
}

proptest! {
    #[test]
    fn no_answer_breaks_an_endpoint(
        status in prop_oneof![3 => Just(200_u16), 1 => Just(409), 1 => any::<u16>()],
        headers in headers(),
        body in bodies(),
    ) {
        let response = Response { status, headers, body };
        let _ = ratelimit::wait_hint(&response);
        for error in errors(&response) {
            prop_assert!(!format!("{error} {error:?}").contains("hf_secret"), "{error:?}");
        }
    }
}
