//! A device without a browser logs in: it gets two codes, shows one to its user, and asks with the other until the user has decided.

use maud::html;
use serde_json::json;

use crate::call::{Answer, Call, json, set};
use crate::oauth::scope::Scopes;
use crate::oauth::{ASK_LIFETIME, Ask, DEVICE_INTERVAL};
use crate::routes::oauth::authorize::consent;
use crate::routes::oauth::{field, form, refuse};
use crate::web;

/// `POST /oauth/device`, a form with `client_id` and `scope`.
/// Errors: 400 in the words of OAuth.
pub async fn begin(mut call: Call) -> Answer {
    let form = form(&mut call).await?;
    let client = field(&form, "client_id").unwrap_or_default();
    if call.hub.oauth.client(client).is_none() {
        return Err(refuse("invalid_client", "There is no such app"));
    }
    let scopes = Scopes::parse(field(&form, "scope"))
        .map_err(|bad| refuse("invalid_scope", format!("There is no scope {bad}")))?;
    let (device_code, user_code) = call.hub.oauth.begin_device(client, scopes);
    let page = format!("{}/oauth/device", call.endpoint());
    let mut response = json(&json!({
        "device_code": device_code, "user_code": user_code, "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "interval": DEVICE_INTERVAL, "expires_in": ASK_LIFETIME,
    }))?;
    set(&mut response, "cache-control", "no-store");
    Ok(response)
}

/// `GET /oauth/device`: where the user types the code, and then consents.
pub fn page(call: &Call) -> Answer {
    let typed = call.param("user_code").map(str::trim).filter(|code| !code.is_empty());
    let found = typed.and_then(|code| call.hub.oauth.find_device(code));
    let content = match found {
        Some((device_code, app, scopes)) => {
            let id = call.hub.oauth.ask(Ask::Device(device_code));
            consent(call, &app, &scopes, &id)
        }
        None => html! {
            h1 { "Log in a device" }
            form.box method="get" action="/oauth/device" {
                @if typed.is_some() { p role="alert" { "No device waits for this code: it is mistyped, used, or too old." } }
                p {
                    label { "The code that the device shows " input name="user_code" autocomplete="off" required autofocus; }
                    " "
                    button type="submit" { "Go on" }
                }
            }
        },
    };
    web::form_page(&call.hub, "Log in a device", content, "")
}
