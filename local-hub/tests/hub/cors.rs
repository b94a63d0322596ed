//! What a page of another origin may do: as much as on the real services, and no more.

use crate::harness::{CONTROL, DEMO, Hub, file};

fn words(list: &str) -> Vec<String> {
    let mut words: Vec<String> = list.split(',').map(|word| word.trim().to_lowercase()).collect();
    words.sort();
    words
}

#[tokio::test]
async fn the_hub_answers_preflights_from_fixed_lists() {
    let hub = Hub::with_repo().await;
    for path in ["/api/models/demo/repo/commit/main", "/demo/repo.git/info/lfs/objects/batch", "/api/nothing"] {
        let reply = hub
            .ask("OPTIONS", path)
            .header("origin", "https://page.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type, x-custom")
            .send()
            .await
            .expect(204);
        assert_eq!(reply.header("access-control-allow-origin"), "https://page.example");
        assert_eq!(words(reply.header("access-control-allow-methods")), ["delete", "get", "head", "post", "put"]);
        let allowed = ["accept", "authorization", "content-type", "range", "x-xet-session-id"];
        assert_eq!(words(reply.header("access-control-allow-headers")), allowed);
        assert_eq!(words(reply.header("vary")), ["origin"]);
        assert!(reply.header("access-control-allow-credentials").is_empty());
    }
}

#[tokio::test]
async fn the_store_lets_pages_put_and_get() {
    let hub = Hub::with_repo().await;
    let href = hub.batch(b"content").await["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    let preflight = hub
        .ask("OPTIONS", &href)
        .header("origin", "https://page.example")
        .header("access-control-request-method", "PUT")
        .send()
        .await
        .expect(204);
    assert_eq!(words(preflight.header("access-control-allow-methods")), ["get", "head", "put"]);
    assert_eq!(words(preflight.header("access-control-allow-headers")), ["content-type", "range", "x-request-id"]);
    assert!(!preflight.header("access-control-allow-headers").to_lowercase().contains("authorization"));

    let put = hub.ask("PUT", &href).header("origin", "null").body(b"content".to_vec()).send().await.expect(200);
    assert_eq!(put.header("access-control-allow-origin"), "null");
    assert!(words(put.header("access-control-expose-headers")).contains(&"etag".to_owned()));
    let refused = hub.ask("PUT", &href).header("origin", "https://page.example").body(b"other".to_vec()).send().await;
    assert_eq!(refused.header("access-control-allow-origin"), "https://page.example");
}

#[tokio::test]
async fn answers_expose_what_clients_read() {
    let hub = Hub::with_repo().await;
    hub.commit(&[file("a", b"a")]).await;
    let exposed = [
        "accept-ranges",
        "content-range",
        "content-type",
        "etag",
        "link",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "x-error-code",
        "x-error-message",
        "x-linked-etag",
        "x-linked-size",
        "x-repo-commit",
        "x-request-id",
        "x-total-count",
        "x-xet-hash",
    ];
    for (path, status) in
        [("/api/models/demo/repo", 200), ("/demo/repo/resolve/main/a", 200), ("/demo/repo/resolve/main/nope", 404)]
    {
        let reply = hub.ask("GET", path).header("origin", "https://page.example").send().await.expect(status);
        assert_eq!(reply.header("access-control-allow-origin"), "https://page.example");
        assert_eq!(words(reply.header("access-control-expose-headers")), exposed);
    }
    let refused = hub.ask("GET", "/api/whoami-v2").token("hf_x").header("origin", "https://page.example").send().await;
    assert_eq!(refused.expect(401).header("access-control-allow-origin"), "https://page.example");
    let plain = hub.ask("GET", "/api/models/demo/repo").token(DEMO).send().await.expect(200);
    assert!(plain.header("access-control-allow-origin").is_empty());
}

#[tokio::test]
async fn the_control_api_is_closed_to_pages() {
    let hub = Hub::start().await;
    let reply = hub
        .ask("GET", "/_control/requests")
        .token(CONTROL)
        .header("origin", "https://page.example")
        .send()
        .await
        .expect(200);
    assert!(reply.header("access-control-allow-origin").is_empty());
    let preflight = hub
        .ask("OPTIONS", "/_control/reset")
        .header("origin", "https://page.example")
        .header("access-control-request-method", "POST")
        .send()
        .await;
    assert!(preflight.header("access-control-allow-origin").is_empty());
}
