//! The Rust client in a page, pushing to embedded Hubs. `pkg-tests/gloo/run.mjs` starts them, serves the files, and looks at what the
//! Hubs have afterwards.
#![cfg(all(target_arch = "wasm32", feature = "gloo"))]

use gloo_net::http::Request;
use hubferry::Code;
use hubferry::gloo::{Change, Client, UploadFile, UploadOptions};
use hubferry::json::Json;
use hubferry::push::{Event, FileState, Phase};
use hubferry::time::Millis;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// What there is to do, and where.
struct Task {
    client: Client,
    user: String,
    /// Paths with sizes; their bytes follow each other in `contents`.
    files: Vec<(String, u64)>,
    contents: web_sys::Blob,
}

/// With the Hub of this name.
async fn task(hub: &str) -> Task {
    let Some(site) = option_env!("HUBFERRY_GLOO_SITE") else { panic!("run by scripts/ci/gloo.sh") };
    let get = |name: &str| Request::get(&format!("{site}/{name}")).build().expect("a good address").send();
    let manifest = get("manifest").await.expect("an answer").text().await.expect("a text");
    let manifest = Json::parse(&manifest).expect("JSON");
    let hub = manifest.get("hubs").get(hub);
    let text = |name: &str| hub.get(name).as_str().expect("a text").to_owned();
    let bytes = get("contents").await.expect("an answer").binary().await.expect("the contents");
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes.as_slice()));
    let files = manifest
        .get("files")
        .items()
        .iter()
        .map(|file| {
            let size = file.get("size").as_u64().expect("a size");
            (file.get("path").as_str().expect("a path").to_owned(), size)
        })
        .collect();
    Task {
        client: Client::new(Some(&text("url")), Some(&text("token"))).expect("a client"),
        user: text("user"),
        files,
        contents: web_sys::Blob::new_with_u8_array_sequence(&parts).expect("a blob"),
    }
}

/// Bytes that do not compress, and that no other push has sent: a xorshift generator.
fn noise(size: usize) -> Vec<u8> {
    let mut x = 0x2545_f491_u32;
    let next = || {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        x.to_le_bytes()
    };
    std::iter::repeat_with(next).take(size / 4).flatten().collect()
}

impl Task {
    fn repo(&self, name: &str) -> String {
        format!("datasets/{}/{name}", self.user)
    }

    fn folder(&self) -> Vec<UploadFile> {
        let mut at = 0;
        let file = |(path, size): &(String, u64)| {
            let slice = self.contents.slice_with_f64_and_f64(at as f64, (at + size) as f64).expect("a slice");
            at += size;
            UploadFile::from_blob(path.clone(), slice)
        };
        self.files.iter().map(file).collect()
    }

    async fn push_folder(&self, use_xet: bool) {
        let options = UploadOptions { use_xet, ..UploadOptions::default() };
        let mut job = self.client.upload_folder(&self.repo("folder"), self.folder(), options).expect("a job");
        let (mut phases, mut done) = (Vec::new(), 0);
        while let Some(event) = job.next_event().await {
            match event {
                Event::Phase(phase) => phases.push(phase),
                Event::FileProgress { progress: 1.0, .. } => done += 1,
                _ => {}
            }
        }
        let counts = job.progress().files;
        let pushed = job.await.unwrap_or_else(|error| panic!("{}: {error}", error.code.as_str()));
        assert_eq!(phases, [Phase::Preuploading, Phase::UploadingLargeFiles, Phase::Committing]);
        assert!(done > 0, "no file came to its end");
        assert_eq!(counts.committed, self.files.len() as u64);
        assert_eq!(pushed.output.commits.len(), 1);
        assert!(pushed.output.verified);
        assert!(pushed.files.iter().all(|file| file.state == FileState::Added));
        assert_eq!(pushed.files.len(), self.files.len());
    }
}

#[wasm_bindgen_test]
async fn a_folder_is_pushed_by_lfs() {
    task("lfs").await.push_folder(false).await;
}

#[wasm_bindgen_test]
async fn a_folder_is_pushed_by_xet() {
    task("xet").await.push_folder(true).await;
}

#[wasm_bindgen_test]
async fn a_repo_is_made_and_its_files_come_and_go() {
    let task = task("other").await;
    assert_eq!(task.client.who_am_i().await.expect("an answer").get("name").as_str(), Some(task.user.as_str()));
    let repo = task.repo("made");
    assert!(!task.client.create_repo(&repo, None, false).await.expect("a repo").existed);
    assert!(task.client.create_repo(&repo, None, true).await.expect("a repo").existed);
    let again = task.client.create_repo(&repo, None, false).await.expect_err("it is there");
    assert_eq!(again.code, Code::Conflict);

    let file = |path: &str, text: &str| UploadFile::from_bytes(path, text.as_bytes()).expect("a file");
    let files = vec![file("a.txt", "a"), file("b/c.txt", "c")];
    let made =
        task.client.upload_files(&repo, files, UploadOptions::default()).expect("a job").await.expect("a commit");
    assert_eq!(made.files.len(), 2);
    let same = task.client.upload_file(&repo, file("a.txt", "a"), UploadOptions::default());
    assert_eq!(same.expect("a job").await.expect("nothing to do").files[0].state, FileState::Unchanged);
    let changes = vec![Change::Delete("b/".to_owned()), Change::AddOrUpdate(file("a.txt", "other"))];
    let changed = task.client.commit(&repo, changes, UploadOptions::default()).expect("a job").await;
    assert_eq!(changed.expect("a commit").files[0].state, FileState::Updated);
}

#[wasm_bindgen_test]
async fn a_push_that_is_stopped_commits_nothing() {
    let task = task("other").await;
    let repo = task.repo("stopped");
    // Aborted when large files go; then one that is dropped there.
    for drops in [false, true] {
        let mut job = task.client.upload_folder(&repo, task.folder(), UploadOptions::default()).expect("a job");
        while let Some(event) = job.next_event().await {
            if event == Event::Phase(Phase::UploadingLargeFiles) {
                break;
            }
        }
        if drops {
            drop(job);
        } else {
            job.abort();
            assert_eq!(job.await.expect_err("it was stopped").code, Code::Aborted);
        }
    }
    // Whatever goes on would have time for it.
    gloo_timers::future::TimeoutFuture::new(1_000).await;
}

#[wasm_bindgen_test]
async fn of_a_changed_file_only_what_is_new_is_sent() {
    let task = task("other").await;
    let repo = task.repo("changed");
    task.client.create_repo(&repo, None, false).await.expect("a repo");
    let content = noise(12_000_000);
    let before = UploadFile::from_bytes("model.bin", &content).expect("a file");
    let pushed =
        task.client.upload_file(&repo, before, UploadOptions::default()).expect("a job").await.expect("a commit");
    assert!(pushed.output.bytes.sent > 10_000_000, "{} bytes were sent at first", pushed.output.bytes.sent);

    let changed = [b"another beginning".as_slice(), &content[1_000..]].concat();
    let after = UploadFile::from_bytes("model.bin", &changed).expect("a file");
    let pushed =
        task.client.upload_file(&repo, after, UploadOptions::default()).expect("a job").await.expect("a commit");
    assert_eq!(pushed.files[0].state, FileState::Updated);
    assert!(pushed.output.bytes.sent < 500_000, "{} bytes were sent again", pushed.output.bytes.sent);
}

#[wasm_bindgen_test]
async fn a_paused_push_begins_nothing() {
    let task = task("other").await;
    let files = vec![UploadFile::from_bytes("a.txt", b"a").expect("a file")];
    let job = task.client.upload_files(&task.repo("paused"), files, UploadOptions::default()).expect("a job");
    job.pause();
    gloo_timers::future::TimeoutFuture::new(500).await;
    assert_eq!(job.progress().requests, 0);
    job.resume();
    assert_eq!(job.await.expect("a commit").output.commits.len(), 1);
}

#[wasm_bindgen_test]
async fn what_cannot_be_is_refused_before_anything_is_asked() {
    assert_eq!(Client::new(Some("nowhere"), None).err().map(|error| error.code), Some(Code::InvalidInput));
    assert_eq!(Client::new(None, Some("secret")).err().map(|error| error.code), Some(Code::InvalidInput));
    let client = Client::new(None, None).expect("a client");
    let file = UploadFile::from_bytes("../a", b"a").expect("a file");
    let job = client.upload_file("me/model", file, UploadOptions::default());
    assert_eq!(job.err().map(|error| error.code), Some(Code::InvalidInput));
    let never = UploadOptions { report_every: Some(Millis(0)), ..UploadOptions::default() };
    let job = client.upload_files("me/model", Vec::new(), never);
    assert_eq!(job.err().map(|error| error.code), Some(Code::InvalidInput));
    let chosen = UploadFile::from_file(
        web_sys::File::new_with_str_sequence(&js_sys::Array::of1(&JsValue::from_str("abc")), "x.txt").expect("a file"),
    );
    assert_eq!((chosen.path(), chosen.size()), ("x.txt", 3));
}
