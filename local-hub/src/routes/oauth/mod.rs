//! The login of apps, as OpenID Connect has it: public clients with PKCE, and devices without a browser.
//!
//! Refusals of the token's and the device's endpoints are `error` and `error_description`. The pages a user sees answer no other origin,
//! and a decision counts only with the id that its page was given.

mod authorize;
mod device;
mod token;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::auth::{Caller, account_id};
use crate::call::{Answer, Call, json};
use crate::error::Refusal;
use crate::limits::JSON_BODY_MAX;
use crate::oauth::route::OAuthRoute;
use crate::oauth::scope::SCOPES;

/// Answers a request to the login.
pub async fn answer(call: Call, route: OAuthRoute) -> Answer {
    match route {
        OAuthRoute::Configuration => configuration(&call),
        OAuthRoute::Authorize => authorize::page(&call),
        OAuthRoute::Consent => authorize::decide(call).await,
        OAuthRoute::Token => token::exchange(call).await,
        OAuthRoute::Userinfo => userinfo(&call),
        OAuthRoute::Device => device::begin(call).await,
        OAuthRoute::DevicePage => device::page(&call),
    }
}

/// A refusal in the words of OAuth.
fn refuse(error: &str, description: impl Into<String>) -> Refusal {
    Refusal::bad_request(error).with("error_description", description.into())
}

/// The body as a form; no name twice.
/// Errors: 400 `invalid_request`.
async fn form(call: &mut Call) -> Result<Vec<(String, String)>, Refusal> {
    if call.content_type() != "application/x-www-form-urlencoded" {
        return Err(refuse("invalid_request", "Expected a body of the type application/x-www-form-urlencoded"));
    }
    let bytes = call.bytes(JSON_BODY_MAX.min(64 * 1024)).await?;
    let pairs: Vec<(String, String)> = form_urlencoded::parse(&bytes).into_owned().collect();
    for (at, (name, _)) in pairs.iter().enumerate() {
        if pairs[..at].iter().any(|(other, _)| other == name) {
            return Err(refuse("invalid_request", format!("{name} is given twice")));
        }
    }
    Ok(pairs)
}

fn field<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str()).filter(|value| !value.is_empty())
}

fn configuration(call: &Call) -> Answer {
    let endpoint = call.endpoint();
    let scopes: Vec<&str> = SCOPES.iter().map(|(name, _)| *name).collect();
    json(&json!({
        "issuer": endpoint,
        "authorization_endpoint": format!("{endpoint}/oauth/authorize"),
        "token_endpoint": format!("{endpoint}/oauth/token"),
        "userinfo_endpoint": format!("{endpoint}/oauth/userinfo"),
        "device_authorization_endpoint": format!("{endpoint}/oauth/device"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["HS256"],
        "claims_supported": [
            "sub", "name", "preferred_username", "profile", "picture", "website", "email", "email_verified", "isPro", "orgs",
        ],
    }))
}

/// `GET|POST /oauth/userinfo`: what the scopes let the app know.
/// Errors: 401 without a token; 403 for one without the scope `openid`.
fn userinfo(call: &Call) -> Answer {
    let user = call.user()?;
    if !user.login.as_ref().is_some_and(|(scopes, _)| scopes.allow("openid")) {
        let refusal = Refusal::new(StatusCode::FORBIDDEN, "insufficient_scope");
        return Err(refusal.with("error_description", "The token does not have the scope openid"));
    }
    json(&claims(user, &call.endpoint()))
}

/// What the scopes of a login let the app know of the user.
fn claims(user: &Caller, endpoint: &str) -> Value {
    let may = |scope: &str| user.login.as_ref().is_some_and(|(scopes, _)| scopes.allow(scope));
    let mut claims = json!({ "sub": account_id(&user.name) });
    if may("profile") {
        claims["name"] = user.name.as_str().into();
        claims["preferred_username"] = user.name.as_str().into();
        claims["profile"] = format!("{endpoint}/{}", user.name).into();
        claims["picture"] = "".into();
        claims["website"] = "".into();
        claims["isPro"] = false.into();
        let orgs = user.orgs.iter().map(|(name, role)| {
            json!({
                "sub": account_id(name), "name": name, "preferred_username": name, "picture": "", "isEnterprise": false,
                "roleInOrg": role.as_str(),
            })
        });
        claims["orgs"] = orgs.collect();
    }
    if may("email") {
        claims["email"] = user.email().into();
        claims["email_verified"] = true.into();
    }
    if may("read-billing") {
        claims["canPay"] = false.into();
    }
    claims
}
