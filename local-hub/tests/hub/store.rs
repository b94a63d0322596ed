//! The store is as strict as S3: requests by hand, byte by byte.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::harness::{Hub, builder, noise, oid};

/// Sends bytes to the store and gives the whole answer.
async fn send(hub: &Hub, bytes: Vec<u8>) -> String {
    let address = hub.handle.store_url.strip_prefix("http://").unwrap().to_owned();
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(&bytes).unwrap();
        let mut answer = Vec::new();
        // A reset after the answer is no matter.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    })
    .await
    .unwrap()
}

fn put(href: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    request("PUT", href, headers, body)
}

fn request(method: &str, href: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let (host, path) = href.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut bytes = format!("{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n").into_bytes();
    for header in headers {
        bytes.extend_from_slice(format!("{header}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

#[tokio::test]
async fn what_the_store_refuses() {
    let hub = Hub::with_repo().await;
    let content = b"content";
    let entry = hub.batch(content).await;
    let href = entry["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    let length = "Content-Length: 7";
    let other_oid = href.replace(&oid(content), &oid(b"other"));
    let other_repo = href.replace("/demo/repo/", "/demo/other/");
    let longer = href.replace("X-Amz-Expires=900", "X-Amz-Expires=90000");
    let shorter_signature = href[..href.len() - 2].to_owned();
    let other_signature = format!("{}{}", &href[..href.len() - 1], if href.ends_with('0') { '1' } else { '0' });
    let unsigned = href.split('?').next().unwrap().to_owned();
    let more = format!("{href}&x=1");
    let empty = hub.batch(b"").await["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    let store = hub.handle.store_url.clone();
    let gone = format!("{store}/nothing");
    let table: Vec<(&str, Vec<u8>, u16, &str)> = vec![
        ("a token", put(&href, &[length, "Authorization: Bearer hf_demo"], content), 400, "InvalidArgument"),
        ("chunks", put(&href, &["Transfer-Encoding: chunked"], b"7\r\ncontent\r\n0\r\n\r\n"), 501, "NotImplemented"),
        ("no length", put(&href, &[], b""), 411, "MissingContentLength"),
        ("an empty body for a full object", put(&href, &["Content-Length: 0"], b""), 403, "SignatureDoesNotMatch"),
        ("an empty object", put(&empty, &["Content-Length: 0"], b""), 501, "NotImplemented"),
        ("too long", put(&href, &["Content-Length: 8"], b"contents"), 403, "SignatureDoesNotMatch"),
        ("too short", put(&href, &["Content-Length: 6"], b"conten"), 403, "SignatureDoesNotMatch"),
        ("another content", put(&href, &[length], b"CONTENT"), 400, "XAmzContentSHA256Mismatch"),
        ("another object", put(&other_oid, &[length], content), 403, "SignatureDoesNotMatch"),
        ("another repo", put(&other_repo, &[length], content), 403, "SignatureDoesNotMatch"),
        ("a longer life", put(&longer, &[length], content), 403, "SignatureDoesNotMatch"),
        ("a shorter signature", put(&shorter_signature, &[length], content), 403, "SignatureDoesNotMatch"),
        ("another signature", put(&other_signature, &[length], content), 403, "SignatureDoesNotMatch"),
        ("no signature", put(&unsigned, &[length], content), 403, "SignatureDoesNotMatch"),
        ("one parameter more", put(&more, &[length], content), 403, "SignatureDoesNotMatch"),
        ("another method", request("GET", &href, &[], b""), 403, "SignatureDoesNotMatch"),
        ("a method of its own", request("DELETE", &href, &[], b""), 405, "MethodNotAllowed"),
        ("the form of POST", request("POST", &href, &[length], content), 405, "MethodNotAllowed"),
        ("no object", put(&gone, &[length], content), 403, "AccessDenied"),
        (
            "a path upwards",
            put(&format!("{store}/repos/models/demo/repo/../../x"), &[length], content),
            403,
            "AccessDenied",
        ),
        (
            "no upload",
            put(&format!("{store}/uploads/x?partNumber=1"), &[length], content),
            403,
            "SignatureDoesNotMatch",
        ),
    ];
    for (what, bytes, status, code) in table {
        let answer = send(&hub, bytes).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {answer}");
        assert!(answer.contains(&format!("<Code>{code}</Code>")), "{what}: {answer}");
        assert!(
            answer.contains("content-type: application/xml") && answer.contains("x-amz-request-id: "),
            "{what}: {answer}"
        );
        assert_eq!(hub.stored(), 0, "{what}");
    }
    let good = send(&hub, put(&href, &[length, "X-Request-Id: 1", "Content-Type: image/png"], content)).await;
    assert!(good.starts_with("HTTP/1.1 200 "), "{good}");
    assert!(good.contains("etag: \"9a0364b9e99bb480dd25e1f0284c8555\""), "{good}");
    assert_eq!(hub.stored(), 1);
}

#[tokio::test]
async fn a_body_that_ends_early_leaves_nothing() {
    let hub = Hub::with_repo().await;
    let content = noise(500_000, 1);
    let href = hub.batch(&content).await["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    let address = hub.handle.store_url.strip_prefix("http://").unwrap().to_owned();
    let head = put(&href, &["Content-Length: 500000"], &content[..200_000]);
    tokio::task::spawn_blocking(move || TcpStream::connect(address).unwrap().write_all(&head).unwrap()).await.unwrap();
    let incoming = hub.handle.data().join("incoming");
    for _ in 0..100 {
        let entries = hub.handle.requests().entries();
        if entries.last().is_some_and(|entry| entry.route == "store.put" && entry.ended_at.is_some()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(std::fs::read_dir(incoming).unwrap().count(), 0);
    assert_eq!(hub.stored(), 0);
    hub.ask("PUT", &href).body(content).send().await.expect(200);
}

#[tokio::test]
async fn a_repo_that_goes_while_its_object_comes_does_not_come_back() {
    let hub = Hub::with_repo().await;
    let content = noise(500_000, 3);
    let href = hub.batch(&content).await["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    let address = hub.handle.store_url.strip_prefix("http://").unwrap().to_owned();
    let half = put(&href, &["Content-Length: 500000"], &content[..250_000]);
    let mut stream = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(&half).unwrap();
        stream
    })
    .await
    .unwrap();
    let incoming = hub.handle.data().join("incoming");
    while std::fs::read_dir(&incoming).unwrap().count() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let body = serde_json::json!({ "name": "repo" });
    hub.ask("DELETE", "/api/repos/delete").token("hf_demo").json(&body).send().await.expect(200);
    let answer = tokio::task::spawn_blocking(move || {
        stream.write_all(&content[250_000..]).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    });
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("<Code>NoSuchBucket</Code>"), "{answer}");
    assert!(!hub.dir("models/demo/repo").exists());
    hub.create("model", "repo").await;
    assert_eq!(hub.stored(), 0);
}

#[tokio::test]
async fn urls_expire() {
    let hub = Hub::with(builder().url_lifetime(Duration::from_secs(1))).await;
    hub.create("model", "repo").await;
    let line = hub.upload("x.bin", b"here").await;
    hub.commit(&[line]).await;
    let put_url = hub.batch(b"late").await["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    let get_url = hub.get("/demo/repo/resolve/main/x.bin").await.header("location").to_owned();
    hub.get(&get_url).await.expect(200);
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let late = hub.ask("PUT", &put_url).body(b"late".to_vec()).send().await.expect(403);
    assert!(late.text().contains("<Code>AccessDenied</Code><Message>Request has expired</Message>"), "{}", late.text());
    hub.get(&get_url).await.expect(403);
    assert_eq!(hub.stored(), 1);
}

#[tokio::test]
async fn objects_are_read_in_ranges() {
    let hub = Hub::with_repo().await;
    let content = noise(100_000, 2);
    let line = hub.upload("dir/ü \"q\".bin", &content).await;
    hub.commit(&[line]).await;
    let found = hub.get("/demo/repo/resolve/main/dir/%C3%BC%20%22q%22.bin?download=true").await.expect(302);
    let url = found.header("location").to_owned();
    let whole = hub.get(&url).await.expect(200);
    assert_eq!(whole.body, content);
    assert_eq!(whole.header("etag"), format!("\"{}\"", oid(&content)));
    assert_eq!(whole.header("content-length"), "100000");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(
        whole.header("content-disposition"),
        "attachment; filename*=UTF-8''%C3%BC%20%22q%22%2Ebin; filename=\"_ _q_.bin\";"
    );
    for (range, from, to) in
        [("bytes=0-0", 0, 1), ("bytes=5-9", 5, 10), ("bytes=99990-", 99_990, 100_000), ("bytes=-7", 99_993, 100_000)]
    {
        let part = hub.ask("GET", &url).header("range", range).send().await.expect(206);
        assert_eq!(part.body, content[from..to]);
        assert_eq!(part.header("content-range"), format!("bytes {from}-{}/100000", to - 1));
    }
    hub.ask("GET", &url).header("range", "bytes=100000-").send().await.expect(416);
    let head = hub.ask("HEAD", &url).send().await.expect(200);
    assert_eq!(head.header("content-length"), "100000");
    assert!(head.body.is_empty());
    hub.ask("GET", &url).token("hf_demo").send().await.expect(400);
    // A repo that is gone takes its objects along.
    let body = serde_json::json!({ "name": "repo" });
    hub.ask("DELETE", "/api/repos/delete").token("hf_demo").json(&body).send().await.expect(200);
    hub.get(&url).await.expect(403);
}
