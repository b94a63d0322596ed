//! The page's own files, from a folder, under a strict content security policy.

use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use percent_encoding::percent_decode_str;

use crate::call::{Answer, set, typed};
use crate::hub::Hub;

/// The file that a path names; `/` is `index.html`.
pub fn find(dir: &Path, path: &str) -> Option<PathBuf> {
    let path = percent_decode_str(path.strip_prefix('/')?).decode_utf8().ok()?;
    let name = if path.is_empty() { "index.html" } else { &*path };
    let plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if !plain || name.contains(['\0', '\\']) {
        return None;
    }
    let file = dir.join(name);
    file.is_file().then_some(file)
}

/// Sends a file of the page, unless the browser has it.
pub async fn answer(hub: &Hub, headers: &HeaderMap, file: PathBuf) -> Answer {
    let modified = tokio::fs::metadata(&file).await?.modified()?;
    let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    let etag = format!("W/\"{:x}\"", since.as_nanos());
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == etag);
    let mut response = if is_known {
        typed(StatusCode::NOT_MODIFIED, content_type(&file), Body::empty())?
    } else {
        typed(StatusCode::OK, content_type(&file), tokio::fs::read(&file).await?)?
    };
    guard(&mut response, hub);
    // By this the page knows that the Hub it pushes to is the one that serves it.
    set(&mut response, "x-hubferry-local-hub", env!("CARGO_PKG_VERSION"));
    set(
        &mut response,
        "cache-control",
        if is_hashed(&file) { "public, max-age=31536000, immutable" } else { "no-cache" },
    );
    set(&mut response, "etag", etag);
    Ok(response)
}

/// Adds the policy and what belongs to it.
pub fn guard(response: &mut axum::http::Response<Body>, hub: &Hub) {
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self' {} {}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hub.store.url, hub.cas.url
    );
    set(response, "content-security-policy", policy);
    set(response, "x-content-type-options", "nosniff");
    set(response, "referrer-policy", "no-referrer");
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json; charset=utf-8",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        _ => mime_guess::from_path(file).first_raw().unwrap_or("application/octet-stream"),
    }
}

/// Whether the name holds a hash of the content, as bundlers write it into `assets/`: `index-D3adB33f.js`.
fn is_hashed(file: &Path) -> bool {
    let stem =
        file.file_name().and_then(|name| name.to_str()).and_then(|name| name.split('.').next()).unwrap_or_default();
    let is_hash = |text: &str| {
        text.len() >= 8
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && text.bytes().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
    };
    stem.rsplit_once('-').is_some_and(|(_, hash)| is_hash(hash))
        && file.parent().is_some_and(|dir| dir.ends_with("assets"))
}
