//! Requests by `gloo-net`: one out, one answer back.
//!
//! It knows HTTP as the page offers it and nothing of the Hub: it never repeats a request and never looks at a status. Cookies are never
//! sent. What it says of a failure contains nothing of a header and no query.

use gloo_net::http::{Headers, Method, RequestBuilder, Response};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Blob, RequestCredentials, RequestRedirect};

use crate::error::Code;
use crate::http::{self, without_query};
use crate::step::Failure;

/// Bytes of an answer for the authority: half of what it has for its index.
const LONGEST_ANSWER_BYTES: u64 = 32 * 1024 * 1024;

/// Stops a request when it is dropped.
struct Stop(AbortController);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An answer whose body has not been read.
pub(super) struct Answer {
    response: Response,
    place: String,
    _stop: Stop,
}

/// Sends a request with this body. Dropping the future, or the answer, stops it.
pub(super) async fn send(request: &http::Request, body: Option<JsValue>) -> Result<Answer, Failure> {
    let place = format!("{} {}", request.method.as_str(), without_query(&request.url));
    let controller = AbortController::new().map_err(|_| lost(&place))?;
    let stop = Stop(controller);
    let headers = Headers::new();
    for (name, value) in &request.headers {
        // `gloo-net` panics for others.
        if !value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            let message = format!("{place} needs a header {name} that cannot be sent");
            return Err(Failure { code: Code::Unsupported, message });
        }
        headers.append(name, value);
    }
    let builder = RequestBuilder::new(&request.url)
        .method(match request.method {
            http::Method::Get => Method::GET,
            http::Method::Head => Method::HEAD,
            http::Method::Post => Method::POST,
            http::Method::Put => Method::PUT,
            http::Method::Delete => Method::DELETE,
        })
        .headers(headers)
        .credentials(RequestCredentials::Omit)
        .redirect(RequestRedirect::Follow)
        .abort_signal(Some(&stop.0.signal()));
    let built = match body {
        Some(body) => builder.body(body),
        None => builder.build(),
    };
    let response = built.map_err(|_| lost(&place))?.send().await.map_err(|_| lost(&place))?;
    Ok(Answer { response, place, _stop: stop })
}

impl Answer {
    /// Whether the server has done what it was asked.
    pub(super) fn is_success(&self) -> bool {
        self.response.ok()
    }

    /// The answer, with its body as text.
    pub(super) async fn text(self) -> Result<http::Response, Failure> {
        let body = self.response.text().await.map_err(|_| lost(&self.place))?;
        Ok(self.head(body))
    }

    /// The answer without its body, and its body.
    pub(super) async fn bytes(self) -> Result<(http::Response, Vec<u8>), Failure> {
        let head = self.head(String::new());
        let Answer { response, place, _stop } = self;
        // As a blob it takes no memory here, whatever its size.
        let blob = web_sys::Response::from(response).blob().map_err(|_| lost(&place))?;
        let blob: Blob = JsFuture::from(blob).await.map_err(|_| lost(&place))?.unchecked_into();
        if blob.size() > LONGEST_ANSWER_BYTES as f64 {
            let message = format!("{place}: the answer has more than {LONGEST_ANSWER_BYTES} bytes");
            return Err(Failure { code: Code::Unsupported, message });
        }
        let body = JsFuture::from(blob.array_buffer()).await.map_err(|_| lost(&place))?;
        Ok((head, Uint8Array::new(&body).to_vec()))
    }

    fn head(&self, body: String) -> http::Response {
        http::Response { status: self.response.status(), headers: self.response.headers().entries().collect(), body }
    }
}

/// A request brought no answer. A page is not told why.
fn lost(place: &str) -> Failure {
    if is_offline() {
        let message = format!("{place} brought no answer: this device is not connected");
        return Failure { code: Code::Offline, message };
    }
    let message = format!("{place} brought no answer, and the browser does not say why");
    Failure { code: Code::Blocked, message }
}

fn is_offline() -> bool {
    let get = |of: &JsValue, name: &str| Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
    let navigator = get(&js_sys::global(), "navigator");
    !navigator.is_undefined() && get(&navigator, "onLine").as_bool() == Some(false)
}
