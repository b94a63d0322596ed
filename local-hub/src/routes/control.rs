//! The control API of tests: what has been asked, what shall go wrong, quotas, network, Xet, time, and a clean start. Off unless a control token is set.
//!
//! It answers no page of another origin, and what it is asked is not in the request log.

use axum::http::{Method, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Answer, Call, json};
use crate::cas::bench;
use crate::error::Refusal;
use crate::faults::Rule;
use crate::oauth::Consent;
use crate::repo::blocking;
use crate::summary::Summary;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    consent: Consent,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Advance {
    advance_seconds: u64,
}

/// Answers a call of the control API.
/// Errors: 404 when it is off; 401 for another token; 400 for a rule that cannot be read.
pub async fn answer(mut call: Call, segments: &[String]) -> Answer {
    let Some(token) = &call.hub.config.control_token else { return Err(Refusal::no_route()) };
    let given = call.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if given != Some(token) {
        return Err(Refusal::bad_token());
    }
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (&call.method, &segments[..]) {
        (&Method::GET, ["requests"]) => {
            let since = call.number("since")?.unwrap_or(0) as u64;
            let route = call.param("route").map(str::to_owned);
            let mut entries = call.hub.log.entries();
            entries.retain(|entry| entry.seq > since && route.as_ref().is_none_or(|route| entry.route == route));
            json(&json!({ "requests": entries }))
        }
        (&Method::DELETE, ["requests"]) => {
            call.hub.log.clear();
            json(&json!({}))
        }
        (&Method::GET, ["summary"]) => json(&Summary::of(&call.hub.log.entries())),
        (&Method::GET, ["rate-limit"]) => json(&call.hub.rates.quotas()),
        (&Method::PUT, ["rate-limit"]) => {
            let quotas = call.json().await?;
            call.hub.rates.set(quotas);
            json(&call.hub.rates.quotas())
        }
        (&Method::GET, ["oauth"]) => json(&json!({ "consent": call.hub.oauth.consent() })),
        (&Method::PUT, ["oauth"]) => {
            let Decision { consent } = call.json().await?;
            if let Consent::Allow(user) = &consent
                && call.hub.accounts.user(user).is_none()
            {
                return Err(Refusal::bad_request(format!("There is no user {user}")));
            }
            call.hub.oauth.set_consent(consent);
            json(&json!({ "consent": call.hub.oauth.consent() }))
        }
        (&Method::GET, ["network"]) => json(&call.hub.network.settings()),
        (&Method::PUT, ["network"]) => {
            let settings = call.json().await?;
            call.hub.network.set(settings);
            json(&call.hub.network.settings())
        }
        (&Method::GET, ["xet"]) => json(&call.hub.cas.xet.settings()),
        (&Method::PUT, ["xet"]) => {
            let change = call.json().await?;
            call.hub.cas.xet.change(&change);
            json(&call.hub.cas.xet.settings())
        }
        (&Method::GET, ["xet", "xorbs"]) => {
            let hub = call.hub;
            json(&json!({ "xorbs": blocking(move || hub.cas.list_xorbs()).await? }))
        }
        (&Method::GET, ["xet", "shards"]) => json(&json!({ "shards": call.hub.cas.list_shards() })),
        (&Method::POST, ["verify"]) => {
            let hub = call.hub;
            json(&blocking(move || bench::verify(&hub.cas)).await?)
        }
        (&Method::POST, ["clock"]) => {
            let Advance { advance_seconds } = call.json().await?;
            call.hub.clock.advance(advance_seconds);
            json(&json!({ "aheadSeconds": call.hub.clock.ahead() }))
        }
        (&Method::GET, ["faults"]) => json(&json!({ "faults": call.hub.faults.list() })),
        (&Method::POST, ["faults"]) => {
            let body: Value = call.json().await?;
            let bad = |error: serde_json::Error| Refusal::bad_request(format!("Invalid fault rule: {error}"));
            let rules: Vec<Rule> = match body {
                Value::Array(_) => serde_json::from_value(body).map_err(bad)?,
                one => vec![serde_json::from_value(one).map_err(bad)?],
            };
            let ids: Vec<u64> = rules.into_iter().map(|rule| call.hub.faults.add(rule)).collect();
            json(&json!({ "id": ids.first(), "ids": ids }))
        }
        (&Method::DELETE, ["faults"]) => {
            call.hub.faults.clear();
            json(&json!({}))
        }
        (&Method::DELETE, ["faults", id]) => {
            let removed = id.parse().is_ok_and(|id| call.hub.faults.remove(id));
            if removed { json(&json!({})) } else { Err(Refusal::new(StatusCode::NOT_FOUND, "No such fault rule")) }
        }
        (&Method::POST, ["reset"]) => {
            let hub = call.hub;
            blocking(move || hub.reset()).await?;
            json(&json!({}))
        }
        _ => Err(Refusal::no_route()),
    }
}
