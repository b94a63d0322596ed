//! Who may log in, and what they see.

use serde_json::json;

use crate::harness::{ANN, DEMO, Hub, READER};

#[tokio::test]
async fn whoami_names_the_user_the_role_and_the_organisations() {
    let hub = Hub::start().await;
    for (token, name, role, in_org) in
        [(DEMO, "demo", "write", "write"), (READER, "demo", "read", "write"), (ANN, "ann", "write", "read")]
    {
        let me = hub.ask("GET", "/api/whoami-v2").token(token).send().await.expect(200).json();
        assert_eq!(me["type"], "user");
        assert_eq!(me["name"], name);
        assert_eq!(me["auth"]["type"], "access_token");
        assert_eq!(me["auth"]["accessToken"]["role"], role);
        assert_eq!(me["orgs"][0]["name"], "acme");
        assert_eq!(me["orgs"][0]["roleInOrg"], in_org);
    }
}

#[tokio::test]
async fn a_wrong_token_is_refused_everywhere() {
    let hub = Hub::with_repo().await;
    for path in [
        "/api/whoami-v2",
        "/api/models/demo/repo",
        "/api/models/demo/repo/tree/main",
        "/demo/repo/resolve/main/.gitattributes",
    ] {
        let reply = hub.ask("GET", path).token("hf_wrong").send().await.expect(401);
        assert_eq!(reply.json()["error"], "Invalid credentials in Authorization header");
        assert_eq!(reply.header("x-error-message"), "Invalid credentials in Authorization header");
        assert_eq!(reply.header("x-error-code"), "");
    }
    hub.ask("GET", "/api/whoami-v2").header("authorization", "Basic ZGVtbzpoZl9kZW1v").send().await.expect(401);
    let reply = hub.get("/api/whoami-v2").await.expect(401);
    assert_eq!(reply.json()["error"], "Invalid username or password.");
}

#[tokio::test]
async fn a_private_repo_is_as_absent_as_one_that_is_not_there() {
    let hub = Hub::start().await;
    let body = json!({ "name": "secret", "visibility": "private" });
    hub.ask("POST", "/api/repos/create").token(DEMO).json(&body).send().await.expect(200);
    for suffix in ["", "/tree/main", "/refs", "/commits/main", "/revision/main"] {
        for (token, status) in [(None, 401), (Some(ANN), 404)] {
            let mut replies = Vec::new();
            for name in ["secret", "absent"] {
                let mut ask = hub.ask("GET", &format!("/api/models/demo/{name}{suffix}"));
                if let Some(token) = token {
                    ask = ask.token(token);
                }
                let reply = ask.send().await.expect(status);
                assert_eq!(reply.header("x-error-code"), "RepoNotFound");
                replies.push(reply.body);
            }
            assert_eq!(replies[0], replies[1]);
        }
    }
    hub.ask("GET", "/api/models/demo/secret").token(READER).send().await.expect(200);
    let listed = hub.ask("GET", "/api/models").token(ANN).send().await.expect(200).json();
    assert_eq!(listed, json!([]));
    assert!(!hub.get("/repos").await.expect(200).text().contains("secret"));
    hub.get("/demo/secret").await.expect(401);
}

#[tokio::test]
async fn the_members_of_an_organisation_see_and_write_by_their_role() {
    let hub = Hub::start().await;
    let body = json!({ "name": "shared", "organization": "acme", "private": true });
    let refused = hub.ask("POST", "/api/repos/create").token(ANN).json(&body).send().await.expect(403);
    assert!(refused.json()["error"].as_str().unwrap().contains("acme"), "{}", refused.text());
    hub.ask("POST", "/api/repos/create").token(DEMO).json(&body).send().await.expect(200);
    hub.ask("GET", "/api/models/acme/shared").token(ANN).send().await.expect(200);
    hub.ask("POST", "/api/models/acme/shared/branch/x").token(ANN).json(&json!({})).send().await.expect(403);
    hub.ask("POST", "/api/models/acme/shared/branch/x").token(DEMO).json(&json!({})).send().await.expect(200);
}
