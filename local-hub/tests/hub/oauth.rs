//! Apps log users in: the page, the code with its proof, the token and its scopes; and devices.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use hubferry_local_hub::Consent;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{ANN, CONTROL, DEMO, Hub, Reply, builder, file, header};

const BACK: &str = "http://app.test/back";
const STATE: &str = "{\"nonce\":\"n 1&\",\"redirectUri\":\"http://app.test/back\"}";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn verifier() -> String {
    "v".repeat(72)
}

fn challenge() -> String {
    BASE64URL.encode(Sha256::digest(verifier()))
}

fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn start() -> Hub {
    let client = format!("app:{BACK},http://app.test/?x=1").parse().unwrap();
    let hub = Hub::with(builder().oauth_client(client).oauth_client("cli".parse().unwrap())).await;
    hub.create("model", "repo").await;
    hub
}

/// Opens the page with these changes to a good request.
async fn authorize(hub: &Hub, changes: &[(&str, Option<&str>)]) -> Reply {
    let challenge = challenge();
    let mut pairs = vec![
        ("client_id", "app"),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", "openid profile write-repos"),
        ("state", STATE),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.extend(value.map(|value| (*name, value)));
    }
    hub.get(&format!("/oauth/authorize?{}", encode(&pairs))).await
}

async fn post(hub: &Hub, path: &str, pairs: &[(&str, &str)]) -> Reply {
    let body = encode(pairs).into_bytes();
    hub.ask("POST", path).header("content-type", "application/x-www-form-urlencoded").body(body).send().await
}

/// The question's id in a page.
fn question(page: &Reply) -> String {
    let text = page.text();
    let (_, rest) = text.split_once("name=\"request\" value=\"").expect("a form");
    rest.split_once('"').unwrap().0.to_owned()
}

/// The query that the browser is sent back with.
fn sent_back(reply: &Reply) -> HashMap<String, String> {
    let (url, query) = reply.header("location").split_once('?').unwrap();
    assert_eq!(url, BACK);
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

async fn exchange(hub: &Hub, code: &str, changes: &[(&str, &str)]) -> Reply {
    let verifier = verifier();
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", BACK),
        ("code_verifier", &verifier),
    ];
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    post(hub, "/oauth/token", &pairs).await
}

/// A token of demo's with these scopes.
async fn log_in(hub: &Hub, scopes: &str) -> String {
    hub.handle.oauth().set_consent(Consent::Allow("demo".into()));
    let code = sent_back(&authorize(hub, &[("scope", Some(scopes))]).await.expect(302))["code"].clone();
    let token = exchange(hub, &code, &[]).await.expect(200).json();
    assert_eq!(token["scope"], scopes);
    token["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_user_consents_and_the_app_gets_a_token() {
    let hub = start().await;
    let known = hub.get("/.well-known/openid-configuration").await.expect(200).json();
    for name in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "device_authorization_endpoint"] {
        assert!(known[name].as_str().unwrap().starts_with(&hub.handle.url), "{name}");
    }
    let page = authorize(&hub, &[]).await.expect(200);
    assert!(page.text().contains("push to your repos") && page.text().contains("<option value=\"ann\">"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self' http://app.test;") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(page.header("cache-control"), "no-store");

    let form = [("request", &*question(&page)), ("user", "demo"), ("decision", "allow")];
    let back = sent_back(&post(&hub, "/oauth/consent", &form).await.expect(303));
    assert_eq!(back["state"], STATE);
    assert!(post(&hub, "/oauth/consent", &form).await.expect(400).text().contains("This login is over"));

    let token = exchange(&hub, &back["code"], &[]).await.expect(200);
    assert_eq!(token.header("cache-control"), "no-store");
    let token = token.json();
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("bearer"), &json!(28800)));
    let bearer = token["access_token"].as_str().unwrap();
    assert!(bearer.starts_with("hf_oauth_"));
    let claims = token["id_token"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&BASE64URL.decode(claims).unwrap()).unwrap();
    assert_eq!((&claims["aud"], &claims["preferred_username"]), (&json!("app"), &json!("demo")));

    let me =
        hub.ask("GET", "/oauth/userinfo").token(bearer).header("origin", "http://app.test").send().await.expect(200);
    assert_eq!(me.header("access-control-allow-origin"), "http://app.test");
    let me = me.json();
    assert_eq!((&me["name"], &me["sub"]), (&json!("demo"), &claims["sub"]));
    assert_eq!(me["orgs"][0]["name"], "acme");
    assert_eq!(me["email"], Value::Null);
    let who = hub.ask("GET", "/api/whoami-v2").token(bearer).send().await.expect(200).json();
    assert_eq!((&who["name"], &who["auth"]["type"]), (&json!("demo"), &json!("app_token_as_user")));
    assert!(who["auth"]["expiresAt"].as_str().unwrap().ends_with('Z'));
    assert_eq!(who["email"], Value::Null);

    // It ends, and after that it is like any wrong token.
    hub.handle.clock().advance(28800);
    let gone = hub.ask("GET", "/api/whoami-v2").token(bearer).send().await.expect(401);
    assert_eq!(gone.json()["error"], "Invalid credentials in Authorization header");
    let log = serde_json::to_string(&hub.handle.requests().entries()).unwrap();
    assert!(!log.contains(bearer) && !log.contains(&back["code"]));
}

#[tokio::test]
async fn what_an_app_asks_wrongly_it_is_told_but_only_at_a_place_that_is_known() {
    let hub = start().await;
    for (name, value) in [
        ("client_id", Some("other")),
        ("client_id", None),
        ("redirect_uri", Some("http://evil.test/back")),
        ("redirect_uri", Some("http://app.test/back/")),
        ("redirect_uri", None),
    ] {
        let page = authorize(&hub, &[(name, value)]).await.expect(400);
        assert_eq!((page.header("location"), page.header("content-type")), ("", "text/html; charset=utf-8"));
    }
    for (name, value, error) in [
        ("response_type", Some("token"), "unsupported_response_type"),
        ("scope", Some("openid everything"), "invalid_scope"),
        ("code_challenge", None, "invalid_request"),
        ("code_challenge", Some("short"), "invalid_request"),
        ("code_challenge_method", Some("plain"), "invalid_request"),
        ("code_challenge_method", None, "invalid_request"),
    ] {
        let back = sent_back(&authorize(&hub, &[(name, value)]).await.expect(302));
        assert_eq!((back["error"].as_str(), back["state"].as_str()), (error, STATE), "{name}");
        assert!(!back["error_description"].is_empty());
    }
    let other = authorize(&hub, &[("redirect_uri", Some("http://app.test/?x=1")), ("response_type", None)]).await;
    assert!(other.header("location").starts_with("http://app.test/?x=1&error="));

    let page = authorize(&hub, &[]).await.expect(200);
    let form = [("request", &*question(&page)), ("decision", "deny")];
    assert_eq!(sent_back(&post(&hub, "/oauth/consent", &form).await.expect(303))["error"], "access_denied");
    hub.handle.oauth().set_consent(Consent::Deny);
    assert_eq!(sent_back(&authorize(&hub, &[]).await.expect(302))["error"], "access_denied");
}

#[tokio::test]
async fn a_code_is_good_once_for_a_minute_for_who_holds_its_verifier() {
    let hub = start().await;
    hub.handle.oauth().set_consent(Consent::Allow("demo".into()));
    let code = async || sent_back(&authorize(&hub, &[]).await.expect(302))["code"].clone();
    let other = "w".repeat(72);
    for (name, value, error) in [
        ("grant_type", "password", "unsupported_grant_type"),
        ("grant_type", "", "invalid_request"),
        ("code", "", "invalid_request"),
        ("code", "nonsense", "invalid_grant"),
        ("redirect_uri", "", "invalid_request"),
        ("redirect_uri", "http://app.test/?x=1", "invalid_grant"),
        ("code_verifier", "", "invalid_request"),
        ("code_verifier", "short", "invalid_grant"),
        ("code_verifier", other.as_str(), "invalid_grant"),
        ("client_id", "cli", "invalid_grant"),
    ] {
        let refused = exchange(&hub, &code().await, &[(name, value)]).await.expect(400).json();
        assert_eq!(refused["error"], error, "{name}={value}");
        assert!(refused["error_description"].is_string());
    }
    hub.ask("POST", "/oauth/token").json(&json!({ "grant_type": "authorization_code" })).send().await.expect(400);
    post(&hub, "/oauth/token", &[("code", "a"), ("code", "b")]).await.expect(400);

    let late = code().await;
    hub.handle.clock().advance(60);
    assert_eq!(exchange(&hub, &late, &[]).await.expect(400).json()["error"], "invalid_grant");
    // Who comes with it again ends what came of it.
    let code = code().await;
    let token = exchange(&hub, &code, &[("client_id", "app")]).await.expect(200).json();
    let bearer = token["access_token"].as_str().unwrap();
    hub.ask("GET", "/api/whoami-v2").token(bearer).send().await.expect(200);
    exchange(&hub, &code, &[]).await.expect(400);
    hub.ask("GET", "/api/whoami-v2").token(bearer).send().await.expect(401);
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say() {
    let hub = start().await;
    let body = json!({ "name": "secret", "private": true });
    hub.ask("POST", "/api/repos/create").token(DEMO).json(&body).send().await.expect(200);
    // For each: look at a private repo, commit, propose, create a repo, see the e-mail address.
    for (scopes, may) in [
        ("openid profile", [404, 403, 403, 403]),
        ("read-repos", [200, 403, 403, 403]),
        ("write-discussions", [404, 403, 200, 403]),
        ("write-repos", [200, 200, 200, 403]),
        ("openid email manage-repos", [200, 200, 200, 200]),
    ] {
        let token = log_in(&hub, scopes).await;
        let lines = [header("by an app"), file("a", scopes.as_bytes())];
        let name = format!("by-{}", scopes.split(' ').next_back().unwrap());
        let ask = |method, path| hub.ask(method, path).token(&token);
        let got = [
            ask("GET", "/api/models/demo/secret").send().await.status,
            ask("POST", "/api/models/demo/repo/commit/main").lines(&lines).send().await.status,
            ask("POST", "/api/models/demo/repo/commit/main?create_pr=1").lines(&lines).send().await.status,
            ask("POST", "/api/repos/create").json(&json!({ "name": name })).send().await.status,
        ];
        assert_eq!(got, may, "{scopes}");
        ask("GET", "/api/models/demo/repo").send().await.expect(200);
        let settings = json!({ "private": false });
        let status = if scopes.contains("manage-repos") { 200 } else { 403 };
        ask("PUT", "/api/models/demo/repo/settings").json(&settings).send().await.expect(status);
        let info = ask("GET", "/oauth/userinfo").send().await;
        assert_eq!(info.status, if scopes.contains("openid") { 200 } else { 403 }, "{scopes}");
        if scopes.contains("email") {
            assert_eq!(info.json()["email"], "demo@users.noreply.localhost");
        }
    }
    hub.ask("GET", "/oauth/userinfo").token(ANN).send().await.expect(403);
    hub.get("/oauth/userinfo").await.expect(401);
}

#[tokio::test]
async fn a_token_works_in_the_organisations_that_were_asked_for() {
    let hub = start().await;
    let create = async |token: &str, name: &str| {
        let body = json!({ "name": name, "organization": "acme" });
        hub.ask("POST", "/api/repos/create").token(token).json(&body).send().await.status
    };
    let all = log_in(&hub, "manage-repos").await;
    assert_eq!(create(&all, "one").await, 200);
    let code =
        sent_back(&authorize(&hub, &[("scope", Some("manage-repos")), ("orgIds", Some("none"))]).await)["code"].clone();
    let token = exchange(&hub, &code, &[]).await.expect(200).json();
    assert_eq!(create(token["access_token"].as_str().unwrap(), "two").await, 403);
}

#[tokio::test]
async fn no_other_page_can_consent() {
    let hub = start().await;
    let page = hub
        .ask("GET", &format!("/oauth/authorize?client_id=app&redirect_uri={BACK}"))
        .header("origin", "http://evil.test");
    assert_eq!(page.send().await.header("access-control-allow-origin"), "");
    let preflight = hub
        .ask("OPTIONS", "/oauth/consent")
        .header("origin", "http://evil.test")
        .header("access-control-request-method", "POST");
    assert_eq!(preflight.send().await.header("access-control-allow-origin"), "");
    let body = encode(&[("request", &question(&authorize(&hub, &[]).await)), ("user", "demo"), ("decision", "allow")]);
    let consent = |origin: &str| {
        hub.ask("POST", "/oauth/consent")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", origin)
            .body(body.clone().into_bytes())
    };
    consent("http://evil.test").send().await.expect(403);
    consent("null").send().await.expect(403);
    consent(&hub.handle.url).send().await.expect(303);
}

#[tokio::test]
async fn a_device_logs_in_by_the_code_that_it_shows() {
    let hub = start().await;
    let begin = async || post(&hub, "/oauth/device", &[("client_id", "cli"), ("scope", "openid write-repos")]).await;
    let poll = async |code: &str| {
        hub.handle.clock().advance(60);
        post(&hub, "/oauth/token", &[("grant_type", DEVICE), ("client_id", "cli"), ("device_code", code)]).await
    };
    let login = begin().await.expect(200).json();
    assert_eq!((&login["interval"], &login["expires_in"]), (&json!(5), &json!(900)));
    let code = login["device_code"].as_str().unwrap();
    assert_eq!(poll(code).await.expect(400).json()["error"], "authorization_pending");
    let eager = [("grant_type", DEVICE), ("client_id", "cli"), ("device_code", code)];
    assert_eq!(post(&hub, "/oauth/token", &eager).await.expect(400).json()["error"], "slow_down");

    assert!(hub.get("/oauth/device").await.expect(200).text().contains("name=\"user_code\""));
    assert!(hub.get("/oauth/device?user_code=XXXX-XXXX").await.expect(200).text().contains("No device waits"));
    let typed = login["user_code"].as_str().unwrap().to_lowercase();
    let page = hub.get(&format!("/oauth/device?user_code={typed}")).await.expect(200);
    let form = [("request", &*question(&page)), ("user", "demo"), ("decision", "allow")];
    assert!(post(&hub, "/oauth/consent", &form).await.expect(200).text().contains("is logged in"));
    let token = poll(code).await.expect(200).json();
    let lines = [header("by a device"), file("a", b"a")];
    let bearer = token["access_token"].as_str().unwrap();
    hub.ask("POST", "/api/models/demo/repo/commit/main").token(bearer).lines(&lines).send().await.expect(200);
    assert_eq!(poll(code).await.expect(400).json()["error"], "expired_token");

    let refused = begin().await.json();
    let page = hub.get(&format!("/oauth/device?user_code={}", refused["user_code"].as_str().unwrap())).await;
    post(&hub, "/oauth/consent", &[("request", &*question(&page)), ("decision", "deny")]).await.expect(200);
    let code = refused["device_code"].as_str().unwrap();
    assert_eq!(poll(code).await.expect(400).json()["error"], "access_denied");

    let late = begin().await.json();
    hub.handle.clock().advance(900);
    assert_eq!(poll(late["device_code"].as_str().unwrap()).await.expect(400).json()["error"], "expired_token");
    let auto = json!({ "consent": { "allow": "demo" } });
    hub.ask("PUT", "/_control/oauth").token(CONTROL).json(&auto).send().await.expect(200);
    let code = begin().await.json()["device_code"].as_str().unwrap().to_owned();
    poll(&code).await.expect(200);
    let nobody = json!({ "consent": { "allow": "nobody" } });
    hub.ask("PUT", "/_control/oauth").token(CONTROL).json(&nobody).send().await.expect(400);
    for (pairs, error) in [
        (vec![("client_id", "other")], "invalid_client"),
        (vec![], "invalid_client"),
        (vec![("client_id", "cli"), ("scope", "everything")], "invalid_scope"),
    ] {
        assert_eq!(post(&hub, "/oauth/device", &pairs).await.expect(400).json()["error"], error);
    }
}
