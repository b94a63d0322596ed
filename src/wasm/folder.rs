//! Folders: filters, the rules of a listing, and the check before a push.
//!
//! Paths come in batches and verdicts go back as numbers: a folder of a hundred thousand files crosses in a hundred calls.

use js_sys::{JsString, Uint8Array};
use wasm_bindgen::prelude::*;

use super::view::{from_caller, thrown, to_js};
use crate::error::Error;
use crate::folder::{self, Unicode, Wanted};
use crate::wire::{FindingView, LeftOutView, RepoSpec};

/// The indexes of the paths that pass, in order.
#[wasm_bindgen(js_name = filterRepoObjects)]
pub fn filter_repo_objects(
    #[wasm_bindgen(unchecked_param_type = "string[]")] paths: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "string[] | undefined")] allow: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "string[] | undefined")] ignore: JsValue,
) -> Result<Vec<u32>, JsValue> {
    let paths: Vec<String> = from_caller("the paths", paths)?;
    let (allow, ignore) = read_patterns(allow, ignore)?;
    let passing = folder::filter_repo_objects(&paths, allow.as_deref(), ignore.as_deref());
    passing
        .into_iter()
        .map(|index| u32::try_from(index).map_err(|_| thrown(Error::invalid("these are more paths than 2^32"))))
        .collect()
}

/// The rules of one listing. Owned and freed by the function that lists.
#[wasm_bindgen]
pub struct FolderRules(folder::FolderRules);

#[wasm_bindgen]
impl FolderRules {
    /// The rules with the caller's patterns.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "string[] | undefined")] allow: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string[] | undefined")] ignore: JsValue,
    ) -> Result<FolderRules, JsValue> {
        let (allow, ignore) = read_patterns(allow, ignore)?;
        Ok(FolderRules(folder::FolderRules::new(allow.as_deref(), ignore.as_deref())))
    }

    /// Takes a folder's ignore file in; the folder that is listed is the empty text.
    #[wasm_bindgen(js_name = addIgnoreFile)]
    pub fn add_ignore_file(&mut self, folder: &str, text: &[u8]) {
        self.0.add_ignore_file(folder, text);
    }

    /// Forgets the ignore file of a folder that a walk has left.
    pub fn leave(&mut self, folder: &str) {
        self.0.leave(folder);
    }

    /// For each path zero, or the number of the rule that leaves it out. Folders end in `/`; all folders above are known to be
    /// taken, unless `deep` says that they are to be judged, too.
    pub fn judge(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "string[]")] paths: JsValue,
        deep: bool,
    ) -> Result<Vec<u32>, JsValue> {
        let paths: Vec<String> = from_caller("the paths", paths)?;
        let verdict = |path: &String| {
            let (path, is_folder) = path.strip_suffix('/').map_or((path.as_str(), false), |folder| (folder, true));
            let verdict = if deep { self.0.judge_deep(path, is_folder) } else { self.0.judge(path, is_folder) };
            verdict.unwrap_or(0)
        };
        Ok(paths.iter().map(verdict).collect())
    }

    /// The rule of a number.
    #[wasm_bindgen(unchecked_return_type = "LeftOutView")]
    pub fn rule(&self, number: u32) -> Result<JsValue, JsValue> {
        let rule = self.0.rule(number).ok_or_else(|| thrown(Error::internal("there is no rule of this number")))?;
        to_js(&LeftOutView::from(rule))
    }
}

/// The check of one folder. Owned and freed by the function that checks.
#[wasm_bindgen]
pub struct FolderCheck(Option<folder::FolderCheck>);

#[wasm_bindgen]
impl FolderCheck {
    /// A check, for a repo when it is known.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "RepoSpec | undefined")] repo: JsValue,
    ) -> Result<FolderCheck, JsValue> {
        let repo: Option<RepoSpec> = from_caller("the repo", repo)?;
        let repo_type = match repo {
            Some(repo) => Some(repo.parse().map_err(thrown)?.repo_type),
            None => None,
        };
        Ok(FolderCheck(Some(folder::FolderCheck::new(repo_type, Unicode { nfc, lower }))))
    }

    /// Takes files in; gives the places of those whose content is wanted, for `look`. `readable` says that it could be.
    pub fn add(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "string[]")] paths: JsValue,
        sizes: &[f64],
        readable: bool,
    ) -> Result<Vec<u32>, JsValue> {
        let paths: Vec<String> = from_caller("the paths", paths)?;
        let check = self.check()?;
        let files = (0u32..).zip(paths.iter().zip(sizes));
        let wanted = files.filter_map(|(place, (path, size))| {
            let wanted = check.add(path, *size as u64, readable);
            (wanted == Wanted::Content).then_some(place)
        });
        Ok(wanted.collect())
    }

    /// Takes a content that was wanted; none when it cannot be read.
    pub fn look(&mut self, path: &str, content: Option<Uint8Array>) -> Result<(), JsValue> {
        let content = content.map(|content| content.to_vec());
        self.check()?.look(path, content.as_deref());
        Ok(())
    }

    /// Everything that was found; once.
    #[wasm_bindgen(unchecked_return_type = "FindingView[]")]
    pub fn finish(&mut self) -> Result<JsValue, JsValue> {
        self.check()?;
        let found = self.0.take().map(folder::FolderCheck::finish).unwrap_or_default();
        to_js(&found.into_iter().map(FindingView::from).collect::<Vec<_>>())
    }
}

impl FolderCheck {
    fn check(&mut self) -> Result<&mut folder::FolderCheck, JsValue> {
        self.0.as_mut().ok_or_else(|| thrown(Error::internal("this check is finished")))
    }
}

type Patterns = Option<Vec<String>>;

fn read_patterns(allow: JsValue, ignore: JsValue) -> Result<(Patterns, Patterns), JsValue> {
    Ok((from_caller("allowPatterns", allow)?, from_caller("ignorePatterns", ignore)?))
}

fn nfc(text: &str) -> String {
    JsString::from(text).normalize("NFC").into()
}

fn lower(text: &str) -> String {
    JsString::from(text).to_lower_case().into()
}
