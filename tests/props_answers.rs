//! Whatever a server answers, no endpoint panics, and no error repeats the token or a presigned query.
#![cfg(not(target_arch = "wasm32"))]

use hubferry::Error;
use hubferry::cas::Cas;
use hubferry::cas::data::FetchData;
use hubferry::cas::reconstruction::{Reconstruct, Version};
use hubferry::hash::XetHash;
use hubferry::http::{FileIdx, Response};
use hubferry::hub::branch::{CreateBranch, DeleteBranch};
use hubferry::hub::commit::Commit;
use hubferry::hub::commits::ListCommits;
use hubferry::hub::discussions::{AskPull, ListPulls, MakeReady, MergePull, OpenPull};
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
use hubferry::hub::xet_token::{Scope, XetToken};
use hubferry::hub::{Endpoint, Hub, HubUrl, RepoId, Token};
use hubferry::xorb::{Unpacker, XorbBuilder};
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
    let cas = Cas::new("https://cas.example", "hf_secret").unwrap();
    let plan = Reconstruct { cas, file: XetHash::ZERO, range: PLANNED, version: Version::V1 };
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
        AskPull { repo: repo.clone(), num: 1 },
        MergePull { repo: repo.clone(), num: 1 },
        PutObject { href: href.clone(), file, size: 10 },
        PutPart { href: href.clone(), file, start: 0, end: 10 },
        Complete { href: href.clone(), oid: oid.clone(), etags: vec!["\"e\"".to_owned()] },
        FetchData { url: href.clone(), bytes: 0..10 },
        XetToken { repo: repo.clone(), revision: revision.clone(), scope: Scope::Read },
        Reconstruct { version: Version::V2, ..plan.clone() },
        plan,
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

/// Bytes that the plans are asked for.
const PLANNED: std::ops::Range<u64> = 10..40;

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
    prop_oneof![6 => tree.prop_map(|value| value.to_string()), 1 => "\\PC{0,40}", 1 => lfs_answers(), 1 => plan_answers()]
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

/// Answers to a reconstruction that come close, some close enough.
fn plan_answers() -> impl Strategy<Value = String> {
    let place = || prop_oneof![8 => 0_u64..6, 1 => any::<u64>()];
    let span = move || (place(), place()).prop_map(|(start, end)| serde_json::json!({ "start": start, "end": end }));
    let length = prop_oneof![8 => 0_u64..40, 1 => any::<u64>()];
    let term = ("[xy]", length, span()).prop_map(
        |(hash, length, range)| serde_json::json!({ "hash": hash, "unpacked_length": length, "range": range }),
    );
    let fetch = (span(), span()).prop_map(|(range, bytes)| {
        serde_json::json!({ "range": range, "url": "https://store.example/o?signature=own", "url_range": bytes })
    });
    (place(), vec(term, 0..6), hash_map("[xy]", vec(fetch, 0..4).prop_map(Value::from), 0..3)).prop_map(
        |(offset, terms, fetches)| {
            serde_json::json!({
                "offset_into_first_range": offset, "terms": terms, "fetch_info": Value::from_iter(fetches),
            })
            .to_string()
        },
    )
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

    #[test]
    fn a_plan_that_is_taken_can_be_carried_out(body in plan_answers()) {
        let hub = Hub { url: HubUrl::parse("https://hub.example").unwrap(), token: None };
        let cas = Cas::new("https://cas.example", "token").unwrap();
        let ask = Reconstruct { cas, file: XetHash::ZERO, range: PLANNED, version: Version::V1 };
        let response = Response { status: 200, headers: Vec::new(), body };
        if let Ok(Some(plan)) = ask.parse(&response, &hub) {
            let held: u128 = plan.terms.iter().map(|term| u128::from(term.bytes)).sum();
            prop_assert!(plan.skip < plan.terms[0].bytes);
            prop_assert!(held >= u128::from(plan.skip) + 30);
            for term in plan.terms {
                let fetch = &plan.fetches[term.fetch as usize];
                prop_assert!(fetch.chunks.start <= term.chunks.start && term.chunks.end <= fetch.chunks.end);
                prop_assert!(fetch.bytes.start < fetch.bytes.end);
            }
        }
    }

    #[test]
    fn a_part_of_a_xorb_is_unpacked_or_refused(
        chunks in vec(vec(0_u8..4, 1..300), 1..5),
        changes in vec((any::<usize>(), any::<u8>()), 0..3),
        cut in 0_usize..20,
        length in 0_u64..1500,
        wanted in (0_u64..1500, 0_u64..1500),
    ) {
        let mut builder = XorbBuilder::new(1 << 20);
        for chunk in &chunks {
            builder.push(hubferry::hash::chunk_hash(chunk), chunk);
        }
        let mut body = builder.seal().body;
        for (at, byte) in changes {
            let at = at % body.len();
            body[at] = byte;
        }
        body.truncate(body.len().saturating_sub(cut.saturating_sub(15)));
        let count = chunks.len() as u32;
        if let Ok(mut unpacker) = Unpacker::new(body, 0..count) {
            let mut out = Vec::new();
            let wanted = wanted.0.min(wanted.1)..wanted.0.max(wanted.1);
            if unpacker.unpack(0..count, length, wanted.clone(), &mut out, None).is_ok() {
                prop_assert_eq!(out.len() as u64, wanted.end - wanted.start);
            }
        }
    }
}
