//! Paths of the view: whatever a repo, a revision or a file is called, its link leads to it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::ident::RepoId;

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// `/datasets/owner/name`.
pub fn repo(id: &RepoId) -> String {
    format!("/{}", id.url_path())
}

/// `/{p}{id}/{view}/{rev}[/{path}]`.
pub fn at(id: &RepoId, view: &str, rev: &str, path: &str) -> String {
    let mut link = format!("{}/{view}/{}", repo(id), segment(rev));
    for part in path.split('/').filter(|part| !part.is_empty()) {
        link.push('/');
        link.push_str(&segment(part));
    }
    link
}

fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::RepoType;

    #[test]
    fn links_lead_back() {
        let id = RepoId { kind: RepoType::Dataset, owner: "u".into(), name: "n".into() };
        let path = "a b/#?%/ü\".txt";
        let link = at(&id, "blob", "refs/pr/1", path);
        assert_eq!(link, "/datasets/u/n/blob/refs%2Fpr%2F1/a%20b/%23%3F%25/%C3%BC%22.txt");
        let route = crate::route::parse(&axum::http::Method::GET, &link).unwrap();
        let blob = crate::route::RepoRoute::PageBlob("refs/pr/1".into(), path.into());
        assert_eq!(route, crate::route::Route::Repo(id, blob));
    }
}
