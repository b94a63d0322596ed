//! `POST /oauth/token`: a code or a device's login becomes a token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::call::{Answer, Call, json, set};
use crate::error::Refusal;
use crate::oauth::{DeviceAnswer, Grant, TOKEN_LIFETIME};
use crate::routes::oauth::{claims, field, form, refuse};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Makes a token.
/// Errors: 400 in the words of OAuth.
pub async fn exchange(mut call: Call) -> Answer {
    let form = form(&mut call).await?;
    let (token, grant, nonce) = match field(&form, "grant_type") {
        Some("authorization_code") => by_code(&call, &form)?,
        Some(DEVICE_GRANT) => by_device(&call, &form)?,
        Some(other) => return Err(refuse("unsupported_grant_type", format!("There is no grant_type {other}"))),
        None => return Err(refuse("invalid_request", "grant_type is missing")),
    };
    let mut value = json!({
        "access_token": token, "token_type": "bearer", "expires_in": TOKEN_LIFETIME, "scope": grant.scopes.to_string(),
    });
    if grant.scopes.allow("openid") {
        value["id_token"] = id_token(&call, &token, &grant, nonce)?.into();
    }
    let mut response = json(&value)?;
    set(&mut response, "cache-control", "no-store");
    Ok(response)
}

type Made = (String, Grant, Option<String>);

fn needed<'a>(form: &'a [(String, String)], name: &str) -> Result<&'a str, Refusal> {
    field(form, name).ok_or_else(|| refuse("invalid_request", format!("{name} is missing")))
}

fn by_code(call: &Call, form: &[(String, String)]) -> Result<Made, Refusal> {
    let code = needed(form, "code")?;
    let redirect = needed(form, "redirect_uri")?;
    let verifier = needed(form, "code_verifier")?;
    let bad = |why: &str| refuse("invalid_grant", why);
    // From here on the code is used, whatever comes out.
    let given = call.hub.oauth.take_code(code).ok_or_else(|| bad("The code is not known, used, or too old"))?;
    if field(form, "client_id").is_some_and(|client| client != given.ask.client) {
        return Err(bad("The code was given to another app"));
    }
    if redirect != given.ask.redirect {
        return Err(bad("redirect_uri is not the one that the code was sent to"));
    }
    let is_verifier = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    if !is_verifier || BASE64URL.encode(Sha256::digest(verifier.as_bytes())) != given.ask.challenge {
        return Err(bad("code_verifier does not fit the code_challenge"));
    }
    let grant = Grant { client: given.ask.client, user: given.user, scopes: given.ask.scopes, orgs: given.ask.orgs };
    Ok((call.hub.oauth.give_token(grant.clone(), Some(code)), grant, given.ask.nonce))
}

fn by_device(call: &Call, form: &[(String, String)]) -> Result<Made, Refusal> {
    let client = needed(form, "client_id")?;
    let code = needed(form, "device_code")?;
    match call.hub.oauth.poll_device(code, client) {
        Some(DeviceAnswer::Granted(grant)) => Ok((call.hub.oauth.give_token(grant.clone(), None), grant, None)),
        Some(DeviceAnswer::Pending) => Err(refuse("authorization_pending", "The user has not decided yet")),
        Some(DeviceAnswer::SlowDown) => Err(refuse("slow_down", "Wait 5 seconds longer between two questions")),
        Some(DeviceAnswer::Denied) => Err(refuse("access_denied", "The user said no")),
        Some(DeviceAnswer::Expired) => Err(refuse("expired_token", "The device code is not known or too old")),
        None => Err(refuse("invalid_grant", "The device code was given to another app")),
    }
}

/// Who the user is, signed with a key of this process.
fn id_token(call: &Call, token: &str, grant: &Grant, nonce: Option<String>) -> Result<String, Refusal> {
    let user = call.hub.oauth.caller(token, &call.hub.accounts);
    let user = user.ok_or_else(|| refuse("invalid_grant", "The user is gone"))?;
    let endpoint = call.endpoint();
    let now = call.hub.clock.now();
    let mut body = claims(&user, &endpoint);
    for (name, value) in [
        ("iss", Value::from(endpoint)),
        ("aud", grant.client.as_str().into()),
        ("iat", now.into()),
        ("exp", (now + TOKEN_LIFETIME).into()),
    ] {
        body[name] = value;
    }
    if let Some(nonce) = nonce {
        body["nonce"] = nonce.into();
    }
    let head = BASE64URL.encode(json!({ "alg": "HS256", "typ": "JWT" }).to_string());
    let text = format!("{head}.{}", BASE64URL.encode(body.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(&call.hub.oauth.key).map_err(Refusal::internal)?;
    mac.update(text.as_bytes());
    Ok(format!("{text}.{}", BASE64URL.encode(mac.finalize().into_bytes())))
}
