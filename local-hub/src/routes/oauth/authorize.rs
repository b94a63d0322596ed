//! `GET /oauth/authorize` and what follows from it: the user's decision, and the way back to the app with a code.

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use maud::{Markup, html};

use crate::call::{Answer, Call, set};
use crate::error::Refusal;
use crate::oauth::scope::Scopes;
use crate::oauth::{Ask, CodeAsk, Consent, origin};
use crate::routes::oauth::{field, form, refuse};
use crate::web;

/// The page where a user consents; or, when a test has decided before, the way back at once.
/// Errors: 400 as a page for an app or a way back that is not known; everything else is told to the app.
pub fn page(call: &Call) -> Answer {
    let Some(client) = call.hub.oauth.client(call.param("client_id").unwrap_or_default()) else {
        return web::refused(&call.hub, &Refusal::bad_request("Invalid client_id: no such app"));
    };
    let redirect = call.param("redirect_uri").unwrap_or_default();
    if !client.redirects.iter().any(|known| known == redirect) {
        return web::refused(&call.hub, &Refusal::bad_request("Invalid redirect_uri: the app has not registered it"));
    }
    let state = call.param("state").map(str::to_owned);
    let ask = match read(call, &client.id, redirect, state.clone()) {
        Ok(ask) => ask,
        Err((error, description)) => {
            let pairs = [("error", error), ("error_description", description.as_str())];
            return Ok(back(StatusCode::FOUND, redirect, state.as_deref(), &pairs));
        }
    };
    match call.hub.oauth.consent() {
        Consent::Allow(user) => Ok(granted(call, StatusCode::FOUND, ask, user)),
        Consent::Deny => Ok(denied(StatusCode::FOUND, &ask)),
        Consent::Ask => {
            let (scopes, app) = (ask.scopes.clone(), ask.client.clone());
            let target = origin(&ask.redirect).unwrap_or_default().to_owned();
            let id = call.hub.oauth.ask(Ask::Code(ask));
            web::form_page(&call.hub, "Log in", consent(call, &app, &scopes, &id), &target)
        }
    }
}

fn read(call: &Call, client: &str, redirect: &str, state: Option<String>) -> Result<CodeAsk, (&'static str, String)> {
    if call.param("response_type") != Some("code") {
        return Err(("unsupported_response_type", "Expected the response_type code".to_owned()));
    }
    let scopes =
        Scopes::parse(call.param("scope")).map_err(|bad| ("invalid_scope", format!("There is no scope {bad}")))?;
    let challenge = call.param("code_challenge").unwrap_or_default();
    let is_digest = challenge.len() == 43 && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if call.param("code_challenge_method") != Some("S256") || !is_digest {
        let description = "Expected a code_challenge with the code_challenge_method S256";
        return Err(("invalid_request", description.to_owned()));
    }
    let orgs: Vec<String> =
        call.param("orgIds").into_iter().flat_map(|ids| ids.split(',')).map(str::to_owned).collect();
    Ok(CodeAsk {
        client: client.to_owned(),
        scopes,
        orgs: (!orgs.is_empty()).then_some(orgs),
        redirect: redirect.to_owned(),
        state,
        challenge: challenge.to_owned(),
        nonce: call.param("nonce").map(str::to_owned),
    })
}

/// The question to the user.
pub fn consent(call: &Call, app: &str, scopes: &Scopes, id: &str) -> Markup {
    let users = call.hub.accounts.names();
    html! {
        h1 { "Log in to " (app) }
        @if users.is_empty() {
            p { "Nobody can log in: this Hub was started without users." }
        } @else {
            form.box method="post" action="/oauth/consent" {
                p { "The app " strong { (app) } " wants to" }
                ul { @for (name, meaning) in scopes.meanings() { li { (meaning) " (" code { (name) } ")" } } }
                input type="hidden" name="request" value=(id);
                p {
                    label { "as " select name="user" { @for user in users { option value=(user) { (user) } } } }
                    " "
                    button type="submit" name="decision" value="allow" { "Allow" }
                    " "
                    button type="submit" name="decision" value="deny" { "Deny" }
                }
            }
        }
    }
}

/// `POST /oauth/consent`: what the user decided.
/// Errors: 400 as a page for a question that is over; 403 for another origin.
pub async fn decide(mut call: Call) -> Answer {
    let endpoint = call.endpoint();
    if call.headers.get(header::ORIGIN).is_some_and(|from| from.as_bytes() != endpoint.as_bytes()) {
        return Err(Refusal::forbidden("A decision is made on this Hub's own page"));
    }
    let form = form(&mut call).await?;
    let user = match (field(&form, "decision"), field(&form, "user")) {
        (Some("deny"), _) => None,
        (Some("allow"), Some(user)) if call.hub.accounts.user(user).is_some() => Some(user.to_owned()),
        _ => return Err(refuse("invalid_request", "Expected a decision, and the user whose it is")),
    };
    let Some(ask) = call.hub.oauth.take_ask(field(&form, "request").unwrap_or_default()) else {
        let refusal = Refusal::bad_request("This login is over. Go back to the app and begin again.");
        return web::refused(&call.hub, &refusal);
    };
    match (ask, user) {
        (Ask::Code(ask), Some(user)) => Ok(granted(&call, StatusCode::SEE_OTHER, ask, user)),
        (Ask::Code(ask), None) => Ok(denied(StatusCode::SEE_OTHER, &ask)),
        (Ask::Device(code), user) => {
            let text = if user.is_some() { "The device is logged in." } else { "The device is not logged in." };
            call.hub.oauth.decide_device(&code, user);
            web::form_page(&call.hub, "Log in", html! { h1 { "Done" } p { (text) " You may close this page." } }, "")
        }
    }
}

fn granted(call: &Call, status: StatusCode, ask: CodeAsk, user: String) -> Response<Body> {
    let (redirect, state) = (ask.redirect.clone(), ask.state.clone());
    let code = call.hub.oauth.give_code(ask, user);
    back(status, &redirect, state.as_deref(), &[("code", &code)])
}

fn denied(status: StatusCode, ask: &CodeAsk) -> Response<Body> {
    let pairs = [("error", "access_denied"), ("error_description", "The user said no")];
    back(status, &ask.redirect, ask.state.as_deref(), &pairs)
}

/// Sends the browser back to the app.
fn back(status: StatusCode, redirect: &str, state: Option<&str>, pairs: &[(&str, &str)]) -> Response<Body> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    let joint = if redirect.contains('?') { '&' } else { '?' };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    set(&mut response, "location", format!("{redirect}{joint}{}", query.finish()));
    set(&mut response, "cache-control", "no-store");
    set(&mut response, "referrer-policy", "no-referrer");
    response
}
